#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/office.hpp"
#include "support/shipped.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::DutyState;

class Steps : public testing::Test {
protected:
    Result<Acted> record(const domain::Principal& caller, const char* kind, const char* result = "") {
        return office_.step(caller, code_, {kind, std::nullopt, std::nullopt, result, "", std::nullopt});
    }
    /// The state of the first duty of this kind.
    [[nodiscard]] DutyState state(std::string_view kind) {
        const auto duties = office_.duties(code_);
        return std::find_if(
                   duties.begin(), duties.end(), [&](const domain::Duty& duty) { return duty.kind == kind; })
            ->state;
    }
    [[nodiscard]] bool has(std::string_view kind) {
        const auto duties = office_.duties(code_);
        return std::any_of(
            duties.begin(), duties.end(), [&](const domain::Duty& duty) { return duty.kind == kind; });
    }

    Office office_;
    std::string code_ = office_.opened(violence_at_home());
    domain::Principal commune_ = officer("ubnd-03388");
    domain::Principal chair_ = officer("ct-03388");
};

TEST_F(Steps, AnActFulfilsTheDutiesThatItIsFor) {
    const auto done = record(commune_, "initial_assessment", "emergency");
    ASSERT_TRUE(done);
    EXPECT_EQ(state("initial_assessment"), DutyState::done);
    EXPECT_EQ(state("verification"), DutyState::done);  // to assess is to verify
    EXPECT_EQ(state("emergency_measure"), DutyState::open);
    EXPECT_EQ(office_.case_of(code_).stage, "assessing");
    EXPECT_EQ(count(office_.events(code_), "step.recorded"), 1u);
    EXPECT_EQ(count(office_.events(code_), "duty.done"), 2u);
}

TEST_F(Steps, AResultMayMakeOtherDutiesNeedless) {
    ASSERT_TRUE(record(commune_, "initial_assessment", "not_emergency"));
    EXPECT_EQ(state("emergency_measure"), DutyState::cancelled);
    EXPECT_EQ(state("separation"), DutyState::cancelled);
    EXPECT_EQ(state("plan"), DutyState::open);
    EXPECT_EQ(count(office_.events(code_), "duty.cancelled"), 2u);
}

TEST_F(Steps, AnUnknownResultMakesNothingNeedless) {
    const auto done = record(commune_, "initial_assessment", "không khẩn cấp");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->change->warnings.size(), 1u);
    EXPECT_EQ(state("emergency_measure"), DutyState::open);
}

TEST_F(Steps, OnesOwnWordsForAResultAreSealedWithTheNote) {
    ASSERT_TRUE(
        office_.step(commune_, code_, {"initial_assessment", {}, {}, "Đào còn sợ", "gặp bà ngoại", {}}));
    office_.look([&](const View& view) -> Result<void> {
        const domain::CaseNo number = office_.vault().case_no(code_).value();
        const auto steps = view.steps.of_case(number);
        EXPECT_EQ(steps.back().result, "");
        const auto note = view.steps.note(number, steps.back().ordinal).value();
        const KeySlot key = view.cases.key(number).value();
        EXPECT_EQ(office_.vault().open_text(key, "step:" + code_, note).value(), "Đào còn sợ\ngặp bà ngoại");
        return {};
    });
}

TEST_F(Steps, FollowUpDutiesStartWhenTheActWasDone) {
    office_.pass(2h);
    ASSERT_TRUE(office_.step(chair_, code_, {"separation", {}, kMorning + 1h, "ordered", "", {}}));
    const domain::Duty care = office_.pending(code_, "substitute_care");
    EXPECT_EQ(care.start, kMorning + 1h);
    EXPECT_EQ(care.due, kMorning + 3h);
    EXPECT_EQ(care.holder, domain::AgencyId("ubnd-03388"));
    EXPECT_TRUE(has("separation_review"));
    EXPECT_EQ(state("emergency_measure"), DutyState::done);
}

TEST_F(Steps, NothingIsOwedFromBeforeTheReport) {
    ASSERT_TRUE(office_.step(chair_, code_, {"separation", {}, kMorning - 24h, "ordered", "", {}}));
    EXPECT_EQ(office_.pending(code_, "substitute_care").start, kMorning);
}

