#include <algorithm>

#include "calls.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/http/report_codec.hpp"
#include "render.hpp"

/// The channels of an agency: registered, tried out, given new secrets, stopped.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kEndpoints = "/v1/agencies/{agency}/endpoints";
constexpr std::string_view kRotation = "/v1/agencies/{agency}/endpoints/{endpoint}/rotation";
constexpr std::string_view kRedelivery = "/v1/agencies/{agency}/endpoints/{endpoint}/redelivery";
constexpr std::string_view kPing = "/v1/agencies/{agency}/endpoints/{endpoint}/ping";
constexpr std::string_view kSuspension = "/v1/agencies/{agency}/endpoints/{endpoint}/suspension";
constexpr std::string_view kResumption = "/v1/agencies/{agency}/endpoints/{endpoint}/resumption";

constexpr std::int64_t kRankMax = 20;  ///< An agency has a few channels.
constexpr std::size_t kAddressMax = 2'000;
constexpr std::size_t kProviderMax = 32;
constexpr std::int64_t kOverlapHoursDefault = 24;  ///< A working day to bring the new secret into use.
constexpr std::int64_t kOverlapHoursMax = 31 * 24;

domain::AgencyId agency_of(const Request& request) {
    return domain::AgencyId(request.path_parameters.at("agency"));
}

domain::EndpointId endpoint_of(const Request& request) {
    return domain::EndpointId(request.path_parameters.at("endpoint"));
}

void write_endpoint(JsonWriter& json, const casework::EndpointView& view, Instant now) {
    const casework::Endpoint& endpoint = view.endpoint;
    const bool is_open = endpoint.open_until && *endpoint.open_until > now;
    json.begin_object();
    json.member("id", endpoint.id).member("agency", endpoint.agency);
    json.member("kind", domain::text_of(endpoint.kind)).member("rank", endpoint.rank);
    json.member("url", endpoint.kind == domain::ChannelKind::webhook ? endpoint.address : std::string());
    json.member("address", endpoint.address).member("provider", endpoint.provider);
    json.member("suspended", endpoint.suspended).member("suspended_why", endpoint.suspended_why);
    json.member("failures", endpoint.failures).member("circuit", is_open ? "open" : "closed");
    json.member("next_probe_at", is_open ? endpoint.open_until : std::nullopt);
    json.member("last_success_at", endpoint.last_success).member("last_attempt_at", endpoint.last_attempt);
    json.member("old_secret_until", endpoint.old_secret_until);
    json.member("scheduled", view.scheduled).member("oldest_at", view.oldest);
    json.member("lag_seconds",
                view.oldest ? std::chrono::floor<std::chrono::seconds>(now - *view.oldest).count() : 0);
    json.member("next_attempt_at", view.next_attempt);
    json.key("attempts");
    write_attempts(json, view.lately);
    json.end_object();
}

asio::awaitable<Result<Reply>> get_endpoints(const Services& services, const Request& request) {
    const domain::AgencyId agency = agency_of(request);
    const auto world = services.context.worlds.current();
    const auto views = co_await casework::endpoints_of(services.context, caller_of(request), agency);
    if (!views) {
        co_return views.error();
    }
    if (world->directory->agency_ever(agency) == nullptr) {
        co_return Error(Errc::not_found, "no such agency");
    }
    const Instant now = services.context.clock.now();
    QueryReader query(request.query);
    co_return paged(services, request, query, views->size(), [&](JsonWriter& json, std::size_t i) {
        write_endpoint(json, (*views)[i], now);
    });
}

/// Errors: `not_found` where the agency has no such endpoint.
asio::awaitable<Result<void>> expect_endpoint(const Services& services, const Request& request) {
    return casework::expect_endpoint(
        services.context, caller_of(request), agency_of(request), endpoint_of(request));
}

void read_new_endpoint(Members& members, casework::NewEndpoint& wanted) {
    wanted.kind = members.word<domain::ChannelKind>("kind").value_or(domain::ChannelKind::webhook);
    const std::string_view place = wanted.kind == domain::ChannelKind::webhook ? "url" : "address";
    members.missing(place, "where messages go has to be given");
    wanted.address = members.text(place, kAddressMax);
    wanted.provider = members.text("provider", kProviderMax);
    if (const auto rank = members.integer("rank", 0, kRankMax)) {
        wanted.rank = static_cast<int>(*rank);
    }
}

