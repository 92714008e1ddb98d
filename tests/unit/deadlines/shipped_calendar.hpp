#pragma once

#include <string>

#include "lachan/deadlines/calendar.hpp"
#include "support/shipped.hpp"

namespace lachan::deadlines {

using lachan::to_text;

inline constexpr const char* kCalendarFile = "config/calendar/vietnam.json";

/// The calendar that every installation gets.
inline Calendar shipped_calendar() {
    return Calendar::parse(support::shipped(kCalendarFile)).value();
}

inline Instant at(const char* text) {
    return parse_rfc3339(text).value();
}

inline std::chrono::year_month_day day(const char* text) {
    return parse_day(text).value();
}

}  // namespace lachan::deadlines
