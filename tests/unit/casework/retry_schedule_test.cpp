#include "lachan/casework/retry_schedule.hpp"

#include <gtest/gtest.h>

#include <array>

#include "lachan/simulation/seeded_entropy.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using domain::AttemptOutcome;
using domain::Urgency;

constexpr Instant kNow = from_ms(1'795'137'300'000);

SendOutcome answered(int status, std::optional<Duration> retry_after = {}) {
    SendOutcome outcome;
    outcome.status = status;
    outcome.retry_after = retry_after;
    return outcome;
}

domain::Notification failed(Urgency urgency, int attempts) {
    domain::Notification value;
    value.urgency = urgency;
    value.created_at = kNow;
    value.due = kNow + 24h;
    value.attempts = attempts;
    return value;
}

/// How long until the next try; none: exhausted.
std::optional<Duration> delay(const domain::Notification& value,
                              const SendOutcome& answer = answered(500),
                              std::uint64_t seed = 1) {
    simulation::SeededEntropy entropy(seed);
    const auto next =
        next_attempt(value, classify(domain::ChannelKind::webhook, answer), answer, kNow, entropy);
    return next ? std::optional<Duration>(*next - kNow) : std::nullopt;
}

TEST(Schedule, BeginsAnewWhenAMessageIsScheduledAgain) {
    domain::Notification routine = failed(Urgency::normal, 11);
    EXPECT_FALSE(delay(routine));
    routine.earlier_attempts = 10;
    EXPECT_LE(delay(routine).value(), 6s);
    domain::Notification emergency = failed(Urgency::emergency, 60);
    emergency.due = kNow - 48h;
    emergency.created_at = kNow - 48h;
    EXPECT_FALSE(delay(emergency));
    emergency.earlier_attempts = 59;
    emergency.rescheduled_at = kNow;
    EXPECT_EQ(delay(emergency), Duration(0));
}

TEST(Classify, TurnsTheClassesRoundForAMailServer) {
    const auto judged = [](int code) { return classify(domain::ChannelKind::email, answered(code)); };
    EXPECT_EQ(judged(250), AttemptOutcome::delivered);
    for (const int not_now : {410, 421, 450, 451, 452}) {
        EXPECT_EQ(judged(not_now), AttemptOutcome::retry) << not_now;
    }
    for (const int not_this : {535, 550, 552, 554}) {
        EXPECT_EQ(judged(not_this), AttemptOutcome::slow_retry) << not_this;
    }
    EXPECT_EQ(classify(domain::ChannelKind::gateway, answered(503)), AttemptOutcome::retry);
}

TEST(Classify, TellsTheContractsClassesApart) {
    for (const int status : {200, 201, 202, 204, 299}) {
        EXPECT_EQ(classify(domain::ChannelKind::webhook, answered(status)), AttemptOutcome::delivered)
            << status;
    }
    for (const int status : {100, 300, 301, 302, 307, 308, 408, 429, 500, 502, 503, 504, 599}) {
        EXPECT_EQ(classify(domain::ChannelKind::webhook, answered(status)), AttemptOutcome::retry) << status;
    }
    for (const int status : {400, 401, 403, 404, 405, 409, 413, 415, 422}) {
        EXPECT_EQ(classify(domain::ChannelKind::webhook, answered(status)), AttemptOutcome::slow_retry)
            << status;
    }
    EXPECT_EQ(classify(domain::ChannelKind::webhook, answered(410)), AttemptOutcome::suspended);
    SendOutcome nothing;
    nothing.failure = "timeout";
    EXPECT_EQ(classify(domain::ChannelKind::webhook, nothing), AttemptOutcome::retry);
}

TEST(RetrySchedule, AnEmergencyIsTriedDenselyAndNeverEarly) {
    constexpr std::array<Duration, 10> kSteps = {0s, 5s, 15s, 30s, 1min, 2min, 5min, 10min, 15min, 15min};
    for (std::size_t i = 0; i < kSteps.size(); ++i) {
        for (std::uint64_t seed = 1; seed <= 50; ++seed) {
            const auto wait = delay(failed(Urgency::emergency, static_cast<int>(i) + 1), answered(500), seed);
            ASSERT_TRUE(wait) << i;
            EXPECT_GE(*wait, kSteps[i]) << i;
            EXPECT_LE(*wait, kSteps[i] * 11 / 10) << i;
        }
    }
}

