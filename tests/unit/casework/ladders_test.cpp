#include "lachan/casework/ladders.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using policy::LadderStep;

constexpr Instant kStart = from_ms(1'795'137'300'000);

LadderStep from_start(const char* id, Duration offset, LadderStep::Unless unless) {
    LadderStep step;
    step.id = id;
    step.offset = offset;
    step.unless = unless;
    return step;
}

LadderStep from_due(const char* id, Duration offset) {
    LadderStep step;
    step.id = id;
    step.from = LadderStep::From::due;
    step.offset = offset;
    return step;
}

LadderStep share(const char* id, int percent, LadderStep::Unless unless = LadderStep::Unless::done) {
    LadderStep step;
    step.id = id;
    step.percent = percent;
    step.unless = unless;
    return step;
}

/// Two steps that wait for acceptance, a half-time, a reminder, the miss, and a reminder for ever.
policy::Ladder a_ladder() {
    policy::Ladder ladder{"test", {}};
    ladder.steps = {from_start("unaccepted-30m", 30min, LadderStep::Unless::accepted),
                    from_start("unaccepted-2h", 2h, LadderStep::Unless::accepted),
                    share("half", 50),
                    from_due("two-hours-left", -2h),
                    from_due("overdue", 0s),
                    from_due("still", 4h)};
    ladder.steps[4].marks_overdue = true;
    ladder.steps[5].repeats = 4h;
    return ladder;
}

domain::Duty a_duty(Duration limit = 12h) {
    domain::Duty duty;
    duty.start = kStart;
    duty.due = kStart + limit;
    return duty;
}

/// Fires all that is due at `now`, and says which steps that were.
std::vector<std::string> fire(const policy::Ladder& ladder, domain::Duty& duty, Instant now) {
    std::vector<std::string> fired;
    for (auto alarm = next_alarm(ladder, duty); alarm && alarm->at <= now; alarm = next_alarm(ladder, duty)) {
        mark_fired(ladder, *alarm, now, duty);
        fired.push_back(ladder.steps[alarm->step].id);
    }
    return fired;
}

TEST(Ladder, CountsEachStepFromItsOwnEnd) {
    const domain::Duty duty = a_duty();
    const policy::Ladder ladder = a_ladder();
    EXPECT_EQ(instant_of(ladder.steps[0], duty), kStart + 30min);
    EXPECT_EQ(instant_of(ladder.steps[2], duty), kStart + 6h);
    EXPECT_EQ(instant_of(ladder.steps[3], duty), kStart + 10h);
    EXPECT_EQ(instant_of(ladder.steps[4], duty), kStart + 12h);
    EXPECT_EQ(instant_of(share("x", 75), duty), kStart + 9h);
}

TEST(Ladder, GoesByTimeAndFiresEachStepOnce) {
    const policy::Ladder ladder = a_ladder();
    domain::Duty duty = a_duty();
    EXPECT_EQ(fire(ladder, duty, kStart + 30min - 1ms), std::vector<std::string>{});
    EXPECT_EQ(fire(ladder, duty, kStart + 30min), std::vector<std::string>{"unaccepted-30m"});
    EXPECT_EQ(fire(ladder, duty, kStart + 30min), std::vector<std::string>{});
    EXPECT_EQ(fire(ladder, duty, kStart + 6h), (std::vector<std::string>{"unaccepted-2h", "half"}));
    EXPECT_EQ(next_alarm(ladder, duty)->at, kStart + 10h);
}

TEST(Ladder, OfTwoStepsAtOneInstantTheEarlierOneFiresFirst) {
    const policy::Ladder ladder = a_ladder();
    domain::Duty duty = a_duty(4h);  // half and two-hours-left fall together
    EXPECT_EQ(fire(ladder, duty, kStart + 2h),
              (std::vector<std::string>{"unaccepted-30m", "unaccepted-2h", "half", "two-hours-left"}));
}

TEST(Ladder, AReminderBeforeTheStartDoesNotApply) {
    const policy::Ladder ladder = a_ladder();
    for (const Duration limit : {1h, 2h}) {  // "two hours left" would lie before the start, or on it
        domain::Duty duty = a_duty(limit);
        duty.state = domain::DutyState::accepted;
        EXPECT_EQ(fire(ladder, duty, kStart + limit), (std::vector<std::string>{"half", "overdue"}));
    }
}

TEST(Ladder, AcceptanceStopsTheStepsThatWaitForIt) {
    const policy::Ladder ladder = a_ladder();
    domain::Duty duty = a_duty();
    fire(ladder, duty, kStart + 30min);
    duty.state = domain::DutyState::accepted;
    EXPECT_EQ(fire(ladder, duty, kStart + 6h), std::vector<std::string>{"half"});
}