TEST_F(Steps, ARepeatedActDoublesNoDuty) {
    ASSERT_TRUE(record(chair_, "separation", "ordered"));
    const auto duties = office_.duties(code_).size();
    ASSERT_TRUE(record(chair_, "separation", "ordered"));
    EXPECT_EQ(office_.duties(code_).size(), duties);
}

TEST_F(Steps, AnActForOneChildFulfilsThatChildsDuties) {
    domain::Report report = violence_at_home();
    report.children.push_back(report.children.front());
    code_ = office_.opened(report);
    ASSERT_TRUE(office_.step(commune_, code_, {"initial_assessment", 1, {}, "emergency", "", {}}));
    const domain::Duty left = office_.pending(code_, "initial_assessment");
    EXPECT_EQ(left.child, 0);
    const auto unknown = office_.step(commune_, code_, {"initial_assessment", 2, {}, "", "", {}});
    EXPECT_EQ(unknown.error().code(), Errc::validation_failed);
}

TEST_F(Steps, OnlyTheHolderFulfilsADuty) {
    const auto refused = record(officer("tyt-03388"), "initial_assessment", "not_emergency");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::forbidden);
    EXPECT_EQ(state("initial_assessment"), DutyState::open);
    EXPECT_TRUE(record(supervisor("ct-03388"), "initial_assessment", "emergency"));
}

TEST_F(Steps, TheDutyOfAnotherHolderStaysWhereBothHaveTheSame) {
    domain::Report report = violence_at_home();
    report.categories.push_back(domain::Category::drowning);
    code_ = office_.opened(report);
    ASSERT_TRUE(record(officer("tyt-03388"), "medical_care", "given"));
    EXPECT_EQ(office_.pending(code_, "medical_care").holder, domain::AgencyId("cap-cuu-115-12"));
}

TEST_F(Steps, APlanMakesTheMeetingForItNeedlessWhoeverHoldsThat) {
    ASSERT_EQ(office_.pending(code_, "case_meeting").holder, domain::AgencyId("ct-03388"));
    ASSERT_TRUE(record(commune_, "plan"));
    EXPECT_EQ(state("case_meeting"), DutyState::done);
    EXPECT_TRUE(has("plan_approval"));
}

TEST_F(Steps, APartyWithoutTheDutyCannotSilenceTheCase) {
    domain::Report report = violence_at_home();
    report.certainty = domain::Certainty::observed;  // so nobody has to verify it
    code_ = office_.opened(report);
    ASSERT_FALSE(has("verification"));
    ASSERT_TRUE(record(officer("tyt-03388"), "verification", "unfounded"));
    EXPECT_EQ(state("initial_assessment"), DutyState::open);
    EXPECT_EQ(state("emergency_measure"), DutyState::open);
    EXPECT_EQ(state("medical_care"), DutyState::cancelled);  // its own
    ASSERT_TRUE(record(supervisor("ct-03388"), "verification", "unfounded"));
    EXPECT_EQ(state("emergency_measure"), DutyState::cancelled);
}

