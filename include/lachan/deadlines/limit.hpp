#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/base/time.hpp"

namespace lachan::deadlines {

/// How much time a clause gives. Pure text and number; a `Calendar` and a start make an instant of it
/// (`due_at`).
struct Limit {
    enum class Kind : std::uint8_t {
        immediately,   ///< "ngay": the law gives no number; the pack says within which target it is watched.
        clock,         ///< Hours on the clock, day and night (Civil Code Art. 147(1)).
        working_days,  ///< The day of the event not counted; ends at 24:00 of the last one.
        days,    ///< Calendar days; the day of the event not counted; a last day off moves on (Art. 148(5)).
        months,  ///< Calendar months; a last day off moves on.
        until,   ///< Ends at an instant that the recorded act itself gives (a plan's last day).
    };

    Kind kind = Kind::immediately;
    Duration clock{};   ///< For `clock`.
    int count = 0;      ///< For `working_days`, `days`, `months`.
    bool rolls = true;  ///< For `days` and `months`: false where a maximum must not grow over a day off.

    bool operator==(const Limit&) const = default;
};

/// Reads "immediately", "PT12H", "5 working days", "15 days", "15 days at most" (does not roll), "3 months",
/// "until".
[[nodiscard]] std::optional<Limit> parse_limit(std::string_view text);

/// The same text back.
[[nodiscard]] std::string to_text(const Limit& limit);

}  // namespace lachan::deadlines
