#include <gtest/gtest.h>

#include "shipped_calendar.hpp"

namespace lachan::deadlines {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

std::string due(const char* limit, const char* start, const Calendar& calendar = shipped_calendar()) {
    return to_rfc3339(due_at(parse_limit(limit).value(), at(start), calendar, 30min));
}

/// A row of the table of announced working days: day of receipt, and the last day of two and of five working
/// days.
struct Vector {
    const char* received;
    const char* two;
    const char* five;
};

class WorkingDayVector : public testing::TestWithParam<Vector> {};

std::string midnight_after(const char* last_day) {
    return to_text(year_month_day(sys_days(day(last_day)) + days(1))) + "T00:00:00+07:00";
}

// A limit of days ends at 24:00 of its last day, which is written as 00:00 of the next one; the hour of
// receipt plays no part, from the first millisecond of the day to its last.
TEST_P(WorkingDayVector, EndsAtMidnightAfterTheLastDayWhateverTheHourOfReceipt) {
    const auto [received, two, five] = GetParam();
    for (const char* hour :
         {"T00:00:00+07:00", "T08:15:00+07:00", "T16:59:59+07:00", "T23:59:59.999+07:00"}) {
        const std::string start = std::string(received) + hour;
        EXPECT_EQ(due("2 working days", start.c_str()), midnight_after(two)) << start;
        EXPECT_EQ(due("5 working days", start.c_str()), midnight_after(five)) << start;
    }
}

INSTANTIATE_TEST_SUITE_P(Announced,
                         WorkingDayVector,
                         testing::Values(Vector{"2024-02-07", "2024-02-16", "2024-02-21"},
                                         Vector{"2024-04-26", "2024-05-03", "2024-05-07"},
                                         Vector{"2025-01-24", "2025-02-04", "2025-02-07"},
                                         Vector{"2025-04-25", "2025-04-28", "2025-05-06"},
                                         Vector{"2025-12-31", "2026-01-06", "2026-01-09"},
                                         Vector{"2026-02-13", "2026-02-24", "2026-02-27"},
                                         Vector{"2026-04-24", "2026-04-29", "2026-05-06"},
                                         Vector{"2026-08-19", "2026-08-21", "2026-08-25"},
                                         Vector{"2026-08-28", "2026-09-04", "2026-09-09"}));

TEST(WorkingDays, ReceiptOnADayOffCountsFromTheNextWorkingDay) {
    EXPECT_EQ(due("1 working day", "2026-11-21T10:00:00+07:00"), "2026-11-24T00:00:00+07:00");  // Saturday
    EXPECT_EQ(due("1 working day", "2026-11-22T10:00:00+07:00"), "2026-11-24T00:00:00+07:00");  // Sunday
    EXPECT_EQ(due("1 working day", "2026-02-17T03:00:00+07:00"),
              "2026-02-24T00:00:00+07:00");  // first day of Tết
    EXPECT_EQ(due("5 working days", "2024-02-10T12:00:00+07:00"), "2024-02-22T00:00:00+07:00");  // likewise
    EXPECT_EQ(due("2 working days", "2025-04-30T09:00:00+07:00"),
              "2025-05-07T00:00:00+07:00");  // holiday, swapped day
}

TEST(WorkingDays, TheDayOfReceiptIsThatOfVietnam) {
    // 16:59:59 UTC is still Monday in Vietnam, one second later it is Tuesday.
    EXPECT_EQ(due("1 working day", "2026-11-09T16:59:59Z"), "2026-11-11T00:00:00+07:00");
    EXPECT_EQ(due("1 working day", "2026-11-09T17:00:00Z"), "2026-11-12T00:00:00+07:00");
}

TEST(WorkingDays, ADayOffThatWaitsForItsActStillCounts) {
    EXPECT_EQ(due("1 working day", "2026-11-23T08:00:00+07:00"), "2026-11-25T00:00:00+07:00");
}

TEST(ClockLimits, RunDayAndNightFromTheMomentItself) {
    EXPECT_EQ(due("PT12H", "2026-02-16T23:30:00+07:00"), "2026-02-17T11:30:00+07:00");
    EXPECT_EQ(due("PT12H", "2026-11-20T08:15:00.250+07:00"), "2026-11-20T20:15:00.250+07:00");
    EXPECT_EQ(due("PT48H", "2026-02-28T10:00:00+07:00"), "2026-03-02T10:00:00+07:00");
}

TEST(Immediately, IsWatchedWithinItsTarget) {
    EXPECT_EQ(due("immediately", "2026-11-20T23:45:00+07:00"), "2026-11-21T00:15:00+07:00");
}

TEST(CalendarDays, LeaveOutTheFirstDayAndMoveOnFromADayOff) {
    EXPECT_EQ(due("3 days", "2026-11-16T10:00:00+07:00"), "2026-11-20T00:00:00+07:00");  // ends on a Thursday
    EXPECT_EQ(due("3 days", "2026-11-18T10:00:00+07:00"), "2026-11-24T00:00:00+07:00");  // Saturday → Monday
    EXPECT_EQ(due("15 days", "2026-02-01T10:00:00+07:00"), "2026-02-24T00:00:00+07:00");  // in Tết → after it
}

TEST(CalendarDays, AMaximumDoesNotGrowOverDaysOff) {
    EXPECT_EQ(due("15 days at most", "2026-02-01T10:00:00+07:00"), "2026-02-17T00:00:00+07:00");
}

TEST(Months, EndOnTheSameDayOrTheLastOneOfAShortMonth) {
    EXPECT_EQ(due("1 month", "2026-10-13T10:00:00+07:00"), "2026-11-14T00:00:00+07:00");
    EXPECT_EQ(due("3 months at most", "2025-11-30T10:00:00+07:00"),
              "2026-03-01T00:00:00+07:00");  // no 30 February
    EXPECT_EQ(due("1 month at most", "2024-01-31T10:00:00+07:00"), "2024-03-01T00:00:00+07:00");  // leap year
    EXPECT_EQ(due("1 month", "2026-01-15T10:00:00+07:00"), "2026-02-24T00:00:00+07:00");  // in Tết → after it
    EXPECT_EQ(due("6 months", "2026-08-10T10:00:00+07:00"), "2027-02-13T00:00:00+07:00");  // provisional Tết
}

TEST(Until, EndsWhereTheActSaysAndIsWatchedSoonWhereItSaysNothing) {
    const Calendar calendar = shipped_calendar();
    const Instant start = at("2026-11-20T08:00:00+07:00");
    const Instant end = at("2026-12-31T00:00:00+07:00");
    EXPECT_EQ(due_at({.kind = Limit::Kind::until}, start, calendar, 24h, end), end);
    EXPECT_EQ(due_at({.kind = Limit::Kind::until}, start, calendar, 24h), start + 24h);
}

TEST(Explanation, NamesEachDayFromReceiptToTheEndWithItsGround) {
    const auto lines =
        explain(parse_limit("5 working days").value(), at("2024-04-26T10:00:00+07:00"), shipped_calendar());
    ASSERT_EQ(lines.size(), 12U);
    EXPECT_EQ(lines.front().day, day("2024-04-26"));
    EXPECT_FALSE(lines.front().counted);
    EXPECT_NE(lines.front().ground.find("không tính"), std::string::npos);
    EXPECT_EQ(lines[1].ground, "thứ Bảy");
    EXPECT_NE(lines[3].ground.find("Nghỉ hoán đổi"), std::string::npos);
    const auto& saturday = lines[8];  // worked to make up for 29 April
    EXPECT_EQ(saturday.day, day("2024-05-04"));
    EXPECT_TRUE(saturday.counted);
    EXPECT_EQ(saturday.number, 3);
    EXPECT_EQ(lines.back().day, day("2024-05-07"));
    EXPECT_EQ(lines.back().number, 5);
}

TEST(Explanation, ShowsWhyALastDayOffMovesOn) {
    const auto lines =
        explain(parse_limit("3 days").value(), at("2026-11-18T10:00:00+07:00"), shipped_calendar());
    ASSERT_EQ(lines.size(), 6U);
    EXPECT_EQ(lines[3].number, 3);
    EXPECT_FALSE(lines[4].counted);
    EXPECT_NE(lines[5].ground.find("ngày cuối là ngày nghỉ"), std::string::npos);
}

TEST(Explanation, ClockLimitsNeedNone) {
    const Calendar calendar = shipped_calendar();
    const Instant start = at("2026-11-18T10:00:00+07:00");
    for (const char* limit : {"PT12H", "immediately", "until"}) {
        EXPECT_TRUE(explain(parse_limit(limit).value(), start, calendar).empty()) << limit;
    }
}

// The last line of an explanation is the day at whose end the limit is due, for any limit and any start.
TEST(Explanation, EndsOnTheDayThatDueAtGives) {
    const Calendar calendar = shipped_calendar();
    for (const char* text : {"1 working day",
                             "2 working days",
                             "5 working days",
                             "3 days",
                             "15 days",
                             "15 days at most",
                             "1 month",
                             "3 months",
                             "6 months at most"}) {
        const Limit limit = parse_limit(text).value();
        for (sys_days start = sys_days(day("2024-01-01")); start < sys_days(day("2027-12-31"));
             start += days(1)) {
            const Instant received = start_of_day(year_month_day(start)) + 10h;
            const auto last = sys_days(explain(limit, received, calendar).back().day);
            ASSERT_EQ(due_at(limit, received, calendar, 0min), start_of_day(year_month_day(last + days(1))))
                << text << " from " << to_text(year_month_day(start));
        }
    }
}

}  // namespace
}  // namespace lachan::deadlines
