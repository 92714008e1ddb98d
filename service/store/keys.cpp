#include "keys.hpp"

namespace lachan::store {
namespace {

using casework::ApiKey;

constexpr char kColumns[] =
    "key_id, role, agency, token_hash, created_ms, expires_ms, revoked_ms, last_used_ms, "
    "old_token_hash, old_until_ms";

ApiKey read_key(Row row) {
    ApiKey key;
    key.id = row.id<domain::KeyId>();
    key.role = row.code<domain::Role>();
    key.agency = row.id<domain::AgencyId>();
    key.token_hash = row.bytes();
    key.created_at = row.instant();
    key.expires_at = row.maybe_instant();
    key.revoked_at = row.maybe_instant();
    key.last_used_at = row.maybe_instant();
    key.old_token_hash = row.bytes();
    key.old_until = row.maybe_instant();
    return key;
}

}  // namespace

/// Two questions: SQLite answers one with OR from a table that it makes for it each time.
std::optional<ApiKey> SqliteApiKeys::by_token(BytesView token_hash) const {
    static constexpr auto kCurrent =
        joined("SELECT ", kColumns, " FROM api_key WHERE token_hash = :token_hash");
    static constexpr auto kFormer =
        joined("SELECT ", kColumns, " FROM api_key WHERE old_token_hash = :token_hash");
    const auto first = [&](Query query) -> std::optional<ApiKey> {
        query.bind(":token_hash", token_hash);
        return query.next() ? std::optional(read_key(query.row())) : std::nullopt;
    };
    auto key = first(connection_.query(kCurrent));
    return key ? key : first(connection_.query(kFormer));
}

std::optional<ApiKey> SqliteApiKeys::find(const domain::KeyId& id) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, " FROM api_key WHERE key_id = :key_id");
    Query query = connection_.query(kSql);
    query.bind(":key_id", id);
    return query.next() ? std::optional(read_key(query.row())) : std::nullopt;
}

std::vector<ApiKey> SqliteApiKeys::all() const {
    static constexpr auto kSql = joined("SELECT ", kColumns, " FROM api_key ORDER BY created_ms, key_id");
    Query query = connection_.query(kSql);
    std::vector<ApiKey> found;
    while (query.next()) {
        found.push_back(read_key(query.row()));
    }
    return found;
}

void SqliteApiKeys::insert(const ApiKey& key) {
    Query query = connection_.query(R"sql(
        INSERT INTO api_key (key_id, role, agency, token_hash, created_ms, expires_ms, revoked_ms, last_used_ms)
        VALUES (:key_id, :role, :agency, :token_hash, :created_ms, :expires_ms, :revoked_ms, :last_used_ms)
    )sql");
    query.bind(":key_id", key.id)
        .bind(":role", key.role)
        .bind(":agency", key.agency)
        .bind(":token_hash", key.token_hash)
        .bind(":created_ms", key.created_at)
        .bind(":expires_ms", key.expires_at)
        .bind(":revoked_ms", key.revoked_at)
        .bind(":last_used_ms", key.last_used_at)
        .run();
}

void SqliteApiKeys::renew(const ApiKey& key) {
    Query query = connection_.query(R"sql(
        UPDATE api_key SET token_hash = :token_hash, expires_ms = :expires_ms, old_token_hash = :old_token_hash,
                           old_until_ms = :old_until_ms
        WHERE key_id = :key_id
    )sql");
    std::optional<BytesView> old;  // none is NULL: two empty ones would be the same token
    if (!key.old_token_hash.empty()) {
        old = key.old_token_hash;
    }
    query.bind(":token_hash", key.token_hash)
        .bind(":expires_ms", key.expires_at)
        .bind(":old_token_hash", old)
        .bind(":old_until_ms", key.old_until)
        .bind(":key_id", key.id)
        .run();
}

void SqliteApiKeys::note_use(const domain::KeyId& id, Instant at) {
    Query query = connection_.query(R"sql(
        UPDATE api_key SET last_used_ms = :at
        WHERE key_id = :key_id AND (last_used_ms IS NULL OR last_used_ms < :at)
    )sql");
    query.bind(":at", at).bind(":key_id", id).run();
}

bool SqliteApiKeys::revoke(const domain::KeyId& id, Instant at) {
    Query query = connection_.query(
        "UPDATE api_key SET revoked_ms = :at WHERE key_id = :key_id AND revoked_ms IS NULL");
    query.bind(":at", at).bind(":key_id", id).run();
    return connection_.changes() > 0;
}

}  // namespace lachan::store
