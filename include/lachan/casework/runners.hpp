#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/casework/observer.hpp"
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
    WatchRunner(Context& context, const StopSign& stop, Observer* observer = nullptr)
        : context_(context), stop_(stop), observer_(observer), since_(context.clock.now()) {}

    /// Runs until stopped; never throws.
    boost::asio::awaitable<void> run();
    /// Fires everything due now (at start before the port opens, so that what came due while down is not late
    /// twice). Returns when nothing is due any more. Errors: `storage`, `overloaded`.
    boost::asio::awaitable<Result<void>> catch_up();

    /// How late the last look was for what it found, in milliseconds; 0 where nothing was due.
    [[nodiscard]] std::int64_t last_lag_ms() const noexcept { return last_lag_ms_; }
    /// When it last looked at its tables and could: a runner that stands still stops saying so.
    [[nodiscard]] std::optional<Instant> last_look() const noexcept { return last_look_; }

private:
    /// What is due now; nothing: `next` says when there will be something, if ever.
    struct Due {
        std::vector<domain::DutyNo> duties;
        std::vector<domain::NotificationNo> undelivered;
        std::optional<Instant> next;

        [[nodiscard]] bool empty() const noexcept { return duties.empty() && undelivered.empty(); }
    };
    boost::asio::awaitable<Result<Due>> look();
    /// Fires until nothing is due any more; says when there will be something, if ever.
    boost::asio::awaitable<Result<std::optional<Instant>>> fire_all();
    boost::asio::awaitable<Result<void>> fire(const Due& due);
    boost::asio::awaitable<Result<void>> fire_one_by_one(const Due& due);
    /// Commits `op`, or, where it is `op` that is at fault, `otherwise`.
    boost::asio::awaitable<Result<void>> commit_or(WriteOp op, WriteOp otherwise);
    void note_fired(const std::vector<Instant>& instants);

    Context& context_;
    const StopSign& stop_;
    Observer* observer_;
    Instant since_;  ///< What came due before was not to be had earlier.
    std::optional<Instant> last_look_;
    std::int64_t last_lag_ms_ = 0;
};

struct OutboxLimits {
    int parallel = 64;  ///< Tries under way at once, over all endpoints that take what they are sent.
    /// Beside these: tries that take longer than most, and those of endpoints that failed last time. However
    /// many systems hang, the others keep their places.
    int slow = 960;
    Duration lease = std::chrono::seconds(
        60);  ///< Longer than a try can last (15 s), so a live one is never taken for lost.
};

/// Delivers what is owed: claims endpoints (a lease, committed), sends one message each, records the outcome.
class OutboxRunner {
public:
    OutboxRunner(Context& context,
                 Transport& transport,
                 const StopSign& stop,
                 OutboxLimits limits = {},
                 Observer* observer = nullptr)
        : context_(context), transport_(transport), stop_(stop), limits_(limits), observer_(observer) {}

    /// Runs until stopped and every try under way has been recorded; never throws.
    boost::asio::awaitable<void> run();
    /// When it last looked at its tables and could.
    [[nodiscard]] std::optional<Instant> last_look() const noexcept { return last_look_; }

private:
    struct Claim;
    /// A try under way.
    struct Flight {
        Instant started;
        Standing standing;
        /// When its endpoint next wants a look, as far as is known; none: its queue is empty.
        std::optional<Instant> next_at;
    };
    using Flights = std::list<Flight>;
    struct Room {
        int sound = 0;
        int doubtful = 0;
        std::optional<Instant> more_at;  ///< When a try under way will have taken longer than most.
    };
    /// What was claimed, and when there will be more to claim.
    struct Claimed {
        std::vector<Claim> claims;
        Instant next;
    };
    /// How many tries may be started now.
    [[nodiscard]] Room room() const;
    /// When there will be something to start for which there is room.
    [[nodiscard]] Instant next_look(const Endpoints& endpoints, const Room& free) const;
    /// A lease belongs to a try of a running process, and there is one process: those found at its start died
    /// with the one before, and what they were to deliver need not wait for their end.
    boost::asio::awaitable<void> take_back_leases();
    boost::asio::awaitable<Result<Claimed>> claim_some();
    /// What this endpoint is to send now, with a lease on it; none: nothing, and `next_at` says when to look
    /// again.
    std::optional<Claim> claim_one(Tx& tx, Endpoint& endpoint);
    /// Sends what its endpoint has to be sent, one message after the other, as long as it keeps its place.
    boost::asio::awaitable<void> deliver(Flights::iterator flight, Claim claim);
    /// One try, and its record; gives the claim that was made with it.
    boost::asio::awaitable<std::optional<Claim>> deliver_one(Flights::iterator flight, Claim claim);
    void tell_observer(const Claim& claim, domain::AttemptOutcome outcome, Instant sent_at);
    /// Starts what can be started; says when to look again.
    boost::asio::awaitable<Result<Instant>> start_some();
    boost::asio::awaitable<Result<Instant>> look();
    void start(const boost::asio::any_io_executor& executor, Claim claim);

    Context& context_;
    Transport& transport_;
    const StopSign& stop_;
    OutboxLimits limits_;
    Observer* observer_;
    Flights under_way_;
    Instant sleeps_until_ = Instant::max();  ///< While it looks: for ever, so that all news wakes it.
    std::optional<Instant> claimed_at_;
    std::optional<Instant> last_look_;
};

}  // namespace lachan::casework
