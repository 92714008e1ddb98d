#include "lachan/directory/coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "small.hpp"

namespace lachan::directory {
namespace {

using Kind = CoverageFinding::Kind;

bool has(const Coverage& coverage, const CoverageFinding& finding) {
    return std::find(coverage.findings.begin(), coverage.findings.end(), finding) != coverage.findings.end();
}

std::ptrdiff_t count(const Coverage& coverage, Kind kind) {
    return std::count_if(coverage.findings.begin(),
                         coverage.findings.end(),
                         [kind](const CoverageFinding& finding) { return finding.kind == kind; });
}

TEST(Coverage, LooksAtEveryUnitAndRole) {
    EXPECT_EQ(coverage(small(), k2026).pairs, 9U);  // the province and two communes, three roles
}

TEST(Coverage, IsCompleteWhereSomebodyReachableStandsIn) {
    const Coverage result = coverage(small(), k2026);
    EXPECT_TRUE(result.complete());
    EXPECT_TRUE(has(result, {.kind = Kind::stand_in_only, .area = code("00003"), .role = "worker"}));
    EXPECT_EQ(count(result, Kind::stand_in_only), 1);
}

TEST(Coverage, NamesAgenciesWithoutASecondChannel) {
    const Coverage before = coverage(small(), k2024);
    EXPECT_TRUE(has(before, {.kind = Kind::single_channel, .agency = id("ubnd-1")}));
    EXPECT_FALSE(has(before, {.kind = Kind::single_channel, .agency = id("so")}));
    const EndpointCounts endpoints = {{id("ubnd-1"), 1}};
    EXPECT_EQ(count(coverage(small(), k2024, endpoints), Kind::single_channel), 0);
}

TEST(Coverage, NamesExpiredContacts) {
    const Coverage result = coverage(small(), k2026);
    EXPECT_TRUE(has(result, {.kind = Kind::expired_contact, .agency = id("ubnd-1")}));
    EXPECT_TRUE(has(result, {.kind = Kind::no_channel, .agency = id("ubnd-1")}));
    EXPECT_EQ(count(coverage(small(), k2024), Kind::expired_contact), 0);
}

TEST(Coverage, IsBrokenWhereNobodyCanBeReached) {
    const std::vector<std::string> changes = {
        R"({"id": "so", "name": "Sở", "kind": "office", "area": "12", "roles": ["province"], "valid_from": "2020-01-01"})"};
    const Coverage result = coverage(small(changes), k2026);
    EXPECT_FALSE(result.complete());
    EXPECT_TRUE(has(result, {.kind = Kind::unreachable, .area = code("00003"), .role = "worker"}));
    EXPECT_TRUE(coverage(small(changes), k2026, {{id("so"), 1}}).complete());
}

TEST(Coverage, IsBrokenWhereNobodyHoldsARole) {
    const std::vector<std::string> changes = {
        R"({"id": "so", "name": "Sở", "kind": "office", "area": "12", "roles": [], "valid_from": "2020-01-01"})"};
    const Coverage result = coverage(small(changes), k2026);
    EXPECT_FALSE(result.complete());
    EXPECT_TRUE(has(result, {.kind = Kind::nobody, .area = code("00003"), .role = "worker"}));
    EXPECT_TRUE(has(result, {.kind = Kind::nobody, .area = code("12"), .role = "province"}));
}

TEST(Coverage, OfTheShippedDirectoryIsCompleteInBothRegimes) {
    const Directory directory = shipped_directory();
    for (const Instant when : {k2024, k2026}) {
        const Coverage result = coverage(directory, when);
        EXPECT_TRUE(result.complete()) << to_rfc3339(when);
        for (const CoverageFinding& finding : result.findings) {
            if (finding.kind == Kind::stand_in_only) {
                ADD_FAILURE() << finding.area.text() << ' ' << finding.role << ' ' << to_rfc3339(when);
            }
        }
    }
}

TEST(Coverage, FindingsHaveWords) {
    EXPECT_EQ(word_of(Kind::nobody), "nobody");
    EXPECT_EQ(word_of(Kind::expired_contact), "expired_contact");
}

}  // namespace
}  // namespace lachan::directory
