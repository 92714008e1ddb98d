#include "lachan/policy/scenarios.hpp"

#include <gtest/gtest.h>

#include "packs.hpp"

namespace lachan::policy {
namespace {

using testing::shipped;

std::string scenario(const std::string& expected, const std::string& more = "") {
    return R"({"scenarios": [{"name": "s", "title": "t", "regimes": ["two_tier"], )" + more +
           R"("report": {"channel": "commune", "received_at": "2026-11-20T08:15:00+07:00", "category": ["neglect"],
              "certainty": "observed", "children": [{"age_estimate": 5}]}, "expect": )" +
           expected + "}]}";
}

std::vector<std::string> failures(const std::string& text) {
    const auto scenarios = parse_scenarios(text);
    return scenarios ? run(shipped(), scenarios->front()).failures
                     : std::vector<std::string>{testing::shown(scenarios.error())};
}

TEST(ScenarioRunner, IsSilentWhereAllIsAsExpected) {
    EXPECT_TRUE(
        failures(
            scenario(
                R"({"urgency": "emergency", "duties": [{"kind": "plan", "limit": "5 working days", "place": "residence"}],
        "absent": ["relay"], "told": ["commune_people_committee@event"], "assumptions": ["danger.life"]})"))
            .empty());
}

TEST(ScenarioRunner, SaysWhatDiffers) {
    EXPECT_EQ(failures(scenario(R"({"urgency": "normal"})")),
              std::vector<std::string>{"urgency is emergency, not normal"});
    EXPECT_EQ(failures(scenario(R"({"duties": [{"kind": "relay"}]})")),
              std::vector<std::string>{"no duty relay"});
    EXPECT_EQ(failures(scenario(R"({"duties": [{"kind": "plan", "limit": "PT12H"}]})")),
              std::vector<std::string>{
                  "plan/commune_child_worker 5 working days law (rule T14.plan): the limit is not PT12H"});
    EXPECT_EQ(
        failures(scenario(R"({"duties": [{"kind": "plan", "clause": "56/2017/NĐ-CP Điều 99"}]})")).size(),
        1U);
    EXPECT_EQ(failures(scenario(R"({"duties": [{"kind": "plan", "place": "event"}]})")).size(), 1U);
    EXPECT_EQ(failures(scenario(R"({"absent": ["plan/commune_child_worker"]})")).size(), 1U);
    EXPECT_EQ(failures(scenario(R"({"absent": ["plan"]})")).size(), 1U);
    EXPECT_EQ(failures(scenario(R"({"told": ["court"]})")), std::vector<std::string>{"court is not told"});
    EXPECT_EQ(failures(scenario(R"({"not_told": ["commune_people_committee"]})")).size(), 1U);
    EXPECT_EQ(failures(scenario(R"({"assumptions": ["certainty"]})")).size(), 1U);
    EXPECT_GT(failures(scenario(R"({"only": true})")).size(), 5U);
    EXPECT_EQ(failures(scenario("{}", R"("step": {"kind": "dance"}, )")),
              std::vector<std::string>{"the pack has no step dance"});
}

// Whoever writes rules counts the children from one, and sees a failure, not the end of the program.
TEST(ScenarioRunner, AnActForAChildThatIsNotThereFails) {
    const auto act_for = [](const std::string& child) {
        return failures(
            scenario("{}", R"("step": {"kind": "initial_assessment", "child": )" + child + "}, "));
    };
    EXPECT_TRUE(act_for("0").empty());
    EXPECT_EQ(act_for("1"), std::vector<std::string>{"the report has no child 1"});
    EXPECT_EQ(act_for("-1"), std::vector<std::string>{"the report has no child -1"});
}

TEST(ScenarioRunner, JudgesWhatFollowsFromAnActAndFromTheEnd) {
    EXPECT_EQ(failures(scenario(R"({"duties": [{"kind": "archive"}]})", R"("closure": true, )")),
              std::vector<std::string>());
    EXPECT_EQ(failures(scenario(R"({"duties": [{"kind": "archive"}], "severity": "low"})")),
              (std::vector<std::string>{"severity is critical, not low", "no duty archive"}));
    EXPECT_EQ(
        failures(scenario(R"({"duties": [{"kind": "plan", "force": "target"}]})")),
        std::vector<std::string>{"plan/commune_child_worker 5 working days law (rule T14.plan): the force is "
                                 "not target"});
    EXPECT_EQ(failures(scenario(R"({"duties": [{"kind": "plan", "child": 4}]})")),
              std::vector<std::string>{"no duty plan"});
}

TEST(ScenarioRunner, RefusesAFileWithSlipsAndShowsThemAll) {
    const auto read = parse_scenarios(R"({"scenarios": [{"name": "a", "title": "t", "regimes": ["four_tier"],
        "report": {"channel": "pigeon", "received_at": "now", "name": "x"}, "expect": {"urgensy": "normal"}}]})");
    ASSERT_FALSE(read);
    const std::string shown = testing::shown(read.error());
    for (const char* pointer : {"/scenarios/0/regimes",
                                "/scenarios/0/report/channel",
                                "/scenarios/0/report/received_at",
                                "/scenarios/0/report/name",
                                "/scenarios/0/expect/urgensy"}) {
        EXPECT_NE(shown.find(pointer), std::string::npos) << pointer << "\n" << shown;
    }
}

