#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteApiKeys final : public casework::ApiKeys {
public:
    explicit SqliteApiKeys(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<casework::ApiKey> by_token(BytesView token_hash) const override;
    [[nodiscard]] std::optional<casework::ApiKey> find(const domain::KeyId& id) const override;
    [[nodiscard]] std::vector<casework::ApiKey> all() const override;

    void insert(const casework::ApiKey& key) override;
    void renew(const casework::ApiKey& key) override;
    void note_use(const domain::KeyId& id, Instant at) override;
    /// False where there is no such key, or it was revoked before.
    bool revoke(const domain::KeyId& id, Instant at) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
