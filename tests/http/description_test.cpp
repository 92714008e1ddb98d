#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "desk.hpp"

/// The description served is the description tested: here that it speaks of every call, elsewhere (in each
/// test of a call) that answers look as it says.
namespace lachan::http {
namespace {

using nlohmann::json;

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return static_cast<char>(c | 0x20); });
    return result;
}

TEST(Description, SpeaksOfEveryCallAndOfNoOther) {
    Desk desk;
    std::set<std::string> described;
    for (const auto& [path, item] : desk.description().at("paths").items()) {
        for (const auto& [method, operation] : item.items()) {
            if (method != "parameters") {
                described.insert(method + " " + path);
            }
        }
    }
    std::set<std::string> served;
    for (const Route& route : desk.routes()) {
        served.insert(lower(text_of(route.method)) + " " + std::string(route.pattern));
    }
    EXPECT_EQ(described, served);
}

TEST(Description, NamesEveryQueryParameter) {
    Desk desk;
    const json& description = desk.description();
    for (const Route& route : desk.routes()) {
        const json& operation =
            description.at("paths").at(std::string(route.pattern)).at(lower(text_of(route.method)));
        std::set<std::string> described;
        for (json parameter : operation.value("parameters", json::array())) {
            if (parameter.contains("$ref")) {
                parameter =
                    description.at(json::json_pointer(parameter.at("$ref").get<std::string>().substr(1)));
            }
            if (parameter.at("in") == "query") {
                described.insert(parameter.at("name").get<std::string>());
            }
        }
        EXPECT_EQ(described, (std::set<std::string>(route.query.begin(), route.query.end())))
            << route.pattern;
    }
}

TEST(Description, SaysWhichCallsNeedNoToken) {
    Desk desk;
    for (const Route& route : desk.routes()) {
        const json& operation =
            desk.description().at("paths").at(std::string(route.pattern)).at(lower(text_of(route.method)));
        EXPECT_EQ(operation.contains("security"), route.access == Access::anyone) << route.pattern;
    }
}

TEST(Description, KnowsItsServiceAndVersion) {
    Desk desk;
    EXPECT_EQ(desk.description().at("info").at("version"), "1.2.3");
    EXPECT_EQ(desk.description().at("servers").at(0).at("url"), "https://lachan.test");
}

TEST(Calls, WantATokenUnlessTheySayOtherwise) {
    Desk desk;
    for (const Route& route : desk.routes()) {
        if (route.access == Access::anyone) {
            continue;
        }
        std::string target(route.pattern);
        std::erase_if(target, [](char c) { return c == '{' || c == '}'; });
        const auto answered = desk.ask("", {std::string(text_of(route.method)), target, "", {}});
        EXPECT_EQ(answered.status(), 401) << route.pattern;
        EXPECT_FALSE(answered.header("WWW-Authenticate").empty());
    }
}

TEST(ProblemPages, AreServed) {
    Desk desk;
    EXPECT_EQ(desk.get("", "/problems/closing-blocked").status(), 200);
    EXPECT_EQ(desk.get("", "/problems/nothing").status(), 404);
}

TEST(ProblemPages, SpeakTheLanguageOfWhoAsks) {
    Desk desk;
    const auto ask = [&](const std::string& language, const std::string& accept) {
        return desk.ask(
            "",
            {"GET", "/problems/closing-blocked", "", {{"Accept-Language", language}, {"Accept", accept}}});
    };
    const auto english = ask("en", "application/json");
    EXPECT_EQ(english.body.at("title"), english.body.at("title_en"));
    EXPECT_EQ(english.header("Content-Language"), "en");
    EXPECT_NE(ask("vi", "application/json").body.at("title"), english.body.at("title_en"));
    EXPECT_NE(ask("en", "text/html").reply.body.find("<html lang=\"en\">"), std::string::npos);
    EXPECT_NE(ask("vi", "text/html").reply.body.find("<html lang=\"vi\">"), std::string::npos);
}

}  // namespace
}  // namespace lachan::http
