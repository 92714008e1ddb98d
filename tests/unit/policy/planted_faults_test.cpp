// Each mistake that an editor of the law could make is planted into the shipped pack and must be caught
// before it comes into force: by reading, by linting, by the proof, or by the scenarios.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <ostream>

#include "lachan/policy/lint.hpp"
#include "lachan/policy/prove.hpp"
#include "lachan/policy/scenarios.hpp"
#include "packs.hpp"

namespace lachan::policy {
namespace {

using nlohmann::json;
using testing::parsed;
using testing::shipped_text;

json& named(json& list, const std::string& key, const std::string& name) {
    return *std::find_if(list.begin(), list.end(), [&](const json& entry) { return entry[key] == name; });
}
json& rule(json& pack, const std::string& id) {
    return named(pack["rules"], "id", id);
}

void remove_rule(json& pack, const std::string& id) {
    auto& rules = pack["rules"];
    rules.erase(
        std::find_if(rules.begin(), rules.end(), [&](const json& entry) { return entry["id"] == id; }));
}

json fact_in(const std::string& fact, const std::string& value) {
    return {{"fact", fact}, {"in", {value}}};
}

HeldRoles everybody() {
    HeldRoles held;
    const json pack = json::parse(shipped_text());
    for (const json& role : pack["roles"]) {
        const auto name = role["name"].get<std::string>();
        held.three_tier.push_back(name);
        if (!name.starts_with("district_")) {
            held.two_tier.push_back(name);
        }
    }
    return held;
}

std::string found_by_lint(const Pack& pack, const HeldRoles& held) {
    std::string text;
    for (const Finding& finding : lint(pack, &held)) {
        text += finding.grade == Finding::Grade::error
                    ? finding.code + ' ' + finding.rule + ": " + finding.detail + '\n'
                    : "";
    }
    return text;
}

std::string found_by_proof(const Pack& pack) {
    std::string text;
    for (const CounterExample& example : prove(pack).counter_examples) {
        text += example.trigger + ": " + example.text(pack) + '\n';
    }
    return text;
}

std::string found_by_scenarios(const Pack& pack) {
    std::string text;
    const std::filesystem::path folder = LACHAN_SOURCE_DIR "/rules/lai-chau/decision-27-2023/scenarios";
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const auto scenarios = parse_scenarios(testing::text_of_file(
            "rules/lai-chau/decision-27-2023/scenarios/" + file.path().filename().string()));
        for (const ScenarioOutcome& outcome : run(pack, *scenarios).outcomes) {
            for (const std::string& failure : outcome.failures) {
                text += outcome.name + ": " + failure + '\n';
            }
        }
    }
    return text;
}

enum class By { reading, lint, proof, scenarios };

struct Planted {
    const char* name;
    By by;
    std::function<void(json&)> plant;
    const char* says;  ///< Part of what the finding has to say.
};
void PrintTo(const Planted& planted, std::ostream* out) {
    *out << planted.name;
}

class PlantedFaults : public ::testing::TestWithParam<Planted> {};

std::string findings(const json& document, By by) {
    const auto pack = Pack::parse(document.dump());
    if (by == By::reading) {
        return pack ? "" : testing::shown(pack.error());
    }
    if (!pack) {
        return "it cannot even be read: " + testing::shown(pack.error());
    }
    switch (by) {
        case By::lint:
            return found_by_lint(*pack, everybody());
        case By::proof:
            return found_by_proof(*pack);
        case By::scenarios:
            return found_by_scenarios(*pack);
        case By::reading:
            break;
    }
    return {};
}

TEST_P(PlantedFaults, AreCaught) {
    json document = json::parse(shipped_text());
    GetParam().plant(document);
    const std::string found = findings(document, GetParam().by);
    EXPECT_NE(found.find(GetParam().says), std::string::npos) << "found only:\n" << found;
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes,
    PlantedFaults,
    ::testing::Values(
        Planted{"RemovedBaseRule",
                By::proof,
                [](json& p) { remove_rule(p, "T02.record"); },
                "Không ai phải làm gì"},
        Planted{"RemovedUrgency",
                By::proof,
                [](json& p) { rule(p, "T02.record").erase("urgency"); },
                "Không xác định được urgency"},
        Planted{"RemovedAssessment",
                By::scenarios,
                [](json& p) { remove_rule(p, "T05.assess"); },
                "no duty initial_assessment/commune_child_worker"},
        Planted{"SwappedLimit",
                By::scenarios,
                [](json& p) { rule(p, "T15.approve")["duties"][0]["limit"] = "5 working days"; },
                "plan-submitted.two_tier: plan_approval/commune_chair 5 working days law (rule T15.approve): "
                "the limit is not 2 working days"},
        Planted{"TargetSoldAsLaw",
                By::scenarios,
                [](json& p) { rule(p, "T16.distribute")["force"] = "law"; },
                "the force is not target"},
        Planted{"UnknownRelaxes",
                By::proof,
                [](json& p) { rule(p, "T06.emergency")["when"] = {{"certain", {{"is", "emergency"}}}}; },
                "Biết ít đi"},
        Planted{"UnknownRelaxesByLint",
                By::lint,
                [](json& p) { rule(p, "T06.emergency")["when"] = {{"certain", {{"is", "emergency"}}}}; },
                "unknown_relaxes T06.emergency"},
        Planted{"HiddenRelaxingTerm",
                By::proof,
                [](json& p) {
                    named(p["terms"], "name", "carer_harm")["when"] = {
                        {"certain", fact_in("offender.is_carer", "yes")}};
                },
                "separation/commune_chair"},
        Planted{
            "WorseProtectsLess",
            By::proof,
            [](json& p) { rule(p, "T08.separate")["when"]["all"].push_back(fact_in("danger.life", "no")); },
            "Tình hình xấu hơn (Nguy hiểm đến tính mạng = không"},
        Planted{"NegatedDanger",
                By::proof,
                [](json& p) {
                    rule(p, "T14.plan")["when"] = {
                        {"all", {{{"is", "protection"}}, {{"not", {{"is", "grave_harm"}}}}}}};
                },
                "duty plan/commune_child_worker@residence"},
        Planted{"OnlyForTheOlder",
                By::proof,
                [](json& p) {
                    named(p["terms"], "name", "child")["when"] = {{"fact", "child.age_band"},
                                                                  {"in", {"13_15"}}};
                },
                "Tình hình xấu hơn (Độ tuổi"},
        Planted{"RemoteHasLessTime",
                By::proof,
                [](json& p) {
                    auto& duty = rule(p, "P2.transfer")["duties"][0];
                    duty["limit"] = "PT48H";
                    duty["limit_if_remote"] = "PT24H";
                },
                "duty police_transfer/commune_police@event within PT24H"},
        Planted{"UnreachableRule",
                By::lint,
                [](json& p) {
                    rule(p, "X.marriage")["when"] = {
                        {"all", {{{"is", "child"}}, fact_in("child.age_band", "adult")}}};
                },
                "unreachable_rule X.marriage"},
        Planted{"ContradictoryLimits",
                By::lint,
                [](json& p) {
                    json twin = rule(p, "T05.assess");
                    twin["id"] = "T05.twin";
                    twin["duties"][0]["limit"] = "PT24H";
                    p["rules"].push_back(twin);
                },
                "contradictory_limits T05.twin: the limit PT24H never counts: rule T05.assess"},
        Planted{"RoleNobodyHolds",
                By::lint,
                [](json& p) {
                    rule(p, "R1.quick")["when"] = {{"is", "protection"}};
                    rule(p, "R1.quick")["duties"][0]["role"] = "district_child_affairs";
                },
                "unheld_role R1.quick: nobody holds the role district_child_affairs in the regime two_tier"},
        Planted{"TwoDutiesOfAKind",
                By::lint,
                [](json& p) {
                    auto& duties = rule(p, "T08.separate")["duties"];
                    duties.push_back(duties[0]);
                    duties[1]["role"] = "commune_police";
                },
                "repeated_kind T08.separate"},
        Planted{"SupersedesNothing",
                By::lint,
                [](json& p) { named(p["steps"], "kind", "verification")["supersedes"].push_back("dance"); },
                "unknown_kind verification"},
        Planted{"LawNobodyRead",
                By::reading,
                [](json& p) { rule(p, "T22.month_1")["basis"][0]["reading"] = "inferred"; },
                "law_without_reading"},
        Planted{"MissingBasis",
                By::reading,
                [](json& p) { rule(p, "T10.separation_limit").erase("basis"); },
                "/basis missing"},
        Planted{"LadderThatStops",
                By::reading,
                [](json& p) { p["ladders"][0]["steps"].back().erase("repeats"); },
                "bad_ladder"},
        Planted{"DutyNobodyCanFulfil",
                By::reading,
                [](json& p) { named(p["steps"], "kind", "rescue")["discharges"] = json::array(); },
                "never_discharged"},
        Planted{"MistypedFact",
                By::reading,
                [](json& p) { rule(p, "T03.relay")["when"] = fact_in("chanel", "police"); },
                "unknown_fact"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Lint, TheShippedPackHasNoErrorAndNothingUnusedButSex) {
    const HeldRoles held = everybody();
    for (const Finding& finding : lint(parsed(shipped_text()), &held)) {
        EXPECT_EQ(finding.rule, "child.sex") << finding.code << ' ' << finding.detail;
    }
}

TEST(PackParsing, TheShippedPackIsSound) {
    const auto pack = Pack::parse(testing::shipped_text());
    EXPECT_TRUE(pack) << testing::shown(pack ? Error() : pack.error());
}

}  // namespace
}  // namespace lachan::policy
