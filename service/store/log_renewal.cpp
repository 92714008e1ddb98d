#include "log_renewal.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/store/sqlite.hpp"

namespace lachan::store {
namespace {

using casework::StorageFailure;

constexpr sqlite3_int64 kPart =
    64 * 1024;  ///< Bytes in hand at once; SQLite's file layer takes less than twice as many.

void check(int code) {
    if (code != SQLITE_OK) {
        throw StorageFailure("the log cannot be written anew (SQLite " + std::to_string(code) + ")");
    }
}

/// The database for nobody but us. SQLite moves the log into the database when the last one closes it.
class Alone {
public:
    Alone(const std::string& path, const std::string& vfs) {
        spare_memory_counts();
        const int code = sqlite3_open_v2(
            path.c_str(),
            &handle_,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            vfs.empty() ? nullptr : vfs.c_str());
        if (code != SQLITE_OK) {
            sqlite3_close_v2(handle_);
            check(code);
        }
    }
    ~Alone() { sqlite3_close_v2(handle_); }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;

    /// False: somebody else has it open, or it is no database, which whoever opens it says better. The mode
    /// comes before all else: what reads first shares the log with others.
    [[nodiscard]] bool take() {
        const int code = sqlite3_exec(
            handle_,
            "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema; PRAGMA synchronous = FULL",
            nullptr,
            nullptr,
            nullptr);
        if ((code & 0xff) == SQLITE_IOERR) {
            check(code);
        }
        return code == SQLITE_OK;
    }

    /// Null: the file has no log.
    [[nodiscard]] sqlite3_file* log() {
        sqlite3_file* file = nullptr;
        check(sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file));
        return file != nullptr && file->pMethods != nullptr ? file : nullptr;
    }

private:
    sqlite3* handle_ = nullptr;
};

void write_over_itself(sqlite3_file& file) {
    sqlite3_int64 size = 0;
    check(file.pMethods->xFileSize(&file, &size));
    std::vector<std::uint8_t> part(static_cast<std::size_t>(std::min(size, kPart)));
    for (sqlite3_int64 place = 0; place < size; place += kPart) {
        const int length = static_cast<int>(std::min(size - place, kPart));
        check(file.pMethods->xRead(&file, part.data(), length, place));
        check(file.pMethods->xWrite(&file, part.data(), length, place));
    }
    if (size > 0) {
        check(file.pMethods->xSync(&file, SQLITE_SYNC_NORMAL));
    }
}

}  // namespace

bool renew_log(const std::string& path, const std::string& vfs) {
    Alone database(path, vfs);
    if (!database.take()) {
        return false;
    }
    if (sqlite3_file* const log = database.log()) {
        write_over_itself(*log);
    }
    return true;
}

}  // namespace lachan::store
