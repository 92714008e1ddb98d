#include "cases.hpp"

#include <bit>
#include <limits>
#include <string>

#include "columns.hpp"
#include "lachan/base/check.hpp"
#include "scope.hpp"

namespace lachan::store {
namespace {

using casework::CaseQuery;
using casework::PageStart;

/// Stands for "nothing is due": sorts behind every instant.
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

constexpr char kColumns[] =
    "c.case_no, c.sequence, c.status, c.stage, c.kind, c.urgency, c.severity, c.area, c.categories, c.pack, "
    "c.received_ms, c.opened_ms, c.closed_ms, c.next_due_ms, c.overdue, c.children, c.duties, "
    "c.notifications, "
    "c.facts, c.residences, c.conflicted";

domain::Case read_case(Row row) {
    domain::Case value;
    value.no = domain::CaseNo{row.integer()};
    value.sequence = row.integer();
    value.status = row.code<domain::CaseStatus>();
    value.stage = row.text();
    value.kind = row.code<domain::ReportStatus>();
    value.urgency = row.code<domain::Urgency>();
    value.severity = row.code<domain::Severity>();
    value.area = row.id<domain::AreaCode>();
    value.categories = categories_of(row.integer());
    value.pack = row.text();
    value.received_at = row.instant();
    value.opened_at = row.instant();
    value.closed_at = row.maybe_instant();
    const std::int64_t next_due_ms = row.integer();
    value.next_due = next_due_ms == kNever ? std::nullopt : std::optional(from_ms(next_due_ms));
    value.overdue = row.flag();
    value.children = row.small();
    value.duties = row.small();
    value.notifications = row.small();
    value.facts = row.text();
    value.residences = from_lines<domain::AreaCode>(row.text());
    value.conflicted = from_lines<domain::AgencyId>(row.text());
    return value;
}

std::int64_t next_due_ms(const domain::Case& value) {
    return value.next_due ? to_ms(*value.next_due) : kNever;
}

/// What a list of cases is narrowed to, apart from its scope and its part.
std::string filters(const CaseQuery& query) {
    std::string sql;
    if (!query.areas.empty()) {
        sql += " AND c.area " + in_list(":area", query.areas.size());
    }
    if (query.category) {
        sql += " AND (c.categories & :category) != 0";
    }
    if (query.urgency) {
        sql += " AND c.urgency = :urgency";
    }
    if (query.overdue) {
        sql += " AND c.overdue = :overdue";
    }
    if (query.holder) {
        sql += " AND c.case_no IN (SELECT d.case_no FROM duty d WHERE d.state <= 1 AND d.holder = :holder)";
    }
    return sql;
}

void bind_filters(Query& statement, const CaseQuery& query) {
    bind_list(statement, ":area", query.areas);
    if (query.category) {
        statement.bind(":category", to_bits({*query.category}));
    }
    if (query.urgency) {
        statement.bind(":urgency", *query.urgency);
    }
    if (query.overdue) {
        statement.bind(":overdue", *query.overdue);
    }
    if (query.holder) {
        statement.bind(":holder", *query.holder);
    }
}

/// `PageStart::ordinal` of a case says in which part of the list it stands.
constexpr std::int32_t kAmongOpen = 0;
constexpr std::int32_t kAmongClosed = 1;

}  // namespace

std::optional<domain::Case> SqliteCases::find(domain::CaseNo number) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, " FROM case_file c WHERE c.case_no = :case_no");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number);
    return query.next() ? std::optional(read_case(query.row())) : std::nullopt;
}

std::vector<domain::Case> SqliteCases::list(const CaseQuery& query) const {
    std::vector<domain::Case> found;
    const bool past_open = query.after && query.after->ordinal == kAmongClosed;
    if (!past_open && query.status != domain::CaseStatus::closed) {
        list_part(Part::open, query, found);
    }
    if (query.status != domain::CaseStatus::open && static_cast<int>(found.size()) < query.limit) {
        list_part(Part::closed, query, found);
    }
    return found;
}

void SqliteCases::list_part(Part part, const CaseQuery& query, std::vector<domain::Case>& found) const {
    const bool open = part == Part::open;
    const bool continued = query.after && query.after->ordinal == (open ? kAmongOpen : kAmongClosed);
    const ScopeFilter scope(query.scope);

    std::string sql = "SELECT " + std::string(kColumns) + " FROM case_file c WHERE c.status = ";
    sql += open ? "0" : "1";
    if (continued) {
        sql +=
            open ? " AND (c.next_due_ms, c.case_no) > (:after_ms, :after_no)" : " AND c.case_no > :after_no";
    }
    sql += scope.sql() + filters(query);
    sql += open ? " ORDER BY c.next_due_ms, c.case_no" : " ORDER BY c.case_no";
    sql += " LIMIT :limit";

    Query statement = connection_.composed(sql);
    if (continued && open) {
        statement.bind(":after_ms", query.after->key_ms);
    }
    if (continued) {
        statement.bind(":after_no", query.after->case_no);
    }
    scope.bind(statement);
    bind_filters(statement, query);
    statement.bind(":limit", query.limit - static_cast<int>(found.size()));
    while (statement.next()) {
        found.push_back(read_case(statement.row()));
    }
}

