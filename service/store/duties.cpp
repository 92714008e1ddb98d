#include "duties.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>

#include "lachan/base/check.hpp"
#include "scope.hpp"

namespace lachan::store {
namespace {

constexpr char kColumns[] =
    "d.case_no, d.ordinal, d.kind, d.rule, d.child, d.holder, d.role, d.area, d.start_ms, d.due_ms, "
    "d.handed_over_ms, d.state, "
    "d.accepted_ms, d.ended_ms, d.overdue_ms, d.predecessor, d.fired, d.repeats, d.next_at_ms";

domain::Duty read_duty(Row row) {
    domain::Duty duty;
    duty.no.case_no = domain::CaseNo{row.integer()};
    duty.no.ordinal = row.small();
    duty.kind = row.text();
    duty.rule = row.text();
    duty.child = row.maybe_small();
    duty.holder = row.id<domain::AgencyId>();
    duty.role = row.text();
    duty.area = row.id<domain::AreaCode>();
    duty.start = row.instant();
    duty.due = row.instant();
    duty.handed_over = row.maybe_instant();
    duty.state = row.code<domain::DutyState>();
    duty.accepted_at = row.maybe_instant();
    duty.ended_at = row.maybe_instant();
    duty.overdue_at = row.maybe_instant();
    duty.predecessor = row.maybe_small();
    duty.fired = static_cast<std::uint64_t>(row.integer());
    duty.repeats = row.small();
    duty.next_at = row.maybe_instant();
    return duty;
}

std::vector<domain::Duty> read_all(Query& query) {
    std::vector<domain::Duty> found;
    while (query.next()) {
        found.push_back(read_duty(query.row()));
    }
    return found;
}

bool is_pending(domain::DutyState state) {
    return state == domain::DutyState::open || state == domain::DutyState::accepted;
}

/// Pending or ended, said as the partial indexes say it, so that SQLite sees that they fit.
std::string part_filter(const std::optional<domain::DutyState>& state) {
    const bool pending = !state || is_pending(*state);
    return pending ? "d.state <= 1" : "d.state > 1";
}

/// All of it, in the order of both statements that write it.
Query& bind_all(Query& query, const domain::Duty& duty) {
    return query.bind(":kind", duty.kind)
        .bind(":rule", duty.rule)
        .bind(":child", duty.child)
        .bind(":holder", duty.holder)
        .bind(":role", duty.role)
        .bind(":area", duty.area)
        .bind(":start_ms", duty.start)
        .bind(":due_ms", duty.due)
        .bind(":handed_over_ms", duty.handed_over)
        .bind(":state", duty.state)
        .bind(":accepted_ms", duty.accepted_at)
        .bind(":ended_ms", duty.ended_at)
        .bind(":overdue_ms", duty.overdue_at)
        .bind(":predecessor", duty.predecessor)
        .bind(":fired", duty.fired)
        .bind(":repeats", duty.repeats)
        .bind(":next_at_ms", duty.next_at)
        .bind(":case_no", duty.no.case_no)
        .bind(":ordinal", duty.no.ordinal);
}

}  // namespace

std::optional<domain::Duty> SqliteDuties::find(domain::DutyNo number) const {
    static constexpr auto kSql =
        joined("SELECT ", kColumns, " FROM duty d WHERE d.case_no = :case_no AND d.ordinal = :ordinal");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number.case_no).bind(":ordinal", number.ordinal);
    return query.next() ? std::optional(read_duty(query.row())) : std::nullopt;
}

std::vector<domain::Duty> SqliteDuties::of_case(domain::CaseNo number) const {
    static constexpr auto kSql =
        joined("SELECT ", kColumns, " FROM duty d WHERE d.case_no = :case_no ORDER BY d.ordinal");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number);
    return read_all(query);
}

std::optional<domain::Duty> SqliteDuties::next_pending(domain::CaseNo number) const {
    // "+0" keeps SQLite from the indexes of all that is pending: a case has few duties, and they lie
    // together.
    static constexpr auto kSql = joined("SELECT ", kColumns, R"sql( FROM duty d
        WHERE d.case_no = :case_no AND d.state <= +1 ORDER BY d.due_ms, d.ordinal LIMIT 1
    )sql");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number);
    return query.next() ? std::optional(read_duty(query.row())) : std::nullopt;
}

/// Who sees nearly everything would have all of it sorted for each page; each holder's part is sorted by its
/// index already. There are as many holders as the directory has bodies, however many duties there are.
std::vector<domain::Duty> SqliteDuties::list(const casework::DutyQuery& query) const {
    const bool by_holders = !query.holder && ScopeFilter(query.scope).is_wide();
    return by_holders ? list_by_holders(query) : list_of(query, query.holder, std::nullopt);
}

