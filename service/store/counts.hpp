#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

/// Counts what is open, and what must not be. Looks at everything pending: for checks and metrics.
[[nodiscard]] casework::Counts count_all(Connection& connection);

}  // namespace lachan::store
