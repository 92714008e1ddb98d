#include "committer.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <chrono>
#include <exception>
#include <iterator>
#include <string>

#include "lachan/base/check.hpp"
#include "lachan/base/log.hpp"

namespace lachan::store {
namespace {

namespace asio = boost::asio;
using casework::StorageFailure;

/// A clock that is set back by less is corrected by the time service all the time, and no news.
constexpr Duration kNoticeableStep = std::chrono::seconds(1);

/// Hands each unit its outcome. If a caller's own code throws, the others must still hear theirs.
void resume(std::vector<Unit> units) {
    for (auto unit = units.begin(); unit != units.end(); ++unit) {
        try {
            std::move(unit->done)(std::move(unit->outcome));
        } catch (...) {
            std::vector<Unit> rest(std::make_move_iterator(std::next(unit)),
                                   std::make_move_iterator(units.end()));
            if (!rest.empty()) {
                const asio::any_io_executor caller = rest.front().caller;
                asio::post(caller, [left = std::move(rest)]() mutable { resume(std::move(left)); });
            }
            throw;
        }
    }
}

/// Neighbours with the same executor get one message, since waking a thread costs more than what it has to
/// hear.
void settle(std::vector<Unit> batch) {
    auto unit = batch.begin();
    while (unit != batch.end()) {
        const asio::any_io_executor caller = unit->caller;
        std::vector<Unit> here;
        for (; unit != batch.end() && unit->caller == caller; ++unit) {
            here.push_back(std::move(*unit));
        }
        if (!caller) {
            resume(std::move(here));
            continue;
        }
        asio::post(caller, [units = std::move(here)]() mutable { resume(std::move(units)); });
    }
}

Error unwritten() {
    return {Errc::storage, "the record could not be written"};
}

}  // namespace

Committer::Committer(std::unique_ptr<Connection> connection,
                     casework::Clock& clock,
                     asio::any_io_executor writer,
                     std::optional<asio::any_io_executor> helper)
    : connection_(std::move(connection)),
      tables_(*connection_),
      late_(std::move(helper)),
      clock_(clock),
      writer_(std::move(writer)) {}

void Committer::enqueue(Unit unit, casework::Lane lane) {
    if (unit.caller) {  // while its unit waits, the caller's context must not run out of work
        unit.caller = asio::prefer(unit.caller, asio::execution::outstanding_work.tracked);
    }
    {
        const std::lock_guard lock(mutex_);
        unit.outcome = admit(lane);
        if (unit.outcome) {
            queue_.push_back(std::move(unit));
            if (!std::exchange(drain_posted_, true)) {
                post_drain();
            }
            return;
        }
    }
    std::vector<Unit> refused;
    refused.push_back(std::move(unit));
    settle(std::move(refused));
}

Result<void> Committer::admit(casework::Lane lane) const {
    if (closed_) {
        return Error(Errc::shutting_down, "the service is stopping");
    }
    const std::size_t bound =
        lane == casework::Lane::emergency ? kMaxQueued : kMaxQueued - kKeptForEmergencies;
    if (queue_.size() >= bound) {
        return Error(Errc::overloaded, "too many writes are waiting");
    }
    return {};
}

/// In a simulation the executor outlives a store that "crashed": its work must then find nothing to do.
void Committer::post_drain() {
    asio::post(writer_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->drain();
        }
    });
}

void Committer::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
}

void Committer::drain_all() {
    for (std::vector<Unit> batch = take_batch(); !batch.empty(); batch = take_batch()) {
        commit_batch(batch);
        settle(std::move(batch));
    }
}

void Committer::drain() {
    std::vector<Unit> batch = take_batch();
    if (batch.empty()) {
        return;
    }
    commit_batch(batch);
    settle(std::move(batch));
}

/// If more is left than fits, the next batch is posted at once.
std::vector<Unit> Committer::take_batch() {
    const std::lock_guard lock(mutex_);
    const auto taken = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMaxBatch));
    std::vector<Unit> batch(std::make_move_iterator(queue_.begin()),
                            std::make_move_iterator(queue_.begin() + taken));
    queue_.erase(queue_.begin(), queue_.begin() + taken);
    drain_posted_ = !queue_.empty();
    if (drain_posted_) {
        post_drain();
    }
    return batch;
}

void Committer::commit_batch(std::vector<Unit>& batch) {
    const auto units = static_cast<std::int64_t>(batch.size());
    try {
        if (broken_) {
            throw StorageFailure("the disk failed before; the store has to be opened anew");
        }
        run(batch);
        const std::lock_guard lock(mutex_);
        ++figures_.batches;
        figures_.units += units;
        return;
    } catch (const std::exception& failure) {
        log::error("store.batch_failed", {{"units", units}, {"reason", failure.what()}});
    }
    late_.abandon();
    connection_->roll_back();
    broken_ = broken_ || connection_->broken();
    for (Unit& unit : batch) {
        unit.outcome = unwritten();
    }
    const std::lock_guard lock(mutex_);
    ++figures_.failed_batches;
}

