#include "lachan/deadlines/calendar.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/deadlines/lunar.hpp"
#include "shipped_calendar.hpp"

namespace lachan::deadlines {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

/// Days off on weekdays of one year, as "dd/mm" in order.
std::string weekdays_off(const Calendar& calendar, year y) {
    std::string list;
    for (sys_days d(y / 1 / 1); d <= sys_days(y / 12 / 31); d += days(1)) {
        const unsigned weekday = std::chrono::weekday(d).iso_encoding();
        if (weekday <= 5 && !calendar.is_working_day(year_month_day(d))) {
            list += (list.empty() ? "" : " ") + to_text(year_month_day(d)).substr(5);
        }
    }
    return list;
}

std::string weekends_worked(const Calendar& calendar, year y) {
    std::string list;
    for (sys_days d(y / 1 / 1); d <= sys_days(y / 12 / 31); d += days(1)) {
        const unsigned weekday = std::chrono::weekday(d).iso_encoding();
        if (weekday > 5 && calendar.is_working_day(year_month_day(d))) {
            list += (list.empty() ? "" : " ") + to_text(year_month_day(d)).substr(5);
        }
    }
    return list;
}

TEST(ShippedCalendar, AgreesWithItsSchema) {
    const auto faults = support::schema_faults(support::shipped("config/calendar/calendar.schema.json"),
                                               support::shipped(kCalendarFile));
    EXPECT_TRUE(faults.empty()) << faults.front();
}

TEST(ShippedCalendar, HasTheDaysOffOfEachYear) {
    const Calendar calendar = shipped_calendar();
    EXPECT_EQ(weekdays_off(calendar, year(2024)),
              "01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03");
    EXPECT_EQ(weekdays_off(calendar, year(2025)),
              "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02");
    EXPECT_EQ(weekdays_off(calendar, year(2026)),
              "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02");
    EXPECT_EQ(weekdays_off(calendar, year(2027)),
              "01-01 02-05 02-08 02-09 02-10 02-11 04-16 04-30 05-03 09-02");
}

TEST(ShippedCalendar, HasTheSaturdaysWorkedInstead) {
    const Calendar calendar = shipped_calendar();
    EXPECT_EQ(weekends_worked(calendar, year(2024)), "05-04");
    EXPECT_EQ(weekends_worked(calendar, year(2025)), "04-26");
    EXPECT_EQ(weekends_worked(calendar, year(2026)), "01-10 08-22");
    EXPECT_EQ(weekends_worked(calendar, year(2027)), "");
}

TEST(ShippedCalendar, KnowsWhichYearsItCovers) {
    const Calendar calendar = shipped_calendar();
    EXPECT_FALSE(calendar.version().empty());
    EXPECT_TRUE(calendar.covers(year(2024)));
    EXPECT_TRUE(calendar.covers(year(2027)));
    EXPECT_FALSE(calendar.covers(year(2028)));
}

TEST(ShippedCalendar, SaysHowSureADayIs) {
    const auto special = shipped_calendar().special_days();
    EXPECT_EQ(special.at(sys_days(day("2026-02-17"))).status, DayStatus::announced);
    EXPECT_EQ(special.at(sys_days(day("2027-02-08"))).status, DayStatus::provisional);
    EXPECT_EQ(special.at(sys_days(day("2026-11-24"))).status, DayStatus::pending);
}

TEST(ShippedCalendar, ContainsTheLunarHolidaysThatTheMoonGives) {
    const Calendar calendar = shipped_calendar();
    for (int y = 2024; y <= 2027; ++y) {
        const auto tet = calendar.special_days().find(sys_days(lunar_new_year(year(y))));
        ASSERT_NE(tet, calendar.special_days().end()) << y;
        EXPECT_NE(tet->second.name.find("Tết Nguyên đán"), std::string::npos);
        const auto hung_kings = calendar.special_days().find(sys_days(hung_kings_day(year(y))));
        ASSERT_NE(hung_kings, calendar.special_days().end()) << y;
        EXPECT_EQ(hung_kings->second.name, "Giỗ Tổ Hùng Vương");
        EXPECT_FALSE(hung_kings->second.working);
    }
}

TEST(Ground, SaysWhyADayCountsOrNot) {
    const Calendar calendar = shipped_calendar();
    EXPECT_EQ(calendar.ground(day("2026-11-23")), "thứ Hai, ngày làm việc");
    EXPECT_EQ(calendar.ground(day("2026-11-21")), "thứ Bảy");
    EXPECT_EQ(calendar.ground(day("2026-11-22")), "Chủ nhật");
    EXPECT_EQ(calendar.ground(day("2024-02-09")),
              "thứ Sáu, Nghỉ Tết Nguyên đán (8662/VPCP-KGVX; 1570/TB-BLĐTBXH)");
    EXPECT_NE(calendar.ground(day("2027-02-05")).find("dự kiến"), std::string::npos);
    EXPECT_TRUE(
        calendar.ground(day("2026-11-24")).starts_with("thứ Ba, ngày làm việc, Ngày Văn hóa Việt Nam"));
}

TEST(CalendarDocument, OneEntryMayCoverASpan) {
    const auto calendar = Calendar::parse(R"({"version": "1", "years": [2030], "days": [
        {"from": "2030-03-04", "to": "2030-03-06", "working": false, "status": "announced", "name": "n", "source": "s"}]})");
    ASSERT_TRUE(calendar);
    EXPECT_FALSE(calendar->is_working_day(day("2030-03-04")));
    EXPECT_FALSE(calendar->is_working_day(day("2030-03-06")));
    EXPECT_TRUE(calendar->is_working_day(day("2030-03-07")));
}

