#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::casework {

/// The unit in force that a code means at `at`; a code that meant something only before is taken as its
/// successor, with a warning, because a report must not be lost to an old list of communes. Errors:
/// `validation_failed` at `pointer`.
[[nodiscard]] Result<domain::AreaCode> resolve_area(const World& world,
                                                    const domain::AreaCode& code,
                                                    Instant at,
                                                    std::string_view pointer,
                                                    std::vector<std::string>& warnings);

}  // namespace lachan::casework
