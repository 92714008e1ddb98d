#include "lachan/simulation/sim_clock.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

namespace lachan::simulation {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

}  // namespace

/// A sleeper's place in the list, left also when its coroutine is destroyed with its process.
class SimClock::Place {
public:
    Place(std::list<Sleeper>& list, Sleeper sleeper) : list_(list), at_(list.insert(list.end(), sleeper)) {}
    ~Place() { list_.erase(at_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::list<Sleeper>& list_;
    std::list<Sleeper>::iterator at_;
};

boost::asio::awaitable<void> SimClock::sleep_until(Instant until, casework::Wakeup& wakeup) {
    if (wakeup.take_hint() || until <= now()) {
        co_return;
    }
    co_await sleep({true_now_ + (until - now()), until, &wakeup.timer()});
    (void)wakeup.take_hint();
}

boost::asio::awaitable<void> SimClock::pause(Duration length) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor);
    co_await sleep({true_now_ + length, std::nullopt, &timer});
}

boost::asio::awaitable<void> SimClock::sleep(Sleeper sleeper) {
    const Place place(sleepers_, sleeper);
    sleeper.timer->expires_at(boost::asio::steady_timer::time_point::max());
    boost::system::error_code woken;  // by `advance` or by a hint: whoever sleeps looks again either way
    co_await sleeper.timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
}

Instant SimClock::next() const noexcept {
    const auto earlier = [](const Sleeper& a, const Sleeper& b) { return a.wake_at < b.wake_at; };
    const auto first = std::min_element(sleepers_.begin(), sleepers_.end(), earlier);
    return first == sleepers_.end() ? Instant::max() : std::max(first->wake_at, true_now_);
}

bool SimClock::advance(Instant limit) {
    const Instant first = next();
    if (first > limit) {
        pass_until(limit);
        return false;
    }
    pass_until(first);
    for (Sleeper& sleeper : sleepers_) {
        if (sleeper.wake_at <= true_now_) {
            sleeper.timer->cancel();
        }
    }
    return true;
}

void SimClock::step(Duration by) {
    offset_ += by;
    for (Sleeper& sleeper : sleepers_) {
        if (sleeper.until) {
            const Duration left = std::max(*sleeper.until - now(), Duration(0));
            sleeper.wake_at = true_now_ + std::min(left, kLongestSleep);
        }
    }
}

void SimClock::pass_until(Instant instant) {
    const std::int64_t gained = (instant - true_now_).count() * drift_ppm_ + drift_rest_;
    offset_ += Duration(gained / kMillion);
    drift_rest_ = gained % kMillion;
    true_now_ = instant;
}

}  // namespace lachan::simulation
