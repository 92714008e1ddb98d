#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

/// Counts what is open, and what must not be. Looks at everything pending: for checks and metrics.
[[nodiscard]] casework::Counts count_all(Connection& connection);

/// How delivery stands.
[[nodiscard]] casework::DeliveryFigures delivery_figures(Connection& connection);

}  // namespace lachan::store
