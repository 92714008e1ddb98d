#include "replies.hpp"

namespace lachan::store {

std::optional<casework::KeptReply> SqliteReplies::find(const domain::KeyId& client,
                                                       std::string_view route,
                                                       std::string_view key) const {
    Query query = connection_.query(R"sql(
        SELECT fingerprint, status, location, etag, sealed_body, kept_ms FROM reply
        WHERE request_key = :request_key AND client = :client AND route = :route
    )sql");
    query.bind(":request_key", key).bind(":client", client).bind(":route", route);
    if (!query.next()) {
        return std::nullopt;
    }
    Row row = query.row();
    casework::KeptReply reply;
    reply.fingerprint = row.bytes();
    reply.status = row.small();
    reply.location = row.text();
    reply.etag = row.text();
    reply.sealed_body = row.bytes();
    reply.kept_at = row.instant();
    return reply;
}

void SqliteReplies::keep(const domain::KeyId& client,
                         std::string_view route,
                         std::string_view key,
                         const casework::KeptReply& reply) {
    Query query = connection_.query(R"sql(
        INSERT INTO reply (client, route, request_key, fingerprint, status, location, etag, sealed_body, kept_ms)
        VALUES (:client, :route, :request_key, :fingerprint, :status, :location, :etag, :sealed_body, :kept_ms)
        ON CONFLICT (request_key, client, route) DO UPDATE SET fingerprint = excluded.fingerprint,
            status = excluded.status, location = excluded.location, etag = excluded.etag,
            sealed_body = excluded.sealed_body, kept_ms = excluded.kept_ms
    )sql");
    query.bind(":client", client)
        .bind(":route", route)
        .bind(":request_key", key)
        .bind(":fingerprint", reply.fingerprint)
        .bind(":status", reply.status)
        .bind(":location", reply.location)
        .bind(":etag", reply.etag)
        .bind(":sealed_body", reply.sealed_body)
        .bind(":kept_ms", reply.kept_at)
        .run();
}

/// Looks at the oldest rows only, so the cost is bounded by `limit`; an instant needs no index of its own.
int SqliteReplies::forget(Instant before, int limit) {
    Query query = connection_.query(R"sql(
        DELETE FROM reply WHERE reply_no IN (
            SELECT o.reply_no FROM (SELECT reply_no, kept_ms FROM reply ORDER BY reply_no LIMIT :limit) o
            WHERE o.kept_ms < :before)
    )sql");
    query.bind(":limit", limit).bind(":before", before).run();
    return static_cast<int>(connection_.changes());
}

/// Seven days of answers are looked through: an erasure is rare, and an index would cost every report.
int SqliteReplies::forget_about(std::string_view location) {
    Query query = connection_.query("DELETE FROM reply WHERE location = :location");
    query.bind(":location", location).run();
    return static_cast<int>(connection_.changes());
}

}  // namespace lachan::store
