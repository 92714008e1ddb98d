#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lachan/casework/deadline_explanation.hpp"
#include "support/office.hpp"
#include "support/shipped.hpp"

/// The pack that a case was opened under is lost, by a mistake in the folder of rules: nobody knows any more
/// what its duties mean, but they are there, and somebody still has to do them.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::DutyState;
using domain::ResponseKind;

std::shared_ptr<const policy::Pack> shipped_pack(const std::string& version,
                                                 bool says_who_ends_a_case = true) {
    auto document = nlohmann::json::parse(shipped("rules/lai-chau/decision-27-2023/pack.json"));
    document["version"] = version;
    auto& rules = document.at("rules");
    if (!says_who_ends_a_case) {
        rules.erase(std::find_if(
            rules.begin(), rules.end(), [](const auto& rule) { return rule.at("id") == "X.idle"; }));
    }
    return std::make_shared<const policy::Pack>(policy::Pack::parse(document.dump()).value());
}

class LostPack : public testing::Test {
protected:
    void only(const std::shared_ptr<const policy::Pack>& pack) {
        auto world = std::make_shared<World>(*shipped_world());
        world->packs.clear();
        world->packs.emplace(pack->key(), pack);
        office_.worlds().replace(std::move(world));
    }
    /// Another version is in force from now on, and the former one is not to be found.
    void lose() { only(shipped_pack("9999")); }

    Office office_;
    Filed filed_ = office_.file(hotline(), violence_at_home()).value();
    const std::string code_ = filed_.change->code;
    const domain::Principal commune_ = officer("ubnd-03388");
};

TEST_F(LostPack, WhatOnlyItsRulesCanSayIsRefusedAndChangesNothing) {
    const std::string closed = office_.opened(small_accident());
    office_.work_off(closed);
    ASSERT_TRUE(office_.close(supervisor("ct-03388"), closed));
    lose();
    const auto sequence = office_.case_of(code_).sequence;
    EXPECT_EQ(
        office_.step(commune_, code_, {"initial_assessment", {}, {}, "emergency", "", {}}).error().code(),
        Errc::internal);
    EXPECT_EQ(office_.case_of(code_).sequence, sequence);
    EXPECT_EQ(office_.reopen(supervisor("ct-03388"), closed).error().code(), Errc::internal);
    EXPECT_EQ(office_.case_of(closed).status, domain::CaseStatus::closed);
    EXPECT_EQ(office_.close(supervisor("ct-03388"), code_).error().code(), Errc::closing_blocked);
    const auto name = support::duty_name(code_, office_.pending(code_, "initial_assessment"));
    EXPECT_EQ(office_.run(see_explanation(office_.context(), hotline(), name, policy::Language::vietnamese))
                  .error()
                  .code(),
              Errc::internal);
}

TEST_F(LostPack, ItsDutiesAreStillAnsweredFor) {
    lose();
    const auto assessment = office_.pending(code_, "initial_assessment");
    ASSERT_TRUE(office_.accept(commune_, support::duty_name(code_, assessment)));
    EXPECT_EQ(office_.pending(code_, "initial_assessment").state, DutyState::accepted);
    const auto plan = office_.pending(code_, "plan");
    ASSERT_TRUE(office_.respond(officer(plan.holder.text()),
                                support::duty_name(code_, plan),
                                {ResponseKind::declined, "không đủ người", std::nullopt}));
    const auto next = office_.pending(code_, "plan");
    EXPECT_NE(next.holder, plan.holder);
    EXPECT_FALSE(next.holder.empty());
    EXPECT_EQ(next.due, plan.due);
}

TEST_F(LostPack, ItsDutiesAreStillWatched) {
    lose();
    const auto assessment = office_.pending(code_, "initial_assessment");
    office_.pass(assessment.due - office_.now());
    EXPECT_EQ(office_.pending(code_, "initial_assessment").overdue_at, assessment.due);
    const auto told = count(office_.notifications(code_), "ubnd-03388", "duty.overdue");
    EXPECT_GE(told, 1U);
    office_.pass(24h);
    EXPECT_GT(count(office_.notifications(code_), "ubnd-03388", "duty.overdue"), told)
        << "and again each day";
}

TEST_F(LostPack, AFurtherReportIsJudgedByTheRulesInForce) {
    const std::string calm = office_.opened(small_accident());
    lose();
    const auto before = office_.duties(calm).size();
    ASSERT_TRUE(office_.add(hotline(), calm, violence_at_home()));
    EXPECT_EQ(office_.case_of(calm).urgency, domain::Urgency::emergency);
    EXPECT_GT(office_.duties(calm).size(), before);
    EXPECT_EQ(office_.pending(calm, "initial_assessment").due, kMorning + 12h);
}

TEST_F(LostPack, WhoReportedIsStillToldThatSomethingIsOwed) {
    lose();
    const auto status = office_.run(status_by_receipt(office_.context(), filed_.change->receipt));
    ASSERT_TRUE(status);
    EXPECT_EQ(status->next_action, "intake_record");
    EXPECT_EQ(status->next_title, "");
    const auto seen = office_.run(see_case(office_.context(), hotline(), code_));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->pack, nullptr);
    EXPECT_FALSE(seen->duties.empty());
}

TEST_F(LostPack, WhatIsDoneCanStillBeEndedByTwoPersons) {
    only(shipped_pack("8888", false));
    const std::string done = office_.opened(small_accident());
    office_.work_off(done);
    ASSERT_EQ(office_.pending(done, "closure").rule, "");
    lose();
    EXPECT_EQ(office_.close(commune_, done)->answer.status, 202);
    EXPECT_EQ(office_.case_of(done).status, domain::CaseStatus::open);
    EXPECT_EQ(office_.close(officer("ubnd-03388", 2), done)->answer.status, 200);
    EXPECT_EQ(office_.case_of(done).status, domain::CaseStatus::closed);
    // What is said of it afterwards opens it again.
    ASSERT_TRUE(office_.add(hotline(), done, violence_at_home()));
    EXPECT_EQ(office_.case_of(done).status, domain::CaseStatus::open);
}

}  // namespace
}  // namespace lachan::casework
