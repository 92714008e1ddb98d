#include "fixture.hpp"

/// Tries are few at a time. What hangs must not take the places of what works.
namespace lachan::simulation {
namespace {

using Kind = Behaviour::Kind;

class Places : public InAWorld {
protected:
    static WorldPlan narrow(int parallel, int slow) {
        WorldPlan plan = plan_from();
        plan.outbox.parallel = parallel;
        plan.outbox.slow = slow;
        return plan;
    }
    /// How long the police's messages took, at most.
    static Duration slowest(SimWorld& world) {
        Duration longest{0};
        for (const Arrival& arrival : world.agencies().arrivals()) {
            if (arrival.agency == kPolice) {
                longest = std::max(longest, arrival.at - arrival.message.created_at);
            }
        }
        return longest;
    }
    static void hang(SimWorld& world) {
        for (const domain::AgencyId& agency : {kCommittee, kChair, kHealthStation, kProvince}) {
            world.agencies().behave(channel(agency), Behaviour::of(Kind::mute));
        }
    }
};

TEST_F(Places, AreGivenUpByTriesThatTakeLong) {
    SimWorld world(narrow(1, 100));
    Dice dice(1);
    hang(world);
    (void)emergency(world, dice);
    world.advance(1min);
    EXPECT_LE(slowest(world), 8s) << "a second for each that hangs, not fifteen";
}

TEST_F(Places, OfThoseThatFailedAreApartFromTheOthers) {
    SimWorld world(narrow(1, 2));
    Dice dice(2);
    hang(world);
    (void)emergency(world, dice);
    world.advance(3min);  // by now it is known who fails
    const std::size_t before = world.agencies().arrivals().size();
    const std::string code = emergency(world, dice);
    world.advance(3s);
    bool told = false;
    for (std::size_t i = before; i < world.agencies().arrivals().size(); ++i) {
        const Arrival& arrival = world.agencies().arrivals()[i];
        told = told || (arrival.agency == kPolice && arrival.message.case_code == code);
    }
    EXPECT_TRUE(told) << world.replay();
    world.agencies().recover();
    world.advance(2h);
    expect_all_well(world);
}

TEST_F(Places, BesideAreBoundedToo) {
    SimWorld world(narrow(2, 1));
    Dice dice(3);
    hang(world);
    std::size_t most = 0;
    for (int i = 0; i < 4; ++i) {
        (void)emergency(world, dice);
        for (int second = 0; second < 20; ++second) {
            world.advance(1s);
            most = std::max(most, world.agencies().under_way());
        }
    }
    EXPECT_EQ(most, 3U) << "two, and one beside";
}

}  // namespace
}  // namespace lachan::simulation
