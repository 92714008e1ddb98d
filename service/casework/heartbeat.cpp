#include "lachan/casework/heartbeat.hpp"

#include <exception>
#include <optional>
#include <utility>

#include "lachan/base/log.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;

constexpr Duration kEvery = 60s;
constexpr Duration kAtStart = 2s;     ///< The runners have to look first.
constexpr Duration kAfterAMiss = 5s;  ///< What was missed for a moment is made good within the minute.
/// A runner looks at its tables each minute at the latest, however little there is to do.
constexpr Duration kStandsStill = 90s;
constexpr std::string_view kDocument = "heartbeat";
constexpr std::string_view kName = "last";
constexpr std::string_view kWell = "well";
constexpr std::string_view kSent = "sent";

bool stands_still(const std::optional<Instant>& last_look, Instant now) {
    return !last_look || now - *last_look > kStandsStill;
}

/// A clock that was set back must not keep the heart waiting for longer than its pause.
bool is_before(Instant now, Instant next) {
    return now < next && next - now <= kEvery;
}

bool holds(const Counts& counts) {
    return counts.open_without_next_action == 0 && counts.pending_duties_without_instant == 0 &&
           counts.pending_duties_without_holder == 0 && counts.scheduled_without_instant == 0 &&
           counts.endpoints_not_called == 0;
}

}  // namespace

boost::asio::awaitable<std::string_view> Heartbeat::examine() {
    const Instant now = context_.clock.now();
    if (stands_still(watch_.last_look(), now)) {
        co_return "watch_stands_still";
    }
    if (stands_still(outbox_.last_look(), now)) {
        co_return "outbox_stands_still";
    }
    WriteOp mark = [&](Tx& tx) -> Result<void> {
        tx.documents.put(kDocument, kName, to_rfc3339(tx.now), tx.now);
        return {};
    };
    const auto marked = co_await context_.store.commit(std::move(mark), Lane::emergency);
    if (!marked) {
        co_return "cannot_write";
    }
    Counts counts;
    ReadOp look = [&](const View& view) -> Result<void> {
        counts = view.counts();
        return {};
    };
    const auto looked = co_await context_.store.read_at_length(std::move(look));
    co_return looked&& holds(counts) ? kWell : "invariant_broken";
}

boost::asio::awaitable<std::string_view> Heartbeat::beat_once() {
    std::string_view outcome = co_await examine();
    if (outcome == kWell) {
        const bool taken = co_await beat_();
        outcome = taken ? kSent : "not_taken";
    }
    if (outcome != kSent) {
        log::error("heartbeat.missed", {{"why", outcome}});
    }
    if (observer_ != nullptr) {
        observer_->beat(outcome);
    }
    co_return outcome;
}

boost::asio::awaitable<void> Heartbeat::run() {
    co_await wait_until(context_.clock.now() + kAtStart);
    while (!stop_.stopping) {
        const Instant begun = context_.clock.now();
        bool sent = false;
        try {
            const auto outcome = co_await beat_once();
            sent = outcome == kSent;
        } catch (const std::exception& failure) {
            log::error("heartbeat.broken", {{"why", failure.what()}});
        }
        co_await wait_until(begun + (sent ? kEvery : kAfterAMiss));
    }
}

boost::asio::awaitable<void> Heartbeat::wait_until(Instant next) {
    while (!stop_.stopping && is_before(context_.clock.now(), next)) {
        co_await context_.clock.sleep_until(next, wakeup_);
    }
}

}  // namespace lachan::casework