TEST_F(Steps, WhatCannotBeRecordedIsNamedAtOnce) {
    NewStep step{"no_such_act", 7, office_.now() + 6min, "", std::string(20'001, 'x'), office_.now() - 1h};
    const auto refused = office_.step(commune_, code_, step);
    ASSERT_FALSE(refused);
    const Error refusal = refused.error();
    std::vector<std::string> pointers;
    for (const Fault& fault : refusal.faults()) {
        pointers.push_back(fault.pointer);
    }
    EXPECT_EQ(pointers, (std::vector<std::string>{"/kind", "/child", "/done_at", "/note", "/until"}));
}

TEST_F(Steps, TheBoundsOfWhatIsSaidWithAnAct) {
    const auto fault = [&](const NewStep& step) {
        const auto recorded = office_.step(commune_, code_, step);
        return recorded ? std::string() : recorded.error().faults().front().pointer;
    };
    EXPECT_EQ(fault({"initial_assessment", -1, {}, "emergency", "", {}}), "/child");
    EXPECT_EQ(fault({"initial_assessment", 1, {}, "emergency", "", {}}), "/child");
    EXPECT_EQ(fault({"initial_assessment", {}, {}, std::string(201, 'x'), "", {}}), "/result");
    EXPECT_EQ(fault({"initial_assessment", {}, {}, "emergency", std::string(20'001, 'x'), {}}), "/note");
    EXPECT_EQ(fault({"initial_assessment", 0, {}, std::string(200, 'x'), std::string(20'000, 'x'), {}}), "");
}

TEST_F(Steps, AClockThatIsALittleAheadIsForgiven) {
    ASSERT_TRUE(
        office_.step(commune_, code_, {"initial_assessment", {}, office_.now() + 5min, "emergency", "", {}}));
}

TEST_F(Steps, ADayLongBeforeTheReportIsAMistypedOne) {
    const Instant earliest = office_.case_of(code_).received_at - 30 * 24h;
    const auto refused =
        office_.step(commune_, code_, {"initial_assessment", {}, earliest - 1ms, "emergency", "", {}});
    ASSERT_FALSE(refused);
    const Error refusal = refused.error();
    ASSERT_EQ(refusal.faults().size(), 1U);
    EXPECT_EQ(refusal.faults().front().pointer, "/done_at");
    EXPECT_EQ(refusal.faults().front().code, "too_early");
    EXPECT_TRUE(office_.step(commune_, code_, {"initial_assessment", {}, earliest, "emergency", "", {}}));
}

TEST_F(Steps, WhatTheServiceRecordsItselfNobodyElseRecords) {
    for (const char* kind : {"idle", "reopening", "closing", "closing_request", "waiver", "waiver_request"}) {
        EXPECT_EQ(record(supervisor("ct-03388"), kind).error().code(), Errc::validation_failed) << kind;
    }
}

TEST_F(Steps, AnEndThatTheActNamesIsTheDutysEnd) {
    ASSERT_TRUE(record(commune_, "plan"));
    const Instant last_day = office_.now() + 90 * 24h;
    ASSERT_TRUE(office_.step(chair_, code_, {"plan_approval", {}, {}, "approved", "", last_day}));
    EXPECT_EQ(office_.pending(code_, "review").due, last_day);
}

TEST_F(Steps, WhereNothingIsLeftSomebodyHasToDecide) {
    office_.work_off(code_);
    const domain::Duty decision = office_.pending(code_, "closure");
    EXPECT_EQ(decision.holder, domain::AgencyId("ct-03388"));
    EXPECT_TRUE(decision.next_at);
    EXPECT_EQ(office_.case_of(code_).status, domain::CaseStatus::open);
}

TEST_F(Steps, TheDecisionIsMadeWhenSomethingIsOwedAgain) {
    office_.work_off(code_);
    ASSERT_TRUE(record(commune_, "plan"));
    EXPECT_EQ(state("closure"), DutyState::done);
    EXPECT_TRUE(office_.pending(code_, "plan_approval").next_at);
}

TEST_F(Steps, ACaseWhoseRulesSayNothingOfThatIsNotSilentEither) {
    auto document = nlohmann::json::parse(shipped("rules/lai-chau/decision-27-2023/pack.json"));
    auto& rules = document.at("rules");
    rules.erase(
        std::find_if(rules.begin(), rules.end(), [](const auto& rule) { return rule.at("id") == "X.idle"; }));
    auto pack = policy::Pack::parse(document.dump()).value();
    auto world = std::make_shared<World>(*shipped_world());
    const std::string key = pack.key();
    world->packs.insert_or_assign(key, std::make_shared<const policy::Pack>(std::move(pack)));
    office_.worlds().replace(world);

    code_ = office_.opened(small_accident());
    office_.work_off(code_);
    const domain::Duty decision = office_.pending(code_, "closure");
    EXPECT_EQ(decision.holder, domain::AgencyId("ubnd-03388"));  // who acted last
    EXPECT_EQ(decision.due, office_.now() + 7 * 24h);
    EXPECT_TRUE(decision.next_at);
    EXPECT_EQ(office_.close(supervisor("ct-03388"), code_)->answer.status, 200);
}

}  // namespace
}  // namespace lachan::casework
