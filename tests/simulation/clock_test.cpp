#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>

#include "lachan/simulation/sim_clock.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = from_ms(1'795'137'300'000);

class AClock : public testing::Test {
protected:
    struct Process {
        boost::asio::io_context io;
        casework::Wakeup wakeup{io.get_executor()};
    };

    boost::asio::awaitable<void> sleep(Instant until) {
        co_await clock.sleep_until(until, process->wakeup);
        woken = clock.now();
    }

    void start_to_sleep(Instant until) {
        boost::asio::co_spawn(process->io, sleep(until), [](const std::exception_ptr&) {});
        process->io.poll();
    }

    void pass(Duration length) {
        const Instant end = clock.true_now() + length;
        while (clock.advance(end)) {
            process->io.restart();
            process->io.poll();
        }
    }

    SimClock clock{kStart};
    std::unique_ptr<Process> process = std::make_unique<Process>();
    std::optional<Instant> woken;
};

TEST_F(AClock, WakesASleeperAtItsInstantAndNoEarlier) {
    start_to_sleep(kStart + 1h);

    pass(59min);
    EXPECT_FALSE(woken);
    pass(2min);

    EXPECT_EQ(woken, kStart + 1h);
    EXPECT_EQ(clock.now(), kStart + 61min);
}

TEST_F(AClock, WakesASleeperEarlyAtAHint) {
    start_to_sleep(kStart + 1h);

    process->wakeup.notify();
    process->io.restart();
    process->io.poll();

    EXPECT_EQ(woken, kStart);
}

TEST_F(AClock, SetForwardWakesItsSleepersWithinHalfAMinute) {
    start_to_sleep(kStart + 1h);

    clock.step(2h);
    pass(SimClock::kLongestSleep);

    ASSERT_TRUE(woken);
    EXPECT_EQ(clock.true_now(), kStart + SimClock::kLongestSleep) << "true time is not set";
}

TEST_F(AClock, ThatRunsFastGainsOnTrueTime) {
    clock.drift(100);

    pass(10'000s);

    EXPECT_EQ(clock.offset(), 1s);
}

TEST_F(AClock, ForgetsWhoSleptInADeadProcess) {
    start_to_sleep(kStart + 1h);
    process = std::make_unique<Process>();

    EXPECT_FALSE(clock.advance(kStart + 2h));

    EXPECT_FALSE(woken);
    EXPECT_EQ(clock.now(), kStart + 2h);
}

}  // namespace
}  // namespace lachan::simulation
