#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lachan::http {

/// How many characters (code points) the text has; none where it is not UTF-8 (over-long forms and surrogates
/// are not).
[[nodiscard]] std::optional<std::size_t> utf8_length(std::string_view text) noexcept;

}  // namespace lachan::http
