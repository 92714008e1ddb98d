#include "lachan/casework/slow_down.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;

constexpr Pace kPace{.free = 2, .first = 1s, .longest = 10s, .memory = 1h};
constexpr Instant kNow = from_ms(1'795'137'300'000);

TEST(SlowDown, DoublesTheWaitAfterTheFreeTriesUpToTheLongest) {
    SlowDown slow;
    const std::vector<Duration> waits = {0s, 0s, 1s, 2s, 4s, 8s, 10s, 10s};
    for (std::size_t i = 0; i < waits.size(); ++i) {
        EXPECT_EQ(slow.count("a", kPace, kNow), static_cast<int>(i) + 1);
        EXPECT_EQ(slow.wait("a", kPace, kNow), waits[i]) << i;
    }
    EXPECT_EQ(slow.wait("b", kPace, kNow), 0s);
}

TEST(SlowDown, WaitsAreOverWhenTheTimeHasPassed) {
    SlowDown slow;
    for (int i = 0; i < 5; ++i) {
        slow.count("a", kPace, kNow);
    }
    EXPECT_EQ(slow.wait("a", kPace, kNow + 3s), 1s);
    EXPECT_EQ(slow.wait("a", kPace, kNow + 4s), 0s);
    EXPECT_EQ(slow.count("a", kPace, kNow + 4s), 6);
    EXPECT_EQ(slow.wait("a", kPace, kNow + 4s), 8s);
}

TEST(SlowDown, ForgetsAfterALongPauseAndNotBefore) {
    SlowDown slow;
    for (int i = 0; i < 5; ++i) {
        slow.count("a", kPace, kNow);
    }
    EXPECT_EQ(slow.count("a", kPace, kNow + 1h - 1ms), 6);
    EXPECT_EQ(slow.count("a", kPace, kNow + 2h), 1);
}

TEST(SlowDown, AClockThatStepsBackForgivesNothing) {
    SlowDown slow;
    for (int i = 0; i < 5; ++i) {
        slow.count("a", kPace, kNow);
    }
    EXPECT_EQ(slow.wait("a", kPace, kNow - 1h), 4s);
}

TEST(SlowDown, TakingBackLeavesNoWait) {
    SlowDown slow;
    for (int i = 0; i < 4; ++i) {
        slow.count("a", kPace, kNow);
    }
    slow.count("a", kPace, kNow + 2s);
    slow.take_back("a", kPace);
    EXPECT_EQ(slow.wait("a", kPace, kNow + 2s), 0s);
    EXPECT_EQ(slow.count("a", kPace, kNow + 2s), 5);
    slow.forget("a");
    EXPECT_EQ(slow.names(), 0U);
}

// A flood of names must not wash away the one that is really being guessed at.
TEST(SlowDown, KeepsWhatFailedMostInBoundedMemory) {
    SlowDown slow;
    for (int i = 0; i < 5; ++i) {
        slow.count("target", kPace, kNow);
    }
    for (std::size_t i = 0; i < SlowDown::kMostNames + 100; ++i) {
        slow.count("flood " + std::to_string(i), kPace, kNow + 1ms);
    }
    EXPECT_EQ(slow.names(), SlowDown::kMostNames);
    EXPECT_EQ(slow.count("target", kPace, kNow + 2ms), 6);
}

TEST(SlowDown, SaysByItselfThatAllIsForgottenAfterALongPause) {
    SlowDown slow;
    for (int i = 0; i < 20; ++i) {
        slow.count("a", {.free = 0, .first = 2h, .longest = 4h, .memory = 1h}, kNow);
    }
    const Pace long_waits{.free = 0, .first = 2h, .longest = 4h, .memory = 1h};
    EXPECT_EQ(slow.wait("a", long_waits, kNow + 59min), 3h + 1min);
    EXPECT_EQ(slow.wait("a", long_waits, kNow + 1h), 0s);
}

TEST(SlowDown, TakingBackWhatWasNeverCountedIsNothing) {
    SlowDown slow;
    slow.take_back("a", kPace);
    EXPECT_EQ(slow.names(), 0U);
    EXPECT_EQ(slow.count("a", kPace, kNow), 1);
}

}  // namespace
}  // namespace lachan::casework
