#include "outbox.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "lachan/base/check.hpp"
#include "scope.hpp"

namespace lachan::store {
namespace {

constexpr std::array kMostUrgentFirst = {
    domain::Urgency::emergency, domain::Urgency::urgent, domain::Urgency::normal};

constexpr char kColumns[] =
    "n.case_no, n.ordinal, n.agency, n.endpoint, n.type, n.duty, n.rule, n.case_sequence, n.urgency, "
    "n.created_ms, "
    "n.respond_by_ms, n.due_ms, n.state, n.attempts, n.earlier_attempts, n.rescheduled_ms, "
    "n.next_attempt_ms, n.delivered_ms, n.reroute_at_ms";

domain::Notification read_notification(Row row) {
    domain::Notification value;
    value.no.case_no = domain::CaseNo{row.integer()};
    value.no.ordinal = row.small();
    value.agency = row.id<domain::AgencyId>();
    value.endpoint = row.id<domain::EndpointId>();
    value.type = row.text();
    value.duty = row.maybe_small();
    value.rule = row.text();
    value.case_sequence = row.integer();
    value.urgency = row.code<domain::Urgency>();
    value.created_at = row.instant();
    value.respond_by = row.maybe_instant();
    value.due = row.maybe_instant();
    value.state = row.code<domain::NotificationState>();
    value.attempts = row.small();
    value.earlier_attempts = row.small();
    value.rescheduled_at = row.maybe_instant();
    value.next_attempt = row.maybe_instant();
    value.delivered_at = row.maybe_instant();
    value.reroute_at = row.maybe_instant();
    return value;
}

std::vector<domain::Notification> read_all(Query& query) {
    std::vector<domain::Notification> found;
    while (query.next()) {
        found.push_back(read_notification(query.row()));
    }
    return found;
}

constexpr char kAttemptColumns[] =
    "a.case_no, a.ordinal, a.number, a.endpoint, a.at_ms, a.outcome, a.status, a.failure, a.latency_ms, "
    "a.excerpt";

domain::NotificationNo read_number(Row& row) {
    const domain::CaseNo number{row.integer()};
    return {number, row.small()};
}

std::vector<domain::NotificationNo> read_numbers(Query& query) {
    std::vector<domain::NotificationNo> found;
    while (query.next()) {
        Row row = query.row();
        found.push_back(read_number(row));
    }
    return found;
}

std::vector<domain::Attempt> read_attempts(Query& query) {
    std::vector<domain::Attempt> found;
    while (query.next()) {
        Row row = query.row();
        domain::Attempt& attempt = found.emplace_back();
        attempt.notification = read_number(row);
        attempt.number = row.small();
        attempt.endpoint = row.id<domain::EndpointId>();
        attempt.at = row.instant();
        attempt.outcome = row.code<domain::AttemptOutcome>();
        attempt.status = row.maybe_small();
        attempt.failure = row.text();
        attempt.latency_ms = row.integer();
        attempt.excerpt = row.text();
    }
    return found;
}

/// Names the states that have a partial index of their own as that index does.
std::string state_filter(const std::optional<domain::NotificationState>& state) {
    if (!state) {
        return "1";
    }
    return "n.state = " + std::to_string(static_cast<int>(*state));
}

bool is_scheduled(domain::NotificationState state) {
    return state == domain::NotificationState::scheduled;
}

/// All of it, in the order of both statements that write it.
Query& bind_all(Query& query, const domain::Notification& value) {
    return query.bind(":agency", value.agency)
        .bind(":endpoint", value.endpoint)
        .bind(":type", value.type)
        .bind(":duty", value.duty)
        .bind(":rule", value.rule)
        .bind(":case_sequence", value.case_sequence)
        .bind(":urgency", value.urgency)
        .bind(":created_ms", value.created_at)
        .bind(":respond_by_ms", value.respond_by)
        .bind(":due_ms", value.due)
        .bind(":state", value.state)
        .bind(":attempts", value.attempts)
        .bind(":earlier_attempts", value.earlier_attempts)
        .bind(":rescheduled_ms", value.rescheduled_at)
        .bind(":next_attempt_ms", value.next_attempt)
        .bind(":delivered_ms", value.delivered_at)
        .bind(":reroute_at_ms", value.reroute_at)
        .bind(":case_no", value.no.case_no)
        .bind(":ordinal", value.no.ordinal);
}

}  // namespace

std::optional<domain::Notification> SqliteOutbox::find(domain::NotificationNo number) const {
    static constexpr auto kSql = joined(
        "SELECT ", kColumns, " FROM notification n WHERE n.case_no = :case_no AND n.ordinal = :ordinal");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number.case_no).bind(":ordinal", number.ordinal);
    return query.next() ? std::optional(read_notification(query.row())) : std::nullopt;
}

