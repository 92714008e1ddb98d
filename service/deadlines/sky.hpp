#pragma once

#include <chrono>

/// The sky as far as a lunar calendar needs it: mean elements with their largest periodic terms, after Meeus.
namespace lachan::deadlines::sky {

/// The day in Vietnam on which the new moon number `k` falls; number 0 is the first one of January 1900.
[[nodiscard]] std::chrono::sys_days new_moon(int k);

/// Which of the twelve thirty-degree sectors of its yearly way the sun is in at 00:00 in Vietnam of `day`;
/// sector 0 begins at the March equinox and sector 9 at the December solstice.
[[nodiscard]] int sun_sector(std::chrono::sys_days day);

}  // namespace lachan::deadlines::sky
