#include "fixture.hpp"

namespace lachan::simulation {
namespace {

class Cases : public InAWorld {
protected:
    /// The kind of step that fulfils a duty of this kind.
    static const policy::StepKind* step_for(const SimWorld& world,
                                            const std::string& pack,
                                            const std::string& duty) {
        for (const policy::StepKind& kind : world.laws().pack(pack)->steps()) {
            if (std::find(kind.discharges.begin(), kind.discharges.end(), duty) != kind.discharges.end()) {
                return &kind;
            }
        }
        return nullptr;
    }

    /// What the case still waits for before it can be closed.
    static std::optional<domain::Duty> next_duty(SimWorld& world, const std::string& code) {
        const policy::Pack* pack = world.laws().pack(world.find(code).pack);
        for (const domain::Duty& duty : world.duties(code)) {
            const policy::DutyTemplate* made_by = pack->duty(duty.rule, duty.kind);
            if (duty.pending() && made_by != nullptr && made_by->blocks_closing) {
                return duty;
            }
        }
        return std::nullopt;
    }

    static std::size_t count_done(SimWorld& world, const std::string& code, std::string_view kind) {
        const auto duties = world.duties(code);
        return static_cast<std::size_t>(
            std::count_if(duties.begin(), duties.end(), [&](const domain::Duty& each) {
                return each.kind == kind && each.state == domain::DutyState::done;
            }));
    }

    /// Does one duty as its holder would. The first result of a step is the one that leads on; of visits that
    /// follow one another, each has the next.
    static void fulfil(SimWorld& world, const std::string& code, const domain::Duty& duty) {
        const policy::StepKind* kind = step_for(world, world.find(code).pack, duty.kind);
        ASSERT_NE(kind, nullptr) << duty.kind;
        casework::NewStep step;
        step.kind = kind->kind;
        const bool follows = duty.kind == "follow_up";
        const std::size_t visits = follows ? count_done(world, code, duty.kind) : 0;
        step.result =
            kind->results.empty() ? "" : kind->results.at(std::min(visits, kind->results.size() - 1));
        step.until = world.clock().now() + 24h;
        const auto done = world.record(SimWorld::officer(duty.holder), code, std::move(step));
        ASSERT_TRUE(done) << duty.kind << ": " << done.error().detail();
    }
};

TEST_F(Cases, HaveASuccessorAtOnceForADutyThatWasDeclined) {
    SimWorld world(plan_from());
    Dice dice(1);
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");
    world.advance(10min);

    ASSERT_TRUE(world.respond(
        SimWorld::officer(kCommittee), world.duty_name(assessment), domain::ResponseKind::declined));
    world.advance(1s);

    const auto duties = world.duties(code);
    const auto next = std::find_if(duties.begin(), duties.end(), [&](const domain::Duty& each) {
        return each.predecessor == assessment.no.ordinal;
    });
    ASSERT_NE(next, duties.end());
    EXPECT_TRUE(next->pending());
    EXPECT_NE(next->holder, kCommittee);
    EXPECT_EQ(next->due, assessment.due) << "the clock goes on";
    const auto told = owed(world, code, *next, "duty.assigned", next->holder);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.front().state, domain::NotificationState::delivered);
    expect_all_well(world);
}

TEST_F(Cases, GoThroughTheirWholeLifeToTheArchive) {
    SimWorld world(plan_from());
    Dice dice(2);
    const std::string code = emergency(world, dice);
    constexpr int kLongestLife = 60;  // steps; a child's case takes about twenty

    int steps = 0;
    for (auto next = next_duty(world, code); next && steps < kLongestLife; next = next_duty(world, code)) {
        world.advance(10min);
        fulfil(world, code, *next);
        ++steps;
    }
    ASSERT_LT(steps, kLongestLife) << world.replay();
    const auto first = world.close(SimWorld::officer(kCommittee, 2), code);
    ASSERT_TRUE(first) << first.error().detail();
    ASSERT_EQ(first->status, 200) << "somebody else than the one who acted last";

    const domain::Case closed = world.find(code);
    EXPECT_EQ(closed.status, domain::CaseStatus::closed);
    EXPECT_FALSE(world.events(code, "case.closed").empty());
    for (const std::string_view kind : {"archive", "statistics_entry"}) {
        fulfil(world, code, duty(world, code, kind));
    }
    world.advance(3 * 24h);
    expect_all_well(world);
}

// A life of years must not be remembered whole; and who asks again for what is forgotten finds nothing
// broken.
TEST_F(Cases, AreForgottenByWhoeverWatchesAMonthAfterTheirEnd) {
    SimWorld world(plan_from());
    Dice dice(5);
    const std::string code = routine(world, dice);
    for (auto next = next_duty(world, code); next; next = next_duty(world, code)) {
        fulfil(world, code, *next);
        world.advance(1min);
    }
    (void)world.close(SimWorld::officer(kCommittee, 1), code);
    ASSERT_TRUE(world.close(SimWorld::officer(kCommittee, 2), code));
    for (auto next = next_duty(world, code); next; next = next_duty(world, code)) {
        fulfil(world, code, *next);
    }
    world.advance(24h * 20);
    world.check();
    EXPECT_GT(world.agencies().remembered(), 0U);

    world.advance(24h * 20);
    world.check();
    EXPECT_EQ(world.agencies().remembered(), 0U);
    ASSERT_TRUE(world.redeliver(world.notifications(code).front()));
    world.advance(1min);
    world.look_at_everything();
    expect_all_well(world);
}

TEST_F(Cases, AreClosedByTwoPersonsAndOwedAnewWhenOpenedAgain) {
    SimWorld world(plan_from());
    Dice dice(3);
    const std::string code = routine(world, dice);
    for (auto next = next_duty(world, code); next; next = next_duty(world, code)) {
        fulfil(world, code, *next);
        world.advance(1min);
    }

    const auto asked = world.close(SimWorld::officer(kCommittee, 1), code);
    ASSERT_TRUE(asked) << asked.error().detail();
    EXPECT_EQ(asked->status, 202) << "one person does not end a case";
    EXPECT_EQ(world.find(code).status, domain::CaseStatus::open);
    const auto ended = world.close(SimWorld::officer(kCommittee, 2), code);
    ASSERT_TRUE(ended) << ended.error().detail();
    EXPECT_EQ(world.find(code).status, domain::CaseStatus::closed);

    ASSERT_TRUE(world.reopen(SimWorld::officer(kCommittee, 1), code));
    EXPECT_EQ(world.find(code).status, domain::CaseStatus::open);
    EXPECT_TRUE(next_duty(world, code).has_value());
    world.advance(1h);
    expect_all_well(world);
}

TEST_F(Cases, CannotBeClosedWhileADutyIsOpen) {
    SimWorld world(plan_from());
    Dice dice(4);
    const std::string code = emergency(world, dice);

    const auto refused = world.close(SimWorld::officer(kCommittee), code);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::closing_blocked);
    EXPECT_FALSE(refused.error().faults().empty());
    expect_all_well(world);
}

TEST_F(Cases, AreOneForAReportThatIsSentTwice) {
    SimWorld world(plan_from());
    Dice dice(5);
    const domain::Report report = emergency_report(dice, kCommune, world.clock().now());

    const auto first = world.submit(report, SimWorld::officer(kCommittee));
    world.crash(Crash::power);
    ASSERT_TRUE(world.restart());
    const auto again = world.submit(report, SimWorld::officer(kCommittee));

    ASSERT_TRUE(first);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->case_code, first->case_code);
    EXPECT_TRUE(again->replayed);
    expect_all_well(world);
}

}  // namespace
}  // namespace lachan::simulation
