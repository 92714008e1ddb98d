#include "cases.hpp"
#include "columns.hpp"
#include "scope.hpp"

/// Counting cases for statistics. Numbers are given in the order of `opened_ms`, so the cases of a period lie
/// together and need no index of their own.
namespace lachan::store {
namespace {

/// The first number given at `from` or later; one past the last where there is none.
std::int64_t first_since(Connection& connection, Instant from) {
    Query last = connection.query("SELECT COALESCE(MAX(case_no), 0) + 1 FROM case_file");
    last.next();
    std::int64_t low = 1;
    std::int64_t high = last.row().integer();
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        Query at = connection.query(
            "SELECT opened_ms FROM case_file WHERE case_no >= :number ORDER BY case_no LIMIT 1");
        at.bind(":number", middle);
        if (at.next() && at.row().instant() < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/// "SELECT columns, measures FROM cases of the period, joined with `join`, GROUP BY columns".
std::string sql_of(const std::string& columns,
                   const std::string& join,
                   const std::string& measures,
                   const ScopeFilter& scope) {
    return "SELECT " + columns + ", " + measures + " FROM case_file c " + join +
           " WHERE c.case_no >= :first AND c.case_no < :end AND c.kind = :kind" + scope.sql() + " GROUP BY " +
           columns;
}

void bind(Query& statement,
          Connection& connection,
          const casework::TallyQuery& query,
          const ScopeFilter& scope) {
    const std::int64_t first = first_since(connection, query.from);
    const std::int64_t end = first_since(connection, query.to);
    statement.bind(":first", first).bind(":end", end).bind(":kind", domain::ReportStatus::actual);
    scope.bind(statement);
}

}  // namespace

std::vector<casework::CaseTally> SqliteCases::tally(const casework::TallyQuery& query) const {
    const ScopeFilter scope(query.scope);
    Query statement =
        connection_.composed(sql_of("c.area, c.categories, c.urgency, c.severity, c.status, c.facts",
                                    "",
                                    "COUNT(*), SUM(c.children)",
                                    scope));
    bind(statement, connection_, query, scope);
    std::vector<casework::CaseTally> found;
    while (statement.next()) {
        Row row = statement.row();
        casework::CaseTally& tally = found.emplace_back();
        tally.area = row.id<domain::AreaCode>();
        tally.categories = categories_of(row.integer());
        tally.urgency = row.code<domain::Urgency>();
        tally.severity = row.code<domain::Severity>();
        tally.status = row.code<domain::CaseStatus>();
        tally.facts = row.text();
        tally.cases = row.integer();
        tally.children = row.integer();
    }
    return found;
}

std::vector<casework::DutyTally> SqliteCases::tally_duties(const casework::TallyQuery& query) const {
    const ScopeFilter scope(query.scope);
    Query statement = connection_.composed(sql_of("d.kind, d.rule, d.state, d.overdue_ms IS NOT NULL",
                                                  "JOIN duty d ON d.case_no = c.case_no",
                                                  "COUNT(*)",
                                                  scope));
    bind(statement, connection_, query, scope);
    std::vector<casework::DutyTally> found;
    while (statement.next()) {
        Row row = statement.row();
        casework::DutyTally& tally = found.emplace_back();
        tally.kind = row.text();
        tally.rule = row.text();
        tally.state = row.code<domain::DutyState>();
        tally.overdue = row.integer() != 0;
        tally.duties = row.integer();
    }
    return found;
}

}  // namespace lachan::store
