#include "fixture.hpp"

namespace lachan::simulation {
namespace {

/// Sends reports until the power fails in the n-th write (or sync) from the first on, starts again, and asks
/// for the unanswered one anew: nothing that was answered is lost, nothing is there twice.
void live_through(void (*aim)(SimDisk& disk, int nth), int nth) {
    SCOPED_TRACE("the power fails in number " + std::to_string(nth));
    SimWorld world(plan_from(kFriday, 1, static_cast<std::uint64_t>(nth)));
    Dice dice(static_cast<std::uint64_t>(nth));
    const domain::Principal sender = SimWorld::officer(kCommittee);
    std::vector<domain::Report> unanswered;

    aim(world.disk(), nth);
    for (int i = 0; i < 8 && world.up(); ++i) {
        const domain::Report report = emergency_report(dice, kCommune, world.clock().now());
        if (!world.submit(report, sender)) {
            unanswered.push_back(report);
        }
        world.advance(100ms);
    }
    ASSERT_FALSE(world.up()) << "the test is to kill it";
    world.advance(1min);
    ASSERT_TRUE(world.restart());
    world.check();
    for (const domain::Report& report : unanswered) {
        const auto filed = world.submit(report, sender);
        ASSERT_TRUE(filed) << filed.error().detail();
    }
    world.advance(2min);
    world.check();
    EXPECT_TRUE(world.findings().empty()) << world.replay();
}

class PowerCut : public InAWorld {
protected:
    /// Answers the last report, of which nobody knows whether it was taken.
    static domain::Report report_until_it_dies(SimWorld& world, Dice& dice) {
        domain::Report report;
        for (int i = 0; i < 40 && world.up(); ++i) {
            report = emergency_report(dice, kCommune, world.clock().now());
            (void)world.submit(report, SimWorld::officer(kCommittee));
            world.advance(100ms);
        }
        EXPECT_FALSE(world.up()) << "the test is to kill it";
        return report;
    }
};

TEST_F(PowerCut, InAnyWriteLosesNoAcknowledgedReport) {
    for (int nth = 1; nth <= 40; ++nth) {
        live_through([](SimDisk& disk, int write) { disk.crash_in_write(write); }, nth);
    }
}

TEST_F(PowerCut, InAnySyncLosesNoAcknowledgedReport) {
    for (int nth = 1; nth <= 10; ++nth) {
        live_through([](SimDisk& disk, int sync) { disk.crash_in_sync(sync); }, nth);
    }
}

// Keys are made in blocks ahead of the cases: of a block that is not whole no key is given away.
TEST_F(PowerCut, InAWriteOfTheKeyStoreLosesNoWords) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SimWorld world(plan_from(kFriday, 1, seed));
        Dice dice(seed);
        world.die_in_key_write(Crash::power);
        const domain::Report report = report_until_it_dies(world, dice);
        ASSERT_TRUE(world.restart());
        EXPECT_TRUE(world.submit(report, SimWorld::officer(kCommittee)));
        for (int i = 0; i < 20; ++i) {
            (void)emergency(world, dice);
        }
        world.advance(2min);
        expect_all_well(world);
    }
}

// Keys that a dead process wrote and did not sync can be read by the next one, and are gone with the power.
TEST_F(PowerCut, AfterAProcessDiedInAWriteOfTheKeyStoreLosesNoWords) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SimWorld world(plan_from(kFriday, 1, seed));
        Dice dice(seed);
        world.die_in_key_write(Crash::process);
        (void)report_until_it_dies(world, dice);
        ASSERT_TRUE(world.restart());
        (void)emergency(world, dice);

        world.crash(Crash::power);
        ASSERT_TRUE(world.restart());
        for (int i = 0; i < 20; ++i) {
            (void)emergency(world, dice);
        }
        world.advance(2min);
        expect_all_well(world);
    }
}

// After a sync that failed, the system may show what it never wrote to the disk, and believe it to be
// written. The next process must not build on that.
TEST_F(PowerCut, AfterAFailedSyncAndARestartLosesNoAcknowledgedReport) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        SimWorld world(plan_from(kFriday, 1, seed));
        Dice dice(seed);
        (void)emergency(world, dice);
        world.disk().inject(SimDisk::Fault::sync_fails);
        world.advance(1min);
        ASSERT_FALSE(world.up()) << "a failed sync is not tried again";
        ASSERT_TRUE(world.restart());
        for (int i = 0; i < 3; ++i) {
            (void)emergency(world, dice);
            world.advance(1s);
        }

        world.crash(Crash::power);
        ASSERT_TRUE(world.restart());
        world.check();

        EXPECT_TRUE(world.findings().empty()) << world.replay();
    }
}

TEST_F(PowerCut, WhileTheDiskIsFullLosesNothingAndRefusesHonestly) {
    SimWorld world(plan_from());
    Dice dice(1);
    const std::string before = emergency(world, dice);
    world.disk().inject(SimDisk::Fault::full, 1, 1'000'000);
    world.be_patient_until(world.clock().true_now() + 2min);

    const domain::Report report = emergency_report(dice, kCommune, world.clock().now());
    const auto refused = world.submit(report, SimWorld::officer(kCommittee));
    world.advance(10s);
    world.disk().heal();
    world.advance(10s);
    if (!world.up()) {
        ASSERT_TRUE(world.restart());
    }
    const auto taken = world.submit(report, SimWorld::officer(kCommittee));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::storage);
    ASSERT_TRUE(taken);
    EXPECT_NE(taken->case_code, before);
    world.advance(2min);
    expect_all_well(world);
}

}  // namespace
}  // namespace lachan::simulation
