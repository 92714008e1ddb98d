#include "connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <string>

#include "lachan/base/check.hpp"
#include "lachan/store/sqlite.hpp"

namespace lachan::store {
namespace {

using casework::StorageFailure;

// How long a writer waits for another process (a command line tool on the same file) before it gives up.
constexpr int kBusyTimeoutMs = 5'000;
// 4 KiB pages in the log before a commit moves them into the database: 16 MiB. More gains a few percent of
// throughput for a longer pause.
constexpr int kCheckpointPages = 4'000;
// The log file is cut back to this after a checkpoint, so that one burst does not keep the disk for ever.
constexpr std::int64_t kLogBytesKept = 64LL * 1024 * 1024;
constexpr int kWriterCacheKib = 64 * 1024;
constexpr int kReaderCacheKib = 16 * 1024;
// Lists differ by their filters; this holds every usual shape and bounds what odd ones can take.
constexpr std::size_t kComposedKept = 256;
// Steps of SQLite's machine between two looks at whether to end: some ten microseconds.
constexpr int kStepsBetweenLooks = 1'000;

bool is_violation(int primary) {
    return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG ||
           primary == SQLITE_RANGE || primary == SQLITE_MISUSE;
}

bool leaves_disk_unknown(int primary) {
    return primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) {
    const int code = sqlite3_prepare_v3(
        database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) {
        throw StorageFailure(std::string("preparing a statement: ") + sqlite3_errmsg(database));
    }
    for (int place = 1; place <= sqlite3_bind_parameter_count(handle_); ++place) {
        names_.push_back({sqlite3_bind_parameter_name(handle_, place), nullptr});
    }
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

int Statement::place_of(Parameter name, int after) const {
    const auto next = static_cast<std::size_t>(after);
    if (next < names_.size()) {
        const Name& expected = names_[next];
        if (name.is_literal() && expected.seen == name.text().data()) {
            return after + 1;
        }
        if (expected.text == name.text()) {
            expected.seen = name.is_literal() ? name.text().data() : nullptr;
            return after + 1;
        }
    }
    const auto found = std::find_if(
        names_.begin(), names_.end(), [&](const Name& known) { return known.text == name.text(); });
    return found == names_.end() ? 0 : static_cast<int>(found - names_.begin()) + 1;
}

std::int64_t Row::integer() {
    return sqlite3_column_int64(statement_, column_++);
}

std::int32_t Row::small() {
    const std::int64_t value = integer();
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
        throw StorageFailure("a number in the database is out of range");
    }
    return static_cast<std::int32_t>(value);
}

std::int64_t Row::place_below(std::size_t bound) {
    const std::int64_t value = integer();
    if (value < 0 || value >= static_cast<std::int64_t>(bound)) {
        throw StorageFailure("a word in the database is none of its list");
    }
    return value;
}

std::string Row::text() {
    const unsigned char* const data = sqlite3_column_text(statement_, column_);
    const int size = sqlite3_column_bytes(statement_, column_++);
    return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Bytes Row::bytes() {
    const auto* const data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column_));
    const int size = sqlite3_column_bytes(statement_, column_++);
    return {data, data + size};
}

std::optional<std::int64_t> Row::maybe_integer() {
    if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
        ++column_;
        return std::nullopt;
    }
    return integer();
}

std::optional<std::int32_t> Row::maybe_small() {
    if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
        ++column_;
        return std::nullopt;
    }
    return small();
}

std::optional<Instant> Row::maybe_instant() {
    const auto value = maybe_integer();
    return value ? std::optional(from_ms(*value)) : std::nullopt;
}

Query::~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

Query& Query::bind(Parameter name, std::string_view value) {
    // An empty view may have no address, which SQLite would take for NULL.
    const char* const data = value.empty() ? "" : value.data();
    check(sqlite3_bind_text(statement_, place_of(name), data, static_cast<int>(value.size()), SQLITE_STATIC));
    return *this;
}

Query& Query::bind(Parameter name, BytesView value) {
    const void* const data = value.empty() ? static_cast<const void*>("") : value.data();
    check(sqlite3_bind_blob(statement_, place_of(name), data, static_cast<int>(value.size()), SQLITE_STATIC));
    return *this;
}

