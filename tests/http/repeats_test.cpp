#include <gtest/gtest.h>

#include <set>

#include "desk.hpp"

/// Whoever does not know whether a change was taken sends it again under the same key.
namespace lachan::http {
namespace {

using nlohmann::json;

constexpr const char* kEndpoints = "/v1/agencies/ubnd-03388/endpoints";

class Repeats : public testing::Test {
protected:
    Answered keyed(const std::string& token,
                   const std::string& target,
                   const json& body,
                   const std::string& key = "key-0001") {
        return desk.post(token, target, body, {{"Idempotency-Key", key}});
    }
    /// Sends it twice under one key, and then with another body.
    void expect_once(const std::string& token,
                     const std::string& target,
                     const json& body,
                     const json& another) {
        const auto first = keyed(token, target, body);
        EXPECT_LT(first.status(), 300) << first.body;
        EXPECT_EQ(first.header("Idempotent-Replayed"), "");
        const auto again = keyed(token, target, body);
        EXPECT_EQ(again.header("Idempotent-Replayed"), "true") << target;
        EXPECT_EQ(again.status(), first.status());
        EXPECT_EQ(again.reply.body, first.reply.body);
        EXPECT_EQ(keyed(token, target, another).problem(), "idempotency-key-reused") << target;
    }
    std::string a_channel() {
        return desk.post(admin, kEndpoints, {{"url", "https://xa.example/hook"}}).body.at("id");
    }
    json channel() { return desk.get(admin, kEndpoints).body.at("items")[0]; }

    Desk desk;
    const std::string& admin = desk.admin_token();
};

TEST_F(Repeats, OfAPingSendNoSecondOne) {
    const std::string ping = std::string(kEndpoints) + "/" + a_channel() + "/ping";
    const auto first = keyed(admin, ping, json::object());
    const auto again = keyed(admin, ping, json::object());
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.reply.body, first.reply.body);
    EXPECT_EQ(desk.mailbox.seen.size(), 1U);
    EXPECT_EQ(desk.post(admin, ping, {{"twice", true}}).faults(),
              std::vector<std::string>{"/twice unknown_field"});
}

TEST_F(Repeats, OfAnOldSuspensionDoNotUndoAResumption) {
    const std::string path = std::string(kEndpoints) + "/" + a_channel();
    expect_once(admin, path + "/suspension", {{"reason", "bảo trì"}}, {{"reason", "khác"}});
    expect_once(admin, path + "/resumption", json::object(), {{"reason", "khác"}});
    EXPECT_EQ(keyed(admin, path + "/suspension", {{"reason", "bảo trì"}}).header("Idempotent-Replayed"),
              "true");
    EXPECT_EQ(channel().at("suspended"), false);
}

TEST_F(Repeats, OfARedeliverySendTheMessageOnce) {
    desk.office().connect("ubnd-03388");
    const std::string code =
        desk.post(desk.operator_token(), "/v1/reports", emergency_report()).body.at("case");
    desk.office().send_all(desk.mailbox);
    std::string delivered;
    const auto told = desk.get(desk.operator_token(), "/v1/cases/" + code + "/notifications");
    for (const json& each : told.body.at("items")) {
        delivered = each.at("state") == "delivered" ? each.at("notification").get<std::string>() : delivered;
    }
    ASSERT_FALSE(delivered.empty());
    const std::string target = "/v1/notifications/" + delivered + "/redelivery";
    desk.mailbox.seen.clear();
    EXPECT_EQ(keyed(admin, target, json::object()).status(), 202);
    desk.office().send_all(desk.mailbox);
    const auto again = keyed(admin, target, json::object());
    EXPECT_EQ(again.status(), 202);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    desk.office().send_all(desk.mailbox);
    EXPECT_EQ(desk.mailbox.seen.size(), 1U);
    EXPECT_EQ(desk.post(admin, target, {{"now", true}}).faults(),
              std::vector<std::string>{"/now unknown_field"});
}

TEST_F(Repeats, OfANudgeAreOfTheSameReceipt) {
    json other = emergency_report();
    other.erase("report_id");
    const auto receipt_of = [&](const json& report) -> std::string {
        return desk.post(desk.operator_token(), "/v1/reports", report).body.at("receipt");
    };
    const json one = {{"receipt", receipt_of(emergency_report())}};
    const json two = {{"receipt", receipt_of(other)}};
    desk.office().pass(std::chrono::hours(48));
    const auto first = keyed("", "/v1/status/nudge", one);
    EXPECT_EQ(first.body.at("escalated"), true);
    const auto again = keyed("", "/v1/status/nudge", one);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.reply.body, first.reply.body);
    EXPECT_EQ(keyed("", "/v1/status/nudge", two).header("Idempotent-Replayed"), "")
        << "strangers who chose the same key";
    EXPECT_EQ(
        keyed("", "/v1/status/nudge", {{"receipt", desk.office().vault().issue_receipt().text}}).status(),
        404);
}

TEST_F(Repeats, AreSpokenOfByEveryCallThatChangesSomething) {
    // These change nothing; or a repetition says so by itself; or the body is a secret that is not kept.
    const std::set<std::string> others = {"/v1/cases/search", "/v1/status", "/v1/status/proof"};
    for (const auto& [path, item] : desk.description().at("paths").items()) {
        const bool signs_in = path.starts_with("/v1/session") || path.starts_with("/v1/me");
        if (!item.contains("post") || others.contains(path) || signs_in) {
            continue;
        }
        EXPECT_NE(item.at("post").dump().find("IdempotencyKey"), std::string::npos) << path;
    }
}

}  // namespace
}  // namespace lachan::http
