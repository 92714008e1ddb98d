#include "lachan/http/dispatcher.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <nlohmann/json.hpp>

#include "loopback.hpp"

namespace lachan::http {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<Reply>> fine(const Request& request) {
    const std::string role =
        request.principal ? std::string(domain::text_of(request.principal->role)) : "nobody";
    nlohmann::json body{{"role", role}, {"reserve_only", request.reserve_only}};
    co_return Reply::json(200, body.dump());
}

asio::awaitable<Result<Reply>> refused(const Request&) {
    co_return Error(Errc::forbidden, "not this role");
}

Route route(Method method, std::string_view pattern, Access access, Quota quota, Endpoint endpoint) {
    return {.method = method,
            .pattern = pattern,
            .access = access,
            .quota = quota,
            .query = {"limit"},
            .endpoint = std::move(endpoint)};
}

Route asked_by_itself(Route route) {
    route.asked_by_itself = true;
    return route;
}

LimitSettings few() {
    LimitSettings settings;
    settings.receipt.quota = 2;
    settings.intake.quota = 1;
    settings.refusal.quota = 2;
    settings.recorded.quota = 3;
    return settings;
}

class Dispatching : public testing::Test {
protected:
    Reply answer(Request request, std::string remote = "203.0.113.7") {
        request.remote = std::move(remote);
        asio::io_context io;
        auto reply = asio::co_spawn(io, dispatcher.answer(request), asio::use_future);
        io.run();
        return reply.get();
    }

    static Request request(Method method, std::vector<std::string> segments, std::string token = "good") {
        Request made;
        made.method = method;
        made.segments = std::move(segments);
        if (!token.empty()) {
            made.headers.add("Authorization", "Bearer " + token);
        }
        return made;
    }

    static asio::awaitable<Result<domain::Principal>> identify(Secret<std::string> token) {
        if (token.reveal() != "good") {
            co_return Error(Errc::unauthenticated, "unknown token");
        }
        co_return domain::Principal{
            domain::KeyId("k1"), domain::Role::officer, domain::AgencyId("ubnd-03388")};
    }

    static asio::awaitable<Result<domain::Principal>> identify_session(Secret<std::string> token) {
        auto principal = co_await identify(std::move(token));
        if (principal) {
            principal->key = domain::KeyId("user:1");
        }
        co_return principal;
    }

    static Authentication authentication() {
        Authentication made;
        made.by_token = identify;
        made.by_session = identify_session;
        made.by_session_unused = [](Secret<std::string> token) {
            return identify_session(Secret<std::string>(token.reveal() == "at-rest" ? "good" : "bad"));
        };
        made.was_session = [](Secret<std::string> token) -> asio::awaitable<Result<bool>> {
            co_return token.reveal() == "over";
        };
        made.is_csrf_token = [](const Secret<std::string>& session, std::string_view given) {
            return given == "of " + session.reveal();
        };
        made.origin = "https://lachan.test";
        made.cookies = Cookies::named(true);
        return made;
    }

    Router router{{route(Method::get, "/v1/cases", Access::bearer, Quota::call, fine),
                   route(Method::post, "/v1/reports", Access::bearer, Quota::intake, fine),
                   route(Method::post, "/v1/status", Access::anyone, Quota::receipt, fine),
                   asked_by_itself(route(Method::get, "/v1/stream", Access::bearer, Quota::call, fine)),
                   route(Method::get, "/v1/refused", Access::bearer, Quota::call, refused)}};
    Problems problems{"http://lachan.test"};
    Limits limits{few()};
    FixedClock clock;
    Dispatcher dispatcher{router, problems, limits, clock, authentication()};
};

TEST_F(Dispatching, RunsTheEndpointForAKnownCaller) {
    const Reply reply = answer(request(Method::get, {"v1", "cases"}));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(nlohmann::json::parse(reply.body)["role"], "officer");
    EXPECT_EQ(reply.route, "/v1/cases");
    EXPECT_TRUE(reply.headers.find("RateLimit"));
    EXPECT_TRUE(reply.headers.find("RateLimit-Policy"));
}

TEST_F(Dispatching, ChallengesACallerWithoutAToken) {
    const Reply reply = answer(request(Method::get, {"v1", "cases"}, ""));
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.headers.find("WWW-Authenticate"), R"(Bearer realm="lachan")");
}

