#include "fixture.hpp"

/// An hour in which most receivers misbehave, each in its own way, and what is left of it a day later.
namespace lachan::simulation {
namespace {

using domain::NotificationState;
using Kind = Behaviour::Kind;

class HostileHour : public InAWorld {
protected:
    static Behaviour busy_for_a_year() {
        Behaviour busy = Behaviour::answering(429);
        busy.retry_after = 24h * 365;
        return busy;
    }
    static void misbehave(SimWorld& world) {
        const Instant end = world.clock().true_now() + 1h;
        const auto until_then = [&](const domain::AgencyId& agency, Behaviour behaviour) {
            world.agencies().behave_until(channel(agency), behaviour, end);
        };
        until_then(kCommittee, Behaviour::answering(500));
        until_then(kChair, Behaviour::of(Kind::mute));
        until_then(kPolice, busy_for_a_year());
        until_then(kHealthStation, Behaviour::answering(301));
        until_then(kProvince, Behaviour::of(Kind::flaky));
    }
    static std::size_t waiting(SimWorld& world, const std::vector<std::string>& codes) {
        std::size_t found = 0;
        for (const std::string& code : codes) {
            for (const domain::Notification& value : world.notifications(code)) {
                found += value.state == NotificationState::scheduled ? 1U : 0U;
            }
        }
        return found;
    }
};

TEST_F(HostileHour, LeavesNothingUndelivered) {
    SimWorld world(plan_from());
    Dice dice(1);
    misbehave(world);
    std::vector<std::string> codes;
    for (int i = 0; i < 6; ++i) {
        codes.push_back(i % 2 == 0 ? emergency(world, dice) : routine(world, dice));
        world.advance(9min);
    }
    EXPECT_GT(waiting(world, codes), 0U);
    world.advance(8min);  // the hour is over, and each circuit was probed once more
    EXPECT_EQ(waiting(world, codes), 0U) << "the queues go at once when an endpoint is back";
    for (const std::string& code : codes) {
        for (const domain::Notification& value : world.notifications(code)) {
            EXPECT_TRUE(value.state == NotificationState::delivered ||
                        value.state == NotificationState::superseded ||
                        value.state == NotificationState::human_task)
                << world.message_id(value);
        }
    }
    expect_all_well(world);
}

TEST_F(HostileHour, TellsSomebodyElseInTheMeantime) {
    SimWorld world(plan_from());
    Dice dice(2);
    misbehave(world);
    const std::string code = emergency(world, dice);
    world.advance(6min);
    const auto& arrivals = world.agencies().arrivals();
    EXPECT_TRUE(std::any_of(arrivals.begin(), arrivals.end(), [&](const Arrival& arrival) {
        return arrival.message.case_code == code && arrival.answered_well &&
               arrival.message.type == "vn.lachan.case.escalated.v1";
    })) << world.replay();
    world.advance(2h);
    expect_all_well(world);
}

}  // namespace
}  // namespace lachan::simulation
