#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/accounts.hpp"
#include "lachan/casework/tables.hpp"

/// The store as a seam: one interface for each family of tables. Constant member functions read; the others
/// write and exist only inside a unit of work. Failures of the disk or of SQL are exceptions inside
/// (`StorageFailure`), caught where the unit of work ends and answered there as `Errc::storage`.
namespace lachan::casework {

/// The disk or the database failed: the whole batch of units is undone.
class StorageFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Counts for invariants and metrics.
struct Counts {
    std::int64_t cases_open = 0;
    std::int64_t duties_pending = 0;
    std::int64_t duties_overdue = 0;
    std::int64_t notifications_scheduled = 0;
    std::int64_t notifications_human_task = 0;
    std::optional<Instant> oldest_scheduled;
    std::int64_t open_without_next_action = 0;        ///< Must be 0.
    std::int64_t pending_duties_without_instant = 0;  ///< Must be 0.
    std::int64_t pending_duties_without_holder = 0;   ///< Must be 0 where the directory has a last resort.
    std::int64_t scheduled_without_instant = 0;       ///< Must be 0.
    std::int64_t endpoints_not_called =
        0;  ///< Endpoints with something scheduled but no `next_at`: must be 0.
};

/// How delivery stands, for metrics. Costs in proportion to what waits and to the number of endpoints.
struct DeliveryFigures {
    std::array<std::int64_t, 3> scheduled{};  ///< By urgency.
    std::int64_t human_tasks = 0;
    std::optional<Instant> oldest_scheduled;
    std::int64_t circuits_open = 0;
    std::int64_t endpoints_suspended = 0;
    std::vector<std::pair<domain::AgencyId, Instant>> last_success;  ///< Of the agencies that had one.
};

/// A consistent snapshot to read from.
struct View {
    const Cases& cases;
    const Reports& reports;
    const Duties& duties;
    const Steps& steps;
    const Outbox& outbox;
    const Endpoints& endpoints;
    const Events& events;
    const Replies& replies;
    const Openings& openings;
    const ApiKeys& keys;
    const Accounts& accounts;
    const Documents& documents;
    std::function<Counts()> counts;  ///< Looks at everything open: for checks, not for each request.
    std::function<DeliveryFigures()> delivery;
};

struct Tx;

/// A part of a unit that needs no tables. `work` runs beside the units that follow, on any thread; then
/// `then` runs on the writer, in the same transaction. Whoever in a later unit must see what it leaves asks
/// for it by `name`.
struct LateWork {
    std::string name;
    std::function<void()> work;
    std::function<Result<void>(Tx&)> then;
};

/// One unit of work: everything in it commits together or not at all.
struct Tx {
    Cases& cases;
    Reports& reports;
    Duties& duties;
    Steps& steps;
    Outbox& outbox;
    Endpoints& endpoints;
    Events& events;
    Replies& replies;
    Openings& openings;
    ApiKeys& keys;
    Accounts& accounts;
    Documents& documents;
    Instant
        now;  ///< One instant for the batch, never earlier than the last batch's: events never run backwards.
    std::function<void(LateWork)> later;  ///< Does it before the transaction commits.
    std::function<Result<void>(std::string_view)>
        settle;  ///< Late work of this name is done when it returns.
};

/// A refusal undoes its unit alone. Runs on the writer; may borrow from the frame that waits for it. May be
/// run again (when a neighbour had to be undone), so what it leaves outside the unit it sets anew rather than
/// adds to.
using WriteOp = std::function<Result<void>(Tx&)>;
using ReadOp = std::function<Result<void>(const View&)>;

/// When the queue of writes is full, routine work is refused before emergencies.
enum class Lane : std::uint8_t { routine, emergency };

class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    /// Resumes after the commit that holds the unit, never before. A queued unit is never cancelled.
    /// Errors: what the unit refused with; `overloaded` (not queued), `storage` (undone).
    virtual boost::asio::awaitable<Result<void>> commit(WriteOp op, Lane lane = Lane::routine) = 0;
    /// The instant that the next unit will have at least: the clock's, or a later one where the clock was set
    /// back. What units schedule is to be looked for by it.
    [[nodiscard]] virtual Instant record_time() const = 0;
    /// Reads from one snapshot. Errors: what the reading refused with; `storage`.
    virtual boost::asio::awaitable<Result<void>> read(ReadOp op) = 0;
    /// The same for what looks at very many rows: nobody else waits meanwhile, where the store has threads.
    virtual boost::asio::awaitable<Result<void>> read_at_length(ReadOp op) { return read(std::move(op)); }
};

}  // namespace lachan::casework
