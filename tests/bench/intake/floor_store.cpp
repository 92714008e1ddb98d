#include "floor_store.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace lachan::bench {
namespace {

// The same settings as the service's own writer (service/store/connection.cpp), so that the disk has the same
// work.
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";
constexpr std::size_t kMaxBatch = 256;
constexpr std::size_t kChanceBytes = 1 << 20;

}  // namespace

FloorStore::FloorStore(const std::string& path, const Shape& shape, boost::asio::io_context& answers)
    : shape_(shape), answers_(answers) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(path.c_str(),
                        &database_,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK) {
        throw std::runtime_error("cannot open " + path);
    }
    execute(kSettings);
    for (const std::string& sql : shape.schema) {
        execute(sql);
    }
    for (const std::string& sql : shape.statements) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v3(database_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
            SQLITE_OK) {
            throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_));
        }
        statements_.push_back(statement);
    }
    sequences_.resize(statements_.size());
    std::generate_n(std::back_inserter(chance_), kChanceBytes, [&] { return static_cast<char>(dice_()); });
    thread_ = std::thread([this] { run(); });
}

FloorStore::~FloorStore() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    work_.notify_one();
    thread_.join();
    for (sqlite3_stmt* const statement : statements_) {
        sqlite3_finalize(statement);
    }
    sqlite3_close(database_);
}

void FloorStore::write(std::string id, std::string body, Done done) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back({std::move(id), std::move(body), std::move(done)});
    }
    work_.notify_one();
}

void FloorStore::run() {
    while (true) {
        std::deque<Job> batch;
        {
            std::unique_lock lock(mutex_);
            work_.wait(lock, [&] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) {
                return;
            }
            while (!queue_.empty() && batch.size() < kMaxBatch) {
                batch.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
        }
        const bool kept = commit(batch);
        boost::asio::post(answers_, [jobs = std::move(batch), kept] {
            for (const Job& job : jobs) {
                job.done(kept);
            }
        });
    }
}

bool FloorStore::commit(const std::deque<Job>& batch) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    now_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    try {
        execute("BEGIN IMMEDIATE");
        for (const Job& job : batch) {
            write_rows(job);
        }
        execute("COMMIT");
        return true;
    } catch (const std::exception& failure) {
        if (!std::exchange(complained_, true)) {
            std::fprintf(stderr, "bench_floor: %s\n", failure.what());
        }
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
        return false;
    }
}

void FloorStore::write_rows(const Job& job) {
    ++case_no_;
    const auto& rows = shape_.reports[static_cast<std::size_t>(case_no_) % shape_.reports.size()];
    for (const ShapeRow& row : rows) {
        sqlite3_stmt* const statement = statements_[row.statement];
        int place = 0;
        for (const Value& value : row.values) {
            bind(statement, ++place, value, row.statement, job);
        }
        if (sqlite3_step(statement) != SQLITE_DONE) {
            throw std::runtime_error(shape_.statements[row.statement] + ": " + sqlite3_errmsg(database_));
        }
        sqlite3_reset(statement);
    }
}

void FloorStore::bind(
    sqlite3_stmt* statement, int place, const Value& value, std::size_t table, const Job& job) {
    const auto size = [](std::size_t bytes) { return static_cast<int>(bytes); };
    switch (value.kind) {
        case Value::Kind::null:
            sqlite3_bind_null(statement, place);
            return;
        case Value::Kind::integer:
            sqlite3_bind_int64(statement, place, value.number);
            return;
        case Value::Kind::text:
            sqlite3_bind_text(statement, place, value.text.data(), size(value.text.size()), SQLITE_STATIC);
            return;
        case Value::Kind::bytes:
            bind_chance(statement, place, static_cast<std::size_t>(value.number));
            return;
        case Value::Kind::case_no:
            sqlite3_bind_int64(statement, place, case_no_ << value.number);
            return;
        case Value::Kind::sequence:
            sqlite3_bind_int64(statement, place, ++sequences_[table]);
            return;
        case Value::Kind::report_id: {
            const std::string text = value.text + job.id;
            sqlite3_bind_text(statement, place, text.data(), size(text.size()), SQLITE_TRANSIENT);
            return;
        }
        case Value::Kind::instant:
            sqlite3_bind_int64(statement, place, now_ms_ + value.number);
            return;
        case Value::Kind::chance:
            sqlite3_bind_int64(statement, place, static_cast<std::int64_t>(dice_()));
            return;
        case Value::Kind::body:
            sqlite3_bind_blob(statement,
                              place,
                              job.body.data(),
                              std::min(size(job.body.size()), static_cast<int>(value.number)),
                              SQLITE_STATIC);
            return;
    }
}

/// No two alike: what is short may stand in a unique index.
void FloorStore::bind_chance(sqlite3_stmt* statement, int place, std::size_t bytes) {
    const std::size_t from = dice_() % (kChanceBytes - bytes);
    const std::uint64_t unique = dice_();
    std::memcpy(chance_.data() + from, &unique, std::min(bytes, sizeof unique));
    sqlite3_bind_blob(statement, place, chance_.data() + from, static_cast<int>(bytes), SQLITE_TRANSIENT);
}

void FloorStore::execute(const std::string& sql) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_));
    }
}

}  // namespace lachan::bench
