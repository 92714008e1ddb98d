#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/casework/transport.hpp"

/// The two that never sleep through anything: one tells what must be told, one does what is due. Neither
/// keeps a schedule in memory: the tables are the truth, a wakeup is a hint.
namespace lachan::casework {

/// Stops a runner: set it, then notify the runner's wakeup.
struct StopSign {
    bool stopping = false;
};

/// Watches what is due: reminders, acceptance ladders, overdue marks, re-routing of what could not be
/// delivered.
class WatchRunner {
public:
    WatchRunner(Context& context, const StopSign& stop) : context_(context), stop_(stop) {}

    /// Runs until stopped; never throws.
    boost::asio::awaitable<void> run();
    /// Fires everything due now (at start before the port opens, so that what came due while down is not late
    /// twice). Returns when nothing is due any more. Errors: `storage`, `overloaded`.
    boost::asio::awaitable<Result<void>> catch_up();

    /// Lateness of the last firing, in milliseconds, for the metric.
    [[nodiscard]] std::int64_t last_lag_ms() const noexcept { return last_lag_ms_; }

private:
    boost::asio::awaitable<Result<std::size_t>> fire_some();
    boost::asio::awaitable<Result<std::size_t>> fire_one_by_one(
        const std::vector<domain::DutyNo>& duties, const std::vector<domain::NotificationNo>& undelivered);
    /// Commits `op`, or, where it is `op` that is at fault, `otherwise`.
    boost::asio::awaitable<Result<void>> commit_or(WriteOp op, WriteOp otherwise);
    boost::asio::awaitable<Result<std::optional<Instant>>> next_instant();

    Context& context_;
    const StopSign& stop_;
    std::int64_t last_lag_ms_ = 0;
};

struct OutboxLimits {
    int parallel = 64;  ///< Tries under way at once, over all endpoints.
    Duration lease = std::chrono::seconds(
        60);  ///< Longer than a try can last (15 s), so a live one is never taken for lost.
};

/// Delivers what is owed: claims endpoints (a lease, committed), sends one message each, records the outcome.
class OutboxRunner {
public:
    OutboxRunner(Context& context, Transport& transport, const StopSign& stop, OutboxLimits limits = {})
        : context_(context), transport_(transport), stop_(stop), limits_(limits) {}

    /// Runs until stopped and every try under way has been recorded; never throws.
    boost::asio::awaitable<void> run();

private:
    struct Claim;
    /// A lease belongs to a try of a running process, and there is one process: those found at its start died
    /// with the one before, and what they were to deliver need not wait for their end.
    boost::asio::awaitable<void> take_back_leases();
    boost::asio::awaitable<Result<std::vector<Claim>>> claim_some();
    /// What this endpoint is to send now, with a lease on it; none: nothing, and `next_at` says when to look
    /// again.
    std::optional<Claim> claim_one(Tx& tx, Endpoint& endpoint);
    boost::asio::awaitable<void> deliver(Claim claim);
    /// Starts what can be started; says when to look again.
    boost::asio::awaitable<Result<Instant>> start_some();

    Context& context_;
    Transport& transport_;
    const StopSign& stop_;
    OutboxLimits limits_;
    int under_way_ = 0;
};

}  // namespace lachan::casework
