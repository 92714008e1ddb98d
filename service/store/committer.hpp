#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "lachan/base/error.hpp"
#include "lachan/casework/clock.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "late_work.hpp"
#include "tables.hpp"

namespace lachan::store {

/// Units that may wait at once. At some thousand commits a second this is about a second of work; whoever
/// comes later is better told to come again than left to wait for longer than clients do.
inline constexpr std::size_t kMaxQueued = 4'096;
/// The last tenth of them is kept for emergencies.
inline constexpr std::size_t kKeptForEmergencies = kMaxQueued / 10;
/// Units in one commit. More gains little throughput, and the first one waits for the last.
inline constexpr std::size_t kMaxBatch = 256;

using Settled = boost::asio::any_completion_handler<void(Result<void>)>;

/// A unit of work and whoever waits for it.
struct Unit {
    casework::WriteOp op;
    boost::asio::any_io_executor caller;  ///< Where `done` runs; empty: on the writer.
    Settled done;
    Result<void> outcome;

    Unit(casework::WriteOp operation, boost::asio::any_io_executor executor, Settled handler)
        : op(std::move(operation)), caller(std::move(executor)), done(std::move(handler)) {}
};

/// Makes units durable in batches: one transaction and one fsync for all that wait. A failing unit is undone
/// alone, its neighbours are not. A caller is resumed after the COMMIT that holds its unit, never before.
///
/// `writer` is an executor of one thread; the connection is used there only.
class Committer : public std::enable_shared_from_this<Committer> {
public:
    /// `helper`: another thread, for work that needs no tables; none: the writer does it.
    Committer(std::unique_ptr<Connection> connection,
              casework::Clock& clock,
              boost::asio::any_io_executor writer,
              std::optional<boost::asio::any_io_executor> helper);

    /// From any thread. A refusal (`overloaded`, `shutting_down`) reaches the unit's own handler, like every
    /// outcome.
    void enqueue(Unit unit, casework::Lane lane);
    /// From now on units are refused.
    void close();
    /// Commits what waits, on the calling thread: the writer's.
    void drain_all();
    /// Moves the log into the database. On the writer's thread, or when it has ended.
    void checkpoint();

    [[nodiscard]] bool broken() const noexcept { return broken_; }
    [[nodiscard]] StoreFigures figures() const;
    /// What the next batch will have as its instant at least. From any thread.
    [[nodiscard]] Instant record_time() const noexcept { return std::max(clock_.now(), last_now_.load()); }

private:
    [[nodiscard]] Result<void> admit(casework::Lane lane) const;
    void post_drain();
    void drain();
    [[nodiscard]] std::vector<Unit> take_batch();
    void commit_batch(std::vector<Unit>& batch);
    void run(std::vector<Unit>& batch);
    enum class Helped : std::uint8_t { no, yes };
    [[nodiscard]] Instant begin(Helped helped);
    [[nodiscard]] bool run_together(std::vector<Unit>& batch, Instant now);
    void run_unit(Unit& unit, Instant now);
    [[nodiscard]] Result<void> attempt(const casework::WriteOp& op, Instant now);
    [[nodiscard]] casework::Tx tx(Instant now);
    /// Ends late work, that of the name given or all.
    [[nodiscard]] Result<void> settle_late(std::string_view name, Instant now);
    [[nodiscard]] Result<void> settle_all(Instant now);
    [[nodiscard]] Instant batch_instant();

    std::unique_ptr<Connection> connection_;
    Tables tables_;
    LateWorks late_;
    bool late_failed_ = false;  ///< In this transaction, and whose it was is not known.
    casework::Clock& clock_;
    boost::asio::any_io_executor writer_;
    std::atomic<Instant> last_now_ = Instant::min();
    std::optional<Instant> last_clock_;
    bool behind_ = false;  ///< The clock stands before the record's last instant, and that was logged.

    mutable std::mutex mutex_;
    std::deque<Unit> queue_;
    bool drain_posted_ = false;
    bool closed_ = false;
    StoreFigures figures_;
    std::atomic<bool> broken_ = false;
};

}  // namespace lachan::store
