#include <gtest/gtest.h>

#include <algorithm>

#include "desk.hpp"
#include "support/staff.hpp"

/// People over HTTP: cookies, forged requests, and every call open to either kind of caller.
namespace lachan::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using support::kPassword;
using support::Person;

class People : public testing::Test {
protected:
    /// A browser: keeps cookies, and sends what browsers send along.
    struct Browser {
        std::string session;
        std::string device;
        std::string csrf;
    };

    Person hire(const std::string& login, domain::Role role, const std::string& agency) {
        return support::hire(desk.office(), desk.credentials(), login, role, agency);
    }

    static std::string value_of(const Reply& reply, const std::string& name) {
        for (const auto& [field, value] : reply.headers) {
            if (field == "Set-Cookie" && value.starts_with(name + "=")) {
                return value.substr(name.size() + 1, value.find(';') - name.size() - 1);
            }
        }
        return "";
    }

    Answered enter(const Person& person, const Browser& browser = {}) {
        json body{
            {"login", person.login}, {"password", kPassword}, {"totp", person.code(desk.office().now())}};
        return desk.ask("", {"POST", "/v1/session", body.dump(), headers(browser)});
    }

    Browser browser_of(const Person& person) {
        const Answered entered = enter(person);
        EXPECT_EQ(entered.status(), 201) << entered.reply.body;
        return {value_of(entered.reply, "__Host-lachan-session"),
                value_of(entered.reply, "__Host-lachan-device"),
                entered.body.value("csrf_token", "")};
    }

    static std::vector<std::pair<std::string, std::string>> headers(const Browser& browser) {
        std::vector<std::pair<std::string, std::string>> list = {
            {"Origin", "https://lachan.test"}, {"Sec-Fetch-Site", "same-origin"}, {"Host", "lachan.test"}};
        if (!browser.session.empty()) {
            list.emplace_back("Cookie",
                              "theme=dark; __Host-lachan-session=" + browser.session +
                                  "; __Host-lachan-device=" + browser.device);
            list.emplace_back("Lachan-CSRF", browser.csrf);
        }
        return list;
    }

    Answered ask(const Browser& browser,
                 const std::string& method,
                 const std::string& target,
                 const json& body = nullptr) {
        return desk.ask("", {method, target, body.is_null() ? "" : body.dump(), headers(browser)});
    }

    Desk desk;
};

TEST_F(People, GetCookiesThatNoScriptReadsAndNoOtherSiteSends) {
    const Answered entered = enter(hire("lo.van.an", domain::Role::officer, "ubnd-03388"));
    ASSERT_EQ(entered.status(), 201);
    std::vector<std::string> cookies;
    for (const auto& [name, value] : entered.reply.headers) {
        if (name == "Set-Cookie") {
            cookies.push_back(value);
        }
    }
    ASSERT_EQ(cookies.size(), 2U);
    for (const std::string& cookie : cookies) {
        EXPECT_TRUE(cookie.starts_with("__Host-lachan-")) << cookie;
        EXPECT_TRUE(cookie.find("; Path=/; Max-Age=") != std::string::npos) << cookie;
        EXPECT_TRUE(cookie.ends_with("; HttpOnly; SameSite=Strict; Secure")) << cookie;
    }
    EXPECT_TRUE(cookies.front().find("Max-Age=28800;") != std::string::npos) << "eight hours";
    const std::string token = value_of(entered.reply, "__Host-lachan-session");
    EXPECT_EQ(entered.reply.body.find(token), std::string::npos) << "a script could read it there";
}

TEST_F(People, SeeTheirSessionAtMe) {
    const Browser browser = browser_of(hire("lo.van.an", domain::Role::officer, "ubnd-03388"));
    const Answered me = ask(browser, "GET", "/v1/me");
    ASSERT_EQ(me.status(), 200);
    EXPECT_EQ(me.body.at("role"), "officer");
    EXPECT_EQ(me.body.at("session").at("csrf_token"), browser.csrf)
        << "a page that was loaded again needs it";
    EXPECT_FALSE(desk.get(desk.operator_token(), "/v1/me").body.contains("session"));
}

