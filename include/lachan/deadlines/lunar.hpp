#pragma once

#include <chrono>

/// The Vietnamese lunar calendar (new moons and solar terms by the sky over UTC+7), as far as holidays need
/// it: the tests hold the shipped days off against it, and a year not announced yet can be prepared.
namespace lachan::deadlines {

/// First day of the first lunar month (mùng 1 Tết) that falls in the civil `year`. Good for 1900 to 2100.
[[nodiscard]] std::chrono::year_month_day lunar_new_year(std::chrono::year year);

/// The tenth day of the third lunar month (Giỗ Tổ Hùng Vương) in the civil `year`; a leap month before it
/// moves it.
[[nodiscard]] std::chrono::year_month_day hung_kings_day(std::chrono::year year);

}  // namespace lachan::deadlines