PageStart SqliteCases::place(const domain::Case& value) const {
    const auto number = static_cast<std::int64_t>(value.no);
    if (value.status == domain::CaseStatus::closed) {
        return {0, number, kAmongClosed};
    }
    return {next_due_ms(value), number, kAmongOpen};
}

std::optional<casework::PartyRelation> SqliteCases::party(domain::CaseNo number,
                                                          const domain::AgencyId& agency) const {
    Query query =
        connection_.query("SELECT relations FROM party WHERE agency = :agency AND case_no = :case_no");
    query.bind(":agency", agency).bind(":case_no", number);
    if (!query.next()) {
        return std::nullopt;
    }
    const auto bits = static_cast<std::uint64_t>(query.row().integer());
    return static_cast<casework::PartyRelation>(std::countr_zero(bits));  // declared from the closest on
}

std::vector<domain::CaseNo> SqliteCases::received_in(const domain::AreaCode& area,
                                                     Instant from,
                                                     Instant to,
                                                     int limit) const {
    Query query = connection_.query(R"sql(
        SELECT case_no FROM case_file
        WHERE area = :area AND received_ms >= :from_ms AND received_ms < :to_ms
        ORDER BY received_ms DESC, case_no DESC LIMIT :limit
    )sql");
    query.bind(":area", area).bind(":from_ms", from).bind(":to_ms", to).bind(":limit", limit);
    std::vector<domain::CaseNo> found;
    while (query.next()) {
        found.push_back(domain::CaseNo{query.row().integer()});
    }
    return found;
}

std::vector<std::pair<casework::TraceHash, domain::CaseNo>> SqliteCases::traced(
    const std::vector<casework::TraceHash>& hashes, int limit) const {
    std::vector<std::pair<casework::TraceHash, domain::CaseNo>> found;
    for (const casework::TraceHash hash : hashes) {
        Query query = connection_.query(
            "SELECT case_no FROM trace WHERE hash = :hash ORDER BY case_no DESC LIMIT :limit");
        query.bind(":hash", hash).bind(":limit", limit - static_cast<int>(found.size()));
        while (query.next()) {
            found.emplace_back(hash, domain::CaseNo{query.row().integer()});
        }
    }
    return found;
}

std::vector<domain::CaseNo> SqliteCases::linked(domain::CaseNo number) const {
    Query query = connection_.query("SELECT other FROM case_link WHERE case_no = :case_no ORDER BY other");
    query.bind(":case_no", number);
    std::vector<domain::CaseNo> found;
    while (query.next()) {
        found.push_back(domain::CaseNo{query.row().integer()});
    }
    return found;
}

domain::CaseNo SqliteCases::insert(const domain::Case& value, casework::KeySlot key) {
    const std::string residences = to_lines(value.residences);
    const std::string conflicted = to_lines(value.conflicted);
    Query query = connection_.query(R"sql(
        INSERT INTO case_file (sequence, status, stage, kind, urgency, severity, area, categories, pack,
            received_ms, opened_ms, closed_ms, next_due_ms, overdue, children, duties, notifications, facts,
            residences, conflicted, key_slot)
        VALUES (:sequence, :status, :stage, :kind, :urgency, :severity, :area, :categories, :pack,
            :received_ms, :opened_ms, :closed_ms, :next_due_ms, :overdue, :children, :duties, :notifications, :facts,
            :residences, :conflicted, :key_slot)
        RETURNING case_no
    )sql");
    query.bind(":sequence", value.sequence)
        .bind(":status", value.status)
        .bind(":stage", value.stage)
        .bind(":kind", value.kind)
        .bind(":urgency", value.urgency)
        .bind(":severity", value.severity)
        .bind(":area", value.area)
        .bind(":categories", to_bits(value.categories))
        .bind(":pack", value.pack)
        .bind(":received_ms", value.received_at)
        .bind(":opened_ms", value.opened_at)
        .bind(":closed_ms", value.closed_at)
        .bind(":next_due_ms", next_due_ms(value))
        .bind(":overdue", value.overdue)
        .bind(":children", value.children)
        .bind(":duties", value.duties)
        .bind(":notifications", value.notifications)
        .bind(":facts", value.facts)
        .bind(":residences", residences)
        .bind(":conflicted", conflicted)
        .bind(":key_slot", key);
    LACHAN_CHECK(query.next());
    const domain::CaseNo number{query.row().integer()};
    query.run();
    return number;
}

