#include "fixture.hpp"

#include <sqlite3.h>

namespace lachan::store {

void StoreTest::meddle(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open_v2(kPath, &database, SQLITE_OPEN_READWRITE, disk.vfs().c_str()), SQLITE_OK);
    char* message = nullptr;
    const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message);
    EXPECT_EQ(code, SQLITE_OK) << (message == nullptr ? "" : message);
    sqlite3_free(message);
    sqlite3_close(database);
}

}  // namespace lachan::store
