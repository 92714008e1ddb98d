#include "migrations.hpp"

#include <cstdint>
#include <string>

#include "connection.hpp"

namespace lachan::store {
namespace {

constexpr std::int64_t kApplicationId = 0x4c43484e;  // "LCHN": tells our file from any other SQLite file

std::int64_t number_of(Connection& connection, SqlText sql) {
    Query query = connection.query(sql);
    query.next();
    return query.row().integer();
}

void refuse_foreign_file(Connection& connection) {
    const bool empty = number_of(connection, "SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && number_of(connection, "PRAGMA application_id") != kApplicationId) {
        throw casework::StorageFailure("the file is a database of another program");
    }
}

void apply_missing(Connection& connection) {
    const auto migrations = store_migrations();
    const auto known = static_cast<std::int64_t>(migrations.size());
    const std::int64_t present = number_of(connection, "PRAGMA user_version");
    if (present > known) {
        throw casework::StorageFailure("the database has version " + std::to_string(present) +
                                       ", this program knows only " + std::to_string(known) +
                                       ": use the newer program");
    }
    if (present == known) {
        return;
    }
    for (std::int64_t next = present; next < known; ++next) {
        connection.script(std::string(migrations[static_cast<std::size_t>(next)].content()));
    }
    connection.script("PRAGMA application_id = " + std::to_string(kApplicationId) +
                      "; PRAGMA user_version = " + std::to_string(known));
}

}  // namespace

void migrate(Connection& connection) {
    refuse_foreign_file(connection);
    connection.script("BEGIN IMMEDIATE");  // two programs that start together migrate one after the other
    try {
        apply_missing(connection);
        connection.script("COMMIT");
    } catch (...) {
        connection.roll_back();
        throw;
    }
}

}  // namespace lachan::store
