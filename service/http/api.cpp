#include "lachan/http/api.hpp"

#include "calls.hpp"
#include "lachan/casework/access_log.hpp"
#include "lachan/casework/queries.hpp"

namespace lachan::http {

std::vector<Route> api_routes(const Services& services) {
    std::vector<Route> routes;
    add_report_calls(routes, services);
    add_case_calls(routes, services);
    add_act_calls(routes, services);
    add_opening_calls(routes, services);
    add_duty_calls(routes, services);
    add_explanation_calls(routes, services);
    add_notification_calls(routes, services);
    add_receipt_calls(routes, services);
    add_agency_calls(routes, services);
    add_endpoint_calls(routes, services);
    add_rule_calls(routes, services);
    add_statistics_calls(routes, services);
    add_stream_calls(routes, services);
    add_sign_in_calls(routes, services);
    add_account_calls(routes, services);
    add_page_calls(routes, services);
    return routes;
}

namespace {

/// Casework says who somebody is; here only that a key was used.
boost::asio::awaitable<Result<domain::Principal>> identify_key(casework::People& people,
                                                               Secret<std::string> token) {
    auto principal = co_await casework::identify(people.context, std::move(token));
    if (principal) {
        people.uses.note(principal->key, people.context.clock.now());
    }
    co_return principal;
}

boost::asio::awaitable<Result<domain::Principal>> identify_session(casework::People& people,
                                                                   Secret<std::string> token) {
    const auto found = co_await casework::find_session(people, std::move(token));
    if (!found) {
        co_return found.error();
    }
    co_return found->principal;
}

boost::asio::awaitable<Result<domain::Principal>> identify_unused(casework::People& people,
                                                                  Secret<std::string> token) {
    const auto found = co_await casework::look_at_session(people, std::move(token));
    if (!found) {
        co_return found.error();
    }
    co_return found->principal;
}

Authentication authentication_of(const Services& services) {
    casework::People& people = services.people;
    Authentication authentication;
    authentication.by_token = [&people](Secret<std::string> token) {
        return identify_key(people, std::move(token));
    };
    authentication.by_session = [&people](Secret<std::string> token) {
        return identify_session(people, std::move(token));
    };
    authentication.by_session_unused = [&people](Secret<std::string> token) {
        return identify_unused(people, std::move(token));
    };
    authentication.was_session = [&people](Secret<std::string> token) {
        return casework::was_session(people.context, std::move(token));
    };
    authentication.is_csrf_token = [&people](const Secret<std::string>& session, std::string_view given) {
        return casework::is_csrf_token(people.context.vault, session, given);
    };
    authentication.origin = services.public_url;
    authentication.cookies = Cookies::named(services.secure_cookies);
    return authentication;
}

}  // namespace

Api::Api(Services services)
    : services_(std::move(services)),
      router_(api_routes(services_)),
      dispatcher_(router_,
                  services_.problems,
                  services_.limits,
                  services_.context.clock,
                  authentication_of(services_),
                  [&context = services_.context](
                      const domain::Principal& caller, std::string_view route, std::string named) {
                      return casework::note_refused(context, caller, std::string(route), std::move(named));
                  }) {}

}  // namespace lachan::http
