#include <gtest/gtest.h>

#include <set>

#include "desk.hpp"
#include "lachan/casework/erasure.hpp"

namespace lachan::http {
namespace {

using nlohmann::json;
using List = std::vector<std::string>;
using namespace std::chrono_literals;

class Cases : public testing::Test {
protected:
    std::string file(json report) {
        report.erase("report_id");
        return desk.post(hotline, "/v1/reports", report).body.at("case");
    }
    static std::string link_of(const Answered& answered) {
        const std::string link = answered.header("Link");
        return link.substr(1, link.find('>') - 1);
    }

    Desk desk;
    const std::string& hotline = desk.operator_token();
};

TEST_F(Cases, AreShownWholeWithTheirTag) {
    const std::string code = file(emergency_report());
    const auto shown = desk.get(hotline, "/v1/cases/" + code);
    ASSERT_EQ(shown.status(), 200);
    EXPECT_EQ(shown.body.at("case"), code);
    EXPECT_EQ(shown.body.at("status"), "open");
    EXPECT_EQ(shown.body.at("area").at("code"), "03388");
    EXPECT_FALSE(shown.body.at("area").at("name").get<std::string>().empty());
    EXPECT_EQ(shown.body.at("category"), json{"family_violence"});
    EXPECT_EQ(shown.header("ETag"), '"' + std::to_string(shown.body.at("case_seq").get<int>()) + '"');
}

/// Whoever asked before, and however often.
TEST_F(Cases, AreShownToEachAsTheyAreNow) {
    const std::string code = file(emergency_report());
    const std::string path = "/v1/cases/" + code;
    const std::string& school = desk.token(domain::Role::reporter, "th-quyet-tien");
    json report = minor_report();
    report["channel"] = "school";
    report.erase("report_id");
    const std::string own =
        "/v1/cases/" + desk.post(school, "/v1/reports", report).body.at("case").get<std::string>();
    const std::string& commune = desk.token(domain::Role::officer, "ubnd-03388");
    for (const std::string& each : {path, own}) {
        EXPECT_EQ(desk.get(hotline, each).body, desk.get(hotline, each).body);
        EXPECT_EQ(desk.get(commune, each).body.at("steps"), json::array());
    }
    EXPECT_EQ(desk.get(school, path).status(), 404);  // although others have just been shown it

    const json step = {{"kind", "initial_assessment"}, {"result", "emergency"}};
    for (const std::string& each : {path, own}) {
        ASSERT_EQ(desk.post(commune, each + "/steps", step).status(), 201);
        EXPECT_EQ(desk.get(commune, each).body.at("steps").size(), 1U);
        EXPECT_EQ(desk.get(commune, each).body.at("steps").size(), 1U);
    }
    EXPECT_EQ(desk.get(school, own).body.at("steps"),
              json::array());  // what was done is not for who reported
    EXPECT_EQ(desk.get(school, own).body.at("case_seq"), desk.get(commune, own).body.at("case_seq"));
}

/// A duty is overdue from the very instant it was due, not only when somebody has recorded that.
TEST_F(Cases, AreShownOverdueWithoutDelay) {
    const std::string path = "/v1/cases/" + file(emergency_report());
    const auto overdue = [&] {
        const json shown = desk.get(hotline, path).body;
        return std::ranges::count_if(shown.at("duties"), [](const json& duty) { return duty.at("overdue"); });
    };
    Instant first = Instant::max();
    const json duties = desk.get(hotline, path).body.at("duties");
    for (const json& duty : duties) {
        first = std::min(first, *parse_rfc3339(duty.at("due_at").get<std::string>()));
    }
    EXPECT_EQ(overdue(), 0);
    desk.office().pass(first - desk.office().now() - 1ms);
    EXPECT_EQ(overdue(), 0);
    desk.office().pass(1ms);
    EXPECT_GT(overdue(), 0);
}

TEST_F(Cases, AreNotSentAgainUnchanged) {
    const std::string path = "/v1/cases/" + file(emergency_report());
    const std::string tag = desk.get(hotline, path).header("ETag");
    const auto unchanged = desk.ask(hotline, {"GET", path, "", {{"If-None-Match", tag}}});
    EXPECT_EQ(unchanged.status(), 304);
    EXPECT_EQ(unchanged.header("ETag"), tag);
    EXPECT_TRUE(unchanged.reply.body.empty());
    EXPECT_EQ(desk.ask(hotline, {"GET", path, "", {{"If-None-Match", "\"0\""}}}).status(), 200);
}

TEST_F(Cases, TellAMistypedCodeFromAnUnknownOne) {
    std::string code = file(emergency_report());
    code.back() = code.back() == '7' ? '8' : '7';
    EXPECT_EQ(desk.get(hotline, "/v1/cases/" + code).problem(), "case-code-invalid");
    EXPECT_EQ(
        desk.get(hotline, "/v1/cases/" + desk.office().vault().case_code(domain::CaseNo(999))).problem(),
        "not-found");
}

TEST_F(Cases, AreNotThereForAStranger) {
    const std::string code = file(emergency_report());
    const std::string& stranger = desk.token(domain::Role::reporter, "th-quyet-tien");
    for (const char* const part : {"", "/duties"}) {
        const auto refused = desk.get(stranger, "/v1/cases/" + code + part);
        EXPECT_EQ(refused.status(), 404) << part;
    }
    EXPECT_EQ(desk.get(stranger, "/v1/cases").body.at("items"), json::array());
}

TEST_F(Cases, AreListedByTheTimeLeft) {
    json older = emergency_report();
    older["received_at"] = "2026-11-20T08:00:00+07:00";
    const std::string later = file(emergency_report());
    const std::string sooner = file(older);
    const auto listed = desk.get(hotline, "/v1/cases?status=open&category=&limit=10");
    ASSERT_EQ(listed.body.at("items").size(), 2U);
    EXPECT_EQ(listed.body.at("items")[0].at("case"), sooner);
    EXPECT_EQ(listed.body.at("items")[1].at("case"), later);
    EXPECT_TRUE(listed.body.at("next_cursor").is_null());
    EXPECT_EQ(listed.header("Link"), "");
}

TEST_F(Cases, AreFiltered) {
    file(minor_report());
    const std::string urgent = file(emergency_report());
    for (const char* const filter : {"urgency=emergency", "category=family_violence"}) {
        const auto listed = desk.get(hotline, std::string("/v1/cases?") + filter);
        ASSERT_EQ(listed.body.at("items").size(), 1U) << filter;
        EXPECT_EQ(listed.body.at("items")[0].at("case"), urgent);
    }
    EXPECT_EQ(desk.get(hotline, "/v1/cases?area=03388&overdue=false").body.at("items").size(), 2U);
    EXPECT_EQ(desk.get(hotline, "/v1/cases?status=closed").body.at("items").size(), 0U);
}

TEST_F(Cases, AreListedPageByPageWithoutGapOrRepetition) {
    std::set<std::string> filed;
    for (int i = 0; i < 5; ++i) {
        filed.insert(file(i % 2 == 0 ? minor_report() : emergency_report()));
    }
    std::set<std::string> seen;
    std::string next = "/v1/cases?status=open&limit=2";
    int pages = 0;
    while (!next.empty()) {
        const auto page = desk.get(hotline, next);
        ASSERT_EQ(page.status(), 200);
        ++pages;
        for (const json& item : page.body.at("items")) {
            EXPECT_TRUE(seen.insert(item.at("case")).second);
        }
        next = page.body.at("next_cursor").is_null() ? "" : link_of(page);
    }
    EXPECT_EQ(seen, filed);
    EXPECT_EQ(pages, 3);
}

TEST_F(Cases, TakeACursorOnlyWhereItBelongs) {
    for (int i = 0; i < 3; ++i) {
        file(minor_report());
    }
    const std::string cursor = desk.get(hotline, "/v1/cases?limit=1").body.at("next_cursor");
    EXPECT_EQ(desk.get(hotline, "/v1/cases?limit=2&cursor=" + cursor).status(), 200);
    EXPECT_EQ(cursor.find_first_of("+/="), std::string::npos);
    std::string changed = cursor;
    changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
    for (const std::string& target : {"/v1/cases?status=open&cursor=" + cursor,
                                      "/v1/duties?cursor=" + cursor,
                                      "/v1/cases?cursor=" + changed,
                                      std::string("/v1/cases?cursor=AAAA")}) {
        const auto refused = desk.get(hotline, target);
        EXPECT_EQ(refused.status(), 400) << target;
        EXPECT_EQ(refused.faults(), List{"cursor bad_cursor"});
    }
    const std::string& other = desk.token(domain::Role::supervisor, "so-y-te-12");
    EXPECT_EQ(desk.get(other, "/v1/cases?limit=1&cursor=" + cursor).status(), 400);
}

TEST_F(Cases, NameEveryWrongParameter) {
    const auto refused =
        desk.get(hotline, "/v1/cases?status=opened&urgency=high&category=x&overdue=1&limit=201");
    EXPECT_EQ(refused.status(), 400);
    EXPECT_EQ(refused.faults(),
              (List{"status unknown_word",
                    "category unknown_word",
                    "urgency unknown_word",
                    "overdue unknown_word",
                    "limit out_of_range"}));
    EXPECT_EQ(desk.get(hotline, "/v1/cases?limit=0").status(), 400);
    EXPECT_EQ(desk.get(hotline, "/v1/cases?limit=ten").status(), 400);
    EXPECT_EQ(desk.get(hotline, "/v1/duties?due_before=tomorrow").faults(), List{"due_before bad_instant"});
}

TEST_F(Cases, AreFoundByNameWithoutToneMarks) {
    const std::string code = file(emergency_report());
    const auto found = desk.post(hotline, "/v1/cases/search", {{"name", "lo thi dao"}});
    ASSERT_EQ(found.status(), 200);
    ASSERT_EQ(found.body.at("items").size(), 1U);
    EXPECT_EQ(found.body.at("items")[0].at("case"), code);
    EXPECT_EQ(desk.post(hotline, "/v1/cases/search", {{"phone", "0912345678"}}).body.at("items").size(), 1U);
    EXPECT_EQ(desk.post(hotline, "/v1/cases/search", {{"name", "lo thi"}}).body.at("items").size(), 0U);
}

TEST_F(Cases, AreNotSearchedForNothing) {
    EXPECT_EQ(desk.post(hotline, "/v1/cases/search", json::object()).status(), 422);
    EXPECT_EQ(desk.post(hotline, "/v1/cases/search", {{"nmae", "x"}}).faults(), List{"/nmae unknown_field"});
    std::string mistyped = file(emergency_report());
    mistyped.back() = mistyped.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(desk.post(hotline, "/v1/cases/search", {{"code", mistyped}}).problem(), "case-code-invalid");
}

TEST_F(Cases, KeepARecordThatCanBeRead) {
    const std::string code = file(emergency_report());
    std::vector<std::string> kinds;
    std::string next = "/v1/cases/" + code + "/events?limit=2";
    while (!next.empty()) {
        const auto page = desk.get(hotline, next);
        ASSERT_EQ(page.status(), 200);
        for (const json& event : page.body.at("items")) {
            kinds.push_back(event.at("kind"));
        }
        next = page.body.at("next_cursor").is_null() ? "" : link_of(page);
    }
    EXPECT_NE(std::ranges::find(kinds, "report.received"), kinds.end());
    EXPECT_NE(std::ranges::find(kinds, "case.opened"), kinds.end());
}

TEST_F(Cases, SayNamesOnlyForAPurpose) {
    const std::string path = "/v1/cases/" + file(emergency_report()) + "/identity";
    EXPECT_EQ(desk.get(hotline, path).faults(), List{"Lachan-Purpose missing"});
    const auto shown = desk.ask(hotline, {"GET", path, "", {{"Lachan-Purpose", "gọi lại người báo tin"}}});
    ASSERT_EQ(shown.status(), 200) << shown.body;
    const json& report = shown.body.at("reports").at(0);
    EXPECT_EQ(report.at("children").at(0).at("name"), "Lò Thị Đào");
    EXPECT_EQ(report.at("children").at(0).at("birth_date"), "2021-03");
    EXPECT_EQ(report.at("suspects").at(0).at("name"), "Giàng A Páo");
    EXPECT_EQ(report.at("informant").at("phone"), "0912 345 678");
    EXPECT_EQ(report.at("narrative"), "Tối nào cũng nghe tiếng đánh và tiếng trẻ khóc.");
}

TEST_F(Cases, TellASuccessorWhyADutyWasDeclined) {
    const std::string code = file(emergency_report());
    const json duties = desk.get(hotline, "/v1/cases/" + code + "/duties").body;
    const json duty = *std::ranges::find_if(duties.at("items"),
                                            [](const json& each) { return !each.at("holder").is_null(); });
    const std::string agency = duty.at("holder").at("agency");
    const auto declined = desk.post(desk.token(domain::Role::officer, agency),
                                    "/v1/duties/" + duty.at("id").get<std::string>() + "/responses",
                                    {{"response", "declined"}, {"reason", "cháu đã về nhà bà ngoại"}});
    ASSERT_EQ(declined.status(), 200) << declined.body;
    const auto shown =
        desk.ask(hotline, {"GET", "/v1/cases/" + code + "/identity", "", {{"Lachan-Purpose", "bàn giao"}}});
    ASSERT_EQ(shown.body.at("notes").size(), 1U) << shown.body;
    const json& note = shown.body.at("notes").at(0);
    EXPECT_EQ(note.at("kind"), "duty_declined");
    EXPECT_EQ(note.at("agency"), agency);
    EXPECT_EQ(note.at("text"), "cháu đã về nhà bà ngoại");
    EXPECT_EQ(shown.body.at("reports").at(0).at("reference"), "111-2026-0045678");
    EXPECT_EQ(desk.get(hotline, "/v1/cases/" + code).reply.body.find("bà ngoại"), std::string::npos);

    desk.office().write([&](casework::Tx& tx) -> Result<void> {
        const auto number = desk.office().vault().case_no(code).value();
        return casework::erase_case(tx, desk.office().vault(), number, "theo quyết định", "test")
                   ? Result<void>()
                   : Error();
    });
    const auto erased =
        desk.ask(hotline, {"GET", "/v1/cases/" + code + "/identity", "", {{"Lachan-Purpose", "bàn giao"}}});
    EXPECT_EQ(erased.body.at("notes"), json::array());
    EXPECT_EQ(erased.body.at("reports").at(0).at("reference"), "");
}

TEST_F(Cases, TakeAPurposeAsABrowserCanSendIt) {
    const std::string code = file(emergency_report());
    const std::string path = "/v1/cases/" + code + "/identity";
    EXPECT_EQ(
        desk.ask(hotline, {"GET", path, "", {{"Lachan-Purpose", "g%E1%BB%8Di%20l%E1%BA%A1i"}}}).status(),
        200);
    // Two letters are no purpose, however long their escapes are.
    EXPECT_EQ(desk.ask(hotline, {"GET", path, "", {{"Lachan-Purpose", "%61%62"}}}).status(), 422);
    EXPECT_EQ(desk.ask(hotline, {"GET", path, "", {{"Lachan-Purpose", "100% chắc chắn"}}}).status(), 200);
    EXPECT_EQ(desk.ask(hotline, {"GET", path, "", {{"Lachan-Purpose", "hai%0Adòng"}}}).status(), 400);
}

TEST_F(Cases, GiveBackUnknownFieldsToWhoMayReadTheNarrative) {
    json report = emergency_report();
    report["weather"] = {{"rain", true}};
    const std::string code = file(report);
    const auto shown =
        desk.ask(hotline, {"GET", "/v1/cases/" + code + "/identity", "", {{"Lachan-Purpose", "xác minh"}}});
    EXPECT_EQ(shown.body.at("reports").at(0).at("unknown_fields").at("/weather").at("rain"), true);
}

}  // namespace
}  // namespace lachan::http
