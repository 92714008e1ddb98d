#include "counts.hpp"

#include <algorithm>
#include <utility>

namespace lachan::store {
namespace {

std::int64_t number_of(Connection& connection, SqlText sql) {
    Query query = connection.query(sql);
    query.next();
    return query.row().integer();
}

std::int64_t open_without_next_action(Connection& connection) {
    return number_of(connection, R"sql(
        SELECT count(*) FROM case_file c
        WHERE c.status = 0 AND NOT EXISTS (
            SELECT 1 FROM duty d WHERE d.case_no = c.case_no AND d.state <= 1 AND d.next_at_ms IS NOT NULL)
    )sql");
}

/// An endpoint that does not exist is never called either.
std::int64_t endpoints_not_called(Connection& connection) {
    return number_of(connection, R"sql(
        SELECT count(*) FROM (SELECT DISTINCT endpoint FROM notification WHERE state = 0) q
        LEFT JOIN endpoint e ON e.endpoint_id = q.endpoint
        WHERE e.next_at_ms IS NULL
    )sql");
}

}  // namespace

casework::Counts count_all(Connection& connection) {
    casework::Counts counts;
    counts.cases_open = number_of(connection, "SELECT count(*) FROM case_file WHERE status = 0");
    counts.duties_pending = number_of(connection, "SELECT count(*) FROM duty WHERE state <= 1");
    counts.duties_overdue =
        number_of(connection, "SELECT count(*) FROM duty WHERE state <= 1 AND overdue_ms IS NOT NULL");
    counts.notifications_scheduled =
        number_of(connection, "SELECT count(*) FROM notification WHERE state = 0");
    counts.notifications_human_task =
        number_of(connection, "SELECT count(*) FROM notification WHERE state = 3");
    Query oldest = connection.query("SELECT min(created_ms) FROM notification WHERE state = 0");
    oldest.next();
    counts.oldest_scheduled = oldest.row().maybe_instant();
    counts.open_without_next_action = open_without_next_action(connection);
    counts.pending_duties_without_instant =
        number_of(connection, "SELECT count(*) FROM duty WHERE state <= 1 AND next_at_ms IS NULL");
    counts.pending_duties_without_holder =
        number_of(connection, "SELECT count(*) FROM duty WHERE state <= 1 AND holder = ''");
    counts.scheduled_without_instant = number_of(
        connection, "SELECT count(*) FROM notification WHERE state = 0 AND next_attempt_ms IS NULL");
    counts.endpoints_not_called = endpoints_not_called(connection);
    return counts;
}

casework::DeliveryFigures delivery_figures(Connection& connection) {
    casework::DeliveryFigures figures;
    Query queues = connection.query(R"sql(
        SELECT urgency, count(*), min(created_ms) FROM notification WHERE state = 0 GROUP BY urgency
    )sql");
    while (queues.next()) {
        Row row = queues.row();
        const auto urgency = static_cast<std::size_t>(row.integer());
        figures.scheduled.at(urgency) = row.integer();
        const Instant oldest = row.instant();
        figures.oldest_scheduled = std::min(figures.oldest_scheduled.value_or(oldest), oldest);
    }
    figures.human_tasks = number_of(connection, "SELECT count(*) FROM notification WHERE state = 3");
    Query agencies = connection.query(R"sql(
        SELECT agency, max(last_success_ms), sum(open_until_ms IS NOT NULL AND NOT suspended), sum(suspended)
        FROM endpoint GROUP BY agency
    )sql");
    while (agencies.next()) {
        Row row = agencies.row();
        auto agency = row.id<domain::AgencyId>();
        if (const auto last = row.maybe_instant()) {
            figures.last_success.emplace_back(std::move(agency), *last);
        }
        figures.circuits_open += row.integer();
        figures.endpoints_suspended += row.integer();
    }
    return figures;
}

}  // namespace lachan::store
