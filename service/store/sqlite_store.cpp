#include "lachan/store/sqlite_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <utility>

#include "backup.hpp"
#include "chain.hpp"
#include "committer.hpp"
#include "connection.hpp"
#include "lachan/base/check.hpp"
#include "lachan/base/log.hpp"
#include "log_renewal.hpp"
#include "migrations.hpp"
#include "tables.hpp"

namespace lachan::store {
namespace {

namespace asio = boost::asio;
using casework::ReadOp;
using casework::StorageFailure;
using casework::WriteOp;

/// SQLite would let the system's default decide who may read the file.
void create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
        throw StorageFailure("the database file cannot be opened for writing");
    }
    ::close(file);
}

/// Runs `op` on one snapshot. A bug in it is answered, not thrown, as for units of work.
Result<void> on_snapshot(Connection& connection, const std::function<Result<void>()>& op) {
    try {
        connection.run("BEGIN");
        Result<void> outcome = op();
        connection.run("COMMIT");
        return outcome;
    } catch (const StorageFailure& failure) {
        log::error("store.read_failed", {{"reason", failure.what()}});
        connection.roll_back();
        return Error(Errc::storage, "the record could not be read");
    } catch (const std::exception&) {
        log::error("store.read_failed", {{"reason", "exception"}});
        connection.roll_back();
        return Error(Errc::internal, "a reading failed");
    }
}

}  // namespace

class SqliteStore::Inside {
public:
    Inside(std::string path, const StoreOptions& options)
        : path_(std::move(path)),
          vfs_(options.vfs),
          own_thread_(options.writer ? nullptr : std::make_unique<asio::thread_pool>(1)),
          helper_(options.writer ? nullptr : std::make_unique<asio::thread_pool>(1)),
          long_reader_(options.writer ? nullptr : std::make_unique<asio::thread_pool>(1)),
          committer_(std::make_shared<Committer>(
              open_migrated(),
              options.clock,
              options.writer ? *options.writer : asio::any_io_executor(own_thread_->get_executor()),
              helper_ ? std::optional(asio::any_io_executor(helper_->get_executor())) : std::nullopt)),
          reader_(open_reader()),
          reader_tables_(*reader_) {}

    /// A store on somebody else's executor may stand for a process that died: then nothing more is written.
    ~Inside() {
        committer_->close();
        end_long_readings();
        if (long_reader_) {
            long_reader_->join();
        }
        if (own_thread_) {
            own_thread_->join();
        }
    }

    [[nodiscard]] Committer& committer() noexcept { return *committer_; }

    void stop() {
        committer_->close();
        if (own_thread_) {
            own_thread_->join();
        } else {
            committer_->drain_all();
        }
        committer_->checkpoint();
    }

    Result<void> commit_now(WriteOp op) {
        std::promise<Result<void>> promise;
        std::future<Result<void>> outcome = promise.get_future();
        Settled done = [&promise](Result<void> result) { promise.set_value(std::move(result)); };
        committer_->enqueue(Unit(std::move(op), {}, std::move(done)), casework::Lane::routine);
        if (!own_thread_) {
            committer_->drain_all();
        }
        return outcome.get();
    }

    Result<void> read_now(const ReadOp& op) {
        const std::lock_guard lock(reader_mutex_);
        return on_snapshot(*reader_, [&] { return op(reader_tables_.view()); });
    }

    /// Calls `done` on `caller`, which is kept from running out of work until then.
    void read_at_length(const ReadOp& op, const asio::any_io_executor& caller, Settled done) {
        auto home = asio::prefer(caller, asio::execution::outstanding_work.tracked);
        auto reading = [this, &op, home = std::move(home), done = std::move(done)]() mutable {
            Result<void> outcome = Error(Errc::shutting_down, "the service is stopping");
            const auto looked = look([&](Connection& connection) {
                connection.end_when(long_ended_);
                if (!long_ended_) {
                    Tables tables(connection);
                    outcome = op(tables.view());
                }
            });
            auto answer = [done = std::move(done), outcome = looked ? outcome : looked]() mutable {
                std::move(done)(std::move(outcome));
            };
            asio::post(home, std::move(answer));
        };
        asio::post(long_reader_->get_executor(), std::move(reading));
    }
    void end_long_readings() noexcept { long_ended_ = true; }
    [[nodiscard]] bool has_threads() const noexcept { return long_reader_ != nullptr; }

    /// For long looks at everything: a connection of their own, so that nobody waits behind them.
    [[nodiscard]] Result<void> look(const std::function<void(Connection&)>& op) {
        try {
            const auto connection = open_reader();
            return on_snapshot(*connection, [&]() -> Result<void> {
                op(*connection);
                return {};
            });
        } catch (const StorageFailure& failure) {
            log::error("store.open_failed", {{"reason", failure.what()}});
            return Error(Errc::storage, "the record could not be opened");
        }
    }

