#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteOpenings final : public casework::Openings {
public:
    explicit SqliteOpenings(Connection& connection) : connection_(connection) {}

    [[nodiscard]] bool is_open(domain::CaseNo number, const domain::KeyId& key, Instant now) const override;
    [[nodiscard]] std::vector<casework::Opening> list(Instant since, int limit) const override;

    void insert(const casework::Opening& opening) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