TEST_F(Dispatching, ChallengesAWrongToken) {
    const Reply reply = answer(request(Method::get, {"v1", "cases"}, "bad"));
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.headers.find("WWW-Authenticate"), R"(Bearer realm="lachan", error="invalid_token")");
    EXPECT_EQ(reply.body.find("bad"), std::string::npos);
}

TEST_F(Dispatching, RefusesWhatIsNoBearerToken) {
    for (const char* const wrong : {"Basic Z29vZDo=", "Bearer", "Bearer ", "bearer two words", "good"}) {
        Request made = request(Method::get, {"v1", "cases"}, "");
        made.headers.add("Authorization", wrong);
        EXPECT_EQ(answer(std::move(made)).status, 401) << wrong;
    }
    Request lower = request(Method::get, {"v1", "cases"}, "");
    lower.headers.add("authorization", "bearer  good");
    EXPECT_EQ(answer(std::move(lower)).status, 200);
}

TEST_F(Dispatching, SlowsDownWhoGuessesTokens) {
    EXPECT_EQ(answer(request(Method::get, {"v1", "cases"}, "bad")).status, 401);
    EXPECT_EQ(answer(request(Method::get, {"v1", "cases"}, "bad")).status, 401);
    EXPECT_EQ(answer(request(Method::get, {"v1", "cases"}, "bad")).status, 429);
}

// Behind one address there may be a whole office, or a proxy with everybody behind it.
TEST_F(Dispatching, LetsInWhoIsKnownHoweverManyWrongTokensCameFromTheirAddress) {
    for (int i = 0; i < 3; ++i) {
        (void)answer(request(Method::get, {"v1", "cases"}, "bad"));
    }
    EXPECT_EQ(answer(request(Method::get, {"v1", "cases"}, "bad")).status, 429);
    EXPECT_EQ(answer(request(Method::post, {"v1", "reports"})).status, 200);
    Request person = request(Method::get, {"v1", "cases"}, "");
    person.headers.add("Cookie", "__Host-lachan-session=good");
    EXPECT_EQ(answer(person).status, 200);
}

TEST_F(Dispatching, ASessionThatIsOverIsNoGuess) {
    Request made = request(Method::get, {"v1", "cases"}, "");
    made.headers.add("Cookie", "__Host-lachan-session=over");
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(answer(made).status, 401);
    }
    made.headers.set("Cookie", "__Host-lachan-session=bad");
    EXPECT_EQ(answer(made).status, 401) << "nothing was counted";
}

TEST_F(Dispatching, WhatAPageAsksByItselfIsNoUseOfItsSession) {
    Request made = request(Method::get, {"v1", "stream"}, "");
    made.headers.add("Cookie", "__Host-lachan-session=at-rest");
    EXPECT_EQ(answer(made).status, 200);
    made.segments = {"v1", "cases"};
    EXPECT_EQ(answer(made).status, 401);
}

TEST_F(Dispatching, AnIpv6NetworkIsCountedAsOneAddress) {
    for (const char* const remote : {"2001:db8:0:1::1", "2001:db8:0:1:2::9"}) {
        EXPECT_EQ(answer(request(Method::post, {"v1", "status"}, ""), remote).status, 200);
        EXPECT_EQ(answer(request(Method::get, {"v1", "cases"}, "bad"), remote).status, 401);
    }
    EXPECT_EQ(answer(request(Method::post, {"v1", "status"}, ""), "2001:db8:0:1:3::").status, 429);
    EXPECT_EQ(answer(request(Method::get, {"v1", "cases"}, "bad"), "2001:db8:0:1:3::").status, 429);
    EXPECT_EQ(answer(request(Method::post, {"v1", "status"}, ""), "2001:db8:0:2::1").status, 200);
}

