#pragma once

#include <span>

#include "lachan/base/embedded.hpp"

namespace lachan {

/// The numbered migrations, compiled in, in their order (CMake writes the table).
[[nodiscard]] std::span<const EmbeddedFile> store_migrations();

}  // namespace lachan

namespace lachan::store {

class Connection;

/// Brings a database to the newest shape, in one transaction; a new one gets every migration.
/// Throws `StorageFailure` where the file is not ours or was written by a newer program.
void migrate(Connection& connection);

}  // namespace lachan::store