TEST(RetrySchedule, TheRestIsTriedNineTimesMoreOverThreeDays) {
    constexpr std::array<Duration, 9> kSteps = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
    for (const Urgency urgency : {Urgency::urgent, Urgency::normal}) {
        for (std::size_t i = 0; i < kSteps.size(); ++i) {
            for (std::uint64_t seed = 1; seed <= 50; ++seed) {
                const auto wait = delay(failed(urgency, static_cast<int>(i) + 1), answered(500), seed);
                ASSERT_TRUE(wait) << i;
                EXPECT_GE(*wait, kSteps[i] * 8 / 10) << i;
                EXPECT_LE(*wait, kSteps[i] * 12 / 10) << i;
            }
        }
        EXPECT_EQ(delay(failed(urgency, 10)), std::nullopt);
    }
}

TEST(RetrySchedule, JitterSpreadsTheTries) {
    const auto first = delay(failed(Urgency::normal, 4), answered(500), 1);
    const auto other = delay(failed(Urgency::normal, 4), answered(500), 2);
    EXPECT_NE(first, other);
    EXPECT_EQ(first, delay(failed(Urgency::normal, 4), answered(500), 1));
}

TEST(RetrySchedule, AnEmergencyIsTriedToTheDutysEnd) {
    domain::Notification value = failed(Urgency::emergency, 100);
    value.created_at = kNow - 30h;
    value.due = kNow + 1h;
    EXPECT_TRUE(delay(value));
    value.due = kNow + 10min;  // the next try would come after it
    EXPECT_EQ(delay(value), std::nullopt);
}

TEST(RetrySchedule, AnEmergencyIsWorthHalfADayEvenWhereTheDutyEndsAtOnce) {
    domain::Notification value = failed(Urgency::emergency, 20);
    value.due = kNow - 1h;
    EXPECT_TRUE(delay(value));
    value.due.reset();
    EXPECT_TRUE(delay(value));
    value.created_at = kNow - 12h;
    EXPECT_EQ(delay(value), std::nullopt);
}

TEST(RetrySchedule, WhatTheReceiverHasToMendIsTriedSlowlyEvenInAnEmergency) {
    const auto wait = delay(failed(Urgency::emergency, 3), answered(404));
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, 24min);
    EXPECT_EQ(delay(failed(Urgency::emergency, 10), answered(404)), std::nullopt);
}

TEST(RetrySchedule, AReceiverMayAskForMoreTimeWithinBounds) {
    const domain::Notification routine = failed(Urgency::normal, 2);  // the step is five minutes
    EXPECT_GE(*delay(routine, answered(503, 8min)), 8min * 8 / 10);
    EXPECT_LE(*delay(routine, answered(429, 24h)), 10min * 12 / 10);  // at most twice the step
    EXPECT_LE(*delay(routine, answered(503, 1s)), 5min * 12 / 10);    // never less than the step
    EXPECT_GE(*delay(routine, answered(503, 1s)), 5min * 8 / 10);
    const domain::Notification emergency = failed(Urgency::emergency, 1);  // the step is zero
    EXPECT_GE(*delay(emergency, answered(503, 10s)), 10s);
    EXPECT_LE(*delay(emergency, answered(503, 1h)), 33s);
    EXPECT_EQ(*delay(emergency, answered(503, -5s)), 0s);
}

TEST(RetrySchedule, OnlyWhoIsOverloadedMayAskForMoreTime) {
    EXPECT_LE(*delay(failed(Urgency::normal, 1), answered(500, 1h)), 6s);
    EXPECT_LE(*delay(failed(Urgency::normal, 1), answered(302, 1h)), 6s);
}

TEST(RetrySchedule, AnotherWayIsTriedSoonerInAnEmergency) {
    EXPECT_EQ(reroute_after(Urgency::emergency), 5min);
    EXPECT_EQ(reroute_after(Urgency::urgent), 30min);
    EXPECT_EQ(reroute_after(Urgency::normal), 30min);
}

}  // namespace
}  // namespace lachan::casework
