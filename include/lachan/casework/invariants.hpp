#pragma once

#include <string>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/casework/world.hpp"

namespace lachan::casework {

/// What must hold for one case after a unit of work that touched it: an open case has a pending duty with a
/// next instant; every pending duty has one; every notification is delivered, scheduled with an instant,
/// superseded or a human task. Throws `BrokenInvariant`, which undoes the unit.
void check_case(const View& view, const domain::Case& value);

/// A broken promise found by looking at everything.
struct Finding {
    std::string invariant;  ///< "open_without_next_action", …
    std::int64_t count = 0;
};
/// All invariants over the whole store. The list holds every invariant with its count; all must be 0.
[[nodiscard]] std::vector<Finding> check_all(const View& view, const World& world);

}  // namespace lachan::casework
