#pragma once

#include <string>
#include <string_view>

namespace lachan {

/// What callers are counted by: an IPv4 address itself, and of an IPv6 address its /64, because whoever has
/// one has a whole /64 to choose addresses from.
[[nodiscard]] std::string network_of(std::string_view address);

}  // namespace lachan
