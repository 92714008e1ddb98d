#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>

#include "packs.hpp"

namespace lachan::policy {
namespace {

using nlohmann::json;
using testing::small_pack;

/// A slip of an official's pen, and where and as what it has to be shown.
struct Slip {
    const char* name;
    std::function<void(json&)> make;
    const char* pointer;
    const char* code;
};

void PrintTo(const Slip& slip, std::ostream* out) {
    *out << slip.name;
}

/// Where the 33rd condition within another stands.
const char* const kTooDeep =
    "/rules/1/when/certain"
    "/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not"
    "/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not";

class PackFaults : public ::testing::TestWithParam<Slip> {};

TEST_P(PackFaults, AreShownWithTheirPlace) {
    json document = small_pack();
    GetParam().make(document);
    const auto pack = Pack::parse(document.dump());
    ASSERT_FALSE(pack) << "the slip went unseen";
    const Error error = pack.error();
    EXPECT_EQ(error.code(), Errc::rule_pack_invalid);
    const auto expected = [](const Fault& fault) {
        return fault.pointer == GetParam().pointer && fault.code == GetParam().code;
    };
    EXPECT_TRUE(std::any_of(error.faults().begin(), error.faults().end(), expected)) << testing::shown(error);
}

INSTANTIATE_TEST_SUITE_P(
    Slips,
    PackFaults,
    ::testing::Values(
        Slip{"UnknownKey",
             [](json& d) { d["rules"][1]["urgensy"] = "urgent"; },
             "/rules/1/urgensy",
             "unknown_key"},
        Slip{"UnknownFact",
             [](json& d) { d["rules"][1]["when"] = {{"fact", "weather"}, {"in", {"bad"}}}; },
             "/rules/1/when/fact",
             "unknown_fact"},
        Slip{"UnknownValue",
             [](json& d) { d["rules"][1]["when"] = {{"fact", "danger.life"}, {"in", {"maybe"}}}; },
             "/rules/1/when/in",
             "unknown_value"},
        Slip{"UnknownCategory",
             [](json& d) { d["terms"][0]["when"]["has"][0] = "war"; },
             "/terms/0/when/has/0",
             "unknown_value"},
        Slip{"UnknownTerm",
             [](json& d) { d["rules"][1]["when"] = {{"is", "angry"}}; },
             "/rules/1/when/is",
             "unknown_term"},
        Slip{"EmptyAny",
             [](json& d) { d["rules"][1]["when"] = {{"any", json::array()}}; },
             "/rules/1/when/any",
             "empty"},
        Slip{"TwoOperators",
             [](json& d) { d["rules"][1]["when"] = {{"not", "always"}, {"is", "violent"}}; },
             "/rules/1/when",
             "bad_condition"},
        Slip{"FactWithoutSource",
             [](json& d) { d["facts"][1]["name"] = "danger.flood"; },
             "/facts/1/name",
             "unknown_fact"},
        Slip{"DomainLacksAWord",
             [](json& d) { d["facts"][3]["values"].erase(0); },
             "/facts/3/values",
             "missing_value"},
        Slip{"DomainHasAWordTooMuch",
             [](json& d) { d["facts"][1]["values"].push_back("maybe"); },
             "/facts/1/values",
             "unknown_value"},
        Slip{"CircularOrder",
             [](json& d) { d["facts"][1]["worse"].push_back({"yes", "no"}); },
             "/facts/1/worse",
             "circular_order"},
        Slip{"NotALimit",
             [](json& d) { d["rules"][0]["duties"][0]["limit"] = "soon"; },
             "/rules/0/duties/0/limit",
             "not_a_limit"},
        Slip{"NoLimit",
             [](json& d) { d["rules"][0]["duties"][0].erase("limit"); },
             "/rules/0/duties/0/limit",
             "missing"},
        Slip{"ImmediatelyButUnwatched",
             [](json& d) { d["rules"][2]["duties"][0].erase("within"); },
             "/rules/2/duties/0/within",
             "missing"},
        Slip{"UnknownRole",
             [](json& d) { d["rules"][0]["duties"][0]["role"] = "mayor"; },
             "/rules/0/duties/0/role",
             "unknown_role"},
        Slip{"UnknownLadder",
             [](json& d) { d["rules"][0]["duties"][0]["ladder"] = "high"; },
             "/rules/0/duties/0/ladder",
             "unknown_ladder"},
        Slip{"NeverDischarged",
             [](json& d) { d["steps"][1]["discharges"] = json::array(); },
             "/rules/1/duties/1/kind",
             "never_discharged"},
        Slip{"NoBasis", [](json& d) { d["rules"][0].erase("basis"); }, "/rules/0/basis", "missing"},
        Slip{"LawThatNobodyRead",
             [](json& d) { d["rules"][0]["force"] = "law"; },
             "/rules/0/force",
             "law_without_reading"},
        Slip{"UnknownDocument",
             [](json& d) { d["rules"][0]["basis"][0]["source"] = "L2"; },
             "/rules/0/basis/0/source",
             "unknown_document"},
        Slip{"YieldsNothing", [](json& d) { d["rules"][4].erase("duties"); }, "/rules/4", "yields_nothing"},
        Slip{"UnknownStep",
             [](json& d) { d["rules"][2]["on"]["step"] = "dance"; },
             "/rules/2/on/step",
             "unknown_step"},
        Slip{"UnknownResult",
             [](json& d) { d["rules"][2]["on"]["results"][0] = "great"; },
             "/rules/2/on/results",
             "unknown_result"},
        Slip{"LadderThatEnds",
             [](json& d) { d["ladders"][0]["steps"][1].erase("repeats"); },
             "/ladders/0/steps",
             "bad_ladder"},
        Slip{"TwoStepsThatRepeat",
             [](json& d) { d["ladders"][0]["steps"][0]["repeats"] = "PT4H"; },
             "/ladders/0/steps",
             "bad_ladder"},
        Slip{"OverdueAtAnotherInstant",
             [](json& d) { d["ladders"][0]["steps"][0]["offset"] = "PT1H"; },
             "/ladders/0/steps/0",
             "bad_ladder"},
        Slip{"TwiceTheSameRule", [](json& d) { d["rules"][1]["id"] = "R1"; }, "/rules/1/id", "duplicate"},
        Slip{"EndsBeforeItBegins",
             [](json& d) { d["valid_to"] = "2023-01-01T00:00:00+07:00"; },
             "/valid_to",
             "empty_validity"},
        Slip{"AnotherFormat", [](json& d) { d["format"] = 2; }, "/format", "unknown_format"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    SlipsOfForm,
    PackFaults,
    ::testing::Values(
        Slip{"NumberForAText", [](json& d) { d["title"] = 7; }, "/title", "wrong_type"},
        Slip{"EmptyText", [](json& d) { d["title"] = ""; }, "/title", "empty"},
        Slip{"TextForAFlag",
             [](json& d) { d["rules"][1]["duties"][1]["per_child"] = "yes"; },
             "/rules/1/duties/1/per_child",
             "wrong_type"},
        Slip{"TextForANumber", [](json& d) { d["format"] = "1"; }, "/format", "wrong_type"},
        Slip{"NumberBeyondAllNumbers",
             [](json& d) { d["format"] = 4'294'967'297; },  // 1, if its upper half fell away
             "/format",
             "wrong_type"},
        Slip{"TextForAList", [](json& d) { d["closing_steps"] = "look"; }, "/closing_steps", "wrong_type"},
        Slip{"NumberInAListOfTexts",
             [](json& d) { d["closing_steps"] = {1}; },
             "/closing_steps/0",
             "wrong_type"},
        Slip{"ListForAnObject", [](json& d) { d["rules"][0] = json::array(); }, "/rules/0", "wrong_type"},
        Slip{"NoBeginning", [](json& d) { d.erase("valid_from"); }, "/valid_from", "missing"},
        Slip{"NoInstant", [](json& d) { d["valid_from"] = "2024"; }, "/valid_from", "not_an_instant"},
        Slip{"KeyWithSlashAndTilde", [](json& d) { d["a/b~c"] = 1; }, "/a~1b~0c", "unknown_key"},
        Slip{"NoStage", [](json& d) { d["stages"] = json::array(); }, "/stages", "missing"},
        Slip{"RoleTwice", [](json& d) { d["roles"].push_back(d["roles"][0]); }, "/roles/2", "duplicate"},
        Slip{"UnknownClosingStep",
             [](json& d) { d["closing_steps"] = {"dance"}; },
             "/closing_steps",
             "unknown_step"},
        Slip{"ClauseThatNobodySaysHowHeRead",
             [](json& d) { d["rules"][0]["basis"][0].erase("reading"); },
             "/rules/0/basis/0/reading",
             "missing"},
        Slip{"UnknownForce",
             [](json& d) { d["rules"][0]["force"] = "custom"; },
             "/rules/0/force",
             "unknown_word"},
        Slip{"NobodysDuty",
             [](json& d) { d["rules"][0]["duties"][0]["role"] = ""; },
             "/rules/0/duties/0/role",
             "empty"},
        Slip{"DutyOfNoKind",
             [](json& d) { d["rules"][0]["duties"][0]["kind"] = ""; },
             "/rules/0/duties/0/kind",
             "empty"},
        Slip{"LadderWithoutAName",
             [](json& d) { d["rules"][0]["duties"][0]["ladder"] = ""; },
             "/rules/0/duties/0/ladder",
             "empty"},
        Slip{"ClauseOfNothing",
             [](json& d) { d["rules"][0]["basis"][0]["source"] = ""; },
             "/rules/0/basis/0/source",
             "empty"},
        Slip{"UnknownReading",
             [](json& d) { d["rules"][0]["basis"][0]["reading"] = "guessed"; },
             "/rules/0/basis/0/reading",
             "unknown_word"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    SlipsOfFactsAndConditions,
    PackFaults,
    ::testing::Values(
        Slip{"FactTwice", [](json& d) { d["facts"].push_back(d["facts"][1]); }, "/facts/4/name", "duplicate"},
        Slip{"NoFacts", [](json& d) { d["facts"] = json::array(); }, "/facts", "missing"},
        Slip{"SeveralLives",
             [](json& d) { d["facts"][1]["several"] = true; },
             "/facts/1/several",
             "bad_domain"},
        Slip{"NoValues",
             [](json& d) { d["facts"][1]["values"] = json::array(); },
             "/facts/1/values",
             "bad_domain"},
        Slip{"MoreValuesThanAreKept",
             [](json& d) {
                 while (d["facts"][1]["values"].size() <= 32) {
                     d["facts"][1]["values"].push_back("more");
                 }
             },
             "/facts/1/values",
             "bad_domain"},
        Slip{"OrderOfANumber",
             [](json& d) { d["facts"][1]["worse"][0][1] = 1; },
             "/facts/1/worse/0",
             "unknown_value"},
        Slip{"TitleThatIsNoText",
             [](json& d) { d["facts"][1]["titles"] = {{"no", 0}}; },
             "/facts/1/titles/no",
             "unknown_value"},
        Slip{"FactAndInAndMore",
             [](json& d) {
                 d["rules"][1]["when"] = {{"fact", "danger.life"}, {"in", {"no"}}, {"not", "always"}};
             },
             "/rules/1/when/not",
             "unknown_key"},
        Slip{"OrderOfAValueThatIsNotThere",
             [](json& d) { d["facts"][1]["worse"][0][1] = "maybe"; },
             "/facts/1/worse/0",
             "unknown_value"},
        Slip{"OrderThatIsNoChain",
             [](json& d) { d["facts"][1]["worse"][0] = "no < yes"; },
             "/facts/1/worse/0",
             "wrong_type"},
        Slip{"TitlesInAList",
             [](json& d) { d["facts"][1]["titles"] = {"không", "có"}; },
             "/facts/1/titles",
             "wrong_type"},
        Slip{"TitleOfAValueThatIsNotThere",
             [](json& d) { d["facts"][1]["titles"] = {{"maybe", "có thể"}}; },
             "/facts/1/titles/maybe",
             "unknown_value"},
        Slip{"TermTwice", [](json& d) { d["terms"].push_back(d["terms"][0]); }, "/terms/1/name", "duplicate"},
        Slip{"TermWithoutACondition",
             [](json& d) { d["terms"][0].erase("when"); },
             "/terms/0/when",
             "missing"},
        Slip{"ConditionThatIsAWord",
             [](json& d) { d["rules"][1]["when"] = "sometimes"; },
             "/rules/1/when",
             "bad_condition"},
        Slip{"UnknownOperator",
             [](json& d) { d["rules"][1]["when"] = {{"unless", "always"}}; },
             "/rules/1/when",
             "bad_condition"},
        Slip{"DeeperThanAnybodyReads",
             [](json& d) {
                 json when = "always";
                 for (int depth = 0; depth < 40; ++depth) {
                     when = {{"not", when}};
                 }
                 d["rules"][1]["when"] = {{"certain", when}};
             },
             kTooDeep,
             "bad_condition"},
        Slip{"InOfTheCategory",
             [](json& d) { d["rules"][1]["when"] = {{"fact", "category"}, {"in", {"violence"}}}; },
             "/rules/1/when",
             "bad_condition"},
        Slip{"NeitherInNorHas",
             [](json& d) { d["rules"][1]["when"] = {{"fact", "danger.life"}}; },
             "/rules/1/when",
             "bad_condition"},
        Slip{"OneOfNoValues",
             [](json& d) { d["rules"][1]["when"] = {{"fact", "danger.life"}, {"in", json::array()}}; },
             "/rules/1/when/in",
             "empty"},
        Slip{"OneOfNoCategories",  // would never apply, and nobody would see it
             [](json& d) { d["rules"][1]["when"] = {{"fact", "category"}, {"has", json::array()}}; },
             "/rules/1/when/has",
             "empty"},
        Slip{"CategoryThatIsNoText",
             [](json& d) { d["terms"][0]["when"]["has"][0] = 1; },
             "/terms/0/when/has/0",
             "unknown_value"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    SlipsOfLaddersAndSteps,
    PackFaults,
    ::testing::Values(
        Slip{"LadderTwice",  // the second would be read by nobody
             [](json& d) { d["ladders"].push_back(d["ladders"][0]); },
             "/ladders/1/name",
             "duplicate"},
        Slip{"CountedFromElsewhere",
             [](json& d) { d["ladders"][0]["steps"][1]["from"] = "monday"; },
             "/ladders/0/steps/1/from",
             "unknown_word"},
        Slip{"BeforeTheStart",
             [](json& d) {
                 d["ladders"][0]["steps"][1]["from"] = "start";
                 d["ladders"][0]["steps"][1]["offset"] = "-PT1H";
             },
             "/ladders/0/steps/1/offset",
             "out_of_range"},
        Slip{"BeforeBefore",
             [](json& d) { d["ladders"][0]["steps"][1]["offset"] = "--PT1H"; },
             "/ladders/0/steps/1/offset",
             "not_a_duration"},
        Slip{"NeitherOffsetNorShare",
             [](json& d) { d["ladders"][0]["steps"][1].erase("offset"); },
             "/ladders/0/steps/1",
             "bad_moment"},
        Slip{"TheWholeTime",
             [](json& d) {
                 d["ladders"][0]["steps"][1].erase("offset");
                 d["ladders"][0]["steps"][1]["percent"] = 100;
             },
             "/ladders/0/steps/1/percent",
             "out_of_range"},
        Slip{"NoTimeAtAll",
             [](json& d) {
                 d["ladders"][0]["steps"][1].erase("offset");
                 d["ladders"][0]["steps"][1]["percent"] = 0;
             },
             "/ladders/0/steps/1/percent",
             "out_of_range"},
        Slip{"OverdueFromTheStart",
             [](json& d) { d["ladders"][0]["steps"][0]["from"] = "start"; },
             "/ladders/0/steps/0",
             "bad_ladder"},
        Slip{"OverdueByAShare",
             [](json& d) {
                 d["ladders"][0]["steps"][0].erase("offset");
                 d["ladders"][0]["steps"][0]["percent"] = 50;
             },
             "/ladders/0/steps/0",
             "bad_ladder"},
        Slip{"NoSteps",
             [](json& d) { d["ladders"][0]["steps"] = json::array(); },
             "/ladders/0/steps",
             "bad_ladder"},
        Slip{"EachSecond",
             [](json& d) { d["ladders"][0]["steps"][1]["repeats"] = "PT1S"; },
             "/ladders/0/steps/1/repeats",
             "out_of_range"},
        Slip{"UnlessSomethingElse",
             [](json& d) { d["ladders"][0]["steps"][1]["unless"] = "forgotten"; },
             "/ladders/0/steps/1/unless",
             "unknown_word"},
        Slip{"TellsNobodyKnown",
             [](json& d) { d["ladders"][0]["steps"][0]["tells"] = {"mayor"}; },
             "/ladders/0/steps/0/tells",
             "unknown_role"},
        Slip{"StepOfTheLawWithoutGround",
             [](json& d) { d["ladders"][0]["steps"][0]["force"] = "law"; },
             "/ladders/0/steps/0/basis",
             "missing"},
        Slip{"NeverOverdue",
             [](json& d) { d["ladders"][0]["steps"][0]["marks_overdue"] = false; },
             "/ladders/0/steps",
             "bad_ladder"},
        Slip{"EndsWithAcceptance",
             [](json& d) { d["ladders"][0]["steps"][1]["unless"] = "accepted"; },
             "/ladders/0/steps",
             "bad_ladder"},
        Slip{"MoreStepsThanAreKept",
             [](json& d) {
                 json& steps = d["ladders"][0]["steps"];
                 while (steps.size() < 64) {
                     steps.push_back(steps[1]);
                 }
             },
             "/ladders/0/steps",
             "bad_ladder"},
        Slip{"UnknownStage",
             [](json& d) { d["steps"][0]["stage"] = "limbo"; },
             "/steps/0/stage",
             "unknown_stage"},
        Slip{"StepTwice", [](json& d) { d["steps"].push_back(d["steps"][0]); }, "/steps/2/kind", "duplicate"},
        Slip{"SupersedesOnAResultThatIsNotThere",
             [](json& d) { d["steps"][0]["supersedes_on"] = {"great"}; },
             "/steps/0/supersedes_on",
             "unknown_word"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    SlipsOfRules,
    PackFaults,
    ::testing::Values(
        Slip{"NoRules", [](json& d) { d["rules"] = json::array(); }, "/rules", "missing"},
        Slip{"NoOccasion", [](json& d) { d["rules"][0].erase("on"); }, "/rules/0/on", "missing"},
        Slip{"OccasionThatIsNone",
             [](json& d) { d["rules"][0]["on"] = "full moon"; },
             "/rules/0/on",
             "wrong_type"},
        Slip{"NoCondition", [](json& d) { d["rules"][0].erase("when"); }, "/rules/0/when", "missing"},
        Slip{"NoForce", [](json& d) { d["rules"][0].erase("force"); }, "/rules/0/force", "missing"},
        Slip{"UnknownPlace",
             [](json& d) { d["rules"][0]["duties"][0]["place"] = "moon"; },
             "/rules/0/duties/0/place",
             "unknown_word"},
        Slip{"NoticeToNobodyKnown",
             [](json& d) { d["rules"][1]["notices"][0]["role"] = "mayor"; },
             "/rules/1/notices/0/role",
             "unknown_role"},
        Slip{"RemotenessThatNobodyAsksFor", [](json& d) { d["facts"].erase(2); }, "/facts", "missing"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PackParsing, ShowsWhatShouldBeAnObjectAndIsNone) {
    for (const char* const place : {"/stages/0",
                                    "/roles/0",
                                    "/documents/0",
                                    "/facts/0",
                                    "/terms/0",
                                    "/ladders/0",
                                    "/ladders/0/steps/0",
                                    "/steps/0",
                                    "/rules/0",
                                    "/rules/0/basis/0",
                                    "/rules/0/duties/0",
                                    "/rules/1/notices/0",
                                    "/rules/0/on"}) {
        json document = small_pack();
        document[json::json_pointer(place)] = 7;
        const auto pack = Pack::parse(document.dump());
        ASSERT_FALSE(pack) << place;
        const Error error = pack.error();
        EXPECT_NE(testing::shown(error).find(std::string(place) + " wrong_type"), std::string::npos)
            << place << '\n'
            << testing::shown(error);
    }
}

TEST(PackParsing, ShowsEveryFaultAtOnceAndNamesTheRule) {
    json document = small_pack();
    document["rules"][0]["duties"][0]["limit"] = "soon";
    document["rules"][1]["urgency"] = "high";
    const auto pack = Pack::parse(document.dump());
    ASSERT_FALSE(pack);
    const Error error = pack.error();
    ASSERT_EQ(error.faults().size(), 2U);
    EXPECT_NE(error.faults()[0].detail.find("rule R1"), std::string::npos);
    EXPECT_NE(error.faults()[1].detail.find("rule R2"), std::string::npos);
}

TEST(PackParsing, RefusesBrokenJsonAndAKeyThatStandsTwice) {
    EXPECT_EQ(Pack::parse("{").error().faults().at(0).code, "malformed_json");
    EXPECT_EQ(Pack::parse(R"({"format": 1e400})").error().faults().at(0).code, "malformed_json");
    const auto twice = Pack::parse(R"({"format": 1, "format": 1})");
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().faults().at(0).code, "duplicate_key");
    EXPECT_FALSE(Pack::parse("[]"));
}

// Who has read a clause in a commentary may stand on it, and says so.
TEST(PackParsing, TakesALawThatWasReadInASecondarySource) {
    json document = small_pack();
    document["rules"][0]["force"] = "law";
    document["rules"][0]["basis"][0]["reading"] = "secondary";
    document["closing_steps"] = {"look"};
    const auto pack = Pack::parse(document.dump());
    ASSERT_TRUE(pack) << testing::shown(pack.error());
    EXPECT_EQ(pack->rule("R1")->force, domain::Force::law);
    EXPECT_EQ(pack->closing_steps().size(), 1U);
    EXPECT_EQ(pack->duty("R1", "dance"), nullptr);
    EXPECT_EQ(pack->duty("R9", "look"), nullptr);
}

}  // namespace
}  // namespace lachan::policy
