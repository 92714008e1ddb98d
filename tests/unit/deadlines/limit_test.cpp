#include "lachan/deadlines/limit.hpp"

#include <gtest/gtest.h>

namespace lachan::deadlines {
namespace {

using namespace std::chrono_literals;
using Kind = Limit::Kind;

TEST(LimitText, EveryFormOfThePacksIsReadAndWrittenBackUnchanged) {
    for (const char* text : {"immediately",
                             "until",
                             "PT12H",
                             "PT30M",
                             "PT36H",
                             "1 working day",
                             "5 working days",
                             "15 days",
                             "15 days at most",
                             "1 month",
                             "3 months",
                             "2 months at most"}) {
        const auto limit = parse_limit(text);
        ASSERT_TRUE(limit) << text;
        EXPECT_EQ(to_text(*limit), text);
    }
}

TEST(LimitText, SaysWhatIsCountedAndHowMuch) {
    EXPECT_EQ(parse_limit("PT12H"), (Limit{.kind = Kind::clock, .clock = 12h}));
    EXPECT_EQ(parse_limit("5 working days"), (Limit{.kind = Kind::working_days, .count = 5}));
    EXPECT_EQ(parse_limit("20 days"), (Limit{.kind = Kind::days, .count = 20}));
    EXPECT_EQ(parse_limit("3 months"), (Limit{.kind = Kind::months, .count = 3}));
}

TEST(LimitText, AMaximumDoesNotRoll) {
    EXPECT_TRUE(parse_limit("15 days")->rolls);
    EXPECT_FALSE(parse_limit("15 days at most")->rolls);
}

TEST(LimitText, ClockLimitsOfDaysAreHours) {
    EXPECT_EQ(to_text(*parse_limit("P2D")), "PT48H");
}

TEST(LimitText, WhatIsNoLimitIsRefused) {
    for (const char* text : {"",
                             " ",
                             "soon",
                             "Immediately",
                             "immediately ",
                             "12H",
                             "PT0S",
                             "-PT5M",
                             "P",
                             "PT",
                             "0 days",
                             "-1 days",
                             "5",
                             "5 ",
                             "five days",
                             "1 days",
                             "5 working day",
                             "5  days",
                             "+5 days",
                             "5 days at most at most",
                             "5 working days at most",
                             "at most",
                             "until at most",
                             "immediately at most",
                             "99999999999999 days",
                             "3651 days",
                             "121 months",
                             "P3651D",
                             "2.5 days",
                             "5 weeks"}) {
        EXPECT_FALSE(parse_limit(text)) << text;
    }
}

}  // namespace
}  // namespace lachan::deadlines
