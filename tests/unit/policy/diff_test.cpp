#include "lachan/policy/diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

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

std::vector<std::string> changes_by(const std::function<void(nlohmann::json&)>& change) {
    auto document = small_pack();
    change(document);
    return shown(diff(parsed(small_pack().dump()), parsed(document.dump())));
}

TEST(Diff, NamesWhatChangedOfALadder) {
    EXPECT_EQ(
        changes_by([](auto& d) {
            auto& step = d["ladders"][0]["steps"][0];
            step["force"] = "law";
            step["basis"] = {{{"source", "L1"}, {"clause", "Điều 9"}, {"reading", "text"}}};
            d["ladders"][0]["steps"][1]["repeats"] = "PT8H";
            d["ladders"][0]["steps"][1]["tells"] = {"worker"};
        }),
        (std::vector<std::string>{
            "changed ladder plain: basis of step overdue: – → L1 Điều 9 [text] ",
            "changed ladder plain: force of step overdue: target → law",
            "changed ladder plain: step again: PT4H from due unless done, each PT4H, duty.overdue to {} and "
            "holder → PT4H from due unless done, each PT8H, duty.overdue to {worker} and holder"}));
    EXPECT_EQ(
        changes_by([](auto& d) {  // who is late is decided by another step
            auto& steps = d["ladders"][0]["steps"];
            steps[0]["marks_overdue"] = false;
            steps.insert(steps.begin() + 1, steps[0]);
            steps[1]["id"] = "late";
            steps[1]["marks_overdue"] = true;
        }),
        (std::vector<std::string>{
            "changed ladder plain: force of step late: – → target",
            "changed ladder plain: step late: – → PT0S from due unless done, duty.overdue to {police}, marks "
            "overdue",
            "changed ladder plain: step overdue: PT0S from due unless done, duty.overdue to {police}, marks "
            "overdue → PT0S from due unless done, duty.overdue to {police}"}));
    EXPECT_EQ(changes_by([](auto& d) {
                  auto& step = d["ladders"][0]["steps"]
                                   .insert(d["ladders"][0]["steps"].begin(), d["ladders"][0]["steps"][0])
                                   .value();
                  step = {
                      {"id", "half"}, {"percent", 50}, {"unless", "accepted"}, {"event", "duty.due_soon"}};
              }).back(),
              "changed ladder plain: step half: – → 50 % from start unless accepted, duty.due_soon to {}");
}

TEST(Diff, NamesWhatChangedOfFactsStepsAndConditions) {
    EXPECT_EQ(changes_by([](auto& d) { d["facts"][1].erase("worse"); }),
              std::vector<std::string>{"changed fact danger.life: worse than no: yes → –"});
    EXPECT_EQ(changes_by([](auto& d) {
                  d["steps"][0]["supersedes"] = {"act"};
                  d["steps"][0]["supersedes_on"] = {"fine"};
              }),
              (std::vector<std::string>{"changed step look: supersedes: – → act",
                                        "changed step look: supersedes on: – → fine"}));
    EXPECT_EQ(changes_by([](auto& d) {
                  d["terms"][0]["when"] = {{"not", {{"certain", {{"fact", "danger.life"}, {"in", {"no"}}}}}}};
                  d["rules"][1]["when"] = {
                      {"any", {{{"is", "violent"}}, {{"fact", "danger.life"}, {"in", {"yes"}}}}}};
                  d["rules"][4]["when"] = "always";
              }),
              (std::vector<std::string>{
                  "changed rule R2: condition: all(category.violence in {yes}, danger.life in {yes}) → "
                  "any(danger.life in {yes}, not(certain(danger.life in {no})))",
                  "changed rule R5: condition: category.violence in {yes} → always",
                  "changed term violent: condition: category.violence in {yes} → not(certain(danger.life in "
                  "{no}))"}));
}

TEST(Diff, NamesWhatChangedOfARule) {
    EXPECT_EQ(changes_by([](auto& d) {
                  auto& rule = d["rules"][2];
                  rule["on"]["explicit_result"] = true;
                  rule["duties"][0]["within"] = "PT2H";
                  rule["duties"][0]["blocks_closing"] = false;
                  d["rules"][1]["notices"][0]["event"] = "report.received";
                  d["rules"][1]["duties"][1]["limit_if_remote"] = "PT72H";
                  d["rules"][1]["duties"][1]["per_child"] = false;
                  d["rules"][4]["on"] = "report";
              }),
              (std::vector<std::string>{
                  ("changed rule R2: limit of duty act/police@event: PT24H, PT48H if remote → "
                   "PT24H, PT72H if remote"),
                  "changed rule R2: notice to police@event: case.opened → report.received",
                  "changed rule R2: scope of duty act/police@event: each child → the case",
                  "changed rule R3: closing with duty act/worker@event: blocked → possible",
                  "changed rule R3: limit of duty act/worker@event: immediately (PT1H) → immediately (PT2H)",
                  "changed rule R3: trigger: step look {bad} → step look {bad} explicit",
                  "changed rule R5: trigger: closure → report"}));
    EXPECT_EQ(changes_by([](auto& d) { d["valid_to"] = "2030-01-01T00:00:00+07:00"; }),
              std::vector<std::string>{"changed validity test/small: to: – → 2030-01-01T00:00:00+07:00"});
}

TEST(Diff, NamesThePlaceOfADutyThatIsNowOwedWhereTheChildLives) {
    const auto changes = changes_by([](auto& d) { d["rules"][0]["duties"][0]["place"] = "residence"; });
    const auto names = [&](const std::string& part) {
        return std::count_if(changes.begin(), changes.end(), [&](const std::string& line) {
            return line.find(part) != std::string::npos;
        });
    };
    EXPECT_GT(names("look/worker@event"), 0) << ::testing::PrintToString(changes);
    EXPECT_GT(names("look/worker@residence"), 0) << ::testing::PrintToString(changes);
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
    document["facts"].erase(1);  // what the case knows, the newer version does not
    document["rules"][1]["when"] = "always";
    EXPECT_FALSE(compare_outcomes(older, parsed(document.dump()), "danger.life=yes"));
}

}  // namespace
}  // namespace lachan::policy
