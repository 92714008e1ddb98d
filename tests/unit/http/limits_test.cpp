#include "lachan/http/limits.hpp"

#include <gtest/gtest.h>

namespace lachan::http {
namespace {

using namespace std::chrono_literals;
using Verdict = Standing::Verdict;

const Instant kStart = *parse_rfc3339("2026-11-20T08:15:00+07:00");

LimitSettings small() {
    LimitSettings settings;
    settings.receipt = {.name = "receipt", .quota = 3, .window = 60s, .reserve = 0};
    settings.call = {.name = "call", .quota = 10, .window = 10s, .reserve = 0};
    settings.intake = {.name = "intake", .quota = 2, .window = 60s, .reserve = 1};
    settings.refusal = {.name = "refusal", .quota = 2, .window = 60s, .reserve = 0};
    settings.max_buckets = 4;
    return settings;
}

TEST(Limits, GrantTheWholeAllowanceAtOnceAndThenRefuse) {
    Limits limits(small());
    for (int left = 2; left >= 0; --left) {
        const Standing standing = limits.admit(Quota::receipt, "::1", kStart);
        EXPECT_EQ(standing.verdict, Verdict::granted);
        EXPECT_EQ(standing.remaining, left);
    }
    const Standing standing = limits.admit(Quota::receipt, "::1", kStart);
    EXPECT_EQ(standing.verdict, Verdict::refused);
    EXPECT_EQ(standing.retry_s, 20);
    EXPECT_EQ(standing.reset_s, 60);
}

TEST(Limits, GrowBackEvenly) {
    Limits limits(small());
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart).verdict, Verdict::granted);
    }
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart + 19s).verdict, Verdict::refused);
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart + 20s).verdict, Verdict::granted);
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart + 20s).verdict, Verdict::refused);
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart + 10min).remaining, 2);
}

TEST(Limits, BearAClockThatStepsBack) {
    Limits limits(small());
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart).remaining, 2);
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart - 1h).remaining, 1);
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart - 1h).remaining, 0);
    EXPECT_EQ(limits.admit(Quota::receipt, "::1", kStart - 1h + 40s).remaining, 1)
        << "it fills by the new time";
}

TEST(Limits, CountEachCallerAndEachAllowanceAlone) {
    Limits limits(small());
    for (int i = 0; i < 4; ++i) {
        static_cast<void>(limits.admit(Quota::receipt, "a", kStart));
    }
    EXPECT_EQ(limits.admit(Quota::receipt, "b", kStart).verdict, Verdict::granted);
    EXPECT_EQ(limits.admit(Quota::call, "a", kStart).verdict, Verdict::granted);
    EXPECT_EQ(limits.admit(Quota::none, "a", kStart).verdict, Verdict::granted);
}

TEST(Limits, LeaveEmergenciesTheirReserve) {
    Limits limits(small());
    static_cast<void>(limits.admit(Quota::intake, "key", kStart));
    static_cast<void>(limits.admit(Quota::intake, "key", kStart));
    EXPECT_EQ(limits.admit(Quota::intake, "key", kStart).verdict, Verdict::reserve_only);
    EXPECT_TRUE(limits.draw_reserve("key", kStart));
    EXPECT_FALSE(limits.draw_reserve("key", kStart));
    EXPECT_TRUE(limits.draw_reserve("key", kStart + 60s));
}

TEST(Limits, CountWrongTokensByAddress) {
    Limits limits(small());
    limits.count_refusal("::1", kStart);
    EXPECT_EQ(limits.refusals("::1", kStart).verdict, Verdict::granted);
    limits.count_refusal("::1", kStart);
    EXPECT_EQ(limits.refusals("::1", kStart).verdict, Verdict::refused);
    EXPECT_EQ(limits.refusals("::2", kStart).verdict, Verdict::granted);
}

TEST(Limits, KeepABoundedNumberOfBuckets) {
    Limits limits(small());
    for (int i = 0; i < 1000; ++i) {
        static_cast<void>(limits.admit(Quota::receipt, std::to_string(i), kStart));
    }
    EXPECT_EQ(limits.buckets(), 4U);
}

// A flood of addresses must not buy anybody a fresh allowance by pushing their bucket out.
TEST(Limits, ForgetNobodyWhoIsStillCounted) {
    Limits limits(small());
    for (int i = 0; i < 4; ++i) {
        static_cast<void>(limits.admit(Quota::receipt, "guesser", kStart));
    }
    for (int i = 0; i < 100; ++i) {
        static_cast<void>(limits.admit(Quota::receipt, std::to_string(i), kStart));
    }
    EXPECT_EQ(limits.admit(Quota::receipt, "guesser", kStart).verdict, Verdict::refused);
    EXPECT_EQ(limits.admit(Quota::receipt, "newcomer", kStart).verdict, Verdict::refused);
    EXPECT_EQ(limits.admit(Quota::receipt, "newcomer", kStart + 2min).verdict, Verdict::granted);
}

TEST(LimitHeaders, SayWhereTheCallerStands) {
    Limits limits(small());
    Reply reply;
    write_limits(limits.admit(Quota::receipt, "::1", kStart), reply);
    EXPECT_EQ(reply.headers.find("RateLimit-Policy"), "\"receipt\";q=3;w=60");
    EXPECT_EQ(reply.headers.find("RateLimit"), "\"receipt\";r=2;t=20");
    EXPECT_FALSE(reply.headers.find("Retry-After"));
}

TEST(LimitHeaders, SayWhenToComeAgain) {
    Limits limits(small());
    for (int i = 0; i < 3; ++i) {
        static_cast<void>(limits.admit(Quota::receipt, "::1", kStart));
    }
    Reply reply;
    reply.status = 429;
    reply.headers.add("Retry-After", "1");
    write_limits(limits.admit(Quota::receipt, "::1", kStart), reply);
    EXPECT_EQ(reply.headers.find("Retry-After"), "20");
    EXPECT_EQ(reply.headers.count("Retry-After"), 1U);
}

}  // namespace
}  // namespace lachan::http