/// Three statements, because an UPDATE that names an indexed column rewrites its index entry even where the
/// value stays: most changes move neither the place in the list nor the area.
void SqliteCases::update(const domain::Case& value) {
    const std::string residences = to_lines(value.residences);
    const std::string conflicted = to_lines(value.conflicted);
    Query query = connection_.query(R"sql(
        UPDATE case_file SET sequence = :sequence, stage = :stage, kind = :kind, urgency = :urgency,
            severity = :severity, categories = :categories, pack = :pack, opened_ms = :opened_ms,
            closed_ms = :closed_ms, overdue = :overdue, children = :children, duties = :duties,
            notifications = :notifications, facts = :facts, residences = :residences, conflicted = :conflicted
        WHERE case_no = :case_no
    )sql");
    query.bind(":sequence", value.sequence)
        .bind(":stage", value.stage)
        .bind(":kind", value.kind)
        .bind(":urgency", value.urgency)
        .bind(":severity", value.severity)
        .bind(":categories", to_bits(value.categories))
        .bind(":pack", value.pack)
        .bind(":opened_ms", value.opened_at)
        .bind(":closed_ms", value.closed_at)
        .bind(":overdue", value.overdue)
        .bind(":children", value.children)
        .bind(":duties", value.duties)
        .bind(":notifications", value.notifications)
        .bind(":facts", value.facts)
        .bind(":residences", residences)
        .bind(":conflicted", conflicted)
        .bind(":case_no", value.no)
        .run();
    const bool updated_case_exists = connection_.changes() == 1;
    LACHAN_CHECK(updated_case_exists);

    Query place = connection_.query(R"sql(
        UPDATE case_file SET status = :status, next_due_ms = :next_due_ms
        WHERE case_no = :case_no AND (status != :status OR next_due_ms != :next_due_ms)
    )sql");
    place.bind(":status", value.status)
        .bind(":next_due_ms", next_due_ms(value))
        .bind(":case_no", value.no)
        .run();

    Query ground = connection_.query(R"sql(
        UPDATE case_file SET area = :area, received_ms = :received_ms
        WHERE case_no = :case_no AND (area != :area OR received_ms != :received_ms)
    )sql");
    ground.bind(":area", value.area).bind(":received_ms", value.received_at).bind(":case_no", value.no).run();
}

void SqliteCases::add_party(domain::CaseNo number,
                            const domain::AgencyId& agency,
                            std::span<const casework::PartyRelation> relations) {
    int bits = 0;
    for (const casework::PartyRelation relation : relations) {
        bits |= 1 << static_cast<int>(relation);
    }
    Query query = connection_.query(R"sql(
        INSERT INTO party (agency, case_no, relations) VALUES (:agency, :case_no, :relations)
        ON CONFLICT (agency, case_no) DO UPDATE SET relations = relations | excluded.relations
        WHERE relations & excluded.relations != excluded.relations
    )sql");
    query.bind(":agency", agency).bind(":case_no", number).bind(":relations", bits).run();
}

void SqliteCases::add_trace(domain::CaseNo number, casework::TraceKind kind, casework::TraceHash hash) {
    Query query = connection_.query(R"sql(
        INSERT INTO trace (hash, case_no, kind) VALUES (:hash, :case_no, :kind)
        ON CONFLICT (hash, case_no) DO NOTHING
    )sql");
    query.bind(":hash", hash).bind(":case_no", number).bind(":kind", kind).run();
}

void SqliteCases::link(domain::CaseNo one, domain::CaseNo other, Instant at) {
    link_from(one, other, at);
    link_from(other, one, at);
}

void SqliteCases::link_from(domain::CaseNo one, domain::CaseNo other, Instant at) {
    Query query = connection_.query(R"sql(
        INSERT INTO case_link (case_no, other, linked_ms) VALUES (:case_no, :other, :linked_ms)
        ON CONFLICT (case_no, other) DO NOTHING
    )sql");
    query.bind(":case_no", one).bind(":other", other).bind(":linked_ms", at).run();
}

bool SqliteCases::unlink(domain::CaseNo one, domain::CaseNo other) {
    Query query = connection_.query(R"sql(
        DELETE FROM case_link
        WHERE (case_no = :one AND other = :other) OR (case_no = :other AND other = :one)
    )sql");
    query.bind(":one", one).bind(":other", other).run();
    return connection_.changes() > 0;
}

}  // namespace lachan::store