TEST_F(Dispatching, NeedsNoTokenForAReceipt) {
    const Reply reply = answer(request(Method::post, {"v1", "status"}, ""));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(nlohmann::json::parse(reply.body)["role"], "nobody");
}

TEST_F(Dispatching, KnowsAPersonByTheCookieOfTheirSession) {
    Request made = request(Method::get, {"v1", "cases"}, "");
    made.headers.add("Cookie", "__Host-lachan-session=good");
    EXPECT_EQ(answer(made).status, 200);
    made.headers.set("Cookie", "lachan-session=good");
    EXPECT_EQ(answer(made).status, 401) << "the name without the prefix could come from another site";
    made.headers.set("Cookie", "__Host-lachan-session=bad");
    EXPECT_EQ(answer(made).status, 401);
}

TEST_F(Dispatching, WantsTheTokenOfTheSessionWithEachChange) {
    Request made = request(Method::post, {"v1", "reports"}, "");
    made.headers.add("Cookie", "__Host-lachan-session=good");
    EXPECT_EQ(answer(made).status, 403);
    made.headers.add("Lachan-CSRF", "of another");
    EXPECT_EQ(answer(made).status, 403);
    made.headers.set("Lachan-CSRF", "of good");
    EXPECT_EQ(answer(made).status, 200);
    made.headers.add("Origin", "https://evil.example");
    EXPECT_EQ(answer(made).status, 403);
}

TEST_F(Dispatching, ATokenGoesBeforeACookie) {
    Request made = request(Method::post, {"v1", "reports"});
    made.headers.add("Cookie", "__Host-lachan-session=bad");
    EXPECT_EQ(answer(made).status, 200);
    made.headers.set("Authorization", "Bearer bad");
    made.headers.set("Cookie", "__Host-lachan-session=good");
    EXPECT_EQ(answer(made).status, 401);
}

TEST_F(Dispatching, WrongSessionsAreCountedAsWrongTokensAre) {
    Request made = request(Method::get, {"v1", "cases"}, "");
    made.headers.add("Cookie", "__Host-lachan-session=bad");
    EXPECT_EQ(answer(made).status, 401);
    EXPECT_EQ(answer(made).status, 401);
    EXPECT_EQ(answer(made).status, 429);
}

TEST_F(Dispatching, RefusesOverTheAllowance) {
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(answer(request(Method::post, {"v1", "status"}, "")).status, 200);
    }
    const Reply reply = answer(request(Method::post, {"v1", "status"}, ""));
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.headers.find("Retry-After"), "30");
    EXPECT_EQ(reply.headers.find("RateLimit"), "\"receipt\";r=0;t=60");
    EXPECT_NE(reply.body.find("/problems/quota-exceeded"), std::string::npos);
}

TEST_F(Dispatching, LetsIntakeOverTheAllowanceDecideWhatIsAnEmergency) {
    EXPECT_EQ(nlohmann::json::parse(answer(request(Method::post, {"v1", "reports"})).body)["reserve_only"],
              false);
    EXPECT_EQ(nlohmann::json::parse(answer(request(Method::post, {"v1", "reports"})).body)["reserve_only"],
              true);
}

TEST_F(Dispatching, TellsAnUnknownPathFromAWrongMethod) {
    EXPECT_EQ(answer(request(Method::get, {"v1", "nothing"})).status, 404);
    const Reply reply = answer(request(Method::put, {"v1", "cases"}));
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.headers.find("Allow"), "GET, HEAD");
}

