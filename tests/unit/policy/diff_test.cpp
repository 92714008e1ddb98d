#include "lachan/policy/diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "packs.hpp"

namespace lachan::policy {
namespace {

using testing::parsed;
using testing::small_pack;

std::vector<std::string> shown(const std::vector<PackChange>& changes) {
    std::vector<std::string> lines;
    for (const PackChange& change : changes) {
        const std::string kinds[] = {"added", "removed", "changed"};
        lines.push_back(kinds[static_cast<int>(change.kind)] + ' ' + change.what + ' ' + change.id +
                        (change.detail.empty() ? "" : ": " + change.detail));
    }
    return lines;
}

TEST(Diff, FindsNothingWhereTheMeaningIsTheSame) {
    auto document = small_pack();
    auto& conditions = document["rules"][1]["when"]["all"];
    std::swap(conditions[0], conditions[1]);
    document["terms"].push_back({{
                                     "name",
                                     "unused",
                                 },
                                 {"title", "khác"},
                                 {"when", "always"}});
    EXPECT_EQ(shown(diff(parsed(small_pack().dump()), parsed(document.dump()))),
              std::vector<std::string>{"added term unused"});
}

TEST(Diff, NamesTheRuleAndWhatOfItChanged) {
    auto document = small_pack();
    document["rules"][0]["duties"][0]["limit"] = "3 working days";
    document["rules"][1]["force"] = "target";
    document["rules"].erase(4);
    document["valid_from"] = "2026-01-01T00:00:00+07:00";
    EXPECT_EQ(
        shown(diff(parsed(small_pack().dump()), parsed(document.dump()))),
        (std::vector<std::string>{
            "changed rule R1: limit of duty look/worker@event: 5 working days → 3 working days",
            "changed rule R2: force: law → target",
            "removed rule R5",
            "changed validity test/small: from: 2024-01-01T00:00:00+07:00 → 2026-01-01T00:00:00+07:00"}));
}

TEST(Diff, ReplaysACaseUnderBothVersions) {
    auto document = small_pack();
    document["rules"][1]["duties"][1]["limit"] = "PT6H";
    document["rules"][1]["when"] = {{"is", "violent"}};
    const Pack older = parsed(small_pack().dump());
    const Pack newer = parsed(document.dump());
    EXPECT_TRUE(compare_outcomes(older, newer, "category.violence=no").value().differences.empty());
    EXPECT_EQ(compare_outcomes(older, newer, "category.violence=yes danger.life=yes").value().differences,
              std::vector<std::string>{"duty act/police@event of child 1: PT24H, law → PT6H, law"});
    const auto calm =
        compare_outcomes(older, newer, "category.violence=yes danger.life=no").value().differences;
    EXPECT_NE(std::find(calm.begin(), calm.end(), "urgency: normal → emergency"), calm.end());
    EXPECT_FALSE(compare_outcomes(older, newer, "weather=bad"));
}

}  // namespace
}  // namespace lachan::policy
