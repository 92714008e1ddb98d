#include "backup.hpp"

#include <sqlite3.h>

namespace lachan::store {
namespace {

using casework::StorageFailure;

struct Target {
    sqlite3* handle = nullptr;

    Target(const std::string& path, const std::string& vfs) {
        const int code = sqlite3_open_v2(path.c_str(),
                                         &handle,
                                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                         vfs.empty() ? nullptr : vfs.c_str());
        if (code != SQLITE_OK) {
            sqlite3_close_v2(handle);
            throw StorageFailure("the file of the backup cannot be created");
        }
    }
    ~Target() { sqlite3_close_v2(handle); }
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
};

}  // namespace

void copy_database(Connection& source, const std::string& path, const std::string& vfs) {
    const Target target(path, vfs);
    sqlite3_backup* const backup = sqlite3_backup_init(target.handle, "main", source.handle(), "main");
    if (backup == nullptr) {
        throw StorageFailure(sqlite3_errmsg(target.handle));
    }
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);  // does not repeat that the step met a lock
    if (stepped != SQLITE_DONE || finished != SQLITE_OK) {
        throw StorageFailure(sqlite3_errmsg(target.handle));
    }
}

std::vector<std::string> check_integrity(Connection& connection) {
    std::vector<std::string> findings;
    Query integrity = connection.query("PRAGMA integrity_check(20)");
    while (integrity.next()) {
        std::string finding = integrity.row().text();
        if (finding != "ok") {
            findings.push_back(std::move(finding));
        }
    }
    Query links = connection.query("PRAGMA foreign_key_check");
    while (links.next()) {
        findings.push_back("a row points nowhere in table " + links.row().text());
    }
    return findings;
}

}  // namespace lachan::store
