#include "endpoints.hpp"

#include <algorithm>
#include <tuple>

namespace lachan::store {
namespace {

using casework::Endpoint;

constexpr char kColumns[] =
    "endpoint_id, agency, rank, kind, address, provider, sealed_secrets, old_secret_until_ms, suspended, "
    "suspended_why, "
    "failures, open_until_ms, last_success_ms, last_attempt_ms, leased_until_ms, next_at_ms, exercise";

Endpoint read_endpoint(Row row) {
    Endpoint value;
    value.id = row.id<domain::EndpointId>();
    value.agency = row.id<domain::AgencyId>();
    value.rank = row.small();
    value.kind = row.code<domain::ChannelKind>();
    value.address = row.text();
    value.provider = row.text();
    value.sealed_secrets = row.bytes();
    value.old_secret_until = row.maybe_instant();
    value.suspended = row.flag();
    value.suspended_why = row.text();
    value.failures = row.small();
    value.open_until = row.maybe_instant();
    value.last_success = row.maybe_instant();
    value.last_attempt = row.maybe_instant();
    value.leased_until = row.maybe_instant();
    value.next_at = row.maybe_instant();
    value.exercise = row.flag();
    return value;
}

int number_of(casework::Standing standing) {
    return standing == casework::Standing::doubtful ? 1 : 0;
}

/// Whether two states of an endpoint differ in nothing but how its deliveries went.
bool is_same_but_for_deliveries(const Endpoint& one, const Endpoint& other) {
    const auto rest = [](const Endpoint& value) {
        return std::tie(value.id,
                        value.agency,
                        value.rank,
                        value.kind,
                        value.address,
                        value.provider,
                        value.sealed_secrets,
                        value.old_secret_until,
                        value.suspended,
                        value.suspended_why,
                        value.exercise);
    };
    return rest(one) == rest(other);
}

std::vector<Endpoint> read_all(Query& query) {
    std::vector<Endpoint> found;
    while (query.next()) {
        found.push_back(read_endpoint(query.row()));
    }
    return found;
}

}  // namespace

std::optional<Endpoint> SqliteEndpoints::find(const domain::EndpointId& id) const {
    static constexpr auto kSql =
        joined("SELECT ", kColumns, " FROM endpoint WHERE endpoint_id = :endpoint_id");
    Query query = connection_.query(kSql);
    query.bind(":endpoint_id", id);
    auto found = query.next() ? std::optional(read_endpoint(query.row())) : std::nullopt;
    if (remembers_) {
        read_ = found;
    }
    return found;
}

std::vector<Endpoint> SqliteEndpoints::of_agency(const domain::AgencyId& agency) const {
    static constexpr auto kSql =
        joined("SELECT ", kColumns, " FROM endpoint WHERE agency = :agency ORDER BY rank, endpoint_id");
    Query query = connection_.query(kSql);
    query.bind(":agency", agency);
    return read_all(query);
}

std::optional<domain::EndpointId> SqliteEndpoints::channel(const domain::AgencyId& agency) const {
    if (!remembers_) {
        return look_up_channel(agency);
    }
    const auto [known, is_new] = channels_.try_emplace(agency.text());
    if (is_new) {
        known->second = look_up_channel(agency);
    }
    return known->second;
}

std::optional<domain::EndpointId> SqliteEndpoints::look_up_channel(const domain::AgencyId& agency) const {
    Query query = connection_.query(R"sql(
        SELECT endpoint_id FROM endpoint WHERE agency = :agency AND suspended = 0 ORDER BY rank, endpoint_id LIMIT 1
    )sql");
    query.bind(":agency", agency);
    return query.next() ? std::optional(query.row().id<domain::EndpointId>()) : std::nullopt;
}

std::vector<Endpoint> SqliteEndpoints::all() const {
    static constexpr auto kSql =
        joined("SELECT ", kColumns, " FROM endpoint ORDER BY agency, rank, endpoint_id");
    Query query = connection_.query(kSql);
    return read_all(query);
}

std::vector<domain::EndpointId> SqliteEndpoints::due(casework::Standing standing,
                                                     Instant now,
                                                     int limit) const {
    Query query = connection_.query(R"sql(
        SELECT endpoint_id, next_at_ms FROM endpoint
        WHERE next_at_ms IS NOT NULL AND leased_until_ms IS NULL AND (failures > 0) = :doubtful AND next_at_ms <= :now
        UNION ALL
        SELECT endpoint_id, next_at_ms FROM endpoint
        WHERE next_at_ms IS NOT NULL AND (failures > 0) = :doubtful AND next_at_ms <= :now
            AND leased_until_ms IS NOT NULL AND leased_until_ms <= :now
        ORDER BY next_at_ms, endpoint_id LIMIT :limit
    )sql");
    query.bind(":doubtful", number_of(standing)).bind(":now", now).bind(":limit", limit);
    std::vector<domain::EndpointId> found;
    while (query.next()) {
        found.push_back(query.row().id<domain::EndpointId>());
    }
    return found;
}

std::optional<Instant> SqliteEndpoints::next_instant(casework::Standing standing) const {
    Query query = connection_.query(R"sql(
        SELECT next_at_ms FROM endpoint
        WHERE next_at_ms IS NOT NULL AND (failures > 0) = :doubtful AND leased_until_ms IS NULL
        ORDER BY next_at_ms LIMIT 1
    )sql");
    query.bind(":doubtful", number_of(standing));
    const auto unleased = query.next() ? query.row().maybe_instant() : std::nullopt;
    const auto leased = first_lease_end(standing);
    return unleased && leased ? std::min(*unleased, *leased) : unleased ? unleased : leased;
}

/// Leases are of one length, so the first to end is the first that could have been lost.
std::optional<Instant> SqliteEndpoints::first_lease_end(casework::Standing standing) const {
    Query query = connection_.query(R"sql(
        SELECT leased_until_ms, next_at_ms FROM endpoint
        WHERE leased_until_ms IS NOT NULL AND next_at_ms IS NOT NULL AND (failures > 0) = :doubtful
        ORDER BY leased_until_ms LIMIT 1
    )sql");
    query.bind(":doubtful", number_of(standing));
    if (!query.next()) {
        return std::nullopt;
    }
    Row row = query.row();
    const Instant ends = row.instant();
    return std::max(ends, row.instant());
}

void SqliteEndpoints::put(const Endpoint& value) {
    called_.clear();
    if (put_standing(value)) {
        return;
    }
    channels_.clear();
    read_.reset();
    Query query = connection_.query(R"sql(
        INSERT INTO endpoint (endpoint_id, agency, rank, kind, address, provider, sealed_secrets, old_secret_until_ms,
            suspended, suspended_why, failures, open_until_ms, last_success_ms, last_attempt_ms, leased_until_ms, next_at_ms,
            exercise)
        VALUES (:endpoint_id, :agency, :rank, :kind, :address, :provider, :sealed_secrets, :old_secret_until_ms,
            :suspended, :suspended_why, :failures, :open_until_ms, :last_success_ms, :last_attempt_ms, :leased_until_ms,
            :next_at_ms, :exercise)
        ON CONFLICT (endpoint_id) DO UPDATE SET agency = excluded.agency, rank = excluded.rank, kind = excluded.kind,
            address = excluded.address, provider = excluded.provider, sealed_secrets = excluded.sealed_secrets,
            old_secret_until_ms = excluded.old_secret_until_ms, suspended = excluded.suspended,
            suspended_why = excluded.suspended_why, failures = excluded.failures,
            open_until_ms = excluded.open_until_ms, last_success_ms = excluded.last_success_ms,
            last_attempt_ms = excluded.last_attempt_ms, leased_until_ms = excluded.leased_until_ms,
            next_at_ms = excluded.next_at_ms, exercise = excluded.exercise
    )sql");
    query.bind(":endpoint_id", value.id)
        .bind(":agency", value.agency)
        .bind(":rank", value.rank)
        .bind(":kind", value.kind)
        .bind(":address", value.address)
        .bind(":provider", value.provider)
        .bind(":sealed_secrets", value.sealed_secrets)
        .bind(":old_secret_until_ms", value.old_secret_until)
        .bind(":suspended", value.suspended)
        .bind(":suspended_why", value.suspended_why)
        .bind(":failures", value.failures)
        .bind(":open_until_ms", value.open_until)
        .bind(":last_success_ms", value.last_success)
        .bind(":last_attempt_ms", value.last_attempt)
        .bind(":leased_until_ms", value.leased_until)
        .bind(":next_at_ms", value.next_at)
        .bind(":exercise", value.exercise)
        .run();
}

bool SqliteEndpoints::put_standing(const Endpoint& value) {
    if (!read_ || !is_same_but_for_deliveries(*read_, value)) {
        return false;
    }
    Query query = connection_.query(R"sql(
        UPDATE endpoint SET failures = :failures, open_until_ms = :open_until_ms, last_success_ms = :last_success_ms,
            last_attempt_ms = :last_attempt_ms, leased_until_ms = :leased_until_ms, next_at_ms = :next_at_ms
        WHERE endpoint_id = :endpoint_id
    )sql");
    query.bind(":failures", value.failures)
        .bind(":open_until_ms", value.open_until)
        .bind(":last_success_ms", value.last_success)
        .bind(":last_attempt_ms", value.last_attempt)
        .bind(":leased_until_ms", value.leased_until)
        .bind(":next_at_ms", value.next_at)
        .bind(":endpoint_id", value.id)
        .run();
    read_ = value;
    return true;
}

void SqliteEndpoints::call_at(const domain::EndpointId& id, Instant at) {
    const auto [called, is_new] = called_.try_emplace(id.text(), at);
    if (!is_new && called->second <= at) {
        return;
    }
    called->second = at;
    Query query = connection_.query(R"sql(
        UPDATE endpoint SET next_at_ms = :at
        WHERE endpoint_id = :endpoint_id AND (next_at_ms IS NULL OR next_at_ms > :at)
    )sql");
    query.bind(":at", at).bind(":endpoint_id", id).run();
}

}  // namespace lachan::store