TEST(Ladder, ADutyThatIsPendingNoMoreHasNoNextStep) {
    for (const auto state : {domain::DutyState::done,
                             domain::DutyState::declined,
                             domain::DutyState::forwarded,
                             domain::DutyState::cancelled,
                             domain::DutyState::waived}) {
        domain::Duty duty = a_duty();
        duty.state = state;
        EXPECT_EQ(next_alarm(a_ladder(), duty).has_value(), false) << domain::text_of(state);
    }
}

TEST(Ladder, WhatRepeatsDoesSoUntilTheDutyIsPendingNoMore) {
    const policy::Ladder ladder = a_ladder();
    domain::Duty duty = a_duty();
    fire(ladder, duty, kStart + 12h);
    EXPECT_EQ(next_alarm(ladder, duty)->at, kStart + 16h);
    EXPECT_EQ(fire(ladder, duty, kStart + 16h), std::vector<std::string>{"still"});
    EXPECT_EQ(next_alarm(ladder, duty)->at, kStart + 20h);
    EXPECT_EQ(fire(ladder, duty, kStart + 20h), std::vector<std::string>{"still"});
}

TEST(Ladder, RepetitionsThatWereMissedAreMadeUpForOnce) {
    const policy::Ladder ladder = a_ladder();
    domain::Duty duty = a_duty();
    fire(ladder, duty, kStart + 16h);
    EXPECT_EQ(fire(ladder, duty, kStart + 16h + 10 * 24h + 1h), std::vector<std::string>{"still"});
    EXPECT_EQ(next_alarm(ladder, duty)->at, kStart + 16h + 10 * 24h + 4h);
}

TEST(Ladder, ANudgeIsNoStep) {
    const policy::Ladder ladder = a_ladder();
    domain::Duty duty = a_duty();
    duty.fired |= kNudged;
    EXPECT_EQ(next_alarm(ladder, duty)->step, 0u);
}

TEST(Ladder, AnAnswerIsExpectedByTheFirstStepThatWaitsForOne) {
    policy::Ladder ladder = a_ladder();
    EXPECT_EQ(respond_by(ladder, a_duty()), kStart + 30min);
    EXPECT_EQ(respond_by(ladder, a_duty(10min)), kStart + 10min);  // never later than the duty's own end
    ladder.steps.erase(ladder.steps.begin(), ladder.steps.begin() + 2);
    EXPECT_EQ(respond_by(ladder, a_duty()), kStart + 12h);
}

TEST(Ladder, AnAcceptedDutyIsAnsweredForAndHasItsDueInstantLeft) {
    domain::Duty duty = a_duty();
    duty.state = domain::DutyState::accepted;
    EXPECT_EQ(respond_by(a_ladder(), duty), duty.due);
}

TEST(Ladder, ANewHolderHasTheTimeToAcceptButNotTheLimitAnew) {
    const policy::Ladder ladder = a_ladder();
    domain::Duty former = a_duty();
    fire(ladder, former, kStart + 7h);

    domain::Duty duty = a_duty();
    duty.handed_over = kStart + 7h;
    duty.fired = fired_for_good(ladder, former);
    EXPECT_EQ(respond_by(ladder, duty), kStart + 7h + 30min);
    EXPECT_EQ(fire(ladder, duty, kStart + 9h), (std::vector<std::string>{"unaccepted-30m", "unaccepted-2h"}));
    EXPECT_EQ(fire(ladder, duty, kStart + 12h), (std::vector<std::string>{"two-hours-left", "overdue"}));
}

TEST(Ladder, AShareOfTheTimeToAcceptDoesNotApplyWhereThereIsNoTimeLeft) {
    policy::Ladder ladder = a_ladder();
    ladder.steps[0] = share("half-unaccepted", 50, LadderStep::Unless::accepted);
    domain::Duty duty = a_duty();
    duty.handed_over = kStart + 13h;
    duty.fired = 0b111100;  // all but what waits for acceptance
    EXPECT_EQ(fire(ladder, duty, kStart + 13h), std::vector<std::string>{});
}

TEST(PlainLadder, MarksOverdueAndRemindsDaily) {
    const policy::Ladder& ladder = plain_ladder();
    domain::Duty duty = a_duty();
    ASSERT_EQ(ladder.steps.size(), 1u);
    EXPECT_TRUE(ladder.steps.front().marks_overdue);
    EXPECT_TRUE(ladder.steps.front().tells_holder);
    EXPECT_EQ(next_alarm(ladder, duty)->at, duty.due);
    fire(ladder, duty, duty.due);
    EXPECT_EQ(next_alarm(ladder, duty)->at, duty.due + 24h);
}

}  // namespace
}  // namespace lachan::casework