TEST(CalendarDocument, AnEmptyTableLeavesWeekendsOff) {
    const Calendar calendar;
    EXPECT_TRUE(calendar.is_working_day(day("2026-01-01")));
    EXPECT_FALSE(calendar.is_working_day(day("2026-01-03")));
}

TEST(CalendarDocument, EveryFaultIsNamedAtOnceWithItsPlace) {
    const auto calendar = Calendar::parse(R"({"version": "", "colour": 1, "years": ["x"], "days": [
        {"day": "2026-02-30", "working": false, "status": "announced", "name": "n", "source": "s"},
        {"day": "2026-03-02", "working": "no", "status": "perhaps", "name": "n", "source": "s", "extra": 1},
        {"from": "2026-03-05", "to": "2026-03-04", "working": false, "status": "announced", "name": "n", "source": "s"},
        {"day": "2026-03-09", "working": false, "status": "announced", "name": "n", "source": "s"},
        {"day": "2026-03-09", "working": false, "status": "announced", "name": "n", "source": "s"},
        {"working": false, "status": "announced", "name": "n"},
        7]})");
    ASSERT_FALSE(calendar);
    const Error error = calendar.error();  // by value: its faults must outlive the loop
    EXPECT_EQ(error.code(), Errc::rule_pack_invalid);
    std::vector<std::string> found;
    for (const Fault& fault : error.faults()) {
        found.push_back(fault.pointer + ' ' + fault.code);
    }
    for (const char* wanted : {"/version invalid_value",
                               "/colour unknown_field",
                               "/years/0 invalid_value",
                               "/days/0/day invalid_value",
                               "/days/1/working invalid_value",
                               "/days/1/status invalid_value",
                               "/days/1/extra unknown_field",
                               "/days/2/to invalid_value",
                               "/days/4 duplicate",
                               "/days/5/source required",
                               "/days/5/from required",
                               "/days/6 invalid_value"}) {
        EXPECT_NE(std::find(found.begin(), found.end(), wanted), found.end()) << wanted;
    }
}

TEST(CalendarDocument, ADayOffIsWrittenInFullOrRefused) {
    const auto fault_of = [](const std::string& day) {
        const auto calendar = Calendar::parse(
            R"({"version": "1", "years": [], "days": [{"name": "n", "source": "s")" + day + "}]}");
        return calendar
                   ? std::string("taken")
                   : calendar.error().faults().front().pointer + ' ' + calendar.error().faults().front().code;
    };
    const std::string off = R"(, "working": false)";
    const std::string said = R"(, "status": "announced")";
    EXPECT_EQ(fault_of(off + said + R"(, "day": "2026-03-02")"), "taken");
    EXPECT_EQ(fault_of(off + said + R"(, "from": "2026-03-02", "to": "2026-04-02")"), "taken");
    EXPECT_EQ(fault_of(off + said + R"(, "from": "2026-03-02", "to": "2026-04-03")"),
              "/days/0/to invalid_value");
    EXPECT_EQ(fault_of(off + said + R"(, "from": "2026-03-02")"), "/days/0/to required");
    EXPECT_EQ(fault_of(off + said + R"(, "day": "2026-03-02", "from": "2026-03-02")"),
              "/days/0 invalid_value");
    EXPECT_EQ(fault_of(off + said + R"(, "day": "2026-03-02", "to": "2026-03-02")"), "/days/0 invalid_value");
    EXPECT_EQ(fault_of(off + R"(, "day": "2026-03-02")"), "/days/0/status required");
    EXPECT_EQ(fault_of(said + R"(, "day": "2026-03-02")"), "/days/0/working required");
    EXPECT_EQ(fault_of(off + said + R"(, "day": 20260302)"), "/days/0/day invalid_value");
}

TEST(CalendarDocument, WhatIsNoDocumentIsRefused) {
    for (const char* text :
         {"", "[]", "null", "{", "\"x\"", "{}", R"({"version": "1", "years": 3, "days": {}})"}) {
        const auto calendar = Calendar::parse(text);
        ASSERT_FALSE(calendar) << text;
        EXPECT_FALSE(calendar.error().faults().empty()) << text;
    }
}

}  // namespace
}  // namespace lachan::deadlines
