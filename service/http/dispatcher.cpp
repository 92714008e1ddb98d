#include "lachan/http/dispatcher.hpp"

#include "lachan/base/network.hpp"
#include "lachan/http/headers.hpp"

namespace lachan::http {
namespace {

bool changes_something(Method method) noexcept {
    return method == Method::post || method == Method::put || method == Method::delete_;
}

/// The case, duty or notification that the path names; empty: none.
std::string named_in(const Parameters& path) {
    for (const std::string_view name : {"case", "duty", "notification"}) {
        if (const auto value = path.find(name)) {
            return std::string(*value);
        }
    }
    return {};
}

Error too_many() {
    return Error(Errc::rate_limited, "the allowance is used up; see RateLimit and Retry-After");
}

/// Errors: what is wrong with the request whatever its endpoint does.
Result<void> check_form(const Route& route, const Request& request) {
    if (const auto known = check_query(route, request.query); !known) {
        return known.error();
    }
    const bool has_body = !request.body.empty() || request.headers.find("Content-Type").has_value();
    if (changes_something(request.method) && has_body) {
        if (const auto json = expect_json_body(request.headers); !json) {
            return json.error();
        }
    }
    if (!route.produces.empty() && !accepts(request.headers, route.produces)) {
        return Error(Errc::not_acceptable, "available here: " + std::string(route.produces));
    }
    return {};
}

}  // namespace

/// Wrong tokens are counted by address. Only they are refused for it: who is known is let in from wherever
/// they call, because behind one address a whole office may stand, or a proxy.
Error Dispatcher::count_wrong(const Request& request, Error refusal) const {
    if (refusal.code() != Errc::unauthenticated) {
        return refusal;
    }
    const std::string network = network_of(request.remote);
    if (limits_.refusals(network, clock_.now()).verdict == Standing::Verdict::refused) {
        return too_many();
    }
    limits_.count_refusal(network, clock_.now());
    return refusal;
}

boost::asio::awaitable<Result<void>> Dispatcher::by_token(Request& request, Secret<std::string> token) const {
    auto principal = co_await authentication_.by_token(std::move(token));
    if (!principal) {
        co_return count_wrong(request, principal.error());
    }
    request.principal = std::move(*principal);
    co_return Result<void>();
}

/// A session that is merely over is nobody's guess: its person has to sign in again, and is told so.
boost::asio::awaitable<Result<void>> Dispatcher::by_session(const Route& route, Request& request) const {
    const Identify& identify =
        route.asked_by_itself ? authentication_.by_session_unused : authentication_.by_session;
    auto principal = co_await identify(*request.session);
    if (principal) {
        request.principal = std::move(*principal);
        co_return Result<void>();
    }
    const auto ours = co_await authentication_.was_session(*request.session);
    if (!ours) {
        co_return ours.error();
    }
    co_return *ours ? principal.error() : count_wrong(request, principal.error());
}

/// A browser sends cookies along whoever made it ask; a token in a header only our own page can send.
Result<void> Dispatcher::expect_own_page(const Request& request) const {
    if (!changes_something(request.method)) {
        return {};
    }
    if (const auto own = refuse_cross_site(request.headers, authentication_.origin); !own) {
        return own.error();
    }
    const auto given = request.headers.find(kCsrfHeader);
    if (!given || !authentication_.is_csrf_token(*request.session, *given)) {
        return Error(Errc::cross_site,
                     "a change within a session wants its csrf_token in " + std::string(kCsrfHeader));
    }
    return {};
}

boost::asio::awaitable<Result<void>> Dispatcher::identify(const Route& route, Request& request) const {
    auto token = bearer_token(request.headers);
    if (!token) {
        co_return token.error();
    }
    if (*token) {
        const auto known = co_await by_token(request, std::move(**token));
        co_return known;
    }
    auto session = cookie(request.headers, authentication_.cookies.session);
    if (!session) {
        co_return Error(Errc::unauthenticated, "this call wants Authorization: Bearer TOKEN, or a session");
    }
    request.session = Secret<std::string>(std::move(*session));
    const auto known = co_await by_session(route, request);
    if (!known) {
        co_return known.error();
    }
    co_return expect_own_page(request);
}

boost::asio::awaitable<Result<Reply>> Dispatcher::run(const Route& route,
                                                      Request& request,
                                                      Standing& standing) const {
    if (route.access == Access::bearer) {
        const auto known = co_await identify(route, request);
        if (!known) {
            co_return known.error();
        }
    }
    const std::string caller = request.principal ? request.principal->key.text() : network_of(request.remote);
    standing = limits_.admit(route.quota, caller, clock_.now());
    if (standing.verdict == Standing::Verdict::refused) {
        co_return too_many();
    }
    request.reserve_only = standing.verdict == Standing::Verdict::reserve_only;
    if (const auto sound = check_form(route, request); !sound) {
        co_return sound.error();
    }
    auto reply = co_await route.endpoint(request);
    if (!reply) {
        co_await note(route, request, reply.error().code());
    }
    co_return reply;
}

boost::asio::awaitable<void> Dispatcher::note(const Route& route,
                                              const Request& request,
                                              Errc refusal) const {
    const std::string named = named_in(request.path_parameters);
    // Done for what does not exist as for what is not theirs, or the time of the answer would tell which.
    const bool worth_it = refusal == Errc::forbidden || (refusal == Errc::not_found && !named.empty());
    if (!worth_it || !request.principal || !note_refused_ || route.notes_refusals) {
        co_return;
    }
    if (limits_.may_record(request.principal->key.text(), clock_.now())) {
        co_await note_refused_(*request.principal, route.pattern, named);
    }
}

Reply Dispatcher::no_route(const std::string& allow, const Request& request) const {
    if (allow.empty()) {
        return problems_.reply(Error(Errc::route_not_found, "there is no such path"), request);
    }
    Reply reply = problems_.reply(Error(Errc::method_not_allowed, "allowed here: " + allow), request);
    reply.headers.set("Allow", allow);
    return reply;
}

boost::asio::awaitable<Reply> Dispatcher::answer(Request& request) const {
    Router::Match match = router_.find(request.method, request.segments);
    if (match.route == nullptr) {
        co_return no_route(match.allow, request);
    }
    request.path_parameters = std::move(match.parameters);
    Standing standing;
    Result<Reply> result = co_await run(*match.route, request, standing);
    Reply reply = result ? std::move(*result) : problems_.reply(result.error(), request);
    if (!result && result.error().code() == Errc::unauthenticated) {
        const bool given = request.headers.find("Authorization").has_value();
        reply.headers.set("WWW-Authenticate", std::string(challenge(given)));
    }
    write_limits(standing, reply);
    reply.route = match.route->pattern;
    if (standing.verdict != Standing::Verdict::refused) {  // then nothing was looked at that could be told
        reply.beat = match.route->beat;
    }
    co_return reply;
}

}  // namespace lachan::http
