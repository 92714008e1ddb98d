#include <algorithm>

#include "calls.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/http/report_codec.hpp"

/// The channels of an agency: registered, tried out, given new secrets, stopped.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kEndpoints = "/v1/agencies/{agency}/endpoints";
constexpr std::string_view kRotation = "/v1/agencies/{agency}/endpoints/{endpoint}/rotation";

constexpr std::int64_t kRankMax = 20;  ///< An agency has a few channels.
constexpr std::size_t kUrlMax = 2'000;
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
    json.member("url", endpoint.address);
    json.member("suspended", endpoint.suspended).member("suspended_why", endpoint.suspended_why);
    json.member("failures", endpoint.failures).member("circuit", is_open ? "open" : "closed");
    json.member("next_probe_at", is_open ? endpoint.open_until : std::nullopt);
    json.member("last_success_at", endpoint.last_success).member("last_attempt_at", endpoint.last_attempt);
    json.member("old_secret_until", endpoint.old_secret_until);
    json.member("scheduled", view.scheduled).member("oldest_at", view.oldest);
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
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const casework::EndpointView& view : *views) {
        write_endpoint(json, view, services.context.clock.now());
    }
    json.end_array().key("next_cursor").null().end_object();
    co_return Reply::json(200, json.take());
}

/// Errors: `not_found` where the agency has no such endpoint.
asio::awaitable<Result<void>> expect_endpoint(const Services& services, const Request& request) {
    const auto views =
        co_await casework::endpoints_of(services.context, caller_of(request), agency_of(request));
    if (!views) {
        co_return views.error();
    }
    const domain::EndpointId wanted = endpoint_of(request);
    const bool has_it = std::ranges::any_of(
        *views, [&wanted](const casework::EndpointView& view) { return view.endpoint.id == wanted; });
    if (!has_it) {
        co_return Error(Errc::not_found, "this agency has no such endpoint");
    }
    co_return Result<void>();
}

void read_new_endpoint(Members& members, casework::NewEndpoint& wanted) {
    wanted.kind = members.word<domain::ChannelKind>("kind").value_or(domain::ChannelKind::webhook);
    members.missing("url", "where messages go has to be given");
    wanted.address = members.text("url", kUrlMax);
    wanted.rank = static_cast<int>(members.integer("rank", 0, kRankMax).value_or(0));
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
    if (wanted->kind == domain::ChannelKind::webhook) {
        if (const auto safe = services.check_endpoint_url(wanted->address); !safe) {
            co_return safe.error();
        }
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

/// POST …/ping: sends `endpoint.ping` now, and says what came back.
asio::awaitable<Result<Reply>> post_ping(const Services& services, const Request& request) {
    const auto known = co_await expect_endpoint(services, request);
    if (!known) {
        co_return known.error();
    }
    const auto outcome = co_await casework::ping_endpoint(
        services.context, caller_of(request), endpoint_of(request), services.transport);
    if (!outcome) {
        co_return outcome.error();
    }
    const bool delivered = outcome->status && *outcome->status >= 200 && *outcome->status < 300;
    JsonWriter json;
    json.begin_object().member("delivered", delivered).member("status", outcome->status);
    json.key("failure");
    if (outcome->failure.empty()) {
        json.null();
    } else {
        json.value(outcome->failure);
    }
    json.member("latency_ms", outcome->latency_ms).member("excerpt", outcome->excerpt).end_object();
    co_return Reply::json(200, json.take());
}

struct Suspension {
    std::string reason;
};

void read_suspension(Members& members, Suspension& suspension) {
    suspension.reason = members.text("reason", kNoteMax);
}

asio::awaitable<Result<Reply>> set_suspended(const Services& services,
                                             const Request& request,
                                             bool suspended) {
    auto suspension = decode<Suspension>(request.body, read_suspension);
    if (!suspension) {
        co_return suspension.error();
    }
    const auto known = co_await expect_endpoint(services, request);
    if (!known) {
        co_return known.error();
    }
    const auto done = co_await casework::suspend_endpoint(
        services.context, caller_of(request), endpoint_of(request), suspended, std::move(suspension->reason));
    if (!done) {
        co_return done.error();
    }
    JsonWriter json;
    json.begin_object().member("id", endpoint_of(request)).member("suspended", suspended).end_object();
    co_return Reply::json(200, json.take());
}

asio::awaitable<Result<Reply>> post_suspension(const Services& services, const Request& request) {
    return set_suspended(services, request, true);
}

asio::awaitable<Result<Reply>> post_resumption(const Services& services, const Request& request) {
    return set_suspended(services, request, false);
}

}  // namespace

void add_endpoint_calls(std::vector<Route>& routes, const Services& services) {
    const auto add = [&](Method method, std::string_view pattern, Call call) {
        routes.push_back({.method = method, .pattern = pattern, .endpoint = endpoint(services, call)});
    };
    add(Method::get, kEndpoints, get_endpoints);
    add(Method::post, kEndpoints, post_endpoint);
    add(Method::post, kRotation, post_rotation);
    add(Method::post, "/v1/agencies/{agency}/endpoints/{endpoint}/ping", post_ping);
    add(Method::post, "/v1/agencies/{agency}/endpoints/{endpoint}/suspension", post_suspension);
    add(Method::post, "/v1/agencies/{agency}/endpoints/{endpoint}/resumption", post_resumption);
}

}  // namespace lachan::http
