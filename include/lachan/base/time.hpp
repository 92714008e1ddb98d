#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lachan {

/// An instant, UTC, in milliseconds. Stored and compared as such; people see Vietnam's time.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

/// Vietnam keeps UTC+7 all year round (no daylight saving since 1975), so an offset is enough for the present
/// and the years this service speaks of.
inline constexpr std::chrono::hours kVietnamOffset{7};

[[nodiscard]] constexpr std::int64_t to_ms(Instant instant) noexcept {
    return instant.time_since_epoch().count();
}
[[nodiscard]] constexpr Instant from_ms(std::int64_t ms) noexcept {
    return Instant(Duration(ms));
}

/// The calendar day in Vietnam on which `instant` falls.
[[nodiscard]] std::chrono::year_month_day vietnam_day(Instant instant) noexcept;

/// 00:00 in Vietnam of `day`.
[[nodiscard]] Instant start_of_day(std::chrono::year_month_day day) noexcept;

/// RFC 3339 with Vietnam's offset: "2026-11-20T08:15:00+07:00"; milliseconds only where there are any.
[[nodiscard]] std::string to_rfc3339(Instant instant);

/// The letters of an instant, on the stack.
class InstantText {
public:
    [[nodiscard]] std::string_view view() const noexcept { return {letters_.data(), size_}; }
    void put(char letter) noexcept { letters_[size_++] = letter; }

private:
    std::array<char, 40> letters_{};  ///< The year of an Instant has five digits and a sign at most.
    std::size_t size_ = 0;
};

/// The same text as `to_rfc3339`, without memory of its own: answers hold dozens.
[[nodiscard]] InstantText rfc3339_text(Instant instant) noexcept;

/// Reads an RFC 3339 instant with any offset; none where the text is not one (a missing offset included).
[[nodiscard]] std::optional<Instant> parse_rfc3339(std::string_view text);

/// "2026-11-20"; none where the text is not a day of the calendar.
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_day(std::string_view text);
[[nodiscard]] std::string to_text(std::chrono::year_month_day day);

/// Reads an ISO 8601 duration of days, hours, minutes and seconds ("PT12H", "P1DT30M", "PT0S"); none
/// otherwise.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The shortest ISO 8601 form: "PT12H", "PT30M", "PT36H". A negative one is written "-PT5M".
[[nodiscard]] std::string to_iso8601(Duration duration);

}  // namespace lachan
