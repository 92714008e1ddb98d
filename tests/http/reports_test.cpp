#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "desk.hpp"

namespace lachan::http {
namespace {

using nlohmann::json;
using List = std::vector<std::string>;

class Reports : public testing::Test {
protected:
    Desk desk;
    const std::string& hotline = desk.operator_token();
};

TEST_F(Reports, AreAnsweredWithCaseReceiptDutiesAndGround) {
    const auto filed = desk.post(hotline, "/v1/reports", emergency_report());
    ASSERT_EQ(filed.status(), 201) << filed.body;
    const std::string code = filed.body.at("case");
    EXPECT_EQ(filed.header("Location"), "/v1/cases/" + code);
    EXPECT_EQ(filed.header("ETag"), '"' + std::to_string(filed.body.at("case_seq").get<int>()) + '"');
    EXPECT_EQ(filed.body.at("report"), "0193a6c8-0000-7000-8000-000000000001");
    EXPECT_EQ(filed.body.at("receipt").get<std::string>().size(), 19U);
    EXPECT_EQ(filed.body.at("urgency"), "emergency");
    ASSERT_FALSE(filed.body.at("duties").empty());
    for (const json& duty : filed.body.at("duties")) {
        EXPECT_FALSE(duty.at("basis").empty()) << duty;
        EXPECT_TRUE(duty.at("id").get<std::string>().starts_with(code + ".d"));
    }
    EXPECT_EQ(filed.body.at("warnings"), json::array());
    EXPECT_FALSE(filed.body.contains("applied"));
}

TEST_F(Reports, AreStoredOnlyOutsideADryRun) {
    const auto shown = desk.post(hotline, "/v1/reports?dry_run=true", emergency_report());
    ASSERT_EQ(shown.status(), 200);
    EXPECT_EQ(shown.body.at("dry_run"), true);
    EXPECT_TRUE(shown.body.at("case").is_null());
    EXPECT_TRUE(shown.body.at("receipt").is_null());
    EXPECT_FALSE(shown.body.at("applied").empty());
    EXPECT_FALSE(shown.body.at("duties").empty());
    EXPECT_EQ(desk.get(hotline, "/v1/cases").body.at("items"), json::array());
}

TEST_F(Reports, RefuseADryRunThatIsNeitherTrueNorFalse) {
    const auto refused = desk.post(hotline, "/v1/reports?dry_run=maybe", emergency_report());
    EXPECT_EQ(refused.status(), 400);
    EXPECT_EQ(refused.faults(), List{"dry_run unknown_word"});
}

TEST_F(Reports, NameEveryFaultOfTheContent) {
    const auto refused = desk.post(hotline, "/v1/reports", {{"channel", "fax"}, {"danger", {{"life", 1}}}});
    EXPECT_EQ(refused.status(), 422);
    EXPECT_EQ(refused.faults(),
              (List{"/channel unknown_word", "/area missing", "/category missing", "/danger/life type"}));
}

TEST_F(Reports, NameAPlaceThatNobodyKnowsTogetherWithTheOtherFaults) {
    json report = emergency_report();
    report["area"] = "00000";
    report["danger"]["life"] = 1;
    const List both = {"/danger/life type", "/area unknown_area"};
    EXPECT_EQ(desk.post(hotline, "/v1/reports", report).faults(), both);
    EXPECT_EQ(desk.post(hotline, "/v1/reports?dry_run=true", report).faults(), both);
    report.erase("danger");
    EXPECT_EQ(desk.post(hotline, "/v1/reports", report).faults(), List{"/area unknown_area"});
}

TEST_F(Reports, TellMalformedJsonFromWrongContent) {
    const auto refused = desk.ask(hotline, {"POST", "/v1/reports", "{\"channel\": ", {}});
    EXPECT_EQ(refused.status(), 400);
    EXPECT_EQ(refused.problem(), "malformed-json");
    EXPECT_EQ(desk.ask(hotline, {"POST", "/v1/reports", "", {}}).problem(), "malformed-json");
}

TEST_F(Reports, RefuseAnAreaThatMeansNothing) {
    json report = emergency_report();
    report["area"] = "99999";
    const auto refused = desk.post(hotline, "/v1/reports", report);
    EXPECT_EQ(refused.status(), 422);
    ASSERT_EQ(refused.faults().size(), 1U);
    EXPECT_TRUE(refused.faults()[0].starts_with("/area "));
}

TEST_F(Reports, OnOldPaperMayNameTheUnitOfToday) {
    json report = emergency_report();
    report["area"] = "03424";
    report["received_at"] = "2025-05-12T09:00:00+07:00";
    const auto shown = desk.post(hotline, "/v1/reports?dry_run=true", report);
    const auto filed = desk.post(hotline, "/v1/reports", report);
    EXPECT_EQ(shown.status(), 200);
    ASSERT_EQ(filed.status(), 201);
    for (const Answered* answered : {&shown, &filed}) {
        const std::string warning = answered->body.at("warnings").at(0);
        EXPECT_TRUE(warning.starts_with("/area: 03424 (Xã Bản Bo) is a unit only from 2025-07-01"))
            << warning;
    }
    const auto& duties = filed.body.at("duties");
    EXPECT_TRUE(std::any_of(duties.begin(), duties.end(), [](const json& duty) {
        return duty.at("kind") == "initial_assessment" && duty.at("holder").at("agency") == "ubnd-03424";
    }));
    const std::string target = filed.header("Location");
    const json area = {{"code", "03424"}, {"name", "Xã Bản Bo"}};
    EXPECT_EQ(desk.get(hotline, target).body.at("area"), area);
    const auto officer = desk.token(domain::Role::officer, "ubnd-03424");
    EXPECT_EQ(desk.get(officer, target).body.at("area"), area);
}

TEST_F(Reports, AreReplayedUnderTheirKey) {
    json report = emergency_report();
    report.erase("report_id");
    const std::vector<std::pair<std::string, std::string>> key{{"Idempotency-Key", "\"8e03978e-40d5\""}};
    const auto first = desk.post(hotline, "/v1/reports", report, key);
    const auto again = desk.post(hotline, "/v1/reports", report, key);
    EXPECT_EQ(first.status(), 201);
    EXPECT_EQ(again.status(), 201);
    EXPECT_EQ(again.reply.body, first.reply.body);
    EXPECT_EQ(again.header("Location"), first.header("Location"));
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(first.header("Idempotent-Replayed"), "");
    report["narrative"] = "Chuyện khác";
    const auto other = desk.post(hotline, "/v1/reports", report, key);
    EXPECT_EQ(other.status(), 422);
    EXPECT_EQ(other.problem(), "idempotency-key-reused");
}

TEST_F(Reports, AreKnownAgainByTheirId) {
    const auto first = desk.post(hotline, "/v1/reports", emergency_report());
    const auto again =
        desk.post(hotline, "/v1/reports", emergency_report(), {{"Idempotency-Key", "another-key"}});
    EXPECT_EQ(again.status(), 201);
    EXPECT_EQ(again.body.at("case"), first.body.at("case"));
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_TRUE(again.body.at("receipt").is_null());
    ASSERT_EQ(again.body.at("warnings").size(), 1U);  // says why there is none, and what would give it
    const std::string warning = again.body.at("warnings").at(0);
    EXPECT_TRUE(warning.starts_with("/report_id: this report was taken in before")) << warning;
    EXPECT_NE(warning.find("a receipt is shown once"), std::string::npos) << warning;
    EXPECT_NE(warning.find("Idempotency-Key"), std::string::npos) << warning;
}

TEST_F(Reports, WarnWhenNothingGuardsAgainstRepetition) {
    json report = emergency_report();
    report.erase("report_id");
    report["weather"] = "mưa";
    const auto filed = desk.post(hotline, "/v1/reports", report);
    ASSERT_EQ(filed.status(), 201);
    ASSERT_EQ(filed.body.at("warnings").size(), 2U);
    EXPECT_EQ(filed.body.at("warnings")[0], "unknown field kept: /weather");
    EXPECT_NE(filed.body.at("warnings")[1].get<std::string>().find("Idempotency-Key"), std::string::npos);
}

TEST_F(Reports, RefuseAKeyThatIsNone) {
    const auto refused =
        desk.post(hotline, "/v1/reports", emergency_report(), {{"Idempotency-Key", "short"}});
    EXPECT_EQ(refused.status(), 400);
    EXPECT_EQ(refused.faults(), List{"Idempotency-Key out_of_range"});
}

TEST_F(Reports, FindSimilarCases) {
    desk.post(hotline, "/v1/reports", emergency_report());
    json second = emergency_report();
    second.erase("report_id");
    const auto filed = desk.post(hotline, "/v1/reports", second);
    ASSERT_FALSE(filed.body.at("similar").empty());
    EXPECT_GT(filed.body.at("similar")[0].at("score"), 0.5);
    EXPECT_FALSE(filed.body.at("similar")[0].at("reasons").empty());
}

TEST_F(Reports, JoinACase) {
    const auto first = desk.post(hotline, "/v1/reports", minor_report());
    const std::string code = first.body.at("case");
    const auto further = desk.post(hotline, "/v1/cases/" + code + "/reports", emergency_report());
    ASSERT_EQ(further.status(), 201) << further.body;
    EXPECT_EQ(further.body.at("case"), code);
    EXPECT_EQ(further.body.at("urgency"), "emergency");
    EXPECT_FALSE(further.body.at("receipt").is_null());
    EXPECT_EQ(desk.get(hotline, "/v1/cases/" + code).body.at("reports"), 2);
}

TEST_F(Reports, MayNotBeFiledByAnAnalyst) {
    const auto refused =
        desk.post(desk.token(domain::Role::analyst, "so-y-te-12"), "/v1/reports", emergency_report());
    EXPECT_EQ(refused.status(), 403);
    EXPECT_EQ(refused.problem(), "forbidden");
}

// What the limit is there for is a client that runs wild; a child in danger must get through even then.
TEST(ReportsOverTheAllowance, AreTakenInIfTheyAreEmergencies) {
    LimitSettings limits;
    limits.intake = {.name = "intake", .quota = 1, .window = std::chrono::minutes(1), .reserve = 1};
    Desk desk(limits);
    const std::string& hotline = desk.operator_token();
    EXPECT_EQ(desk.post(hotline, "/v1/reports", minor_report()).status(), 201);
    const auto refused = desk.post(hotline, "/v1/reports", minor_report());
    EXPECT_EQ(refused.status(), 429);
    EXPECT_EQ(refused.header("Retry-After"), "60");
    EXPECT_EQ(desk.post(hotline, "/v1/reports", emergency_report()).status(), 201);
    json another = emergency_report();
    another.erase("report_id");
    EXPECT_EQ(desk.post(hotline, "/v1/reports", another).status(), 429);
}

// No name, phone or word of the narrative comes back: the sender knows them, and answers are logged by
// others.
TEST_F(Reports, SayNoNameInTheirAnswer) {
    const auto filed = desk.post(hotline, "/v1/reports", emergency_report());
    for (const char* const secret : {"Đào", "Páo", "Mỷ", "0912", "tiếng trẻ", "văn hoá"}) {
        EXPECT_EQ(filed.reply.body.find(secret), std::string::npos) << secret;
    }
}

// A body sent again under a new key would otherwise be a window on a case that is about the sender.
TEST_F(Reports, AReporterWhoIsExcludedSinceLearnsOnlyWhatItFiled) {
    const std::string& school = desk.token(domain::Role::reporter, "truong-thcs-doan-ket");
    json report = minor_report();
    report["report_id"] = "0193a6c8-0000-7000-8000-0000000000aa";
    const auto filed = desk.post(school, "/v1/reports", report, {{"Idempotency-Key", "the-first-time"}});
    ASSERT_EQ(filed.status(), 201);
    json further = emergency_report();
    further.erase("report_id");
    further["suspects"] = {{{"relation", "school_staff"}, {"name", "A"}, {"agency", "truong-thcs-doan-ket"}}};
    const std::string path = "/v1/cases/" + filed.body.at("case").get<std::string>();
    ASSERT_EQ(desk.post(desk.operator_token(), path + "/reports", further).status(), 201);
    ASSERT_EQ(desk.get(school, path).status(), 404);

    const auto again = desk.post(school, "/v1/reports", report, {{"Idempotency-Key", "the-second-time"}});
    ASSERT_EQ(again.status(), 201) << again.body;
    for (const char* const member : {"case", "case_seq", "urgency", "severity", "rule_pack"}) {
        EXPECT_EQ(again.body.at(member), filed.body.at(member)) << member;
    }
    EXPECT_EQ(again.header("ETag"), filed.header("ETag"));
    EXPECT_TRUE(again.body.at("duties").empty());
    const auto now = desk.get(desk.operator_token(), path);
    EXPECT_NE(now.body.at("urgency"), filed.body.at("urgency")) << "the case itself went on";
}

}  // namespace
}  // namespace lachan::http