/// Units are first run without savepoints, for which SQLite copies every page that a unit is about to change:
/// a seventh of all the writer did. Refusals come before the first change, as good as always, and need none.
/// Where a unit fails after it changed something, everything is undone and run again with a savepoint for
/// each.
void Committer::run(std::vector<Unit>& batch) {
    Instant now = begin(batch.size() > 1 ? Helped::yes : Helped::no);
    if (!run_together(batch, now)) {
        late_.abandon();
        connection_->run("ROLLBACK");
        if (batch.size() == 1) {
            return;  // undone, and nobody else to do
        }
        now = begin(Helped::no);
        for (Unit& unit : batch) {
            run_unit(unit, now);
        }
    }
    connection_->run("COMMIT");
}

Instant Committer::begin(Helped helped) {
    connection_->run("BEGIN IMMEDIATE");
    tables_.begin();
    late_.begin(helped == Helped::yes);
    late_failed_ = false;
    return batch_instant();
}

/// False: a unit failed and left changes behind.
bool Committer::run_together(std::vector<Unit>& batch, Instant now) {
    for (Unit& unit : batch) {
        const std::int64_t changes = connection_->total_changes();
        const std::size_t late = late_.added();
        unit.outcome = attempt(unit.op, now);
        const bool left_something = connection_->total_changes() != changes || late_.added() != late;
        if ((!unit.outcome && left_something) || late_failed_) {
            return false;
        }
    }
    const Result<void> ended = settle_all(now);
    if (!ended && batch.size() == 1) {
        batch.front().outcome = ended;
    }
    return ended.has_value();
}

void Committer::run_unit(Unit& unit, Instant now) {
    const SqliteEvents::End before = tables_.events().end();
    connection_->run("SAVEPOINT unit");
    unit.outcome = attempt(unit.op, now);
    if (unit.outcome) {
        unit.outcome = settle_all(now);
    }
    if (!unit.outcome) {
        late_.begin(false);
        connection_->run("ROLLBACK TO unit");
        tables_.forget();
        tables_.events().set_end(before);
    }
    connection_->run("RELEASE unit");
}

casework::Tx Committer::tx(Instant now) {
    casework::Tx tx = tables_.tx(now);
    tx.later = [this](casework::LateWork work) { late_.add(std::move(work)); };
    tx.settle = [this, now](std::string_view name) { return settle_late(name, now); };
    return tx;
}

Result<void> Committer::settle_late(std::string_view name, Instant now) {
    const auto end_one = [&]() -> Result<void> {
        const auto work = late_.take();
        casework::Tx unit = tx(now);
        return work->then(unit);
    };
    while (late_.has(name)) {
        late_failed_ = true;  // unless it comes to a good end: it is another unit's that would have failed
        if (auto done = end_one(); !done) {
            return done;
        }
        late_failed_ = false;
    }
    return {};
}

Result<void> Committer::settle_all(Instant now) {
    return attempt(
        [this](casework::Tx& unit) -> Result<void> {
            while (const auto work = late_.take()) {
                if (auto done = work->then(unit); !done) {
                    return done;
                }
            }
            return {};
        },
        now);
}

/// The machine's failure is the whole batch's; a bug is its unit's alone.
Result<void> Committer::attempt(const casework::WriteOp& op, Instant now) {
    try {
        casework::Tx unit = tx(now);
        return op(unit);
    } catch (const StorageFailure&) {
        throw;
    } catch (const BrokenInvariant& broken) {
        log::error("store.unit_failed", {{"reason", broken.what()}});
    } catch (const std::exception&) {
        // What other exceptions say may quote what they choked on, which can be a name.
        log::error("store.unit_failed", {{"reason", "exception"}});
    }
    return Error(Errc::internal, "a unit of work failed");
}

/// Never earlier than the last batch or the last event, whatever the clock does: the record does not run
/// backwards. Where the clock was set back, the record goes on at half its pace until the clock has come up
/// with it: if it stood still, everything that waits for a later instant would stand still as well.
Instant Committer::batch_instant() {
    const Instant clock = clock_.now();
    const Duration passed = std::max(clock - last_clock_.value_or(clock), Duration::zero());
    last_clock_ = clock - passed % 2;  // an odd millisecond counts next time
    const Instant floor = std::max(last_now_.load(), tables_.events().end().at);
    const bool behind = floor > Instant::min() && clock + kNoticeableStep < floor;
    if (behind && !behind_) {
        log::warn("clock.behind_record", {{"by_ms", (floor - clock).count()}});
    }
    behind_ = behind;
    last_now_ = clock >= floor || floor == Instant::min() ? clock : std::max(clock, floor + passed / 2);
    return last_now_;
}

void Committer::checkpoint() {
    try {
        connection_->run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const StorageFailure& failure) {
        log::warn("store.checkpoint_failed", {{"reason", failure.what()}});
    }
}

StoreFigures Committer::figures() const {
    const std::lock_guard lock(mutex_);
    StoreFigures figures = figures_;
    figures.queued = static_cast<std::int64_t>(queue_.size());
    return figures;
}

}  // namespace lachan::store
