#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace lachan {

/// The whole number that `text` is: digits, after a minus where the type has one. None where anything stands
/// beside them, where there are none, or where the number does not fit.
template <class Number>
[[nodiscard]] std::optional<Number> parse_whole(std::string_view text) {
    Number number{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = failure == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

}  // namespace lachan
