#include "steps.hpp"

namespace lachan::store {

std::vector<domain::Step> SqliteSteps::of_case(domain::CaseNo number) const {
    Query query = connection_.query(R"sql(
        SELECT ordinal, kind, child, done_ms, recorded_ms, result, until_ms, agency, recorded_by
        FROM step WHERE case_no = :case_no ORDER BY ordinal
    )sql");
    query.bind(":case_no", number);
    std::vector<domain::Step> found;
    while (query.next()) {
        Row row = query.row();
        domain::Step& step = found.emplace_back();
        step.ordinal = row.small();
        step.kind = row.text();
        step.child = row.maybe_small();
        step.done_at = row.instant();
        step.recorded_at = row.instant();
        step.result = row.text();
        step.until = row.maybe_instant();
        step.agency = row.id<domain::AgencyId>();
        step.recorded_by = row.id<domain::KeyId>();
    }
    return found;
}

std::optional<Bytes> SqliteSteps::note(domain::CaseNo number, std::int32_t ordinal) const {
    Query query = connection_.query("SELECT note FROM step WHERE case_no = :case_no AND ordinal = :ordinal");
    query.bind(":case_no", number).bind(":ordinal", ordinal);
    return query.next() ? std::optional(query.row().bytes()) : std::nullopt;
}

std::int32_t SqliteSteps::insert(domain::CaseNo number, const domain::Step& step, BytesView sealed_note) {
    Query last = connection_.query("SELECT max(ordinal) FROM step WHERE case_no = :case_no");
    last.bind(":case_no", number).next();
    const std::int32_t ordinal = last.row().maybe_small().value_or(0) + 1;

    Query query = connection_.query(R"sql(
        INSERT INTO step (case_no, ordinal, kind, child, done_ms, recorded_ms, result, until_ms, agency,
            recorded_by, note)
        VALUES (:case_no, :ordinal, :kind, :child, :done_ms, :recorded_ms, :result, :until_ms, :agency,
            :recorded_by, :note)
    )sql");
    query.bind(":case_no", number)
        .bind(":ordinal", ordinal)
        .bind(":kind", step.kind)
        .bind(":child", step.child)
        .bind(":done_ms", step.done_at)
        .bind(":recorded_ms", step.recorded_at)
        .bind(":result", step.result)
        .bind(":until_ms", step.until)
        .bind(":agency", step.agency)
        .bind(":recorded_by", step.recorded_by)
        .bind(":note", sealed_note)
        .run();
    return ordinal;
}

std::int64_t SqliteSteps::blank_notes(domain::CaseNo number) {
    Query query =
        connection_.query("UPDATE step SET note = x'' WHERE case_no = :case_no AND length(note) > 0");
    query.bind(":case_no", number).run();
    return connection_.changes();
}

}  // namespace lachan::store
