#include "reports.hpp"

#include "lachan/base/check.hpp"

namespace lachan::store {
namespace {

using casework::ReportRow;

/// Reports are numbered within their case, and the row number carries both (the migration says why). The
/// bound is far beyond what people write about one case, and leaves room for 2^43 cases.
constexpr std::int64_t kReportsPerCase = 1 << 20;

constexpr char kColumns[] =
    "report_no, report_id, channel, status, reference, received_ms, recorded_ms, occurred_ms, reporter, "
    "key_id, "
    "fingerprint, receipt_hash, identity, informant, narrative";

ReportRow read_report(Row row) {
    ReportRow report;
    report.case_no = domain::CaseNo{row.integer() / kReportsPerCase};
    report.id = row.id<domain::ReportId>();
    report.channel = row.code<domain::Channel>();
    report.status = row.code<domain::ReportStatus>();
    report.reference = row.text();
    report.received_at = row.instant();
    report.recorded_at = row.instant();
    report.occurred_at = row.maybe_instant();
    report.reporter = row.id<domain::AgencyId>();
    report.key = row.id<domain::KeyId>();
    report.fingerprint = row.bytes();
    report.receipt_hash = row.bytes();
    report.sealed.identity = row.bytes();
    report.sealed.informant = row.bytes();
    report.sealed.narrative = row.bytes();
    return report;
}

std::int64_t first_number(domain::CaseNo number) {
    return static_cast<std::int64_t>(number) * kReportsPerCase;
}

}  // namespace

std::optional<ReportRow> SqliteReports::find(const domain::ReportId& id) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, " FROM report WHERE report_id = :report_id");
    Query query = connection_.query(kSql);
    query.bind(":report_id", id);
    return query.next() ? std::optional(read_report(query.row())) : std::nullopt;
}

std::vector<ReportRow> SqliteReports::of_case(domain::CaseNo number) const {
    static constexpr auto kSql =
        joined("SELECT ",
               kColumns,
               " FROM report WHERE report_no >= :first AND report_no < :end ORDER BY report_no");
    Query query = connection_.query(kSql);
    query.bind(":first", first_number(number)).bind(":end", first_number(number) + kReportsPerCase);
    std::vector<ReportRow> found;
    while (query.next()) {
        found.push_back(read_report(query.row()));
    }
    return found;
}

std::optional<ReportRow> SqliteReports::nearest_receipt(BytesView receipt_hash) const {
    static constexpr auto kAtOrAfter = joined("SELECT ",
                                              kColumns,
                                              " FROM report WHERE receipt_hash >= :receipt_hash"
                                              " ORDER BY receipt_hash LIMIT 1");
    static constexpr auto kFirst = joined("SELECT ", kColumns, " FROM report ORDER BY receipt_hash LIMIT 1");
    Query query = connection_.query(kAtOrAfter);
    query.bind(":receipt_hash", receipt_hash);
    if (query.next()) {
        return read_report(query.row());
    }
    Query first = connection_.query(kFirst);
    return first.next() ? std::optional(read_report(first.row())) : std::nullopt;
}

std::int64_t SqliteReports::next_number(domain::CaseNo number) const {
    const std::int64_t first = first_number(number);
    Query query =
        connection_.query("SELECT max(report_no) FROM report WHERE report_no >= :first AND report_no < :end");
    query.bind(":first", first).bind(":end", first + kReportsPerCase).next();
    return query.row().maybe_integer().value_or(first - 1) + 1;
}

void SqliteReports::insert(const ReportRow& row) {
    const std::int64_t report_no = next_number(row.case_no);
    const bool case_has_room_for_a_report = report_no < first_number(row.case_no) + kReportsPerCase;
    LACHAN_CHECK(case_has_room_for_a_report);
    Query query = connection_.query(R"sql(
        INSERT INTO report (report_no, report_id, channel, status, reference, received_ms, recorded_ms, occurred_ms,
            reporter, key_id, fingerprint, receipt_hash, identity, informant, narrative)
        VALUES (:report_no, :report_id, :channel, :status, :reference, :received_ms, :recorded_ms, :occurred_ms,
            :reporter, :key_id, :fingerprint, :receipt_hash, :identity, :informant, :narrative)
    )sql");
    query.bind(":report_no", report_no)
        .bind(":report_id", row.id)
        .bind(":channel", row.channel)
        .bind(":status", row.status)
        .bind(":reference", row.reference)
        .bind(":received_ms", row.received_at)
        .bind(":recorded_ms", row.recorded_at)
        .bind(":occurred_ms", row.occurred_at)
        .bind(":reporter", row.reporter)
        .bind(":key_id", row.key)
        .bind(":fingerprint", row.fingerprint)
        .bind(":receipt_hash", row.receipt_hash)
        .bind(":identity", row.sealed.identity)
        .bind(":informant", row.sealed.informant)
        .bind(":narrative", row.sealed.narrative)
        .run();
}

void SqliteReports::blank(domain::CaseNo number) {
    Query query = connection_.query(R"sql(
        UPDATE report SET reference = '', identity = x'', informant = x'', narrative = x''
        WHERE report_no >= :first AND report_no < :end
    )sql");
    query.bind(":first", first_number(number)).bind(":end", first_number(number) + kReportsPerCase).run();
}

}  // namespace lachan::store
