#include <set>

#include "fixture.hpp"

namespace lachan::simulation {
namespace {

using Kind = Behaviour::Kind;
using domain::NotificationState;

class Delivery : public InAWorld {
protected:
    /// The first message about the assessment of an emergency, which the committee holds.
    static domain::Notification first_message(SimWorld& world, const std::string& code) {
        const auto found =
            owed(world, code, duty(world, code, "initial_assessment"), "duty.assigned", kCommittee);
        EXPECT_EQ(found.size(), 1U);
        return found.empty() ? domain::Notification{} : found.front();
    }
};

TEST_F(Delivery, OfADutyThatWasAcceptedIsCancelled) {
    SimWorld world(plan_from());
    Dice dice(1);
    world.agencies().behave(channel(kCommittee), Behaviour::of(Kind::unreachable));
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");
    const std::string id = world.message_id(first_message(world, code));
    world.advance(10s);

    ASSERT_TRUE(world.respond(
        SimWorld::officer(kCommittee), world.duty_name(assessment), domain::ResponseKind::accepted));
    world.agencies().recover();
    world.advance(3h);

    EXPECT_EQ(first_message(world, code).state, NotificationState::superseded);
    EXPECT_EQ(world.agencies().times(id), 0U);
    EXPECT_TRUE(fired(world, code, assessment, "unaccepted-30m").empty())
        << "the acceptance clock has stopped";
    EXPECT_TRUE(fired(world, code, assessment, "unaccepted-2h").empty());
    EXPECT_FALSE(fired(world, code, duty(world, code, "emergency_measure"), "unaccepted-30m").empty())
        << "of this duty only";
    expect_all_well(world);
}

TEST_F(Delivery, IsRepeatedUnderTheSameIdAfterACrashBeforeItWasRecorded) {
    SimWorld world(plan_from());
    Dice dice(2);
    const std::string code = emergency(world, dice);
    world.advance(50ms);  // arrived, and the answer is on its way
    domain::Notification sent;
    for (const domain::Notification& value : world.notifications(code)) {
        if (world.agencies().times(world.message_id(value)) > 0) {
            sent = value;
        }
    }
    ASSERT_EQ(sent.attempts, 0) << "not recorded yet";
    const std::string id = world.message_id(sent);
    ASSERT_EQ(world.agencies().times(id), 1U);

    world.crash(Crash::power);
    ASSERT_TRUE(world.restart());
    world.advance(2s);

    EXPECT_EQ(world.agencies().times(id), 2U) << "at once: whoever held the lease is dead";
    const auto attempts = world.attempts(sent.no);
    ASSERT_EQ(attempts.size(), 1U) << "the first try died with its process";
    EXPECT_EQ(attempts.front().outcome, domain::AttemptOutcome::delivered);
    expect_all_well(world);
}

TEST_F(Delivery, IsRepeatedUnderTheSameIdWhenTheAnswerWasLost) {
    SimWorld world(plan_from());
    Dice dice(3);
    world.agencies().behave_until(
        channel(kCommittee), Behaviour::of(Kind::forgetful), world.clock().true_now() + 1s);
    const std::string code = emergency(world, dice);
    world.advance(1min);

    std::size_t repeated = 0;
    for (const domain::Notification& value : world.notifications(code)) {
        repeated += world.agencies().times(world.message_id(value)) > 1 ? 1U : 0U;
        EXPECT_EQ(value.state, NotificationState::delivered);
    }
    EXPECT_GE(repeated, 1U);
    expect_all_well(world);
}

TEST_F(Delivery, ThatFailsGoesToTheNextChannelAfterFiveMinutesInAnEmergency) {
    SimWorld world(plan_from(kFriday, 2));
    Dice dice(4);
    world.agencies().behave(channel(kCommittee, 1), Behaviour::answering(500));
    const std::string code = emergency(world, dice);

    world.advance(5min - 1s);
    EXPECT_EQ(first_message(world, code).endpoint, channel(kCommittee, 1));
    world.advance(5s);

    const auto moved = first_message(world, code);
    EXPECT_EQ(moved.endpoint, channel(kCommittee, 2));
    EXPECT_EQ(moved.state, NotificationState::delivered);
    EXPECT_FALSE(world.events(code, "notification.rerouted").empty());
    expect_all_well(world);
}

TEST_F(Delivery, ThatFailsOnTheOnlyChannelIsToldToTheNextInLine) {
    SimWorld world(plan_from());
    Dice dice(5);
    world.agencies().behave(channel(kCommittee), Behaviour::of(Kind::unreachable));
    const std::string code = emergency(world, dice);
    const domain::Duty assessment = duty(world, code, "initial_assessment");

    world.advance(5min + 3s);

    const std::string name = world.duty_name(assessment);
    const auto& arrivals = world.agencies().arrivals();
    const bool escalated = std::any_of(arrivals.begin(), arrivals.end(), [&](const Arrival& arrival) {
        return arrival.message.duty == name && arrival.agency != kCommittee &&
               arrival.message.type == "vn.lachan.case.escalated.v1";
    });
    EXPECT_TRUE(escalated) << world.replay();
    EXPECT_EQ(first_message(world, code).state, NotificationState::scheduled) << "the holder is still tried";
    world.agencies().recover();
    world.advance(20min);
    EXPECT_EQ(first_message(world, code).state, NotificationState::delivered);
    expect_all_well(world);
}

TEST_F(Delivery, ThatFailsMovesOnAfterHalfAnHourWhenNothingPresses) {
    SimWorld world(plan_from(kFriday, 2));
    Dice dice(6);
    world.agencies().behave(channel(kCommittee, 1), Behaviour::answering(503));
    const std::string code = routine(world, dice);
    const domain::Duty plan = duty(world, code, "plan");

    world.advance(30min - 1s);
    EXPECT_EQ(owed(world, code, plan, "duty.assigned", kCommittee).front().endpoint, channel(kCommittee, 1));
    world.advance(5s);

    const auto moved = owed(world, code, plan, "duty.assigned", kCommittee).front();
    EXPECT_EQ(moved.endpoint, channel(kCommittee, 2));
    EXPECT_EQ(moved.state, NotificationState::delivered);
    expect_all_well(world);
}

TEST_F(Delivery, ToAnEndpointThatIsGoneSuspendsItAndTakesTheNextChannelAtOnce) {
    SimWorld world(plan_from(kFriday, 2));
    Dice dice(7);
    world.agencies().behave(channel(kCommittee, 1), Behaviour::answering(410));
    const std::string code = emergency(world, dice);
    world.advance(15s);

    EXPECT_TRUE(world.endpoints(kCommittee).front().suspended);
    EXPECT_EQ(world.events(code, "endpoint.suspended").size(), 1U);
    for (const domain::Notification& value : world.notifications(code)) {
        EXPECT_EQ(value.state, NotificationState::delivered) << world.message_id(value);
    }
    const std::size_t tries = world.agencies().tries(channel(kCommittee, 1)).size();
    (void)emergency(world, dice);
    world.advance(1min);
    EXPECT_EQ(world.agencies().tries(channel(kCommittee, 1)).size(), tries) << "nothing more goes to it";
    expect_all_well(world);
}

TEST_F(Delivery, ToAnEndpointThatIsGoneBecomesATaskForPeopleWhereThereIsNoOther) {
    SimWorld world(plan_from());
    Dice dice(8);
    world.agencies().behave(channel(kCommittee), Behaviour::answering(410));
    const std::string code = emergency(world, dice);
    world.advance(1min);

    EXPECT_EQ(first_message(world, code).state, NotificationState::human_task);
    const domain::Duty assessment = duty(world, code, "initial_assessment");
    EXPECT_TRUE(assessment.pending()) << "undelivered is not undone";
    expect_all_well(world);
}

TEST_F(Delivery, DoesNotFollowARedirection) {
    SimWorld world(plan_from());
    Dice dice(9);
    world.agencies().behave(channel(kCommittee), Behaviour::answering(301));
    const std::string code = emergency(world, dice);
    world.advance(30s);

    const auto attempts = world.attempts(world.notifications(code).front().no);
    ASSERT_FALSE(attempts.empty());
    EXPECT_EQ(attempts.front().status, 301);
    EXPECT_EQ(attempts.front().outcome, domain::AttemptOutcome::retry);
    expect_all_well(world);
}

TEST_F(Delivery, WaitsAsLongAsABusyReceiverAsksWithinBounds) {
    SimWorld world(plan_from());
    Dice dice(10);
    Behaviour busy = Behaviour::answering(429);
    busy.retry_after = 24h;
    world.agencies().behave(channel(kCommittee), busy);
    (void)emergency(world, dice);
    world.advance(2min);

    const auto tries = world.agencies().tries(channel(kCommittee));
    ASSERT_GE(tries.size(), 3U);
    EXPECT_LE(tries.at(2) - tries.front(), 2min)
        << "an emergency does not wait a day because it was asked to";
    expect_all_well(world);
}

TEST_F(Delivery, RestsAfterFiveFailuresAndProbesEachMinute) {
    SimWorld world(plan_from());
    Dice dice(11);
    world.agencies().behave(channel(kCommittee), Behaviour::answering(500));
    for (int i = 0; i < 6; ++i) {  // enough that something is always due
        (void)emergency(world, dice);
    }
    world.advance(5min);

    const auto tries = world.agencies().tries(channel(kCommittee));
    ASSERT_GE(tries.size(), 8U);
    EXPECT_LE(tries.at(4) - tries.front(), 10s);
    for (std::size_t i = 5; i < tries.size(); ++i) {
        const Duration pause = tries.at(i) - tries.at(i - 1);
        EXPECT_GE(pause, 60s) << "probe " << i;
        EXPECT_LE(pause, 63s) << "probe " << i;
    }
    world.agencies().recover();
    world.advance(25min);
    const casework::Endpoint endpoint = world.endpoints(kCommittee).front();
    EXPECT_EQ(endpoint.failures, 0);
    EXPECT_FALSE(endpoint.open_until.has_value());
    expect_all_well(world);
}

TEST_F(Delivery, ToOthersIsNotDelayedByAnEndpointThatFailsOrHangs) {
    SimWorld world(plan_from());
    Dice dice(12);
    world.agencies().behave(channel(kCommittee), Behaviour::answering(500));
    world.agencies().behave(channel(kChair), Behaviour::of(Kind::mute));
    for (int i = 0; i < 6; ++i) {
        (void)emergency(world, dice);
        world.advance(20s);
    }

    std::size_t seen = 0;
    for (const Arrival& arrival : world.agencies().arrivals()) {
        if (arrival.agency == kPolice) {
            ++seen;
            EXPECT_LE(arrival.at - arrival.message.created_at, 2s);
        }
    }
    EXPECT_GE(seen, 12U);
    world.agencies().recover();
    world.advance(1h);
    expect_all_well(world);
}

// Who has much to be told may go on only while nobody waits for the place.
TEST_F(Delivery, TellsEveryAgencyOnceBeforeItTellsOneTwice) {
    WorldPlan plan = plan_from();
    plan.outbox.parallel = 1;
    SimWorld world(std::move(plan));
    Dice dice(15);
    (void)emergency(world, dice);
    world.advance(10s);

    std::set<domain::AgencyId> told;
    std::set<domain::AgencyId> told_again;
    for (const Arrival& arrival : world.agencies().arrivals()) {
        const bool first = told.insert(arrival.agency).second;
        EXPECT_TRUE(!first || told_again.empty()) << arrival.agency.text() << " waited\n" << world.replay();
        if (!first) {
            told_again.insert(arrival.agency);
        }
    }
    EXPECT_FALSE(told_again.empty());
    expect_all_well(world);
}

// What waits must wait for seconds, not until the clock shows again what it showed before.
TEST_F(Delivery, IsRetriedInTimeThoughTheClockIsSetBack) {
    SimWorld world(plan_from());
    Dice dice(14);
    world.agencies().behave_until(
        channel(kCommittee), Behaviour::answering(500), world.clock().true_now() + 25s);
    const std::string code = emergency(world, dice);
    world.advance(10s);
    const Instant stepped = world.clock().true_now();
    world.clock().step(-2h);
    world.be_patient_until(stepped + 5h);

    world.advance(3min);
    EXPECT_EQ(first_message(world, code).state, NotificationState::delivered) << world.replay();
    for (const Arrival& arrival : world.agencies().arrivals()) {
        if (arrival.at > stepped) {
            EXPECT_LE(arrival.message.sent_at, arrival.at + world.clock().offset())
                << "a signature from the future is refused";
        }
    }
    world.advance(5h);
    expect_all_well(world);
}

TEST_F(Delivery, IsMadeAtOnceThoughTheClockIsSetBack) {
    SimWorld world(plan_from());
    Dice dice(16);
    world.advance(10min);
    world.clock().step(-2h);
    world.be_patient_until(world.clock().true_now() + 5h);
    (void)emergency(world, dice);  // finds the runner at rest after a first look
    world.advance(5s);
    const std::string code = emergency(world, dice);
    world.advance(5s);
    EXPECT_EQ(first_message(world, code).state, NotificationState::delivered) << world.replay();
}

TEST_F(Delivery, KeepsTheOrderOfACaseAtAnEndpoint) {
    SimWorld world(plan_from());
    Dice dice(13);
    world.agencies().behave_until(
        channel(kProvince), Behaviour::of(Kind::flaky), world.clock().true_now() + 4h);
    const std::string code = emergency(world, dice);
    world.advance(14h);

    std::vector<std::int64_t> firsts;
    std::vector<std::string> known;
    for (const Arrival& arrival : world.agencies().arrivals()) {
        const bool first = std::find(known.begin(), known.end(), arrival.message.id) == known.end();
        if (arrival.agency == kProvince && arrival.message.case_code == code && first) {
            known.push_back(arrival.message.id);
            firsts.push_back(arrival.message.case_sequence);
        }
    }
    EXPECT_GE(firsts.size(), 5U);
    EXPECT_TRUE(std::is_sorted(firsts.begin(), firsts.end()));
    expect_all_well(world);
}

}  // namespace
}  // namespace lachan::simulation
