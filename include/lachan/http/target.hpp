#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/http/message.hpp"

namespace lachan::http {

/// The request target, taken apart.
struct Target {
    std::string path;
    std::vector<std::string> segments;
    Parameters query;
};

/// Takes a request target apart and decodes it. A plus sign in a query stands for itself: an offset such as
/// "+07:00" is what callers write there. A parameter without a value counts as not given. Errors:
/// `malformed_request` (no path, a broken escape, a parameter given twice, bytes that are not UTF-8).
[[nodiscard]] Result<Target> parse_target(std::string_view target);

/// Percent-decoded text; an error where an escape is broken or the result is not clean UTF-8.
[[nodiscard]] Result<std::string> percent_decoded(std::string_view text);
/// Escapes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// True for UTF-8 without control characters other than tab and line ends.
[[nodiscard]] bool is_clean_text(std::string_view text) noexcept;

}  // namespace lachan::http
