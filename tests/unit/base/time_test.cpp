#include "lachan/base/time.hpp"

#include <gtest/gtest.h>

namespace lachan {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

TEST(Rfc3339, IsReadWithAnyOffsetAndWrittenWithVietnams) {
    const std::pair<const char*, const char*> texts[] = {
        {"2026-11-20T08:15:00+07:00", "2026-11-20T08:15:00+07:00"},
        {"2026-11-20T01:15:00Z", "2026-11-20T08:15:00+07:00"},
        {"2026-11-20t01:15:00z", "2026-11-20T08:15:00+07:00"},
        {"2026-11-19 20:15:00-05:00", "2026-11-20T08:15:00+07:00"},
        {"2026-11-20T06:45:00+05:30", "2026-11-20T08:15:00+07:00"},
        {"2026-12-31T17:00:00Z", "2027-01-01T00:00:00+07:00"},
        {"2026-11-20T08:15:00.250+07:00", "2026-11-20T08:15:00.250+07:00"},
        {"2026-11-20T08:15:00.5+07:00", "2026-11-20T08:15:00.500+07:00"},
        {"2026-11-20T08:15:00.123456789+07:00", "2026-11-20T08:15:00.123+07:00"},
        {"2026-11-20T08:15:00.000+07:00", "2026-11-20T08:15:00+07:00"},
        {"2016-12-31T23:59:60Z", "2017-01-01T06:59:59+07:00"},  // a leap second
        {"1969-12-31T23:59:59.999Z", "1970-01-01T06:59:59.999+07:00"},
        {"2024-02-29T00:00:00+07:00", "2024-02-29T00:00:00+07:00"},
    };
    for (const auto& [text, wanted] : texts) {
        const auto instant = parse_rfc3339(text);
        ASSERT_TRUE(instant) << text;
        EXPECT_EQ(to_rfc3339(*instant), wanted) << text;
    }
}

TEST(Rfc3339, WhatIsNoInstantIsRefused) {
    for (const char* text : {"",
                             "2026-11-20",
                             "2026-11-20T08:15:00",
                             "2026-11-20T08:15+07:00",
                             "2026-11-20T24:00:00+07:00",
                             "2026-11-20T08:60:00+07:00",
                             "2026-11-20T08:15:61+07:00",
                             "2026-02-29T08:15:00+07:00",
                             "2026-13-01T08:15:00+07:00",
                             "2026-00-10T08:15:00+07:00",
                             "26-11-20T08:15:00+07:00",
                             "2026-11-20T08:15:00+0700",
                             "2026-11-20T08:15:00+24:00",
                             "2026-11-20T08:15:00+07:00 ",
                             " 2026-11-20T08:15:00+07:00",
                             "2026-11-20T08:15:00.+07:00",
                             "2026-11-20T08:15:00.1234567890+07:00",
                             "2026-11-20T08:15:00,5+07:00",
                             "2026-11-20T08:15:00Z+07:00",
                             "20x6-11-20T08:15:00Z",
                             "2026x11-20T08:15:00Z",
                             "2026-1",
                             "2026-11x20T08:15:00Z",
                             "2026-11-2",
                             "2026-11-2xT08:15:00Z",
                             "2026-11-20T8:15:00Z",
                             "2026-11-20T08x15:00Z",
                             "2026-11-20T08:x5:00Z",
                             "2026-11-20T08:15x00Z",
                             "2026-11-20T08:15:0xZ",
                             "2026-11-20T08:15:00.5",
                             "2026-11-20T08:15:00+x7:00",
                             "2026-11-20T08:15:00+07x00",
                             "2026-11-20T08:15:00+07:x0",
                             "2026-11-20T08:15:00+07:60",
                             "now"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(VietnamDay, ChangesAtVietnamsMidnight) {
    EXPECT_EQ(to_text(vietnam_day(*parse_rfc3339("2026-11-19T16:59:59.999Z"))), "2026-11-19");
    EXPECT_EQ(to_text(vietnam_day(*parse_rfc3339("2026-11-19T17:00:00Z"))), "2026-11-20");
    EXPECT_EQ(to_text(vietnam_day(*parse_rfc3339("1969-12-31T16:59:59Z"))), "1969-12-31");
}

TEST(StartOfDay, IsTheFirstInstantOfThatDay) {
    for (sys_days day(year(2023) / 12 / 30); day < sys_days(year(2024) / 3 / 2); day += days(1)) {
        const Instant start = start_of_day(year_month_day(day));
        EXPECT_EQ(vietnam_day(start), year_month_day(day));
        EXPECT_EQ(vietnam_day(start - 1ms), year_month_day(day - days(1)));
    }
    EXPECT_EQ(to_rfc3339(start_of_day(year(2026) / 11 / 20)), "2026-11-20T00:00:00+07:00");
}

TEST(Milliseconds, GoThereAndBack) {
    const Instant instant = *parse_rfc3339("2026-11-20T08:15:00.001+07:00");
    EXPECT_EQ(from_ms(to_ms(instant)), instant);
    EXPECT_EQ(to_ms(Instant{}), 0);
}

// A damaged row may hold any number; what is shown of it must not be taken for a year of ours.
TEST(Milliseconds, OfAYearBeforeTheFirstAreWrittenWithTheirSign) {
    EXPECT_EQ(to_rfc3339(start_of_day(year(-44) / 3 / 15)), "-044-03-15T00:00:00+07:00");
    EXPECT_EQ(to_rfc3339(start_of_day(year(44) / 3 / 15)), "0044-03-15T00:00:00+07:00");
}

TEST(Day, IsReadStrictly) {
    EXPECT_EQ(parse_day("2024-02-29"), year(2024) / 2 / 29);
    for (const char* text :
         {"", "2023-02-29", "2024-2-9", "2024-02-30", "2024-02-29T00:00:00Z", "20240229", "2024/02/29"}) {
        EXPECT_FALSE(parse_day(text)) << text;
    }
    EXPECT_EQ(to_text(year(2024) / 2 / 9), "2024-02-09");
}

TEST(IsoDuration, IsReadInDaysHoursMinutesAndSeconds) {
    const std::pair<const char*, Duration> texts[] = {{"PT12H", 12h},
                                                      {"P1DT30M", 24h + 30min},
                                                      {"P2W", 336h},
                                                      {"PT0S", 0s},
                                                      {"PT1H30M15S", 5415s},
                                                      {"P15D", 360h},
                                                      {"-PT5M", Duration(-5min)}};
    for (const auto& [text, wanted] : texts) {
        EXPECT_EQ(parse_duration(text), wanted) << text;
    }
    for (const char* text : {"",           "P",         "PT",
                             "P1DT",       "12H",       "PT12",
                             "PT12M1H",    "P1Y",       "P1M",
                             "PT1.5H",     "PT-5M",     "PT5M ",
                             "pt5m",       "PT5M5M",    "PT99999999999999999999H",
                             "PT1000001S", "P1000001D", "P99999999999999999999D",
                             "P1",         "PD",        "--PT5M"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(IsoDuration, IsWrittenInItsShortestForm) {
    const std::pair<Duration, const char*> values[] = {{12h, "PT12H"},
                                                       {30min, "PT30M"},
                                                       {36h, "PT36H"},
                                                       {5415s, "PT1H30M15S"},
                                                       {0s, "PT0S"},
                                                       {-5min, "-PT5M"}};
    for (const auto& [value, wanted] : values) {
        EXPECT_EQ(to_iso8601(value), wanted);
        EXPECT_EQ(parse_duration(wanted), value);
    }
}

}  // namespace
}  // namespace lachan
