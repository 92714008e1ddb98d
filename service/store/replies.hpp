#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteReplies final : public casework::Replies {
public:
    explicit SqliteReplies(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<casework::KeptReply> find(const domain::KeyId& client,
                                                          std::string_view route,
                                                          std::string_view key) const override;

    /// A reply that was kept before under the same name (and has run out) is replaced.
    void keep(const domain::KeyId& client,
              std::string_view route,
              std::string_view key,
              const casework::KeptReply& reply) override;
    int forget(Instant before, int limit) override;
    int forget_about(std::string_view location) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
