#pragma once

#include <string>
#include <string_view>

#include "lachan/base/error.hpp"

namespace lachan::deadlines {

/// The calendar document that `document` makes of `present` (both JSON): itself, where it is a calendar; or,
/// where it is a notice (`version`, `source`, `days` as in a calendar, each with the notice's source and the
/// status "announced" unless it says otherwise, and perhaps `years` that are complete now), the present one
/// with the days of the notice in the place of what stood there. The result has been read as a calendar.
///
/// Errors: `rule_pack_invalid` with every fault. Its version must be another one than the present.
[[nodiscard]] Result<std::string> next_calendar(std::string_view present, std::string_view document);

}  // namespace lachan::deadlines
