#include "lachan/operations/system_clock.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>

namespace lachan::operations {

Instant SystemClock::now() const noexcept {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

boost::asio::awaitable<void> SystemClock::sleep_until(Instant until, casework::Wakeup& wakeup) {
    if (wakeup.take_hint()) {
        co_return;
    }
    const Duration left = until - now();
    if (left <= Duration::zero()) {
        co_return;
    }
    auto& timer = wakeup.timer();
    timer.expires_after(std::min(left, kLongestSleep));
    boost::system::error_code ended;  // cancelled by a hint, or over: the caller looks again either way
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    (void)wakeup.take_hint();
}

}  // namespace lachan::operations
