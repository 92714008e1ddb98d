#include <gtest/gtest.h>

#include <set>

#include "desk.hpp"
#include "lachan/casework/people.hpp"

/// Every list is given page by page, and its cursor means nothing in another.
namespace lachan::http {
namespace {

using nlohmann::json;
using List = std::vector<std::string>;

constexpr const char* kEndpoints = "/v1/agencies/ubnd-03388/endpoints";

class Lists : public testing::Test {
protected:
    static std::string next_of(const Answered& page) {
        const std::string link = page.header("Link");
        return link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    /// Whoever turns pages of one sees what is on one page, in its order.
    void expect_pages(const std::string& token, const std::string& list) {
        const std::string join = list.find('?') == std::string::npos ? "?" : "&";
        const auto whole = desk.get(token, list + join + "limit=200");
        ASSERT_EQ(whole.status(), 200) << list << whole.body;
        json turned = json::array();
        std::string next = list + join + "limit=1";
        for (std::size_t i = 0; i < 3 && !next.empty(); ++i) {
            const auto page = desk.get(token, next);
            ASSERT_EQ(page.status(), 200) << list << page.body;
            ASSERT_EQ(page.body.at("items").size(), 1U) << list;
            turned.push_back(page.body.at("items")[0]);
            next = next_of(page);
            EXPECT_EQ(page.body.at("next_cursor").is_null(), next.empty()) << list;
        }
        ASSERT_GE(turned.size(), 2U) << list << " has no second page to look at";
        for (std::size_t i = 0; i < turned.size(); ++i) {
            EXPECT_EQ(turned[i], whole.body.at("items")[i]) << list;
        }
        EXPECT_EQ(desk.get(token, list + join + "limit=201").faults(), List{"limit out_of_range"}) << list;
        EXPECT_EQ(desk.get(token, list + join + "cursor=x").faults(), List{"cursor bad_cursor"}) << list;
    }
    /// Who does not say how many gets the contract's fifty, and the rest after them.
    void expect_fifty(const std::string& token, const std::string& list) {
        const auto page = desk.get(token, list);
        ASSERT_EQ(page.status(), 200) << list << page.body;
        EXPECT_EQ(page.body.at("items").size(), 50U) << list;
        ASSERT_FALSE(next_of(page).empty()) << list;
        const auto rest = desk.get(token, next_of(page));
        ASSERT_FALSE(rest.body.at("items").empty()) << list;
        EXPECT_EQ(rest.body.at("items")[0],
                  desk.get(token, list + (list.find('?') == std::string::npos ? "?" : "&") + "limit=51")
                      .body.at("items")[50])
            << list;
    }
    void make_accounts(int count) {
        desk.office().write([&](casework::Tx& tx) -> Result<void> {
            for (int i = 0; i < count; ++i) {
                casework::NewAccount wanted;
                wanted.login = "can.bo." + std::to_string(i);
                wanted.role = domain::Role::officer;
                wanted.agency = domain::AgencyId("ubnd-03388");
                const auto made = casework::make_account(
                    tx, desk.office().vault(), desk.office().context().entropy, wanted, "test");
                EXPECT_TRUE(made);
            }
            return {};
        });
    }
    void open_in_emergency(const std::string& code, int person) {
        const std::string& officer = desk.token(domain::Role::officer, "ubnd-03408", person);
        const auto opened = desk.post(
            officer, "/v1/cases/" + code + "/emergency-access", {{"reason", "Cháu bé đang ở trạm y tế xã."}});
        ASSERT_EQ(opened.status(), 201) << opened.body;
    }

    Desk desk;
    const std::string& hotline = desk.operator_token();
    const std::string& admin = desk.admin_token();
};

TEST_F(Lists, OfACaseAreGivenPageByPage) {
    const std::string code = desk.post(hotline, "/v1/reports", emergency_report()).body.at("case");
    expect_pages(hotline, "/v1/cases/" + code + "/duties");
    expect_pages(hotline, "/v1/cases/" + code + "/notifications");
}

TEST_F(Lists, OfTheDirectoryAreGivenPageByPage) {
    for (const char* const url : {"https://xa.example/1", "https://xa.example/2"}) {
        ASSERT_EQ(desk.post(admin, kEndpoints, {{"url", url}}).status(), 201);
    }
    expect_pages(admin, kEndpoints);
    expect_pages(admin, "/v1/areas");
    expect_pages(admin, "/v1/areas?at=2025-01-01T00:00:00%2B07:00");
    EXPECT_EQ(desk.get(admin, "/v1/areas?at=x&limit=0").faults(),
              (List{"at bad_instant", "limit out_of_range"}));
    EXPECT_EQ(desk.get(admin, "/v1/rules/packs?limit=1").body.at("next_cursor"), nullptr);
}

TEST_F(Lists, OfAccountsAreGivenPageByPage) {
    make_accounts(3);
    expect_pages(admin, "/v1/accounts");
    const auto first = desk.get(admin, "/v1/accounts?limit=2");
    EXPECT_EQ(desk.get(admin, next_of(first)).body.at("items").size(), 1U);
}

TEST_F(Lists, AreGivenFiftyAtATimeToWhoDoesNotSayHowMany) {
    make_accounts(51);
    const std::string code = desk.post(hotline, "/v1/reports", emergency_report()).body.at("case");
    for (int person = 1; person <= 51; ++person) {
        open_in_emergency(code, person);
    }
    expect_fifty(admin, "/v1/accounts");
    expect_fifty(admin, "/v1/emergency-access");
}

TEST_F(Lists, OfThoseWhoOpenedACaseGoOnWhereTheyWere) {
    const std::string code = desk.post(hotline, "/v1/reports", emergency_report()).body.at("case");
    open_in_emergency(code, 1);
    open_in_emergency(code, 2);  // at the same instant
    desk.office().pass(std::chrono::minutes(1));
    open_in_emergency(code, 3);
    expect_pages(admin, "/v1/emergency-access");

    const auto first = desk.get(admin, "/v1/emergency-access?limit=2");
    desk.office().pass(std::chrono::minutes(1));
    open_in_emergency(code, 4);
    std::set<std::string> actors;
    for (const json& page : {first.body, desk.get(admin, next_of(first)).body}) {
        for (const json& item : page.at("items")) {
            EXPECT_TRUE(actors.insert(item.at("actor")).second) << "shown twice: " << item;
        }
    }
    EXPECT_EQ(actors.size(), 3U);
}

TEST_F(Lists, DoNotTakeTheCursorOfAnother) {
    const std::string code = desk.post(hotline, "/v1/reports", emergency_report()).body.at("case");
    const auto duties = desk.get(hotline, "/v1/cases/" + code + "/duties?limit=1");
    const std::string cursor = duties.body.at("next_cursor");
    EXPECT_EQ(desk.get(hotline, "/v1/cases/" + code + "/notifications?cursor=" + cursor).faults(),
              List{"cursor bad_cursor"});
    EXPECT_EQ(desk.get(hotline, "/v1/areas?cursor=" + cursor).faults(), List{"cursor bad_cursor"});
}

TEST_F(Lists, OfDutiesAreNotSentAgainToWhoHasThem) {
    const std::string code = desk.post(hotline, "/v1/reports", emergency_report()).body.at("case");
    const std::string path = "/v1/cases/" + code + "/duties";
    const std::string tag = desk.get(hotline, path).header("ETag");
    const auto again = desk.ask(hotline, {"GET", path, "", {{"If-None-Match", tag}}});
    EXPECT_EQ(again.status(), 304);
    EXPECT_EQ(again.header("ETag"), tag);
    EXPECT_TRUE(again.reply.body.empty());
    EXPECT_EQ(desk.ask(hotline, {"GET", path, "", {{"If-None-Match", "\"0\""}}}).status(), 200);
    const std::string& stranger = desk.token(domain::Role::officer, "ubnd-03408");
    EXPECT_EQ(desk.ask(stranger, {"GET", path, "", {{"If-None-Match", tag}}}).status(), 404);
}

}  // namespace
}  // namespace lachan::http
