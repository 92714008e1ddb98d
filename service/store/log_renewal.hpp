#pragma once

#include <string>

namespace lachan::store {

/// Writes the write-ahead log of the file at `path` over itself, syncs it, and moves it into the database;
/// to be called before the file is opened. Where a sync failed, the system may show parts of the log that
/// are not on the disk, and believe that they are: it would never write them, and a power cut would leave a
/// log that ends before what the database already holds. Written again they are like any other change.
///
/// False, and nothing done, where another process has the file open: then the log is in use. Throws
/// `StorageFailure`.
[[nodiscard]] bool renew_log(const std::string& path, const std::string& vfs);

}  // namespace lachan::store