void Query::bind_integer(Parameter name, std::int64_t value) {
    check(sqlite3_bind_int64(statement_, place_of(name), value));
}

Query& Query::bind_null(Parameter name) {
    check(sqlite3_bind_null(statement_, place_of(name)));
    return *this;
}

int Query::place_of(Parameter name) {
    last_place_ = prepared_.place_of(name, last_place_);
    const bool statement_has_the_parameter = last_place_ > 0;
    LACHAN_CHECK(statement_has_the_parameter);
    return last_place_;
}

bool Query::next() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        connection_.fail(code);
    }
    return false;
}

void Query::check(int code) {
    if (code != SQLITE_OK) {
        connection_.fail(code);
    }
}

Connection::Connection(const std::string& path, const ConnectionOptions& options) {
    spare_memory_counts();
    const int access = options.mode == ConnectionOptions::Mode::read_write
                           ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                           : SQLITE_OPEN_READWRITE;  // a reader of a WAL database writes its shared memory
    const int code = sqlite3_open_v2(path.c_str(),
                                     &handle_,
                                     access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    try {
        if (code != SQLITE_OK) {
            fail(code);
        }
        configure(options);
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Connection::~Connection() {
    literal_.clear();
    composed_.clear();
    sqlite3_close_v2(handle_);
}

void Connection::configure(const ConnectionOptions& options) {
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
    if (Query mode = query("PRAGMA journal_mode = WAL"); !mode.next() || mode.row().text() != "wal") {
        throw StorageFailure("this file system cannot hold a write-ahead log");
    }
    script(
        "PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF;"
        "PRAGMA secure_delete = ON;"
        "PRAGMA temp_store = MEMORY;"
        "PRAGMA wal_autocheckpoint = " +
        std::to_string(kCheckpointPages) + "; PRAGMA journal_size_limit = " + std::to_string(kLogBytesKept));
    const bool writer = options.mode == ConnectionOptions::Mode::read_write;
    script("PRAGMA cache_size = -" + std::to_string(writer ? kWriterCacheKib : kReaderCacheKib));
    if (!writer) {
        script("PRAGMA query_only = ON");
    }
}

Query Connection::query(SqlText sql) {
    auto& kept = literal_[sql.c_str()];
    if (!kept) {
        kept = std::make_unique<Statement>(handle_, sql.c_str());
    }
    return {*this, *kept};
}

Query Connection::composed(const std::string& sql) {
    if (const auto found = composed_.find(sql); found != composed_.end()) {
        return {*this, *found->second};
    }
    if (composed_.size() >= kComposedKept) {
        composed_.clear();
    }
    auto made = std::make_unique<Statement>(handle_, sql);
    const auto placed = composed_.emplace(sql, std::move(made)).first;
    return {*this, *placed->second};
}

void Connection::script(const std::string& sql) {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
}

void Connection::end_when(std::atomic<bool>& ended) {
    const auto look = [](void* flag) { return static_cast<std::atomic<bool>*>(flag)->load() ? 1 : 0; };
    sqlite3_progress_handler(handle_, kStepsBetweenLooks, look, &ended);
}

void Connection::roll_back() noexcept {
    if (in_transaction() && sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK &&
        in_transaction()) {
        broken_ = true;
    }
}

bool Connection::in_transaction() const noexcept {
    return sqlite3_get_autocommit(handle_) == 0;
}

std::int64_t Connection::changes() const noexcept {
    return sqlite3_changes64(handle_);
}

std::int64_t Connection::total_changes() const noexcept {
    return sqlite3_total_changes64(handle_);
}

void Connection::fail(int code) {
    const int primary = code & 0xff;
    // SQLite names tables and columns in its messages, never values.
    const std::string what = std::string(sqlite3_errmsg(handle_)) + " (SQLite " + std::to_string(code) + ")";
    if (is_violation(primary)) {
        throw BrokenInvariant(what);
    }
    broken_ = broken_ || leaves_disk_unknown(primary);
    throw StorageFailure(what);
}

}  // namespace lachan::store
