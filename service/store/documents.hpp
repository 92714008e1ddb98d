#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteDocuments final : public casework::Documents {
public:
    explicit SqliteDocuments(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<std::string> find(std::string_view kind,
                                                  std::string_view name) const override;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> all(std::string_view kind) const override;

    void put(std::string_view kind, std::string_view name, std::string_view content, Instant at) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
