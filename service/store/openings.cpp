#include "openings.hpp"

namespace lachan::store {

bool SqliteOpenings::is_open(domain::CaseNo number, const domain::KeyId& key, Instant now) const {
    Query query = connection_.query(R"sql(
        SELECT 1 FROM opening
        WHERE case_no = :case_no AND key_id = :key_id AND from_ms <= :now_ms AND until_ms > :now_ms
    )sql");
    query.bind(":case_no", number).bind(":key_id", key).bind(":now_ms", now);
    return query.next();
}

std::vector<casework::Opening> SqliteOpenings::list(Instant since, int limit) const {
    Query query = connection_.query(R"sql(
        SELECT case_no, key_id, agency, told, from_ms, until_ms, sealed_reason
        FROM opening WHERE from_ms >= :since_ms ORDER BY from_ms DESC, opening_no DESC LIMIT :limit
    )sql");
    query.bind(":since_ms", since).bind(":limit", limit);
    std::vector<casework::Opening> found;
    while (query.next()) {
        Row row = query.row();
        casework::Opening& opening = found.emplace_back();
        opening.case_no = domain::CaseNo{row.integer()};
        opening.key = row.id<domain::KeyId>();
        opening.agency = row.id<domain::AgencyId>();
        opening.told = row.id<domain::AgencyId>();
        opening.from = row.instant();
        opening.until = row.instant();
        opening.sealed_reason = row.bytes();
    }
    return found;
}

void SqliteOpenings::insert(const casework::Opening& opening) {
    Query query = connection_.query(R"sql(
        INSERT INTO opening (case_no, key_id, agency, told, from_ms, until_ms, sealed_reason)
        VALUES (:case_no, :key_id, :agency, :told, :from_ms, :until_ms, :sealed_reason)
    )sql");
    query.bind(":case_no", opening.case_no)
        .bind(":key_id", opening.key)
        .bind(":agency", opening.agency)
        .bind(":told", opening.told)
        .bind(":from_ms", opening.from)
        .bind(":until_ms", opening.until)
        .bind(":sealed_reason", opening.sealed_reason)
        .run();
}

}  // namespace lachan::store