std::vector<domain::Notification> SqliteOutbox::of_case(domain::CaseNo number) const {
    static constexpr auto kSql =
        joined("SELECT ", kColumns, " FROM notification n WHERE n.case_no = :case_no ORDER BY n.ordinal");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number);
    return read_all(query);
}

std::vector<domain::Notification> SqliteOutbox::waiting_of(domain::CaseNo number) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, R"sql( FROM notification n
        WHERE n.case_no = :case_no AND n.state IN (+0, +3) ORDER BY n.ordinal
    )sql");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number);
    return read_all(query);
}

std::vector<domain::Notification> SqliteOutbox::list(const casework::NotificationQuery& query) const {
    const ScopeFilter scope(query.scope);
    std::string sql = "SELECT " + std::string(kColumns) + " FROM notification n";
    if (!scope.is_open()) {
        sql += " JOIN case_file c ON c.case_no = n.case_no";
    }
    sql += " WHERE " + state_filter(query.state);
    sql += query.agency ? " AND n.agency = :agency" : "";
    sql += query.after ? " AND (n.case_no, n.ordinal) < (:after_no, :after_ordinal)" : "";
    sql += scope.sql() + " ORDER BY n.case_no DESC, n.ordinal DESC LIMIT :limit";

    Query statement = connection_.composed(sql);
    if (query.agency) {
        statement.bind(":agency", *query.agency);
    }
    if (query.after) {
        statement.bind(":after_no", query.after->case_no).bind(":after_ordinal", query.after->ordinal);
    }
    scope.bind(statement);
    statement.bind(":limit", query.limit);
    return read_all(statement);
}

std::vector<domain::Attempt> SqliteOutbox::attempts(domain::NotificationNo number) const {
    static constexpr auto kSql =
        joined("SELECT ",
               kAttemptColumns,
               " FROM attempt a WHERE a.case_no = :case_no AND a.ordinal = :ordinal ORDER BY a.number");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number.case_no).bind(":ordinal", number.ordinal);
    return read_attempts(query);
}

/// In the order of the index and no other: once an endpoint is back its whole queue has one instant, and
/// sorting it for each of its messages would cost its square.
std::optional<domain::Notification> SqliteOutbox::head(const domain::EndpointId& endpoint,
                                                       Instant now) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, R"sql( FROM notification n
        WHERE n.state = 0 AND n.endpoint = :endpoint AND n.blocked = 0 AND n.urgency = :urgency
            AND n.next_attempt_ms <= :now
        ORDER BY n.next_attempt_ms, n.created_ms, n.case_no, n.ordinal LIMIT 1
    )sql");
    for (const domain::Urgency urgency : kMostUrgentFirst) {
        Query query = connection_.query(kSql);
        query.bind(":endpoint", endpoint).bind(":urgency", urgency).bind(":now", now);
        if (query.next()) {
            return read_notification(query.row());
        }
    }
    return std::nullopt;
}

std::optional<Instant> SqliteOutbox::next_attempt(const domain::EndpointId& endpoint) const {
    std::optional<Instant> earliest;
    for (const domain::Urgency urgency : kMostUrgentFirst) {
        Query query = connection_.query(R"sql(
            SELECT min(next_attempt_ms) FROM notification
            WHERE state = 0 AND endpoint = :endpoint AND blocked = 0 AND urgency = :urgency
        )sql");
        query.bind(":endpoint", endpoint).bind(":urgency", urgency).next();
        const auto next = query.row().maybe_instant();
        if (next && (!earliest || *next < *earliest)) {
            earliest = next;
        }
    }
    return earliest;
}

std::int64_t SqliteOutbox::scheduled(const domain::EndpointId& endpoint) const {
    Query query =
        connection_.query("SELECT count(*) FROM notification WHERE state = 0 AND endpoint = :endpoint");
    query.bind(":endpoint", endpoint).next();
    return query.row().integer();
}

std::optional<Instant> SqliteOutbox::oldest(const domain::EndpointId& endpoint) const {
    Query query = connection_.query(
        "SELECT min(created_ms) FROM notification WHERE state = 0 AND endpoint = :endpoint");
    query.bind(":endpoint", endpoint).next();
    return query.row().maybe_instant();
}

