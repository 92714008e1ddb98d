#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "lachan/base/time.hpp"

namespace lachan::casework {

/// Something a runner sleeps on: it can be woken early by a hint that there may be work. Many hints before a
/// sleep are one; a lost hint costs delay, never work. Used on one executor only.
class Wakeup {
public:
    explicit Wakeup(const boost::asio::any_io_executor& executor) : timer_(executor) {}

    /// Ends the present sleep, or the next one at once.
    void notify() {
        hinted_ = true;
        timer_.cancel();
    }

    /// For clocks: true if a hint came since the last sleep; forgets it.
    [[nodiscard]] bool take_hint() noexcept { return std::exchange(hinted_, false); }
    [[nodiscard]] boost::asio::steady_timer& timer() noexcept { return timer_; }

private:
    boost::asio::steady_timer timer_;
    bool hinted_ = false;
};

/// Time as a seam: the system's in production, virtual in the simulation.
class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual Instant now() const noexcept = 0;

    /// Returns at `until`, at a hint, or earlier: whoever sleeps looks at `now()` again.
    virtual boost::asio::awaitable<void> sleep_until(Instant until, Wakeup& wakeup) = 0;
};

}  // namespace lachan::casework