std::vector<domain::Duty> SqliteDuties::list_by_holders(const casework::DutyQuery& query) const {
    const auto earlier = [](const domain::Duty& one, const domain::Duty& other) {
        return std::tie(one.due, one.no.case_no, one.no.ordinal) <
               std::tie(other.due, other.no.case_no, other.no.ordinal);
    };
    const auto limit = static_cast<std::size_t>(query.limit);
    std::vector<domain::Duty> found;
    for (auto holder = next_holder(query, std::nullopt); holder; holder = next_holder(query, holder)) {
        const auto most = found.size() == limit ? std::optional(found.back().due) : std::nullopt;
        auto part = list_of(query, holder, most);
        std::move(part.begin(), part.end(), std::back_inserter(found));
        std::sort(found.begin(), found.end(), earlier);
        found.resize(std::min(found.size(), limit));
    }
    return found;
}

std::optional<domain::AgencyId> SqliteDuties::next_holder(
    const casework::DutyQuery& query, const std::optional<domain::AgencyId>& after) const {
    Query statement =
        connection_.composed("SELECT d.holder FROM duty d WHERE " + part_filter(query.state) +
                             (after ? " AND d.holder > :after" : "") + " ORDER BY d.holder LIMIT 1");
    if (after) {
        statement.bind(":after", *after);
    }
    return statement.next() ? std::optional(statement.row().id<domain::AgencyId>()) : std::nullopt;
}

std::vector<domain::Duty> SqliteDuties::list_of(const casework::DutyQuery& query,
                                                const std::optional<domain::AgencyId>& holder,
                                                const std::optional<Instant>& most) const {
    const ScopeFilter scope(query.scope);
    std::string sql = "SELECT " + std::string(kColumns) + " FROM duty d";
    if (!scope.is_open()) {
        sql += " JOIN case_file c ON c.case_no = d.case_no";
    }
    sql += " WHERE " + part_filter(query.state) + (query.state ? " AND d.state = :state" : "");
    sql += holder ? " AND d.holder = :holder" : "";
    sql += query.due_before ? " AND d.due_ms < :due_before" : "";
    sql += most ? " AND d.due_ms <= :most" : "";
    sql +=
        query.after ? " AND (d.due_ms, d.case_no, d.ordinal) > (:after_ms, :after_no, :after_ordinal)" : "";
    sql += scope.sql() + " ORDER BY d.due_ms, d.case_no, d.ordinal LIMIT :limit";

    Query statement = connection_.composed(sql);
    if (query.state) {
        statement.bind(":state", *query.state);
    }
    if (holder) {
        statement.bind(":holder", *holder);
    }
    if (query.due_before) {
        statement.bind(":due_before", *query.due_before);
    }
    if (most) {
        statement.bind(":most", *most);
    }
    if (query.after) {
        statement.bind(":after_ms", query.after->key_ms)
            .bind(":after_no", query.after->case_no)
            .bind(":after_ordinal", query.after->ordinal);
    }
    scope.bind(statement);
    statement.bind(":limit", query.limit);
    return read_all(statement);
}

std::vector<domain::DutyNo> SqliteDuties::due(Instant now, int limit) const {
    Query query = connection_.query(R"sql(
        SELECT case_no, ordinal FROM duty WHERE state <= 1 AND next_at_ms <= :now
        ORDER BY next_at_ms, case_no, ordinal LIMIT :limit
    )sql");
    query.bind(":now", now).bind(":limit", limit);
    std::vector<domain::DutyNo> found;
    while (query.next()) {
        Row row = query.row();
        const domain::CaseNo number{row.integer()};
        found.push_back({number, row.small()});
    }
    return found;
}

std::optional<Instant> SqliteDuties::next_instant() const {
    Query query = connection_.query("SELECT min(next_at_ms) FROM duty WHERE state <= 1");
    return query.next() ? query.row().maybe_instant() : std::nullopt;
}

void SqliteDuties::insert(const domain::Duty& duty) {
    Query query = connection_.query(R"sql(
        INSERT INTO duty (kind, rule, child, holder, role, area, start_ms, due_ms, handed_over_ms, state, accepted_ms,
            ended_ms, overdue_ms, predecessor, fired, repeats, next_at_ms, case_no, ordinal)
        VALUES (:kind, :rule, :child, :holder, :role, :area, :start_ms, :due_ms, :handed_over_ms, :state, :accepted_ms,
            :ended_ms, :overdue_ms, :predecessor, :fired, :repeats, :next_at_ms, :case_no, :ordinal)
    )sql");
    bind_all(query, duty).run();
}

void SqliteDuties::update(const domain::Duty& duty) {
    Query query = connection_.query(R"sql(
        UPDATE duty SET kind = :kind, rule = :rule, child = :child, holder = :holder, role = :role, area = :area,
            start_ms = :start_ms, due_ms = :due_ms, handed_over_ms = :handed_over_ms, state = :state,
            accepted_ms = :accepted_ms,
            ended_ms = :ended_ms, overdue_ms = :overdue_ms, predecessor = :predecessor, fired = :fired,
            repeats = :repeats, next_at_ms = :next_at_ms
        WHERE case_no = :case_no AND ordinal = :ordinal
    )sql");
    bind_all(query, duty).run();
    const bool updated_duty_exists = connection_.changes() == 1;
    LACHAN_CHECK(updated_duty_exists);
}

}  // namespace lachan::store
