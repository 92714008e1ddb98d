#include "lachan/store/sqlite.hpp"

#include <sqlite3.h>

namespace lachan::store {

void spare_memory_counts() {
    [[maybe_unused]] static const int told = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

}  // namespace lachan::store
