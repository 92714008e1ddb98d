#include <gtest/gtest.h>

#include "desk.hpp"
#include "lachan/base/bytes.hpp"
#include "lachan/casework/erasure.hpp"

namespace lachan::http {
namespace {

using nlohmann::json;
using List = std::vector<std::string>;
using namespace std::chrono_literals;

class Acts : public testing::Test {
protected:
    std::string file(json report) {
        report.erase("report_id");
        return desk.post(hotline, "/v1/reports", report).body.at("case");
    }
    json first_duty(const std::string& code) {
        const json listed = desk.get(hotline, "/v1/cases/" + code + "/duties").body;
        for (const json& duty : listed.at("items")) {
            if (duty.at("state") == "open" && !duty.at("holder").is_null()) {
                return duty;
            }
        }
        return {};
    }
    const std::string& officer_of(const json& duty) {
        return desk.token(domain::Role::officer, duty.at("holder").at("agency"));
    }
    std::string tag(const std::string& code) { return desk.get(hotline, "/v1/cases/" + code).header("ETag"); }

    Desk desk;
    const std::string& hotline = desk.operator_token();
};

TEST_F(Acts, AcceptADuty) {
    const std::string code = file(emergency_report());
    const json duty = first_duty(code);
    const std::string path = "/v1/duties/" + duty.at("id").get<std::string>() + "/responses";
    const auto answered = desk.post(officer_of(duty), path, {{"response", "accepted"}});
    ASSERT_EQ(answered.status(), 200) << answered.body;
    EXPECT_EQ(answered.body.at("duties").at(0).at("state"), "accepted");
    EXPECT_EQ(answered.header("ETag"), tag(code));
}

TEST_F(Acts, WantAReasonAndATarget) {
    const json duty = first_duty(file(emergency_report()));
    const std::string path = "/v1/duties/" + duty.at("id").get<std::string>() + "/responses";
    const std::string& officer = officer_of(duty);
    EXPECT_EQ(desk.post(officer, path, json::object()).faults(), List{"/response missing"});
    EXPECT_EQ(desk.post(officer, path, {{"response", "declined"}}).faults(), List{"/reason missing"});
    EXPECT_EQ(desk.post(officer, path, {{"response", "forwarded"}}).faults(), List{"/to missing"});
    EXPECT_EQ(desk.post(officer, path, {{"response", "maybe"}}).faults(), List{"/response unknown_word"});
}

TEST_F(Acts, FindASuccessorForADeclinedDuty) {
    const json duty = first_duty(file(emergency_report()));
    const std::string path = "/v1/duties/" + duty.at("id").get<std::string>() + "/responses";
    const auto answered =
        desk.post(officer_of(duty), path, {{"response", "declined"}, {"reason", "không đúng địa bàn"}});
    ASSERT_EQ(answered.status(), 200);
    bool has_successor = false;
    for (const json& each : answered.body.at("duties")) {
        has_successor = has_successor || each.value("predecessor", json()) == duty.at("id");
    }
    EXPECT_TRUE(has_successor) << answered.body;
}

TEST_F(Acts, WaiveADutyByTwoPersons) {
    const std::string code = file(emergency_report());
    const json duty = first_duty(code);
    const std::string path = "/v1/duties/" + duty.at("id").get<std::string>() + "/waiver";
    const json ground = {{"ground", "cháu Đào đã về quê"}};
    const std::string& province = desk.token(domain::Role::supervisor, "so-y-te-12");
    EXPECT_EQ(desk.post(province, path, json::object()).faults(), List{"/ground missing"});
    EXPECT_EQ(desk.post(province, "/v1/duties/nothing/waiver", ground).status(), 404);

    const auto asked = desk.post(officer_of(duty), path, ground, {{"Idempotency-Key", "xin-mien-1"}});
    ASSERT_EQ(asked.status(), 202) << asked.body;
    EXPECT_EQ(asked.header("ETag"), tag(code));
    const auto repeated = desk.post(officer_of(duty), path, ground, {{"Idempotency-Key", "xin-mien-1"}});
    EXPECT_EQ(repeated.status(), 202);
    EXPECT_EQ(repeated.header("Idempotent-Replayed"), "true");

    const auto granted = desk.post(province, path, ground);
    ASSERT_EQ(granted.status(), 200) << granted.body;
    EXPECT_EQ(granted.body.at("duties").at(0).at("id"), duty.at("id"));
    EXPECT_EQ(granted.body.at("duties").at(0).at("state"), "waived");
    const auto over = desk.post(province, path, ground);
    EXPECT_EQ(over.status(), 409);
    EXPECT_EQ(over.problem(), "transition-not-allowed");

    const json listed = desk.get(province, "/v1/duties?state=waived").body.at("items");
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed.at(0).at("id"), duty.at("id"));
    const auto shown = desk.get(hotline, "/v1/cases/" + code);
    EXPECT_EQ(shown.body.at("steps").at(1).at("kind"), "waiver");
    EXPECT_EQ(shown.body.at("steps").at(1).at("result"), duty.at("id"));
    EXPECT_EQ(shown.reply.body.find("Đào"), std::string::npos);
}

// The kept answer lasts seven days whatever becomes of the case: what was said stands only under its key.
TEST_F(Acts, OpeningACaseInAnEmergencyDoesNotAnswerItsReasonAndIsForgottenWithTheCase) {
    const std::string code = file(emergency_report());
    const std::string& stranger = desk.token(domain::Role::officer, "tyt-03408");
    const auto open = [&] {
        return desk.post(stranger,
                         "/v1/cases/" + code + "/emergency-access",
                         {{"reason", "cháu Đào đang cấp cứu ở trạm"}},
                         {{"Idempotency-Key", "mot-lan-thoi"}});
    };
    const auto opened = open();
    ASSERT_EQ(opened.status(), 201) << opened.body;
    EXPECT_FALSE(opened.body.contains("reason"));
    EXPECT_EQ(opened.header("Location"), "/v1/cases/" + code);
    EXPECT_EQ(open().header("Idempotent-Replayed"), "true");
    const auto listed = desk.get(desk.token(domain::Role::supervisor, "so-y-te-12"), "/v1/emergency-access");
    EXPECT_EQ(listed.body.at("items")[0].at("reason"), "cháu Đào đang cấp cứu ở trạm");

    desk.office().write([&](casework::Tx& tx) -> Result<void> {
        auto& vault = desk.office().vault();
        const auto erased =
            casework::erase_case(tx, vault, vault.case_no(code).value(), "theo quyết định", "test");
        return erased ? Result<void>() : Result<void>(erased.error());
    });
    EXPECT_EQ(open().header("Idempotent-Replayed"), "");
}

TEST_F(Acts, AreNotForAnotherAgency) {
    const json duty = first_duty(file(emergency_report()));
    const std::string path = "/v1/duties/" + duty.at("id").get<std::string>() + "/responses";
    const std::string& stranger = desk.token(domain::Role::officer, "th-quyet-tien");
    EXPECT_EQ(desk.post(stranger, path, {{"response", "accepted"}}).status(), 404);
    EXPECT_EQ(desk.post(hotline, "/v1/duties/nothing/responses", {{"response", "accepted"}}).status(), 404);
}

TEST_F(Acts, RecordAStepThatDischargesItsDuty) {
    const std::string code = file(emergency_report());
    const json duty = first_duty(code);
    const auto recorded = desk.post(officer_of(duty),
                                    "/v1/cases/" + code + "/steps",
                                    {{"kind", duty.at("kind")}, {"note", "đã đến nhà"}});
    ASSERT_EQ(recorded.status(), 201) << recorded.body;
    EXPECT_EQ(recorded.header("Location"), "/v1/cases/" + code);
    bool done = false;
    for (const json& each : recorded.body.at("duties")) {
        done = done || (each.at("id") == duty.at("id") && each.at("state") == "done");
    }
    EXPECT_TRUE(done) << recorded.body;
    const auto shown = desk.get(hotline, "/v1/cases/" + code);
    EXPECT_EQ(shown.body.at("steps").at(0).at("kind"), duty.at("kind"));
    EXPECT_EQ(shown.reply.body.find("đã đến nhà"), std::string::npos);
}

TEST_F(Acts, NameTheFaultsOfAStep) {
    const std::string path = "/v1/cases/" + file(emergency_report()) + "/steps";
    EXPECT_EQ(desk.post(hotline, path, json::object()).faults(), List{"/kind missing"});
    EXPECT_EQ(
        desk.post(hotline, path, {{"kind", 1}, {"child", -1}, {"untill", "x"}, {"done_at", "now"}}).faults(),
        (List{"/kind type", "/child out_of_range", "/done_at bad_instant", "/untill unknown_field"}));
    EXPECT_EQ(desk.post(hotline, path, {{"kind", "dance"}, {"child", -1}}).faults(),
              (List{"/child out_of_range", "/kind unknown_word"}));
}

TEST_F(Acts, RefuseToCloseWithoutSayingWhichVersion) {
    const std::string code = file(emergency_report());
    const json duty = first_duty(code);
    const std::string path = "/v1/cases/" + code + "/closure";
    const auto none = desk.post(officer_of(duty), path, {{"reason", "xong"}});
    EXPECT_EQ(none.status(), 428);
    EXPECT_EQ(none.problem(), "precondition-required");
    const auto stale = desk.post(officer_of(duty), path, {{"reason", "xong"}}, {{"If-Match", "\"0\""}});
    EXPECT_EQ(stale.status(), 412);
}

TEST_F(Acts, NameTheDutiesThatBlockClosing) {
    const std::string code = file(emergency_report());
    const json duty = first_duty(code);
    const auto blocked = desk.post(
        officer_of(duty), "/v1/cases/" + code + "/closure", {{"reason", "xong"}}, {{"If-Match", tag(code)}});
    EXPECT_EQ(blocked.status(), 409);
    EXPECT_EQ(blocked.problem(), "closing-blocked");
    ASSERT_FALSE(blocked.body.at("open_duties").empty());
    EXPECT_TRUE(blocked.body.at("open_duties")[0].at("id").get<std::string>().starts_with(code));
}

TEST_F(Acts, CloseAndReopenACase) {
    const std::string code = file(minor_report());
    desk.office().work_off(code);
    const std::string path = "/v1/cases/" + code;
    const std::string& one = desk.token(domain::Role::supervisor, "so-y-te-12", 1);
    auto closed = desk.post(one, path + "/closure", {{"reason", "ổn"}}, {{"If-Match", tag(code)}});
    if (closed.status() == 202) {
        const std::string& two = desk.token(domain::Role::supervisor, "so-y-te-12", 2);
        closed = desk.post(two, path + "/closure", {{"reason", "đồng ý"}}, {{"If-Match", tag(code)}});
    }
    ASSERT_EQ(closed.status(), 200) << closed.body;
    EXPECT_EQ(closed.body.at("status"), "closed");
    const auto again = desk.post(one, path + "/closure", json::object(), {{"If-Match", tag(code)}});
    EXPECT_EQ(again.status(), 409);
    EXPECT_EQ(again.problem(), "transition-not-allowed");
    const auto reopened =
        desk.post(one, path + "/reopening", {{"reason", "tin mới"}}, {{"If-Match", tag(code)}});
    ASSERT_EQ(reopened.status(), 200) << reopened.body;
    EXPECT_EQ(reopened.body.at("status"), "open");
}

TEST_F(Acts, LinkCasesAndTakeItBack) {
    const std::string one = file(emergency_report());
    const std::string two = file(emergency_report());
    const std::string path = "/v1/cases/" + one + "/links";
    EXPECT_EQ(desk.post(hotline, path, {{"case", two}}).status(), 428);
    const auto linked = desk.post(hotline, path, {{"case", two}}, {{"If-Match", tag(one)}});
    ASSERT_EQ(linked.status(), 201) << linked.body;
    EXPECT_EQ(desk.get(hotline, "/v1/cases/" + one).body.at("links"), json{two});
    const std::string seen = tag(one);
    const auto again = desk.post(hotline, path, {{"case", two}}, {{"If-Match", seen}});
    EXPECT_EQ(again.status(), 200) << again.body;
    EXPECT_EQ(again.header("Location"), "");
    EXPECT_EQ(again.header("ETag"), seen) << "nothing was changed";
    EXPECT_EQ(tag(one), seen);
    const auto unlinked = desk.ask(hotline, {"DELETE", path + "/" + two, "", {{"If-Match", tag(one)}}});
    EXPECT_EQ(unlinked.status(), 200) << unlinked.body;
    EXPECT_EQ(desk.get(hotline, "/v1/cases/" + one).body.at("links"), json::array());
}

TEST_F(Acts, ListDutiesByTheTimeLeft) {
    const json duty = first_duty(file(emergency_report()));
    const std::string holder = duty.at("holder").at("agency");
    const auto listed = desk.get(officer_of(duty), "/v1/duties?holder=" + holder);
    ASSERT_EQ(listed.status(), 200);
    ASSERT_FALSE(listed.body.at("items").empty());
    std::string before;
    for (const json& each : listed.body.at("items")) {
        EXPECT_EQ(each.at("holder").at("agency"), holder);
        EXPECT_LE(before, each.at("due_at").get<std::string>());
        before = each.at("due_at");
    }
    EXPECT_EQ(desk.get(officer_of(duty), "/v1/duties?state=done").body.at("items"), json::array());
    EXPECT_EQ(desk.get(officer_of(duty), "/v1/duties?due_before=2026-11-20T00:00:00+07:00").body.at("items"),
              json::array());
}

TEST_F(Acts, ShowWhoWasToldAndHowItWent) {
    const json duty = first_duty(file(emergency_report()));
    const std::string agency = duty.at("holder").at("agency");
    desk.office().connect(agency);
    const std::string code = file(emergency_report());
    desk.office().send_all(desk.mailbox);
    const auto told = desk.get(hotline, "/v1/cases/" + code + "/notifications");
    ASSERT_EQ(told.status(), 200);
    std::string delivered;
    for (const json& each : told.body.at("items")) {
        if (each.at("state") == "delivered") {
            delivered = each.at("notification");
            EXPECT_EQ(each.at("attempts").at(0).at("status"), 204);
        }
    }
    ASSERT_FALSE(delivered.empty());
    EXPECT_EQ(desk.get(hotline, "/v1/notifications").status(), 403);
    const std::string& admin = desk.admin_token();
    EXPECT_FALSE(desk.get(admin, "/v1/notifications?state=delivered").body.at("items").empty());
    const auto again = desk.post(admin, "/v1/notifications/" + delivered + "/redelivery", json::object());
    EXPECT_EQ(again.status(), 202);
    desk.mailbox.seen.clear();
    desk.office().send_all(desk.mailbox);
    EXPECT_EQ(desk.mailbox.seen.size(), 1U);
}

class Receipts : public Acts {
protected:
    std::string receipt = desk.post(hotline, "/v1/reports", emergency_report()).body.at("receipt");
};

TEST_F(Receipts, TellHowFarItIs) {
    const auto status = desk.post("", "/v1/status", {{"receipt", receipt}});
    ASSERT_EQ(status.status(), 200) << status.body;
    EXPECT_EQ(status.body.at("status"), "open");
    EXPECT_FALSE(status.body.at("next_action").at("title").get<std::string>().empty());
    for (const char* const secret : {"Đào", "family_violence", "ubnd", "LC-"}) {
        EXPECT_EQ(status.reply.body.find(secret), std::string::npos) << secret;
    }
}

TEST_F(Receipts, TellAMistypedOneFromAnUnknownOne) {
    std::string mistyped = receipt;
    mistyped[0] = mistyped[0] == '9' ? '8' : static_cast<char>(mistyped[0] + 1);
    EXPECT_EQ(desk.post("", "/v1/status", {{"receipt", mistyped}}).problem(), "receipt-invalid");
    const auto unknown = desk.office().vault().issue_receipt().text;
    EXPECT_EQ(desk.post("", "/v1/status", {{"receipt", unknown}}).problem(), "receipt-unknown");
    EXPECT_EQ(desk.post("", "/v1/status", json::object()).faults(), List{"/receipt missing"});
}

// By the time of an answer nobody may tell a receipt that is somebody's from one that is not.
TEST_F(Receipts, AreAnsweredOnTheSameBeatWhateverTheyAre) {
    const auto beat_of = [&](std::string_view call, const json& body) {
        return desk.post("", std::string(call), body).reply.beat;
    };
    const std::string unknown = desk.office().vault().issue_receipt().text;
    for (const std::string_view call : {"/v1/status", "/v1/status/nudge", "/v1/status/proof"}) {
        const Duration hit = beat_of(call, {{"receipt", receipt}});
        EXPECT_GT(hit, Duration::zero()) << call;
        EXPECT_EQ(beat_of(call, {{"receipt", unknown}}), hit) << call;
        EXPECT_EQ(beat_of(call, {{"receipt", "1234"}}), hit) << call;
        EXPECT_EQ(beat_of(call, json::object()), hit) << call;
    }
}

TEST_F(Receipts, EscalateOnceAClockHasPassed) {
    EXPECT_EQ(desk.post("", "/v1/status/nudge", {{"receipt", receipt}}).body.at("escalated"), false);
    desk.office().pass(48h);
    EXPECT_EQ(desk.post("", "/v1/status/nudge", {{"receipt", receipt}}).body.at("escalated"), true);
    EXPECT_EQ(desk.post("", "/v1/status/nudge", {{"receipt", receipt}}).body.at("escalated"), false);
}

TEST_F(Receipts, ProveOfflineThatTheReportWasReceived) {
    const auto proof = desk.post("", "/v1/status/proof", {{"receipt", receipt}});
    ASSERT_EQ(proof.status(), 200);
    const std::string statement = proof.body.at("statement");
    const auto signature = from_base64(proof.body.at("signature").get<std::string>());
    const auto key_bytes = from_base64(proof.body.at("public_key").get<std::string>());
    ASSERT_TRUE(signature && key_bytes && key_bytes->size() == 32);
    vault::PublicKey key{};
    std::copy(key_bytes->begin(), key_bytes->end(), key.begin());
    EXPECT_TRUE(vault::SodiumVault::verify(key, statement, *signature));
    EXPECT_FALSE(vault::SodiumVault::verify(key, statement + " ", *signature));
    EXPECT_EQ(json::parse(statement).at("report"), "0193a6c8-0000-7000-8000-000000000001");
    EXPECT_EQ(statement.find(receipt), std::string::npos);
}

TEST(ReceiptsAskedTooOften, AreSlowedDown) {
    LimitSettings limits;
    limits.receipt.quota = 1;
    Desk desk(limits);
    const std::string receipt = desk.office().vault().issue_receipt().text;
    EXPECT_EQ(desk.post("", "/v1/status", {{"receipt", receipt}}).status(), 404);
    const auto refused = desk.post("", "/v1/status/nudge", {{"receipt", receipt}});
    EXPECT_EQ(refused.status(), 429);
    EXPECT_EQ(refused.reply.beat, Duration::zero());  // not looked at: nothing to hide, and no place held
}

}  // namespace
}  // namespace lachan::http