    Result<void> backup_to(const std::string& path) {
        if (vfs_.empty() && ::access(path.c_str(), F_OK) == 0) {
            return Error(Errc::storage, "the file of the backup exists already");
        }
        try {
            if (vfs_.empty()) {
                create_private(path);
            }
            const auto source = open_reader();
            copy_database(*source, path, vfs_);
            return {};
        } catch (const StorageFailure& failure) {
            log::error("store.backup_failed", {{"reason", failure.what()}});
            if (vfs_.empty()) {
                ::unlink(path.c_str());  // half a backup must not pass for one
            }
            return Error(Errc::storage, "the backup could not be written");
        }
    }

private:
    [[nodiscard]] std::unique_ptr<Connection> open_migrated() const {
        if (vfs_.empty()) {
            create_private(path_);
        }
        const bool renewed = renew_log(path_, vfs_);
        auto connection =
            std::make_unique<Connection>(path_, ConnectionOptions{ConnectionOptions::Mode::read_write, vfs_});
        if (!renewed) {  // at least no later commit is to stand behind a hole: it begins the log from its
                         // start
            connection->run("PRAGMA wal_checkpoint(PASSIVE)");
        }
        migrate(*connection);
        return connection;
    }
    [[nodiscard]] std::unique_ptr<Connection> open_reader() const {
        return std::make_unique<Connection>(path_,
                                            ConnectionOptions{ConnectionOptions::Mode::read_only, vfs_});
    }

    std::string path_;
    std::string vfs_;
    std::unique_ptr<asio::thread_pool> own_thread_;
    std::unique_ptr<asio::thread_pool>
        helper_;  ///< For what units do beside the tables; ends after the writer.
    std::atomic<bool> long_ended_{false};
    std::unique_ptr<asio::thread_pool> long_reader_;  ///< For readings that may take long.
    std::shared_ptr<Committer> committer_;
    std::mutex reader_mutex_;
    std::unique_ptr<Connection> reader_;
    Tables reader_tables_;
};

SqliteStore::SqliteStore(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

SqliteStore::~SqliteStore() = default;

asio::awaitable<Result<void>> SqliteStore::commit(WriteOp op, casework::Lane lane) {
    const asio::any_io_executor caller = co_await asio::this_coro::executor;
    auto start = [this, &op, &caller, lane](auto handler) {
        inside_->committer().enqueue(Unit(std::move(op), caller, std::move(handler)), lane);
    };
    auto outcome = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<void>)>(
        start, asio::use_awaitable);
    co_return outcome;
}

/// A look by key takes microseconds, which is less than changing threads would.
asio::awaitable<Result<void>> SqliteStore::read(ReadOp op) {
    co_return inside_->read_now(op);
}

asio::awaitable<Result<void>> SqliteStore::read_at_length(ReadOp op) {
    if (!inside_->has_threads()) {
        co_return inside_->read_now(op);
    }
    const asio::any_io_executor caller = co_await asio::this_coro::executor;
    auto start = [this, &op, &caller](auto handler) {
        inside_->read_at_length(op, caller, std::move(handler));
    };
    auto outcome = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<void>)>(
        start, asio::use_awaitable);
    co_return outcome;
}

Result<void> SqliteStore::commit_now(WriteOp op) {
    return inside_->commit_now(std::move(op));
}

Result<void> SqliteStore::read_now(const ReadOp& op) {
    return inside_->read_now(op);
}

void SqliteStore::end_long_readings() {
    inside_->end_long_readings();
}

void SqliteStore::stop() {
    inside_->stop();
}

Instant SqliteStore::record_time() const {
    return inside_->committer().record_time();
}

bool SqliteStore::broken() const noexcept {
    return inside_->committer().broken();
}

StoreFigures SqliteStore::figures() const {
    return inside_->committer().figures();
}

Result<void> SqliteStore::backup_to(const std::string& path) {
    return inside_->backup_to(path);
}

Result<std::vector<std::string>> SqliteStore::integrity_check() {
    std::vector<std::string> findings;
    const auto looked =
        inside_->look([&](Connection& connection) { findings = check_integrity(connection); });
    if (!looked) {
        return looked.error();
    }
    return findings;
}

Result<ChainReport> SqliteStore::verify_chain(const std::vector<ChainHead>& kept) {
    ChainReport report;
    const auto looked = inside_->look(
        [&](Connection& connection) { report = lachan::store::verify_chain(connection, kept); });
    if (!looked) {
        return looked.error();
    }
    return report;
}

Result<ChainHead> SqliteStore::chain_head() {
    ChainHead head;
    const auto looked = inside_->look([&](Connection& connection) { head = read_head(connection); });
    if (!looked) {
        return looked.error();
    }
    return head;
}

Result<std::unique_ptr<SqliteStore>> open_store(const std::string& path, const StoreOptions& options) {
    try {
        return std::unique_ptr<SqliteStore>(
            new SqliteStore(std::make_unique<SqliteStore::Inside>(path, options)));
    } catch (const StorageFailure& failure) {
        return Error(Errc::storage, failure.what());
    }
}

}  // namespace lachan::store