TEST_F(People, SignOut) {
    const Browser browser = browser_of(hire("lo.van.an", domain::Role::officer, "ubnd-03388"));
    const Answered left = ask(browser, "DELETE", "/v1/session");
    EXPECT_EQ(left.status(), 204);
    EXPECT_NE(left.header("Set-Cookie").find("__Host-lachan-session=; Path=/; Max-Age=0;"),
              std::string::npos);
    EXPECT_EQ(ask(browser, "GET", "/v1/me").status(), 401);
    EXPECT_EQ(desk.ask(desk.operator_token(), {"DELETE", "/v1/session", "", {}}).status(), 409);
}

TEST_F(People, CannotBeMadeToActByAnotherSite) {
    const Browser browser = browser_of(hire("lo.van.an", domain::Role::officer, "ubnd-03388"));
    const json report = minor_report();
    const auto sent = [&](std::vector<std::pair<std::string, std::string>> changes) {
        auto list = headers(browser);
        for (auto& [name, value] : changes) {
            std::erase_if(list, [&wanted = name](const auto& field) { return field.first == wanted; });
            if (!value.empty()) {
                list.emplace_back(name, value);
            }
        }
        return desk.ask("", {"POST", "/v1/reports?dry_run=true", report.dump(), std::move(list)});
    };
    EXPECT_EQ(sent({}).status(), 200);
    EXPECT_EQ(sent({{"Lachan-CSRF", ""}}).problem(), "cross-site-request");
    EXPECT_EQ(sent({{"Lachan-CSRF", std::string(32, '0')}}).problem(), "cross-site-request");
    EXPECT_EQ(sent({{"Origin", "https://evil.example"}}).problem(), "cross-site-request");
    EXPECT_EQ(sent({{"Origin", "null"}}).problem(), "cross-site-request");
    EXPECT_EQ(sent({{"Sec-Fetch-Site", "cross-site"}}).problem(), "cross-site-request");
    EXPECT_EQ(sent({{"Sec-Fetch-Site", "same-site"}}).problem(), "cross-site-request");
    EXPECT_EQ(sent({{"Origin", ""}, {"Sec-Fetch-Site", ""}}).status(), 200) << "no browser";
    EXPECT_EQ(sent({{"Origin", "http://lachan.test"}}).status(), 200) << "the host it was sent to";
    EXPECT_EQ(desk.ask(desk.operator_token(),
                       {"POST",
                        "/v1/reports?dry_run=true",
                        report.dump(),
                        {{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}}})
                  .status(),
              200)
        << "a key's token is not sent by itself";
}

TEST_F(People, CannotBeSignedInByAnotherSite) {
    const Person person = hire("lo.van.an", domain::Role::officer, "ubnd-03388");
    const json body{
        {"login", person.login}, {"password", kPassword}, {"totp", person.code(desk.office().now())}};
    const auto answered =
        desk.ask("", {"POST", "/v1/session", body.dump(), {{"Sec-Fetch-Site", "cross-site"}}});
    EXPECT_EQ(answered.problem(), "cross-site-request");
}

TEST_F(People, AreToldHowLongToWait) {
    hire("lo.van.an", domain::Role::officer, "ubnd-03388");
    const json wrong{{"login", "lo.van.an"}, {"password", "wrong"}, {"totp", "000000"}};
    std::vector<int> statuses;
    std::string retry_after;
    for (int i = 0; i < 6; ++i) {
        const Answered answered = desk.post("", "/v1/session", wrong);
        statuses.push_back(answered.status());
        retry_after = answered.header("Retry-After");
        desk.office().pass(i == 3 ? 1s : 0s);
    }
    EXPECT_EQ(statuses, (std::vector<int>{401, 401, 401, 401, 401, 429}));
    EXPECT_EQ(retry_after, "2");
}

TEST_F(People, AWrongNameAndAWrongPasswordAreAnsweredTheSame) {
    hire("lo.van.an", domain::Role::officer, "ubnd-03388");
    const auto body = [&](const std::string& login) {
        return desk.post("", "/v1/session", {{"login", login}, {"password", "wrong"}, {"totp", "000000"}})
            .reply.body;
    };
    EXPECT_EQ(body("lo.van.an"), body("nobody"));
}