std::vector<domain::Attempt> SqliteOutbox::lately(const domain::EndpointId& endpoint, int limit) const {
    static constexpr auto kSql = joined("SELECT ",
                                        kAttemptColumns,
                                        " FROM attempt a WHERE a.endpoint = :endpoint "
                                        "ORDER BY a.at_ms DESC LIMIT :limit");
    Query query = connection_.query(kSql);
    query.bind(":endpoint", endpoint).bind(":limit", limit);
    return read_attempts(query);
}

std::vector<std::pair<domain::NotificationNo, Instant>> SqliteOutbox::tried(
    const domain::EndpointId& endpoint,
    Instant from,
    Instant to,
    domain::NotificationState state,
    int limit) const {
    Query query = connection_.query(R"sql(
        SELECT a.case_no, a.ordinal, min(a.at_ms) FROM attempt a
        JOIN notification n ON n.case_no = a.case_no AND n.ordinal = a.ordinal
        WHERE a.endpoint = :endpoint AND a.at_ms >= :from AND a.at_ms < :to AND n.state = :state
        GROUP BY a.case_no, a.ordinal ORDER BY min(a.at_ms), a.case_no, a.ordinal LIMIT :limit
    )sql");
    query.bind(":endpoint", endpoint)
        .bind(":from", from)
        .bind(":to", to)
        .bind(":state", state)
        .bind(":limit", limit);
    std::vector<std::pair<domain::NotificationNo, Instant>> found;
    while (query.next()) {
        Row row = query.row();
        const domain::NotificationNo number = read_number(row);
        found.emplace_back(number, row.instant());
    }
    return found;
}

std::vector<domain::NotificationNo> SqliteOutbox::tasks_of(const domain::AgencyId& agency,
                                                           domain::NotificationNo after,
                                                           int limit) const {
    Query query = connection_.query(R"sql(
        SELECT case_no, ordinal FROM notification
        WHERE state = 3 AND agency = :agency AND (case_no, ordinal) > (:after_no, :after_ordinal)
        ORDER BY case_no, ordinal LIMIT :limit
    )sql");
    query.bind(":agency", agency)
        .bind(":after_no", after.case_no)
        .bind(":after_ordinal", after.ordinal)
        .bind(":limit", limit);
    return read_numbers(query);
}

std::vector<domain::NotificationNo> SqliteOutbox::to_reroute(Instant now, int limit) const {
    Query query = connection_.query(R"sql(
        SELECT case_no, ordinal FROM notification
        WHERE state = 0 AND reroute_at_ms IS NOT NULL AND reroute_at_ms <= :now
        ORDER BY reroute_at_ms, case_no, ordinal LIMIT :limit
    )sql");
    query.bind(":now", now).bind(":limit", limit);
    return read_numbers(query);
}

std::optional<Instant> SqliteOutbox::next_reroute() const {
    Query query = connection_.query(
        "SELECT min(reroute_at_ms) FROM notification WHERE state = 0 AND reroute_at_ms IS NOT NULL");
    query.next();
    return query.row().maybe_instant();
}

bool SqliteOutbox::is_blocked(const domain::Notification& value) {
    if (value.no.ordinal == 1) {
        begun_ = {value.no.case_no, 0, {}};
    }
    const bool known = begun_.case_no == value.no.case_no && begun_.last + 1 == value.no.ordinal;
    if (!known) {
        begun_ = {};
        return has_earlier(value);
    }
    begun_.last = value.no.ordinal;
    auto& waiting = begun_.waiting;
    const bool blocked = std::find(waiting.begin(), waiting.end(), value.endpoint) != waiting.end();
    if (is_scheduled(value.state) && !blocked) {
        waiting.push_back(value.endpoint);
    }
    return blocked;
}

bool SqliteOutbox::has_earlier(const domain::Notification& value) const {
    Query query = connection_.query(R"sql(
        SELECT 1 FROM notification
        WHERE case_no = :case_no AND ordinal < :ordinal AND state = +0 AND endpoint = :endpoint LIMIT 1
    )sql");
    query.bind(":case_no", value.no.case_no)
        .bind(":ordinal", value.no.ordinal)
        .bind(":endpoint", value.endpoint);
    return query.next();
}

