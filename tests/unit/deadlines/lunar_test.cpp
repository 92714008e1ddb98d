#include "lachan/deadlines/lunar.hpp"

#include <gtest/gtest.h>

#include "shipped_calendar.hpp"

namespace lachan::deadlines {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

TEST(LunarNewYear, FallsOnTheDaysOfThePublishedCalendars) {
    const std::pair<int, const char*> days[] = {
        {2007, "2007-02-17"},  // a day before China's: the new moon falls before midnight in UTC+7
        {2020, "2020-01-25"},
        {2021, "2021-02-12"},
        {2022, "2022-02-01"},
        {2023, "2023-01-22"},
        {2024, "2024-02-10"},
        {2025, "2025-01-29"},
        {2026, "2026-02-17"},
        {2027, "2027-02-06"},
        {2028, "2028-01-26"},
        {2030, "2030-02-02"},  // a day before China's
    };
    for (const auto& [y, wanted] : days) {
        EXPECT_EQ(to_text(lunar_new_year(year(y))), wanted);
    }
}

// The meridian decides: over UTC+7 the solstice of 1984 came a month earlier in the lunar year than over
// UTC+8.
TEST(LunarNewYear, WasAMonthBeforeChinasIn1985) {
    EXPECT_EQ(to_text(lunar_new_year(year(1985))), "1985-01-21");
}

TEST(HungKingsDay, FallsOnTheDaysOfThePublishedCalendars) {
    const std::pair<int, const char*> days[] = {
        {2020, "2020-04-02"},
        {2021, "2021-04-21"},
        {2022, "2022-04-10"},
        {2023, "2023-04-29"},  // after a leap second month
        {2024, "2024-04-18"},
        {2025, "2025-04-07"},
        {2026, "2026-04-26"},
        {2027, "2027-04-16"},
    };
    for (const auto& [y, wanted] : days) {
        EXPECT_EQ(to_text(hung_kings_day(year(y))), wanted);
    }
}

TEST(LunarNewYear, StaysBetweenLateJanuaryAndLateFebruary) {
    for (int y = 1976; y <= 2100; ++y) {
        const auto day = lunar_new_year(year(y));
        EXPECT_GE(sys_days(day), sys_days(year(y) / 1 / 20)) << y;
        EXPECT_LE(sys_days(day), sys_days(year(y) / 2 / 21)) << y;
        EXPECT_GE((sys_days(hung_kings_day(year(y))) - sys_days(day)).count(), 67) << y;
    }
}

}  // namespace
}  // namespace lachan::deadlines