// A birth date that is not understood would be an unknown age, and the scenario would prove something else.
TEST(ScenarioRunner, ReadsABirthDateOrAPartOfItAndNothingElse) {
    const auto read = [](const std::string& born) {
        return parse_scenarios(
            R"({"scenarios": [{"name": "a", "title": "t", "regimes": ["two_tier"], "expect": {}, "report":
                {"channel": "commune", "received_at": "2026-11-20T08:15:00+07:00", "children": [{"birth_date": ")" +
            born + R"("}]}}]})");
    };
    const auto born = [&](const char* text) {
        return *read(text)->front().report.children.front().birth_date;
    };
    EXPECT_EQ(born("2021").year, 2021);
    EXPECT_FALSE(born("2021").month);
    EXPECT_EQ(born("2021-03").month, 3U);
    EXPECT_FALSE(born("2021-03").day);
    EXPECT_EQ(born("2021-03-05").day, 5U);
    for (const char* text :
         {"", "202", "2021-", "2021-3", "2021-13", "2021/03", "2021-xx", "2021-02-30", "2021-03-05x"}) {
        const auto refused = read(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().faults().front().pointer, "/scenarios/0/report/children/0/birth_date")
            << text;
    }
}

TEST(ScenarioRunner, WantsAReportAnExpectationAndARegime) {
    const auto faults = [](const std::string& scenario) {
        const auto read = parse_scenarios(R"({"scenarios": [)" + scenario + "]}");
        return read ? "" : testing::shown(read.error());
    };
    const std::string head = R"({"name": "a", "title": "t", )";
    const std::string report =
        R"("report": {"channel": "commune", "received_at": "2026-11-20T08:15:00+07:00"}, )";
    EXPECT_EQ(faults(head + report + R"("regimes": ["two_tier"], "expect": {}})"), "");
    EXPECT_NE(faults(head + report + R"("regimes": ["two_tier"]})").find("/scenarios/0 missing"),
              std::string::npos);
    EXPECT_NE(faults(head + R"("regimes": ["two_tier"], "expect": {}})").find("/scenarios/0 missing"),
              std::string::npos);
    EXPECT_NE(faults(head + report + R"("expect": {}})").find("/scenarios/0/regimes missing"),
              std::string::npos);
    EXPECT_NE(faults(head + R"("report": {"channel": "commune"}, "regimes": ["two_tier"], "expect": {}})")
                  .find("/scenarios/0/report missing"),
              std::string::npos);
    EXPECT_NE(
        faults(
            head +
            R"("report": {"received_at": "2026-11-20T08:15:00+07:00"}, "regimes": ["two_tier"], "expect": {}})")
            .find("/scenarios/0/report missing"),
        std::string::npos);
    EXPECT_NE(faults("7").find("/scenarios/0 wrong_type"), std::string::npos);
    EXPECT_FALSE(parse_scenarios("{"));
}

TEST(ScenarioRunner, ShowsWhatShouldBeAnObjectAndIsNone) {
    const auto whole = nlohmann::json::parse(
        R"({"scenarios": [{"name": "a", "title": "t", "regimes": ["two_tier"], "step": {"kind": "plan"},
            "expect": {"duties": [{"kind": "plan"}]}, "report": {"channel": "commune",
            "received_at": "2026-11-20T08:15:00+07:00", "danger": {}, "injury": {}, "children": [{}],
            "suspects": [{}], "category": ["neglect"]}}]})");
    ASSERT_TRUE(parse_scenarios(whole.dump()));
    for (const char* const place : {"/scenarios/0",
                                    "/scenarios/0/step",
                                    "/scenarios/0/expect",
                                    "/scenarios/0/expect/duties/0",
                                    "/scenarios/0/report",
                                    "/scenarios/0/report/danger",
                                    "/scenarios/0/report/injury",
                                    "/scenarios/0/report/children/0",
                                    "/scenarios/0/report/suspects/0",
                                    "/scenarios/0/report/category/0"}) {
        auto document = whole;
        document[nlohmann::json::json_pointer(place)] = 7;
        const auto read = parse_scenarios(document.dump());
        ASSERT_FALSE(read) << place;
        EXPECT_EQ(testing::shown(read.error()).find(std::string(place) + " wrong_type"), 0U)
            << testing::shown(read.error());
    }
    auto unknown = whole;
    unknown["scenarios"][0]["report"]["category"] = {"weather"};
    EXPECT_FALSE(parse_scenarios(unknown.dump()));
    EXPECT_FALSE(parse_scenarios("[]"));
}

// One name in the list, two scenarios: which of the two failed has to be told.
TEST(ScenarioRunner, TellsTheRegimesOfAScenarioApart) {
    const auto both = parse_scenarios(
        R"({"scenarios": [{"name": "a", "title": "t", "regimes": ["three_tier", "two_tier"], "expect": {},
            "report": {"channel": "commune", "received_at": "2026-11-20T08:15:00+07:00"}}]})");
    ASSERT_EQ(both->size(), 2U);
    EXPECT_EQ((*both)[0].name, "a.three_tier");
    EXPECT_TRUE((*both)[0].where.districts);
    EXPECT_EQ((*both)[1].name, "a.two_tier");
    EXPECT_FALSE((*both)[1].where.districts);
}

TEST(ScenarioRunner, CountsWhatWasNotHit) {
    const auto scenarios = parse_scenarios(scenario("{}"));
    const ScenarioRun total = run(shipped(), *scenarios);
    EXPECT_EQ(total.rules, shipped().rules().size());
    EXPECT_GT(total.rules_missed.size(), 50U);
    EXPECT_EQ(std::count(total.rules_missed.begin(), total.rules_missed.end(), "T05.assess"), 0);
    EXPECT_GT(total.clauses_missed.size(), 30U);
}

}  // namespace
}  // namespace lachan::policy