// Every call takes either: what a key of a role and agency may do, a person of the same may.
TEST_F(People, MayDoWhatAKeyOfTheirRoleMay) {
    const std::map<std::string, std::pair<domain::Role, const char*>> who = {
        {"a-operator", {domain::Role::operator_, "tong-dai-111"}},
        {"a-reporter", {domain::Role::reporter, "truong-thcs-doan-ket"}},
        {"an-officer", {domain::Role::officer, "ubnd-03388"}},
        {"a-supervisor", {domain::Role::supervisor, "so-y-te-12"}},
        {"an-analyst", {domain::Role::analyst, "so-y-te-12"}},
        {"an-admin", {domain::Role::admin, "so-y-te-12"}},
    };
    const std::string code =
        desk.post(desk.operator_token(), "/v1/reports", emergency_report()).body.at("case");
    for (const auto& [login, place] : who) {
        const Browser browser = browser_of(hire(login, place.first, place.second));
        for (const Route& route : desk.routes()) {
            if (route.method != Method::get || route.access == Access::anyone) {
                continue;
            }
            std::string target(route.pattern);
            for (const auto& [name, value] :
                 std::map<std::string, std::string>{{"{case}", code}, {"{agency}", "tyt-03390"}}) {
                if (const auto at = target.find(name); at != std::string::npos) {
                    target.replace(at, name.size(), value);
                }
            }
            std::erase_if(target, [](char c) { return c == '{' || c == '}'; });
            const auto by_key = desk.ask(desk.token(place.first, place.second),
                                         {"GET", target, "", {{"Lachan-Purpose", "kiểm tra"}}});
            auto list = headers(browser);
            list.emplace_back("Lachan-Purpose", "kiểm tra");
            EXPECT_EQ(desk.ask("", {"GET", target, "", list}).status(), by_key.status())
                << login << ' ' << target;
        }
        EXPECT_EQ(ask(browser, "POST", "/v1/reports?dry_run=true", minor_report()).status(),
                  desk.post(desk.token(place.first, place.second), "/v1/reports?dry_run=true", minor_report())
                      .status())
            << login;
    }
}

TEST_F(People, ExchangeAnInvitationForAnAccount) {
    const auto invited =
        desk.post(desk.admin_token(), "/v1/accounts", {{"role", "officer"}, {"agency", "ubnd-03388"}});
    ASSERT_EQ(invited.status(), 201) << invited.reply.body;
    const std::string token = invited.body.at("token");
    const auto seen = desk.post("", "/v1/session/first", {{"token", token}});
    ASSERT_EQ(seen.status(), 200);
    EXPECT_EQ(seen.body.at("role"), "officer");
    Bytes secret = desk.office().vault().token_hash("totp\n" + token);
    secret.resize(casework::kTotpSecretBytes);
    EXPECT_EQ(seen.body.at("totp").at("secret"), to_base32(secret));
    const json body{{"token", token},
                    {"login", "lo.van.an"},
                    {"password", kPassword},
                    {"totp", vault::totp_code(secret, vault::totp_step_at(desk.office().now()))}};
    const auto made = desk.post("", "/v1/session/first", body);
    ASSERT_EQ(made.status(), 201) << made.reply.body;
    EXPECT_EQ(made.body.at("agency").at("agency"), "ubnd-03388");
    EXPECT_EQ(desk.post("", "/v1/session/first", body).status(), 401) << "it works once";
    const auto list = desk.get(desk.admin_token(), "/v1/accounts");
    ASSERT_EQ(list.body.at("items").size(), 1U);
    EXPECT_EQ(list.body.at("items")[0].at("login"), "lo.van.an");
}

