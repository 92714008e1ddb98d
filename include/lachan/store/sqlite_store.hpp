#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/casework/clock.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/store/chain.hpp"

namespace lachan::store {

/// What the store has done and has before it, for metrics.
struct StoreFigures {
    std::int64_t queued = 0;          ///< Units that wait for the writer now.
    std::int64_t batches = 0;         ///< Commits that succeeded.
    std::int64_t units = 0;           ///< Units in them, refused ones included.
    std::int64_t failed_batches = 0;  ///< Commits that failed.
};

struct StoreOptions {
    casework::Clock& clock;
    /// Where units of work run: an executor of one thread, the simulation's. None: a thread of the store's
    /// own.
    std::optional<boost::asio::any_io_executor> writer;
    std::string vfs;  ///< Name of the SQLite file layer; empty: the system's.
};

/// The record in one SQLite file. Units of work that wait at the same time share one commit, hence one fsync;
/// each has a savepoint of its own.
///
/// Another process (a command line tool) may use the same file at the same time.
class SqliteStore final : public casework::Store {
public:
    ~SqliteStore() override;

    boost::asio::awaitable<Result<void>> commit(casework::WriteOp op, casework::Lane lane) override;
    boost::asio::awaitable<Result<void>> read(casework::ReadOp op) override;
    /// On a thread and a connection of its own, one such reading after the other.
    boost::asio::awaitable<Result<void>> read_at_length(casework::ReadOp op) override;
    [[nodiscard]] Instant record_time() const override;

    /// The same for callers without coroutines; waits. Not to be called from within a unit of work.
    [[nodiscard]] Result<void> commit_now(casework::WriteOp op);
    /// From any thread; one reader at a time.
    [[nodiscard]] Result<void> read_now(const casework::ReadOp& op);

    /// The reading at length that is under way fails, and those that wait answer `shutting_down`: a stop need
    /// not wait for them.
    void end_long_readings();
    /// Refuses new units (`shutting_down`), commits those that wait, and moves the log into the database.
    /// Reading goes on. With an executor of somebody else call it on that executor's thread.
    void stop();

    /// The disk failed in a way that leaves unknown what it holds: every commit answers `storage` until the
    /// store is opened anew. Not ready.
    [[nodiscard]] bool broken() const noexcept;
    [[nodiscard]] StoreFigures figures() const;

    /// Copies the record as it stands to a new file, while the service runs. Errors: `storage`, also where
    /// the file exists.
    [[nodiscard]] Result<void> backup_to(const std::string& path);
    /// What SQLite finds wrong with the file; empty: nothing.
    [[nodiscard]] Result<std::vector<std::string>> integrity_check();
    /// Walks the whole record. `kept`: heads that were kept elsewhere, in any order.
    [[nodiscard]] Result<ChainReport> verify_chain(const std::vector<ChainHead>& kept = {});
    [[nodiscard]] Result<ChainHead> chain_head();

private:
    class Inside;
    explicit SqliteStore(std::unique_ptr<Inside> inside);
    friend Result<std::unique_ptr<SqliteStore>> open_store(const std::string& path,
                                                           const StoreOptions& options);

    std::unique_ptr<Inside> inside_;
};

/// Opens the record, creates it where there is none (readable by its owner alone), and brings it to the
/// newest shape. Errors: `storage`, with the reason: unreadable, another program's, written by a newer
/// version.
[[nodiscard]] Result<std::unique_ptr<SqliteStore>> open_store(const std::string& path,
                                                              const StoreOptions& options);

}  // namespace lachan::store