void SqliteOutbox::insert(const domain::Notification& value) {
    const bool blocked = is_blocked(value);
    Query query = connection_.query(R"sql(
        INSERT INTO notification (agency, endpoint, type, duty, rule, case_sequence, urgency, created_ms, respond_by_ms,
            due_ms, state, attempts, earlier_attempts, rescheduled_ms, next_attempt_ms, delivered_ms, reroute_at_ms,
            case_no, ordinal, blocked)
        VALUES (:agency, :endpoint, :type, :duty, :rule, :case_sequence, :urgency, :created_ms, :respond_by_ms,
            :due_ms, :state, :attempts, :earlier_attempts, :rescheduled_ms, :next_attempt_ms, :delivered_ms, :reroute_at_ms,
            :case_no, :ordinal, :blocked)
    )sql");
    bind_all(query, value).bind(":blocked", blocked).run();
}

SqliteOutbox::Place SqliteOutbox::place_of(domain::NotificationNo number) const {
    Query query = connection_.query(
        "SELECT endpoint, state FROM notification WHERE case_no = :case_no AND ordinal = :ordinal");
    query.bind(":case_no", number.case_no).bind(":ordinal", number.ordinal);
    const bool notification_exists = query.next();
    LACHAN_CHECK(notification_exists);
    Row row = query.row();
    auto endpoint = row.id<domain::EndpointId>();
    return {std::move(endpoint), row.code<domain::NotificationState>()};
}

void SqliteOutbox::update(const domain::Notification& value) {
    begun_ = {};
    const Place before = place_of(value.no);
    Query query = connection_.query(R"sql(
        UPDATE notification SET agency = :agency, endpoint = :endpoint, type = :type, duty = :duty, rule = :rule,
            case_sequence = :case_sequence, urgency = :urgency, created_ms = :created_ms,
            respond_by_ms = :respond_by_ms, due_ms = :due_ms, state = :state, attempts = :attempts,
            earlier_attempts = :earlier_attempts, rescheduled_ms = :rescheduled_ms, next_attempt_ms = :next_attempt_ms, delivered_ms = :delivered_ms, reroute_at_ms = :reroute_at_ms
        WHERE case_no = :case_no AND ordinal = :ordinal
    )sql");
    bind_all(query, value).run();

    const bool moved = before.endpoint != value.endpoint;
    if (is_scheduled(before.state) && (moved || !is_scheduled(value.state))) {
        settle_queue(value.no.case_no, before.endpoint);
    }
    if (is_scheduled(value.state) && (moved || !is_scheduled(before.state))) {
        settle_queue(value.no.case_no, value.endpoint);
    }
}

/// Of what a case has scheduled at an endpoint only the first may go out.
///
/// "state = +0" (here and with the others of one case) says the same as "state = 0" but does not match the
/// partial index of the queue, which SQLite might otherwise walk: it can be thousands long, while a case has
/// few rows.
void SqliteOutbox::settle_queue(domain::CaseNo number, const domain::EndpointId& endpoint) {
    Query first_query = connection_.query(R"sql(
        SELECT min(ordinal) FROM notification WHERE case_no = :case_no AND state = +0 AND endpoint = :endpoint
    )sql");
    first_query.bind(":case_no", number).bind(":endpoint", endpoint).next();
    const auto first = first_query.row().maybe_small();
    if (!first) {
        return;
    }
    Query query = connection_.query(R"sql(
        UPDATE notification SET blocked = (ordinal != :first)
        WHERE case_no = :case_no AND state = +0 AND endpoint = :endpoint AND blocked != (ordinal != :first)
    )sql");
    query.bind(":first", *first).bind(":case_no", number).bind(":endpoint", endpoint).run();
}

void SqliteOutbox::insert_attempt(const domain::Attempt& value) {
    Query query = connection_.query(R"sql(
        INSERT INTO attempt (case_no, ordinal, number, endpoint, at_ms, outcome, status, failure, latency_ms, excerpt)
        VALUES (:case_no, :ordinal, :number, :endpoint, :at_ms, :outcome, :status, :failure, :latency_ms, :excerpt)
    )sql");
    query.bind(":case_no", value.notification.case_no)
        .bind(":ordinal", value.notification.ordinal)
        .bind(":number", value.number)
        .bind(":endpoint", value.endpoint)
        .bind(":at_ms", value.at)
        .bind(":outcome", value.outcome)
        .bind(":status", value.status)
        .bind(":failure", value.failure)
        .bind(":latency_ms", value.latency_ms)
        .bind(":excerpt", value.excerpt)
        .run();
}

void SqliteOutbox::hurry(const domain::EndpointId& endpoint, Instant at) {
    Query query = connection_.query(R"sql(
        UPDATE notification SET next_attempt_ms = :at
        WHERE state = 0 AND endpoint = :endpoint AND next_attempt_ms > :at
    )sql");
    query.bind(":at", at).bind(":endpoint", endpoint).run();
}

}  // namespace lachan::store