TEST_F(People, ChangeTheirPasswordAndGoOnInANewSession) {
    const Browser browser = browser_of(hire("lo.van.an", domain::Role::officer, "ubnd-03388"));
    const json wrong{{"password", "wrong"}, {"new_password", "cái cày theo sau con trâu"}};
    EXPECT_EQ(ask(browser, "POST", "/v1/session/password", wrong).faults(),
              (std::vector<std::string>{"/password wrong_password"}));
    const auto changed = ask(browser,
                             "POST",
                             "/v1/session/password",
                             {{"password", kPassword}, {"new_password", "cái cày theo sau con trâu"}});
    ASSERT_EQ(changed.status(), 200) << changed.reply.body;
    EXPECT_EQ(ask(browser, "GET", "/v1/me").status(), 401);
    const Browser next{value_of(changed.reply, "__Host-lachan-session"), "", changed.body.at("csrf_token")};
    EXPECT_EQ(ask(next, "GET", "/v1/me").status(), 200);
}

TEST_F(People, AreChangedAndRecoveredByAdministrators) {
    const Person person = hire("lo.van.an", domain::Role::officer, "ubnd-03388");
    const Browser browser = browser_of(person);
    const std::string path = "/v1/accounts/" + person.id.text();
    const auto put = [&](const json& body) {
        return desk.ask(desk.admin_token(), {"PUT", path, body.dump(), {}});
    };
    EXPECT_EQ(put({{"role", "officer"}, {"agency", "nowhere"}, {"disabled", false}}).faults(),
              (std::vector<std::string>{"/agency unknown_agency"}));
    EXPECT_EQ(put({{"role", "officer"}}).faults(),
              (std::vector<std::string>{"/disabled missing", "/agency missing"}));
    EXPECT_EQ(put({{"role", "supervisor"}, {"agency", "ubnd-03388"}, {"disabled", true}}).status(), 204);
    EXPECT_EQ(ask(browser, "GET", "/v1/me").status(), 401);
    const auto recovered = desk.ask(desk.admin_token(), {"POST", path + "/recovery", "", {}});
    EXPECT_EQ(recovered.status(), 201);
    EXPECT_EQ(desk.post("", "/v1/session/first", {{"token", recovered.body.at("token")}}).status(), 200);
    EXPECT_EQ(desk.ask(desk.admin_token(), {"POST", "/v1/accounts/nobody/recovery", "", {}}).status(), 404);
}

// A canary: nothing of what a person typed comes back in an answer, whatever was wrong with it.
TEST_F(People, NeverReadTheirSecretsInAnAnswer) {
    const std::string canary = "canary-7391-password";
    const std::vector<json> bodies = {
        {{"login", "lo.van.an"}, {"password", canary}, {"totp", "000000"}},
        {{"login", "lo.van.an"}, {"password", canary}, {"totp", canary}},
        {{"login", "lo.van.an"}, {"password", canary}, {canary, canary}},
        {{"token", canary}, {"login", "lo.van.an"}, {"password", canary}, {"totp", "000000"}}};
    for (const json& body : bodies) {
        for (const char* const path : {"/v1/session", "/v1/session/first"}) {
            const auto answered = desk.post("", path, body);
            if (!body.contains(canary)) {  // the name of an unknown member is named
                EXPECT_EQ(answered.reply.body.find(canary), std::string::npos) << answered.reply.body;
            }
        }
    }
}

TEST(Cookies, WithoutTlsCarryNoPrefixThatBrowsersWouldRefuse) {
    const http::Cookies plain = http::Cookies::named(false);
    EXPECT_EQ(plain.session, "lachan-session");
    EXPECT_EQ(plain.set(plain.session, "x", 60s),
              "lachan-session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
}

TEST(Cookies, AreReadByTheirWholeName) {
    Headers headers;
    headers.add("cookie", "xlachan-session=1; lachan-session = 2;lachan-session=3");
    headers.add("Cookie", "other=4");
    EXPECT_EQ(cookie(headers, "lachan-session"), "3");
    EXPECT_EQ(cookie(headers, "other"), "4");
    EXPECT_EQ(cookie(headers, "none"), std::nullopt);
    headers.add("Cookie", "odd=\"quoted\"");
    EXPECT_EQ(cookie(headers, "odd"), std::nullopt);
}

}  // namespace
}  // namespace lachan::http
