#pragma once

#include <string>
#include <vector>

#include "connection.hpp"

namespace lachan::store {

/// Copies everything that `source` sees into the file at `path`. Writers go on meanwhile: the copy is of one
/// instant. Throws `StorageFailure`.
void copy_database(Connection& source, const std::string& path, const std::string& vfs);

/// What SQLite finds wrong with the file; empty: nothing.
[[nodiscard]] std::vector<std::string> check_integrity(Connection& connection);

}  // namespace lachan::store