TEST_F(Dispatching, TurnsARefusalIntoItsProblem) {
    const Reply reply = answer(request(Method::get, {"v1", "refused"}));
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.content_type, "application/problem+json");
}

/// What the dispatcher puts on record: caller, route and what was named.
class Noting : public Dispatching {
protected:
    static asio::awaitable<Result<Reply>> absent(const Request&) {
        co_return Error(Errc::not_found, "no such thing");
    }
    static Route noting_itself(Route route) {
        route.notes_refusals = true;
        return route;
    }
    std::vector<std::string> noted_of(Request request) {
        noted.clear();
        asio::io_context io;
        auto reply = asio::co_spawn(io, with_record.answer(request), asio::use_future);
        io.run();
        (void)reply.get();
        return noted;
    }

    std::vector<std::string> noted;
    Router routes{
        {route(Method::get, "/v1/cases/{case}", Access::bearer, Quota::call, absent),
         route(Method::get, "/v1/agencies/{agency}", Access::bearer, Quota::call, absent),
         route(Method::get, "/v1/duties/{duty}", Access::bearer, Quota::call, refused),
         route(Method::get, "/v1/refused", Access::bearer, Quota::call, refused),
         route(Method::get, "/v1/anybody/{case}", Access::anyone, Quota::page, absent),
         route(Method::get, "/v1/fine/{case}", Access::bearer, Quota::call, fine),
         noting_itself(route(Method::get, "/v1/names/{case}", Access::bearer, Quota::call, refused))}};
    Dispatcher with_record{routes,
                           problems,
                           limits,
                           clock,
                           authentication(),
                           [this](const domain::Principal& caller,
                                  std::string_view at,
                                  std::string named) -> asio::awaitable<void> {
                               noted.push_back(caller.key.text() + ' ' + std::string(at) + ' ' + named);
                               co_return;
                           }};
};

TEST_F(Noting, WhatAKnownCallerMayNotDoOrSeeIsOnRecord) {
    using List = std::vector<std::string>;
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "cases", "LC-1"})), List{"k1 /v1/cases/{case} LC-1"});
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "duties", "LC-1.d1"})),
              List{"k1 /v1/duties/{duty} LC-1.d1"});
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "refused"})), List{"k1 /v1/refused "});
}

TEST_F(Noting, WhatTellsNothingOfAnybodysReachIsNot) {
    using List = std::vector<std::string>;
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "agencies", "x"})), List());  // nothing of a case
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "fine", "LC-1"})), List());
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "names", "LC-1"})), List());  // the endpoint does it
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "anybody", "LC-1"}, "")), List());
    EXPECT_EQ(noted_of(request(Method::get, {"v1", "cases", "LC-1"}, "bad")), List());
}

TEST_F(Noting, WhoRunsWildFillsNoRecord) {
    std::size_t on_record = 0;
    for (int i = 0; i < 5; ++i) {
        on_record += noted_of(request(Method::get, {"v1", "refused"})).size();
    }
    EXPECT_EQ(on_record, 3U);
}

TEST_F(Dispatching, RefusesUnknownQueryParameters) {
    Request made = request(Method::get, {"v1", "cases"});
    made.query.add("limti", "5");
    EXPECT_EQ(answer(std::move(made)).status, 400);
}

TEST_F(Dispatching, WantsJsonBodiesOnly) {
    Request made = request(Method::post, {"v1", "reports"});
    made.body = "<report/>";
    made.headers.add("Content-Type", "application/xml");
    EXPECT_EQ(answer(made).status, 415);
    made.headers.set("Content-Type", "application/json");
    EXPECT_EQ(answer(made).status, 200);
}

TEST_F(Dispatching, AnswersOnlyWhoTakesJson) {
    Request made = request(Method::get, {"v1", "cases"});
    made.headers.add("Accept", "text/html");
    EXPECT_EQ(answer(std::move(made)).status, 406);
}

}  // namespace
}  // namespace lachan::http
