#pragma once

#include <cstdint>

namespace lachan::policy {

/// The language of texts for people. Titles of the pack are Vietnamese first.
enum class Language : std::uint8_t { vietnamese, english };

}  // namespace lachan::policy
