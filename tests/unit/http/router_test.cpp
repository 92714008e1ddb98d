#include "lachan/http/router.hpp"

#include <gtest/gtest.h>

namespace lachan::http {
namespace {

Route route(Method method, std::string_view pattern) {
    Route made;
    made.method = method;
    made.pattern = pattern;
    return made;
}

Router cases() {
    return Router({route(Method::get, "/v1/cases"),
                   route(Method::get, "/v1/cases/{case}"),
                   route(Method::post, "/v1/cases/search"),
                   route(Method::post, "/v1/cases/{case}/links"),
                   route(Method::delete_, "/v1/cases/{case}/links/{other}"),
                   route(Method::get, "/v1/agencies/{agency}"),
                   route(Method::put, "/v1/agencies/{agency}")});
}

TEST(Router, FindsTheRouteAndNamesItsParts) {
    const Router router = cases();
    const auto match = router.find(Method::delete_, {"v1", "cases", "LC-1", "links", "LC-2"});
    ASSERT_NE(match.route, nullptr);
    EXPECT_EQ(match.route->pattern, "/v1/cases/{case}/links/{other}");
    EXPECT_EQ(match.parameters.at("case"), "LC-1");
    EXPECT_EQ(match.parameters.at("other"), "LC-2");
}

TEST(Router, PrefersAFixedSegment) {
    const Router router = cases();
    EXPECT_EQ(router.find(Method::post, {"v1", "cases", "search"}).route->pattern, "/v1/cases/search");
    EXPECT_EQ(router.find(Method::get, {"v1", "cases", "search"}).route, nullptr);
    EXPECT_EQ(router.find(Method::get, {"v1", "cases", "search"}).allow, "POST");
}

TEST(Router, AnswersHeadWithTheRouteOfGet) {
    const Router router = cases();
    const auto match = router.find(Method::head, {"v1", "cases"});
    ASSERT_NE(match.route, nullptr);
    EXPECT_EQ(match.route->method, Method::get);
}

TEST(Router, TellsAWrongMethodFromAnUnknownPath) {
    const Router router = cases();
    EXPECT_EQ(router.find(Method::post, {"v1", "agencies", "a"}).allow, "GET, HEAD, PUT");
    EXPECT_EQ(router.find(Method::other, {"v1", "cases"}).allow, "GET, HEAD");
    for (const std::vector<std::string>& unknown :
         std::vector<std::vector<std::string>>{{"v1"},
                                               {"v1", "cases", ""},
                                               {"v1", "Cases"},
                                               {"v2", "cases"},
                                               {""},
                                               {"v1", "cases", "a", "b"}}) {
        const auto match = router.find(Method::get, unknown);
        EXPECT_EQ(match.route, nullptr);
        EXPECT_EQ(match.allow, "");
    }
}

TEST(Query, NamesEveryParameterThatTheCallDoesNotKnow) {
    Route list = route(Method::get, "/v1/cases");
    list.query = {"status", "limit"};
    Parameters query;
    query.add("status", "open");
    EXPECT_TRUE(check_query(list, query));
    query.add("stauts", "open");
    query.add("page", "2");
    const auto checked = check_query(list, query);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), Errc::malformed_request);
    EXPECT_EQ(checked.error().faults(),
              (std::vector<Fault>{{"stauts", "unknown_parameter", "known here: status, limit"},
                                  {"page", "unknown_parameter", "known here: status, limit"}}));
}

}  // namespace
}  // namespace lachan::http