/// The secret is shown in this answer only.
casework::RenderEndpoint answer_with_secret(std::string collection, int status) {
    return [collection = std::move(collection), status](const casework::EndpointMade& made) {
        JsonWriter json;
        json.begin_object().member("id", made.id).member("secret", made.secret.reveal()).end_object();
        casework::Answer answer;
        answer.status = status;
        answer.location = status == 201 ? collection : "";
        answer.body = json.take();
        return answer;
    };
}

asio::awaitable<Result<Reply>> post_endpoint(const Services& services, const Request& request) {
    auto wanted = decode<casework::NewEndpoint>(request.body, read_new_endpoint);
    if (!wanted) {
        co_return wanted.error();
    }
    if (const auto allowed = casework::allow(caller_of(request), casework::Action::manage_directory);
        !allowed) {
        co_return allowed.error();
    }
    if (const auto sound = services.check_channel(*wanted); !sound) {
        co_return sound.error();
    }
    auto repeat = repeat_of(services, request, kEndpoints);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::add_endpoint(services.context,
                                                  caller_of(request),
                                                  agency_of(request),
                                                  std::move(*wanted),
                                                  std::move(*repeat),
                                                  answer_with_secret(request.path, 201));
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

struct Order {
    std::vector<domain::EndpointId> endpoints;
};

void read_order(Members& members, Order& order) {
    members.missing("endpoints", "the channels in their new order have to be given");
    const Json* const list = members.find("endpoints");
    if (list == nullptr) {
        return;
    }
    if (!list->is_array() || list->size() > kRankMax + 1) {
        members.fault("endpoints", "type", "expected a list of at most 21 ids of channels");
        return;
    }
    for (const Json& entry : *list) {
        if (!entry.is_string()) {
            members.fault("endpoints", "type", "expected a list of ids of channels");
            return;
        }
        order.endpoints.emplace_back(entry.get<std::string>());
    }
}

/// PUT …/endpoints/order: which channel comes first, and which when that one fails.
asio::awaitable<Result<Reply>> put_order(const Services& services, const Request& request) {
    auto order = decode<Order>(request.body, read_order);
    if (!order) {
        co_return order.error();
    }
    const auto ordered = co_await casework::order_endpoints(
        services.context, caller_of(request), agency_of(request), std::move(order->endpoints));
    if (!ordered) {
        co_return ordered.error();
    }
    auto reply = co_await get_endpoints(services, request);
    co_return reply;
}

struct Rotation {
    std::int64_t overlap_hours = kOverlapHoursDefault;
};

void read_rotation(Members& members, Rotation& rotation) {
    rotation.overlap_hours =
        members.integer("overlap_hours", 0, kOverlapHoursMax).value_or(kOverlapHoursDefault);
}

/// POST …/rotation: a new secret; the old one stays valid for the overlap.
asio::awaitable<Result<Reply>> post_rotation(const Services& services, const Request& request) {
    const auto rotation = decode<Rotation>(request.body, read_rotation);
    if (!rotation) {
        co_return rotation.error();
    }
    const auto known = co_await expect_endpoint(services, request);
    if (!known) {
        co_return known.error();
    }
    auto repeat = repeat_of(services, request, kRotation);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::rotate_secret(services.context,
                                                   caller_of(request),
                                                   endpoint_of(request),
                                                   std::chrono::hours(rotation->overlap_hours),
                                                   std::move(*repeat),
                                                   answer_with_secret("", 200));
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

casework::Answer answer_to_ping(const casework::SendOutcome& outcome) {
    const bool delivered = outcome.status && *outcome.status >= 200 && *outcome.status < 300;
    JsonWriter json;
    json.begin_object().member("delivered", delivered).member("status", outcome.status);
    json.key("failure");
    if (outcome.failure.empty()) {
        json.null();
    } else {
        json.value(outcome.failure);
    }
    json.member("latency_ms", outcome.latency_ms).member("excerpt", outcome.excerpt).end_object();
    return {200, "", "", json.take(), false};
}

/// POST …/ping: sends `endpoint.ping` now, and says what came back.
asio::awaitable<Result<Reply>> post_ping(const Services& services, const Request& request) {
    if (const auto sound = expect_no_members(request.body); !sound) {
        co_return sound.error();
    }
    const auto known = co_await expect_endpoint(services, request);
    if (!known) {
        co_return known.error();
    }
    auto repeat = repeat_of(services, request, kPing);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::ping_endpoint(services.context,
                                                   caller_of(request),
                                                   endpoint_of(request),
                                                   services.transport,
                                                   std::move(*repeat),
                                                   answer_to_ping);
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

void read_range(Members& members, Instant now, casework::RedeliveryRange& range) {
    members.missing("from", "since when has to be given");
    range.from = members.instant("from").value_or(Instant{});
    range.to = members.past_instant("to", now).value_or(now);
    range.state = members.word<domain::NotificationState>("state");
    const bool can_be = !range.state || *range.state == domain::NotificationState::delivered ||
                        *range.state == domain::NotificationState::human_task;
    if (!can_be) {
        members.fault("state", "unknown_word", "expected one of: delivered, human_task");
    }
    if (range.from >= range.to) {
        members.fault("from", "out_of_range", "has to lie before the end");
    }
}

Result<casework::RedeliveryRange> range_of(const Services& services, const Request& request) {
    const Instant now = services.context.clock.now();
    return decode<casework::RedeliveryRange>(
        request.body,
        [now](Members& members, casework::RedeliveryRange& range) { read_range(members, now, range); });
}

/// POST …/redelivery: what was tried there in a span of time is tried again, from its oldest on.
asio::awaitable<Result<Reply>> post_redelivery(const Services& services, const Request& request) {
    const auto range = range_of(services, request);
    if (!range) {
        co_return range.error();
    }
    const auto known = co_await expect_endpoint(services, request);
    if (!known) {
        co_return known.error();
    }
    auto repeat = repeat_of(services, request, kRedelivery);
    if (!repeat) {
        co_return repeat.error();
    }
    const auto render = [](const casework::Redelivered& done) {
        JsonWriter json;
        json.begin_object().member("scheduled", done.scheduled).member("next_from", done.next_from);
        json.end_object();
        return casework::Answer{202, "", "", json.take(), false};
    };
    auto answer = co_await casework::redeliver_range(
        services.context, caller_of(request), endpoint_of(request), *range, std::move(*repeat), render);
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

struct Suspension {
    std::string reason;
};

void read_suspension(Members& members, Suspension& suspension) {
    suspension.reason = members.text("reason", kNoteMax);
}

asio::awaitable<Result<Reply>> set_suspended(const Services& services,
                                             const Request& request,
                                             std::string_view route,
                                             bool suspended) {
    auto suspension = decode<Suspension>(request.body, read_suspension);
    if (!suspension) {
        co_return suspension.error();
    }
    const auto known = co_await expect_endpoint(services, request);
    if (!known) {
        co_return known.error();
    }
    auto repeat = repeat_of(services, request, route);
    if (!repeat) {
        co_return repeat.error();
    }
    JsonWriter json;
    json.begin_object().member("id", endpoint_of(request)).member("suspended", suspended).end_object();
    casework::Answer done{200, "", "", json.take(), false};
    auto answer = co_await casework::suspend_endpoint(services.context,
                                                      caller_of(request),
                                                      endpoint_of(request),
                                                      suspended,
                                                      std::move(suspension->reason),
                                                      std::move(*repeat),
                                                      std::move(done));
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

asio::awaitable<Result<Reply>> post_suspension(const Services& services, const Request& request) {
    return set_suspended(services, request, kSuspension, true);
}

asio::awaitable<Result<Reply>> post_resumption(const Services& services, const Request& request) {
    return set_suspended(services, request, kResumption, false);
}

}  // namespace

void add_endpoint_calls(std::vector<Route>& routes, const Services& services) {
    const auto add = [&](Method method, std::string_view pattern, Call call) {
        routes.push_back({.method = method, .pattern = pattern, .endpoint = endpoint(services, call)});
    };
    routes.push_back({.method = Method::get,
                      .pattern = kEndpoints,
                      .query = {"cursor", "limit"},
                      .endpoint = endpoint(services, get_endpoints)});
    add(Method::post, kEndpoints, post_endpoint);
    add(Method::put, "/v1/agencies/{agency}/endpoints/order", put_order);
    add(Method::post, kRotation, post_rotation);
    add(Method::post, kRedelivery, post_redelivery);
    add(Method::post, kPing, post_ping);
    add(Method::post, kSuspension, post_suspension);
    add(Method::post, kResumption, post_resumption);
}

}  // namespace lachan::http
