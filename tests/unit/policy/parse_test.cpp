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

TEST(PackParsing, TheShippedPackIsSound) {
    const auto pack = Pack::parse(testing::shipped_text());
    EXPECT_TRUE(pack) << testing::shown(pack ? Error() : pack.error());
}

}  // namespace
}  // namespace lachan::policy
