#include "lachan/policy/lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>

#include "packs.hpp"

/// What the linter says of a small pack: what would never count, and what nobody needs.
namespace lachan::policy {
namespace {

using nlohmann::json;
using testing::parsed;
using testing::small_pack;

HeldRoles everybody() {
    return {{"worker", "police"}, {"worker", "police"}};
}

std::vector<std::string> findings(const json& document, const HeldRoles* held) {
    std::vector<std::string> found;
    for (const Finding& finding : lint(parsed(document.dump()), held)) {
        found.push_back(std::string(finding.grade == Finding::Grade::error ? "error " : "warning ") +
                        finding.code + ' ' + finding.where + ' ' + finding.rule);
    }
    return found;
}

bool holds(const std::vector<std::string>& found, const std::string& wanted) {
    return std::find(found.begin(), found.end(), wanted) != found.end();
}

struct Case {
    const char* name;
    std::function<void(json&)> change;
    const char* finding;
};

void PrintTo(const Case& tried, std::ostream* out) {
    *out << tried.name;
}

class Findings : public ::testing::TestWithParam<Case> {};

TEST_P(Findings, AreNamedWithTheirPlace) {
    const HeldRoles held = everybody();
    EXPECT_FALSE(holds(findings(small_pack(), &held), GetParam().finding));
    json document = small_pack();
    GetParam().change(document);
    const auto found = findings(document, &held);
    EXPECT_TRUE(holds(found, GetParam().finding)) << ::testing::PrintToString(found);
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    Findings,
    ::testing::Values(
        Case{"ALadderThatNoDutyUses",
             [](json& d) {
                 d["ladders"].push_back(d["ladders"][0]);
                 d["ladders"][1]["name"] = "other";
             },
             "warning unused_ladder /ladders other"},
        Case{"ARoleThatNobodyNames",
             [](json& d) { d["roles"].push_back({{"name", "mayor"}, {"title", "Thị trưởng"}}); },
             "warning unused_role /roles mayor"},
        Case{"ADocumentThatNothingStandsOn",
             [](json& d) { d["documents"].push_back({{"source", "L2"}, {"title", "Luật khác"}}); },
             "warning unused_document /documents L2"},
        Case{"AFactThatNobodyAsksFor",
             [](json& d) { d["rules"][1]["when"] = {{"is", "violent"}}; },
             "warning unused_fact /facts danger.life"},
        Case{"AStepThatFulfilsWhatNobodyOwes",
             [](json& d) { d["steps"][1]["discharges"].push_back("dance"); },
             "warning unused_kind /steps/1/discharges act"},
        Case{"AStepThatMakesNeedlessWhatNobodyOwes",
             [](json& d) { d["steps"][1]["supersedes"] = {"dance"}; },
             "error unknown_kind /steps/1/supersedes act"},
        Case{"AStepThatDoesNothing",
             [](json& d) { d["steps"].push_back({{"kind", "wait"}, {"title", "Chờ"}}); },
             "warning idle_step /steps/2 wait"},
        Case{"ANoticeToNobody",
             [](json& d) {
                 d["roles"].push_back({{"name", "mayor"}, {"title", "Thị trưởng"}});
                 d["rules"][1]["notices"][0]["role"] = "mayor";
             },
             "warning unheld_role /rules/1/notices R2"},
        Case{"ADutyOfNobody",
             [](json& d) {
                 d["roles"].push_back({{"name", "mayor"}, {"title", "Thị trưởng"}});
                 d["rules"][1]["duties"][1]["role"] = "mayor";
             },
             "error unheld_role /rules/1/duties R2"},
        Case{"ALadderStepThatTellsNobody",
             [](json& d) {
                 d["roles"].push_back({{"name", "mayor"}, {"title", "Thị trưởng"}});
                 d["ladders"][0]["steps"][0]["tells"] = {"mayor"};
             },
             "error unheld_role /ladders/0 plain"},
        Case{"ALimitThatNeverCountsOnAnAct",
             [](json& d) {
                 json twin = d["rules"][2];
                 twin["id"] = "R9";
                 twin["duties"][0]["within"] = "PT2H";
                 d["rules"].push_back(twin);
             },
             "error contradictory_limits /rules/5/duties/0 R9"}),
    [](const auto& test) { return std::string(test.param.name); });

// Two rules contradict each other only where one is asked whenever the other is.
TEST(Lint, RulesOfDifferentOccasionsDoNotContradictEachOther) {
    const HeldRoles held = everybody();
    const auto contradicted = [&](const json& on) {
        json document = small_pack();
        json twin = document["rules"][2];  // on a "bad" look, within an hour
        twin["id"] = "R9";
        twin["on"] = on;
        twin["duties"][0]["within"] = "PT2H";
        document["rules"].push_back(twin);
        return holds(findings(document, &held), "error contradictory_limits /rules/5/duties/0 R9");
    };
    EXPECT_TRUE(contradicted({{"step", "look"}, {"results", {"bad"}}}));
    EXPECT_TRUE(contradicted({{"step", "look"}, {"results", {"bad"}}, {"explicit_result", true}}));
    EXPECT_FALSE(contradicted({{"step", "look"}})) << "asked after a fine look too";
    EXPECT_FALSE(contradicted({{"step", "look"}, {"results", {"fine"}}}));
    EXPECT_FALSE(contradicted({{"step", "look"}, {"results", {"bad", "fine"}}})) << "the same, said in full";
    EXPECT_FALSE(contradicted({{"step", "act"}}));
    EXPECT_FALSE(contradicted("report"));
    EXPECT_FALSE(contradicted("closure"));
}

// Each child's own duty and one for all of them are two duties, and neither is instead of the other.
TEST(Lint, ADutyForEachChildDoesNotContradictOneForAll) {
    const HeldRoles held = everybody();
    json document = small_pack();
    json twin = document["rules"][2];
    twin["id"] = "R9";
    twin["duties"][0]["within"] = "PT2H";
    twin["duties"][0]["per_child"] = false;
    document["rules"].push_back(twin);
    EXPECT_FALSE(holds(findings(document, &held), "error contradictory_limits /rules/5/duties/0 R9"));
}

// Before the reform of 2025 and after it, a missed duty has to reach somebody.
TEST(Lint, ALadderHasToReachSomebodyUnderBothRegimes) {
    const HeldRoles before{{"worker", "police"}, {"worker"}};
    EXPECT_TRUE(holds(findings(small_pack(), &before), "error unheld_role /ladders/0 plain"));
    const HeldRoles after{{"worker"}, {"worker", "police"}};
    EXPECT_TRUE(holds(findings(small_pack(), &after), "error unheld_role /ladders/0 plain"));
}

// Without a directory nobody can say who holds what, and nothing is said of it.
TEST(Lint, OfHoldersIsOnlyWithADirectory) {
    const HeldRoles nobody;
    EXPECT_TRUE(holds(findings(small_pack(), &nobody), "error unheld_role /rules/0/duties R1"));
    EXPECT_FALSE(holds(findings(small_pack(), nullptr), "error unheld_role /rules/0/duties R1"));
    json document = small_pack();
    document["roles"].push_back({{"name", "receiving_place"}, {"title", "Nơi tiếp nhận"}});
    document["rules"][0]["duties"][0]["role"] = "receiving_place";
    EXPECT_FALSE(holds(findings(document, &nobody), "error unheld_role /rules/0/duties R1"))
        << "whoever takes a report in is always somebody";
}

TEST(Lint, IsCleanWithWarningsAlone) {
    json document = small_pack();
    document["documents"].push_back({{"source", "L2"}, {"title", "Luật khác"}});
    const HeldRoles held = everybody();
    EXPECT_TRUE(is_clean(lint(parsed(document.dump()), &held)));
    document["steps"][1]["supersedes"] = {"dance"};
    EXPECT_FALSE(is_clean(lint(parsed(document.dump()), &held)));
}

}  // namespace
}  // namespace lachan::policy
