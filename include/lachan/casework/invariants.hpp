#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/duty.hpp"

namespace lachan::casework {

/// What must hold for one case after a unit of work that touched it: an open case has a pending duty, every
/// pending duty has a next instant, and `next_due` tells the earliest of them. Throws `BrokenInvariant`,
/// which undoes the unit.
void check_case(const domain::Case& value, std::span<const domain::Duty> duties);

/// A broken promise found by looking at everything.
struct Finding {
    std::string invariant;  ///< "open_without_next_action", …
    std::int64_t count = 0;
};
/// All invariants over the whole store. The list holds every invariant with its count; all must be 0.
[[nodiscard]] std::vector<Finding> check_all(const View& view, const World& world);

}  // namespace lachan::casework
