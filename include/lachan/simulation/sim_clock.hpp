#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <list>
#include <optional>

#include "lachan/casework/clock.hpp"

namespace lachan::simulation {

/// Virtual time. It stands still while there is work, and then jumps to the next instant that somebody waits
/// for.
///
/// Two times run in it. `true_now()` only goes forward: latencies, downtimes and the world's own plans are
/// measured by it. `now()` is what the machine's wall clock says: it may run fast or slow and be set forward
/// or back.
///
/// It is outside of the simulated process and survives its crashes; who slept in a dead process sleeps no
/// more.
class SimClock final : public casework::Clock {
public:
    /// How long a step of the wall clock may go unnoticed by a sleeper, as with the system's clock.
    static constexpr Duration kLongestSleep = std::chrono::seconds(30);

    explicit SimClock(Instant start) : true_now_(start) {}

    [[nodiscard]] Instant now() const noexcept override { return true_now_ + offset_; }
    boost::asio::awaitable<void> sleep_until(Instant until, casework::Wakeup& wakeup) override;

    [[nodiscard]] Instant true_now() const noexcept { return true_now_; }
    /// Waits by true time; nothing wakes it early.
    boost::asio::awaitable<void> pause(Duration length);

    /// The next instant of true time that somebody waits for; the last there is, where nobody waits.
    [[nodiscard]] Instant next() const noexcept;
    /// Moves to the next instant that somebody waits for and wakes all who wait for it. Nobody before
    /// `limit`: moves there and answers false. The handlers of those woken have still to be run.
    bool advance(Instant limit);

    /// Sets the wall clock forward or back.
    void step(Duration by);
    /// From now on the wall clock gains (or loses) this many milliseconds in a thousand seconds.
    void drift(std::int64_t ppm) noexcept { drift_ppm_ = ppm; }
    /// How far the wall clock is ahead.
    [[nodiscard]] Duration offset() const noexcept { return offset_; }

private:
    struct Sleeper {
        Instant wake_at;               ///< True time.
        std::optional<Instant> until;  ///< Wall time; none: waits by true time.
        boost::asio::steady_timer* timer;
    };
    class Place;

    boost::asio::awaitable<void> sleep(Sleeper sleeper);
    void pass_until(Instant instant);

    Instant true_now_;
    Duration offset_{0};
    std::int64_t drift_ppm_ = 0;
    std::int64_t drift_rest_ = 0;  ///< Of a millisecond, in millionths.
    std::list<Sleeper> sleepers_;  ///< In order of arrival, which decides who wakes first.
};

}  // namespace lachan::simulation
