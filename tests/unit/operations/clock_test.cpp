#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>

#include "lachan/operations/system_clock.hpp"

namespace lachan::operations {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

asio::awaitable<void> sleep(SystemClock& clock, Instant until, casework::Wakeup& wakeup) {
    co_await clock.sleep_until(until, wakeup);
}

/// One sleeper, watched without waiting: the loop is only polled.
class SystemClockTest : public testing::Test {
protected:
    void start(Instant until) {
        woke_ = false;
        asio::co_spawn(io_, sleep(clock_, until, wakeup_), [this](const std::exception_ptr& failure) {
            EXPECT_FALSE(failure);
            woke_ = true;
        });
        poll();
    }
    void poll() {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_;
    SystemClock clock_;
    casework::Wakeup wakeup_{io_.get_executor()};
    bool woke_ = false;
};

TEST_F(SystemClockTest, TellsTheTimeOfTheMachineInMilliseconds) {
    const auto before = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    const Instant now = clock_.now();
    EXPECT_GE(now, before);
    EXPECT_LE(now, std::chrono::system_clock::now());
}

TEST_F(SystemClockTest, ReturnsAtOnceForAnInstantThatHasPassed) {
    start(clock_.now());
    EXPECT_TRUE(woke_);
    start(clock_.now() - 1h);
    EXPECT_TRUE(woke_);
}

TEST_F(SystemClockTest, SleepsUntilAHintComes) {
    start(clock_.now() + 1h);
    EXPECT_FALSE(woke_);
    wakeup_.notify();
    poll();
    EXPECT_TRUE(woke_);
}

TEST_F(SystemClockTest, TakesAHintThatCameBeforeTheSleep) {
    wakeup_.notify();
    wakeup_.notify();
    start(clock_.now() + 1h);
    EXPECT_TRUE(woke_);
    start(clock_.now() + 1h);
    EXPECT_FALSE(woke_) << "many hints are one";
    wakeup_.notify();
    poll();
}

TEST_F(SystemClockTest, AHintThatEndedASleepDoesNotEndTheNext) {
    start(clock_.now() + 1h);
    wakeup_.notify();
    poll();
    ASSERT_TRUE(woke_);
    start(clock_.now() + 1h);
    EXPECT_FALSE(woke_);
    wakeup_.notify();
    poll();
}

TEST_F(SystemClockTest, NeverSleepsPastAStepOfTheClock) {
    start(clock_.now() + 24h);
    const auto left = wakeup_.timer().expiry() - std::chrono::steady_clock::now();
    EXPECT_LE(left, SystemClock::kLongestSleep);
    wakeup_.notify();
    poll();
}

TEST_F(SystemClockTest, SleepsNoLongerThanAsked) {
    start(clock_.now() + 10s);
    const auto left = wakeup_.timer().expiry() - std::chrono::steady_clock::now();
    EXPECT_LE(left, 10s);
    wakeup_.notify();
    poll();
}

}  // namespace
}  // namespace lachan::operations
