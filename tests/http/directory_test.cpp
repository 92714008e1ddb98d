#include <gtest/gtest.h>

#include <set>

#include "desk.hpp"

namespace lachan::http {
namespace {

using nlohmann::json;
using List = std::vector<std::string>;

constexpr const char* kCommune = "ubnd-03388";

class Directory : public testing::Test {
protected:
    Answered put(const json& entry, const std::string& if_match) {
        std::vector<std::pair<std::string, std::string>> headers;
        if (!if_match.empty()) {
            headers.emplace_back("If-Match", if_match);
        }
        const std::string path = "/v1/agencies/" + entry.value("id", "x");
        return desk.ask(admin, {"PUT", path, entry.dump(), std::move(headers)});
    }
    static json school() {
        return {{"id", "th-moi"},
                {"name", "Trường Tiểu học Mới"},
                {"kind", "school"},
                {"area", "03388"},
                {"roles", json::array()},
                {"valid_from", "2026-01-01"},
                {"contacts", {{{"kind", "phone"}, {"value", "0213 111 222"}}}}};
    }

    Desk desk;
    const std::string& admin = desk.admin_token();
};

TEST_F(Directory, IsListedPageByPage) {
    std::set<std::string> seen;
    std::string next = "/v1/agencies?limit=50";
    while (!next.empty()) {
        const auto page = desk.get(admin, next);
        ASSERT_EQ(page.status(), 200);
        for (const json& item : page.body.at("items")) {
            EXPECT_TRUE(seen.insert(item.at("id")).second) << item;
        }
        const std::string link = page.header("Link");
        next = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_TRUE(seen.contains(kCommune));
    EXPECT_GT(seen.size(), 50U);
}

TEST_F(Directory, IsFilteredByRoleAreaAndInstant) {
    const auto here = desk.get(admin, "/v1/agencies?area=03388&role=commune_chair");
    ASSERT_FALSE(here.body.at("items").empty());
    for (const json& item : here.body.at("items")) {
        EXPECT_EQ(item.at("area"), "03388");
    }
    EXPECT_EQ(desk.get(admin, "/v1/agencies?at=1990-01-01T00:00:00Z").body.at("items"), json::array());
}

TEST_F(Directory, TakesANewAgencyIntoForceAtOnce) {
    const auto added = put(school(), "");
    ASSERT_EQ(added.status(), 201) << added.body;
    EXPECT_EQ(added.header("Location"), "/v1/agencies/th-moi");
    const auto shown = desk.get(admin, "/v1/agencies/th-moi");
    EXPECT_EQ(shown.body.at("name"), "Trường Tiểu học Mới");
    EXPECT_EQ(shown.header("ETag"), added.header("ETag"));
    EXPECT_EQ(desk.ask(admin, {"GET", "/v1/agencies/th-moi", "", {{"If-None-Match", shown.header("ETag")}}})
                  .status(),
              304);
}

TEST_F(Directory, IsChangedOnlyByWhoHasSeenTheEntry) {
    const std::string tag = put(school(), "").header("ETag");
    json changed = school();
    changed["name"] = "Trường Tiểu học Cũ";
    EXPECT_EQ(put(changed, "").status(), 428);
    EXPECT_EQ(put(changed, "\"other\"").status(), 412);
    const auto replaced = put(changed, tag);
    ASSERT_EQ(replaced.status(), 200) << replaced.body;
    EXPECT_EQ(replaced.body.at("name"), "Trường Tiểu học Cũ");
    EXPECT_EQ(put(changed, tag).status(), 412);
}

// Both have seen the same entry: the second must not undo the first unseen.
TEST_F(Directory, LosesNoneOfTwoChangesAtOnce) {
    const std::string tag = put(school(), "").header("ETag");
    json one = school();
    json two = school();
    one["name"] = "Một";
    two["name"] = "Hai";
    const std::vector<std::pair<std::string, std::string>> seen{{"If-Match", tag}};
    const auto statuses = desk.ask_together(
        admin,
        {{"PUT", "/v1/agencies/th-moi", one.dump(), seen}, {"PUT", "/v1/agencies/th-moi", two.dump(), seen}});
    EXPECT_EQ(statuses, (std::vector<int>{200, 409}));
    EXPECT_EQ(desk.get(admin, "/v1/agencies/th-moi").body.at("name"), "Một");
}

TEST_F(Directory, RefusesAnEntryUnderAnotherName) {
    const auto refused = desk.ask(admin, {"PUT", "/v1/agencies/th-khac", school().dump(), {}});
    EXPECT_EQ(refused.status(), 422);
    EXPECT_EQ(refused.faults(), List{"/id mismatch"});
}

TEST_F(Directory, NamesEveryFaultOfAnEntryAtOnce) {
    json entry = school();
    entry["area"] = 1;
    const auto refused = desk.ask(admin, {"PUT", "/v1/agencies/th-khac", entry.dump(), {}});
    EXPECT_EQ(refused.status(), 422);
    EXPECT_EQ(refused.faults().front(), "/id mismatch");
    EXPECT_EQ(refused.faults().back().substr(0, 6), "/area ");
}

TEST_F(Directory, IsChangedByAdministratorsOnly) {
    const std::string& officer = desk.token(domain::Role::officer, kCommune);
    EXPECT_EQ(desk.ask(officer, {"PUT", "/v1/agencies/th-moi", school().dump(), {}}).status(), 403);
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    EXPECT_EQ(desk.post(officer, path, {{"url", "https://x.example/hook"}}).status(), 403);
}

TEST_F(Directory, RegistersTriesAndRenewsAnEndpoint) {
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    const auto made = desk.post(admin, path, {{"url", "https://xa.example/hook"}});
    ASSERT_EQ(made.status(), 201) << made.body;
    const std::string id = made.body.at("id");
    EXPECT_TRUE(made.body.at("secret").get<std::string>().starts_with("whsec_"));
    const auto listed = desk.get(admin, path);
    ASSERT_EQ(listed.body.at("items").size(), 1U);
    EXPECT_EQ(listed.body.at("items")[0].at("url"), "https://xa.example/hook");
    EXPECT_EQ(listed.reply.body.find("whsec_"), std::string::npos);

    const auto pinged = desk.post(admin, path + "/" + id + "/ping", json::object());
    EXPECT_EQ(pinged.status(), 200);
    EXPECT_EQ(pinged.body.at("delivered"), true);
    EXPECT_EQ(desk.mailbox.seen.at(0).second.type, "vn.lachan.endpoint.ping.v1");

    const auto rotated = desk.post(admin, path + "/" + id + "/rotation", {{"overlap_hours", 2}});
    ASSERT_EQ(rotated.status(), 200);
    EXPECT_NE(rotated.body.at("secret"), made.body.at("secret"));
    EXPECT_EQ(desk.get(admin, path).body.at("items")[0].at("old_secret_until"), "2026-11-20T10:15:00+07:00");
}

TEST_F(Directory, StopsAndResumesAnEndpoint) {
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    const std::string id = desk.post(admin, path, {{"url", "https://xa.example/hook"}}).body.at("id");
    EXPECT_EQ(desk.post(admin, path + "/" + id + "/suspension", {{"reason", "bảo trì"}}).status(), 200);
    EXPECT_EQ(desk.get(admin, path).body.at("items")[0].at("suspended_why"), "bảo trì");
    EXPECT_EQ(desk.ask(admin, {"POST", path + "/" + id + "/resumption", "", {}}).status(), 200);
    EXPECT_EQ(desk.get(admin, path).body.at("items")[0].at("suspended"), false);
}

TEST_F(Directory, RefusesAnEndpointWhereNobodyMayBeReached) {
    desk.refused_urls["http://169.254.169.254/"] = "not a public address";
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    EXPECT_EQ(desk.post(admin, path, {{"url", "http://169.254.169.254/"}}).faults(), List{"/url denied"});
    EXPECT_EQ(desk.post(admin, path, json::object()).faults(), List{"/url missing"});
}

TEST_F(Directory, RegistersChannelsOfEveryKindAndPutsThemInOrder) {
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    const std::string hook = desk.post(admin, path, {{"url", "https://xa.example/hook"}}).body.at("id");
    const std::string mail =
        desk.post(admin, path, {{"kind", "email"}, {"address", "ubnd@laichau.gov.vn"}}).body.at("id");
    const std::string phone =
        desk.post(admin, path, {{"kind", "gateway"}, {"address", "+84912345678"}, {"provider", "sms"}})
            .body.at("id");
    const auto ids = [&] {
        std::vector<std::string> found;
        const auto listed = desk.get(admin, path);
        for (const json& item : listed.body.at("items")) {
            found.push_back(item.at("id"));
        }
        return found;
    };
    EXPECT_EQ(ids(), (List{hook, mail, phone})) << "each behind those there are";
    const auto ordered =
        desk.ask(admin, {"PUT", path + "/order", json{{"endpoints", {phone, hook, mail}}}.dump(), {}});
    ASSERT_EQ(ordered.status(), 200) << ordered.body;
    EXPECT_EQ(ids(), (List{phone, hook, mail}));
    const json first = ordered.body.at("items")[0];
    EXPECT_EQ(first.at("address"), "+84912345678");
    EXPECT_EQ(first.at("provider"), "sms");
    EXPECT_EQ(first.at("url"), "");
}

TEST_F(Directory, ShowsTheLifeOfAnEndpointAndSendsARangeAgain) {
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    const std::string id = desk.post(admin, path, {{"url", "https://xa.example/hook"}}).body.at("id");
    desk.mailbox.answers[id].status = 503;
    desk.mailbox.answers[id].excerpt = "busy";
    ASSERT_EQ(desk.post(desk.operator_token(), "/v1/reports", minor_report()).status(), 201);
    desk.office().send_all(desk.mailbox);
    desk.office().pass(std::chrono::minutes(1));
    const json failing = desk.get(admin, path).body.at("items")[0];
    EXPECT_GT(failing.at("scheduled"), 0);
    EXPECT_EQ(failing.at("lag_seconds"), 60);
    EXPECT_EQ(failing.at("oldest_at"), "2026-11-20T08:15:00+07:00");
    EXPECT_EQ(failing.at("attempts")[0].at("status"), 503);
    EXPECT_EQ(failing.at("attempts")[0].at("excerpt"), "busy");
    EXPECT_EQ(failing.at("attempts").dump().find("LC-"), std::string::npos) << "of which case is not said";
    const std::string& officer = desk.token(domain::Role::officer, kCommune);
    EXPECT_EQ(desk.get(officer, path).body.at("items")[0].at("attempts")[0].at("excerpt"), "");

    desk.mailbox.answers.clear();
    desk.office().pass(std::chrono::minutes(10));
    desk.office().send_all(desk.mailbox);
    const json well = desk.get(admin, path).body.at("items")[0];
    EXPECT_EQ(well.at("scheduled"), 0);
    EXPECT_EQ(well.at("lag_seconds"), 0);
    EXPECT_EQ(well.at("oldest_at"), nullptr);
    EXPECT_EQ(well.at("attempts")[0].at("outcome"), "delivered");

    const std::string again = path + "/" + id + "/redelivery";
    const auto sent = desk.post(admin, again, {{"from", "2026-11-20T08:00:00+07:00"}});
    ASSERT_EQ(sent.status(), 202) << sent.body;
    EXPECT_GT(sent.body.at("scheduled"), 0);
    EXPECT_EQ(sent.body.at("next_from"), nullptr);
    EXPECT_EQ(desk.get(admin, path).body.at("items")[0].at("scheduled"), sent.body.at("scheduled"));
    EXPECT_EQ(desk.post(admin, again, json::object()).faults(), (List{"/from missing"}));
    EXPECT_EQ(
        desk.post(admin, again, {{"from", "2026-11-20T08:00:00+07:00"}, {"state", "superseded"}}).faults(),
        List{"/state unknown_word"});
    EXPECT_EQ(
        desk.post(admin, again, {{"from", "2026-11-20T08:10:00+07:00"}, {"to", "2026-11-20T08:00:00+07:00"}})
            .faults(),
        List{"/from out_of_range"});
    EXPECT_EQ(desk.post(officer, again, {{"from", "2026-11-20T08:00:00+07:00"}}).status(), 403);
}

TEST_F(Directory, OrdersOnlyAllTheChannelsOfAnAgencyAtOnce) {
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    const std::string one = desk.post(admin, path, {{"url", "https://xa.example/1"}}).body.at("id");
    const std::string two = desk.post(admin, path, {{"url", "https://xa.example/2"}}).body.at("id");
    for (const json& wrong : {json{{"endpoints", {one}}},
                              json{{"endpoints", {one, one}}},
                              json{{"endpoints", {one, two, "x"}}}}) {
        const auto refused = desk.ask(admin, {"PUT", path + "/order", wrong.dump(), {}});
        EXPECT_EQ(refused.status(), 422) << wrong;
        EXPECT_EQ(refused.faults(), List{"/endpoints mismatch"});
    }
    EXPECT_EQ(desk.ask(admin, {"PUT", path + "/order", "{}", {}}).faults(), List{"/endpoints missing"});
    const std::string& officer = desk.token(domain::Role::officer, kCommune);
    EXPECT_EQ(
        desk.ask(officer, {"PUT", path + "/order", json{{"endpoints", {two, one}}}.dump(), {}}).status(),
        403);
}

TEST_F(Directory, KnowsWhichEndpointIsWhose) {
    const std::string path = std::string("/v1/agencies/") + kCommune + "/endpoints";
    const std::string id = desk.post(admin, path, {{"url", "https://xa.example/hook"}}).body.at("id");
    EXPECT_EQ(
        desk.post(admin, "/v1/agencies/tong-dai-111/endpoints/" + id + "/ping", json::object()).status(),
        404);
    EXPECT_EQ(desk.get(admin, "/v1/agencies/nobody/endpoints").status(), 404);
    EXPECT_EQ(desk.post(admin, "/v1/agencies/nobody/endpoints", {{"url", "https://x.example/"}}).status(),
              404);
}

TEST_F(Directory, SaysWhoAsks) {
    const auto me = desk.get(admin, "/v1/me");
    EXPECT_EQ(me.body.at("role"), "admin");
    EXPECT_EQ(me.body.at("agency").at("agency"), "so-y-te-12");
}

TEST_F(Directory, ListsTheUnitsOfAnInstant) {
    const auto has_district = [this](std::string next) {
        bool found = false;
        while (!next.empty()) {
            const auto page = desk.get(admin, next);
            EXPECT_EQ(page.status(), 200) << page.body;
            found = found || std::ranges::any_of(page.body.at("items"), [](const json& area) {
                        return area.at("level") == "district";
                    });
            const std::string link = page.header("Link");
            next = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        return found;
    };
    EXPECT_FALSE(has_district("/v1/areas"));
    EXPECT_TRUE(has_district("/v1/areas?at=2025-01-01T00:00:00%2B07:00"));
}

TEST_F(Directory, ShowsTheRulesInForce) {
    const auto packs = desk.get(admin, "/v1/rules/packs");
    ASSERT_EQ(packs.body.at("items").size(), 1U);
    EXPECT_EQ(packs.body.at("items")[0].at("in_force"), true);
    std::string key = packs.body.at("items")[0].at("pack");
    key.replace(key.find('/'), 1, "%2F");
    const auto pack = desk.get(admin, "/v1/rules/packs/" + key);
    ASSERT_EQ(pack.status(), 200);
    EXPECT_EQ(pack.body.at("rules").size(), packs.body.at("items")[0].at("rules").get<std::size_t>());
    EXPECT_FALSE(pack.body.at("steps").empty());
    EXPECT_EQ(desk.get(admin, "/v1/rules/packs/nothing").status(), 404);
}

}  // namespace
}  // namespace lachan::http
