#pragma once

#include <string_view>

namespace lachan::simulation {

/// Stands in every name, address, phone and narrative of a simulated report, and must stand nowhere else.
inline constexpr std::string_view kPrivateMark = "KINDAO";

}  // namespace lachan::simulation
