#include "fixture.hpp"

namespace lachan::simulation {
namespace {

class Deadlines : public InAWorld {};

/// How a process dies around the instant at which a deadline falls due.
struct Death {
    std::string name;
    void (*plan)(SimWorld& world);  ///< Called just before the deadline.
};

class DeadlineInACrash : public InAWorld, public testing::WithParamInterface<Death> {};

TEST_P(DeadlineInACrash, IsRecordedOnceAndToldOnce) {
    SimWorld world(plan_from());
    Dice dice(1);
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");

    world.advance_to(assessment.due - 1s);
    GetParam().plan(world);
    world.advance(10min);
    ASSERT_FALSE(world.up()) << "the test is to kill it";
    const Instant back = world.clock().now();
    ASSERT_TRUE(world.restart());
    world.advance(3min);

    const auto overdue = fired(world, code, assessment, "overdue");
    ASSERT_EQ(overdue.size(), 1U) << world.replay();
    EXPECT_LE(overdue.front().at, back + 5s);
    EXPECT_EQ(duty(world, code, "initial_assessment").overdue_at, assessment.due);
    const auto told = owed(world, code, assessment, "duty.overdue", kCommittee);
    ASSERT_EQ(told.size(), 1U) << world.replay();
    EXPECT_GE(world.agencies().times(world.message_id(told.front())), 1U);
    EXPECT_EQ(told.front().state, domain::NotificationState::delivered);
    expect_all_well(world);
}

INSTANTIATE_TEST_SUITE_P(
    Crashes,
    DeadlineInACrash,
    testing::Values(Death{"ProcessDownBefore", [](SimWorld& world) { world.crash(Crash::process); }},
                    Death{"PowerDownBefore", [](SimWorld& world) { world.crash(Crash::power); }},
                    Death{"PowerCutInTheFirstWrite", [](SimWorld& world) { world.disk().crash_in_write(1); }},
                    Death{"PowerCutInALaterWrite", [](SimWorld& world) { world.disk().crash_in_write(5); }},
                    Death{"PowerCutInTheSync", [](SimWorld& world) { world.disk().crash_in_sync(1); }},
                    Death{"PowerCutAfterTheSync", [](SimWorld& world) { world.disk().crash_in_sync(2); }},
                    Death{"FailingSync",
                          [](SimWorld& world) { world.disk().inject(SimDisk::Fault::sync_fails); }}),
    [](const testing::TestParamInfo<Death>& info) { return info.param.name; });

TEST_F(Deadlines, FireAtTheirInstantWhileTheServiceRuns) {
    SimWorld world(plan_from());
    Dice dice(2);
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");

    world.advance(13h);

    const auto overdue = fired(world, code, assessment, "overdue");
    ASSERT_EQ(overdue.size(), 1U);
    EXPECT_LE(overdue.front().at - assessment.due, 2s);
    expect_all_well(world);
}

TEST_F(Deadlines, OfWorkingDaysEndAtMidnightAfterTheTurnOfTheYear) {
    SimWorld world(plan_from("2025-12-30T16:00:00+07:00"));
    Dice dice(3);
    const std::string code = routine(world, dice);
    const domain::Duty plan = duty(world, code, "plan");

    world.advance(12 * 24h);

    // 31 December, then 5 to 8 January: the first of January is off, and the second, a Friday, is swapped.
    EXPECT_EQ(to_rfc3339(plan.due), "2026-01-09T00:00:00+07:00");
    const auto overdue = fired(world, code, plan, "overdue");
    ASSERT_EQ(overdue.size(), 1U);
    EXPECT_LE(overdue.front().at - plan.due, 2s);
    expect_all_well(world);
}

TEST_F(Deadlines, OfWorkingDaysStandStillOverTet) {
    SimWorld world(plan_from("2026-02-12T09:30:00+07:00"));
    Dice dice(4);
    const std::string code = routine(world, dice);
    const domain::Duty plan = duty(world, code, "plan");

    world.advance(17 * 24h);

    EXPECT_EQ(to_rfc3339(plan.due), "2026-02-27T00:00:00+07:00");
    const auto overdue = fired(world, code, plan, "overdue");
    ASSERT_EQ(overdue.size(), 1U);
    EXPECT_LE(overdue.front().at - plan.due, 2s);
    expect_all_well(world);
}

TEST_F(Deadlines, MissedManyTimesWhileDownFireOnceForEachStep) {
    SimWorld world(plan_from());
    Dice dice(5);
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");

    world.advance(1min);
    world.crash(Crash::power);
    world.advance(4 * 24h);
    ASSERT_TRUE(world.restart());
    world.advance(1min);

    EXPECT_EQ(fired(world, code, assessment, "overdue").size(), 1U);
    EXPECT_EQ(fired(world, code, assessment, "still-undone").size(), 1U)
        << "one reminder for all that were missed";
    expect_all_well(world);
}

TEST_F(Deadlines, SurviveAClockThatIsSetForward) {
    SimWorld world(plan_from());
    Dice dice(6);
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");

    world.advance(1h);
    world.be_patient_until(world.clock().true_now() + SimClock::kLongestSleep + 2s);
    world.clock().step(12h);
    world.advance(SimClock::kLongestSleep + 2s);

    EXPECT_EQ(fired(world, code, assessment, "overdue").size(), 1U)
        << "noticed with the next look at the clock";
    expect_all_well(world);
}

TEST_F(Deadlines, DoNotFireAgainWhenTheClockIsSetBack) {
    SimWorld world(plan_from());
    Dice dice(7);
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");

    world.advance(12h + 1s);
    world.clock().step(-5min);
    world.be_patient_until(world.clock().true_now() + 6min);
    world.advance(20min);

    EXPECT_EQ(fired(world, code, assessment, "overdue").size(), 1U);
    const auto events = world.events(code);
    EXPECT_TRUE(std::is_sorted(events.begin(),
                               events.end(),
                               [](const domain::Event& a, const domain::Event& b) { return a.at < b.at; }));
    expect_all_well(world);
}

}  // namespace
}  // namespace lachan::simulation
