#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/domain/ids.hpp"
#include "lachan/domain/report.hpp"

namespace lachan::casework {

/// The unit in force that a code means at `at`; a code that meant something only before is taken as its
/// successor, and one that means something only later as the unit it means then, each with a warning, because
/// a report must not be lost to an old list of communes, nor to one that is newer than the paper. Errors:
/// `validation_failed` at `pointer`.
[[nodiscard]] Result<domain::AreaCode> resolve_area(const World& world,
                                                    const domain::AreaCode& code,
                                                    Instant at,
                                                    std::string_view pointer,
                                                    std::vector<std::string>& warnings);

/// Puts the units in force in the place of those that the report names, and what is wrong with them into
/// `faults`; a residence that nobody knows is taken as unknown, with a warning. Answers where each child
/// lives, an empty code where that is unknown; at least one.
[[nodiscard]] std::vector<domain::AreaCode> resolve_places(const World& world,
                                                           domain::Report& report,
                                                           std::vector<Fault>& faults);

}  // namespace lachan::casework
