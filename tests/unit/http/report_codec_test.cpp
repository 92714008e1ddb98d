#include "lachan/http/report_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lachan::http {
namespace {

using namespace domain;
using nlohmann::json;

const Instant kNow = *parse_rfc3339("2026-11-20T08:15:00+07:00");

json smallest() {
    return {{"channel", "hotline_111"}, {"area", "03388"}, {"category", {"neglect"}}};
}

Result<Report> decode(const json& body) {
    return decode_report(body.dump(), kNow);
}

/// "pointer code" of each fault, in the order of reading.
std::vector<std::string> faults_of(const Result<Report>& result) {
    std::vector<std::string> list;
    if (result) {
        return list;
    }
    const Error error = result.error();
    for (const Fault& fault : error.faults()) {
        list.push_back(fault.pointer + " " + fault.code);
    }
    return list;
}

/// The faults of the smallest sound report with this change made to it.
std::vector<std::string> faults_with(std::string_view pointer, const json& value) {
    json body = smallest();
    body[json::json_pointer(std::string(pointer))] = value;
    return faults_of(decode(body));
}

using List = std::vector<std::string>;

// The contract's own example, with nothing left out.
const char* const kWhole = R"json({
  "report_id": "0193a6c8-7f00-7000-8000-000000000001", "channel": "hotline_111", "status": "actual",
  "reference": "111-2026-0045678",
  "received_at": "2026-11-20T08:15:00+07:00", "occurred_at": "2026-11-19T14:00:00Z",
  "category": ["family_violence", "neglect"], "area": "03388",
  "place": {"kind": "home", "detail": "bản A, cạnh nhà văn hoá"}, "narrative": "Hàng xóm nghe tiếng khóc",
  "certainty": "likely",
  "danger": {"life": "unknown", "ongoing": "yes", "offender_has_access": "yes", "needs_medical_care": "no",
             "death": "no"},
  "injury": {"mechanism": "violence", "outcome": "moderate"},
  "children": [{"name": "Lò Thị A", "sex": "male", "birth_date": "2021-03", "age_estimate": 5,
                "residence_area": "03388", "address": "bản A", "school": "MN số 2", "guardian": "bà ngoại",
                "special_needs": "điếc", "interpreter": "hmn"}],
  "suspects": [{"relation": "carer", "name": "B", "agency": null}],
  "informant": {"name": "C", "phone": "0912 345 678", "anonymous": true, "consents_to_contact": false}
})json";

TEST(ReportCodec, ReadsEveryMemberOfTheContract) {
    const auto report = decode_report(kWhole, kNow);
    ASSERT_TRUE(report) << report.error().detail();
    EXPECT_EQ(report->id.text(), "0193a6c8-7f00-7000-8000-000000000001");
    EXPECT_TRUE(report->id_from_sender);
    EXPECT_EQ(report->channel, Channel::hotline_111);
    EXPECT_EQ(report->reference, "111-2026-0045678");
    EXPECT_EQ(report->received_at, kNow);
    EXPECT_EQ(report->occurred_at, parse_rfc3339("2026-11-19T21:00:00+07:00"));
    EXPECT_EQ(report->categories, (std::vector{Category::family_violence, Category::neglect}));
    EXPECT_EQ(report->area.text(), "03388");
    EXPECT_EQ(report->place, PlaceKind::home);
    EXPECT_EQ(report->place_detail, "bản A, cạnh nhà văn hoá");
    EXPECT_EQ(report->certainty, Certainty::likely);
    EXPECT_EQ(report->danger.life, Answer::unknown);
    EXPECT_EQ(report->danger.ongoing, Answer::yes);
    EXPECT_EQ(report->danger.offender_has_access, Answer::yes);
    EXPECT_EQ(report->danger.needs_medical_care, Answer::no);
    EXPECT_EQ(report->danger.death, Answer::no);
    EXPECT_EQ(report->mechanism, Mechanism::violence);
    EXPECT_EQ(report->outcome, Outcome::moderate);
    EXPECT_TRUE(report->warnings.empty());
    EXPECT_TRUE(report->unknown_fields.empty());
}

TEST(ReportCodec, ReadsThePeopleOfAReport) {
    const auto report = decode_report(kWhole, kNow);
    ASSERT_TRUE(report);
    ASSERT_EQ(report->children.size(), 1U);
    const ChildStatement& child = report->children[0];
    EXPECT_EQ(child.name, "Lò Thị A");
    EXPECT_EQ(child.sex, Sex::male);
    EXPECT_EQ(child.birth_date, (PartialDate{2021, 3, std::nullopt}));
    EXPECT_EQ(child.age_estimate, 5);
    EXPECT_EQ(child.residence_area, AreaCode("03388"));
    EXPECT_EQ(child.school, "MN số 2");
    EXPECT_EQ(child.guardian, "bà ngoại");
    EXPECT_EQ(child.special_needs, "điếc");
    EXPECT_EQ(child.interpreter, "hmn");
    ASSERT_EQ(report->suspects.size(), 1U);
    EXPECT_EQ(report->suspects[0].relation, Relation::carer);
    EXPECT_FALSE(report->suspects[0].agency);
    ASSERT_TRUE(report->informant);
    EXPECT_EQ(report->informant->phone, "0912 345 678");
    EXPECT_TRUE(report->informant->anonymous);
    EXPECT_FALSE(report->informant->consents_to_contact);
}

TEST(ReportCodec, LeavesUnsaidFactsUnknown) {
    const auto report = decode(smallest());
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->id_from_sender);
    EXPECT_EQ(report->status, ReportStatus::actual);
    EXPECT_EQ(report->received_at, kNow);
    EXPECT_FALSE(report->occurred_at);
    EXPECT_EQ(report->danger.life, Answer::unknown);
    EXPECT_EQ(report->place, PlaceKind::unknown);
    EXPECT_EQ(report->outcome, Outcome::unknown);
    EXPECT_TRUE(report->children.empty());
    EXPECT_FALSE(report->informant);
}

TEST(ReportCodec, TakesNullForMissing) {
    json body = smallest();
    for (const char* const name : {"narrative", "status", "danger", "children", "informant", "received_at"}) {
        body[name] = nullptr;
    }
    EXPECT_EQ(faults_of(decode(body)), List{});
}

TEST(ReportCodec, NamesAllThatIsMissingAtOnce) {
    EXPECT_EQ(faults_of(decode(json::object())),
              (List{"/channel missing", "/area missing", "/category missing"}));
}

TEST(ReportCodec, WantsCategoryOrNarrative) {
    json body{{"channel", "public"}, {"area", "03388"}};
    body["narrative"] = " \n ";
    EXPECT_EQ(faults_of(decode(body)), List{"/category missing"});
    body["category"] = json::array();
    EXPECT_EQ(faults_of(decode(body)), List{"/category missing"});
    body["narrative"] = "Có chuyện";
    EXPECT_EQ(faults_of(decode(body)), List{});
    body.erase("narrative");
    body["category"] = {"unknown"};
    EXPECT_EQ(faults_of(decode(body)), List{});
}

TEST(ReportCodec, NamesEachWrongTypeWithItsPointer) {
    for (const char* const text : {"/report_id",
                                   "/channel",
                                   "/status",
                                   "/reference",
                                   "/received_at",
                                   "/occurred_at",
                                   "/area",
                                   "/narrative",
                                   "/certainty",
                                   "/place/kind",
                                   "/place/detail",
                                   "/danger/life",
                                   "/danger/ongoing",
                                   "/danger/offender_has_access",
                                   "/danger/needs_medical_care",
                                   "/danger/death",
                                   "/injury/mechanism",
                                   "/injury/outcome",
                                   "/informant/name",
                                   "/informant/phone"}) {
        EXPECT_EQ(faults_with(text, 7), List{std::string(text) + " type"});
    }
    for (const char* const object : {"/place", "/danger", "/injury", "/informant"}) {
        EXPECT_EQ(faults_with(object, "x"), List{std::string(object) + " type"});
    }
    for (const char* const flag : {"/informant/anonymous", "/informant/consents_to_contact"}) {
        EXPECT_EQ(faults_with(flag, "yes"), List{std::string(flag) + " type"});
    }
    EXPECT_EQ(faults_with("/category", 7), List{"/category type"});
    EXPECT_EQ(faults_with("/children", json::object()), List{"/children type"});
    EXPECT_EQ(faults_with("/suspects", "x"), List{"/suspects type"});
}

TEST(ReportCodec, NamesFaultsInsideTheirElement) {
    json body = smallest();
    body["children"] = {{{"name", "A"}},
                        "B",
                        {{"name", 1},
                         {"sex", "boy"},
                         {"birth_date", "2021-13"},
                         {"age_estimate", 26},
                         {"residence_area", 3388},
                         {"address", false},
                         {"school", 2},
                         {"guardian", json::array()},
                         {"special_needs", 3},
                         {"interpreter", "tiếng Mông"}}};
    body["suspects"] = {{{"relation", "uncle"}, {"name", 2}, {"agency", "a b"}}};
    EXPECT_EQ(faults_of(decode(body)),
              (List{"/children/1 type",
                    "/children/2/name type",
                    "/children/2/sex unknown_word",
                    "/children/2/birth_date bad_date",
                    "/children/2/age_estimate out_of_range",
                    "/children/2/residence_area type",
                    "/children/2/address type",
                    "/children/2/school type",
                    "/children/2/guardian type",
                    "/children/2/special_needs type",
                    "/children/2/interpreter bad_format",
                    "/suspects/0/relation unknown_word",
                    "/suspects/0/name type",
                    "/suspects/0/agency bad_format"}));
}

TEST(ReportCodec, NamesTheWordsItKnowsAndNotTheOneGiven) {
    json body = smallest();
    body["certainty"] = "Nguyễn Văn A";
    const auto result = decode(body);
    ASSERT_FALSE(result);
    const Fault fault = result.error().faults().at(0);
    EXPECT_EQ(fault.pointer, "/certainty");
    EXPECT_EQ(fault.code, "unknown_word");
    EXPECT_EQ(fault.detail, "expected one of: observed, likely, possible, unknown");
}

TEST(ReportCodec, RefusesWordsOutsideEachVocabulary) {
    for (const char* const word : {"/channel",
                                   "/status",
                                   "/certainty",
                                   "/place/kind",
                                   "/danger/life",
                                   "/injury/mechanism",
                                   "/injury/outcome"}) {
        EXPECT_EQ(faults_with(word, "?"), List{std::string(word) + " unknown_word"});
    }
    EXPECT_EQ(faults_with("/category", {"neglect", "?", 5}),
              (List{"/category/1 unknown_word", "/category/2 type"}));
}

TEST(ReportCodec, TakesOneCategoryAsAWordButWarns) {
    json body = smallest();
    body["category"] = "neglect";
    const auto report = decode(body);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->categories, std::vector{Category::neglect});
    EXPECT_EQ(report->warnings, List{"/category should be an array of words"});
}

TEST(ReportCodec, CountsARepeatedCategoryOnce) {
    json body = smallest();
    body["category"] = {"neglect", "neglect"};
    EXPECT_EQ(decode(body)->categories, std::vector{Category::neglect});
}

TEST(ReportCodec, CountsCharactersNotBytes) {
    std::string narrative;
    for (std::size_t i = 0; i < kNarrativeMax; ++i) {
        narrative += "ệ";
    }
    EXPECT_EQ(faults_with("/narrative", narrative), List{});
    EXPECT_EQ(faults_with("/narrative", narrative + "x"), List{"/narrative too_long"});
}

TEST(ReportCodec, BoundsEachText) {
    const auto letters = [](std::size_t count) { return std::string(count, 'a'); };
    EXPECT_EQ(faults_with("/reference", letters(kReferenceMax + 1)), List{"/reference too_long"});
    EXPECT_EQ(faults_with("/report_id", letters(kIdMax + 1)), List{"/report_id too_long"});
    EXPECT_EQ(faults_with("/area", letters(kIdMax + 1)), List{"/area too_long"});
    EXPECT_EQ(faults_with("/place/detail", letters(kNoteMax + 1)), List{"/place/detail too_long"});
    EXPECT_EQ(faults_with("/informant/phone", letters(kPhoneMax + 1)), List{"/informant/phone too_long"});
    EXPECT_EQ(faults_with("/informant/name", letters(kNameMax)), List{});
}

TEST(ReportCodec, BoundsEachList) {
    const json child{{"name", "A"}};
    EXPECT_EQ(faults_with("/children", std::vector(kChildrenMax, child)), List{});
    EXPECT_EQ(faults_with("/children", std::vector(kChildrenMax + 1, child)), List{"/children too_many"});
    EXPECT_EQ(faults_with("/suspects", std::vector(kSuspectsMax + 1, child)), List{"/suspects too_many"});
    EXPECT_EQ(faults_with("/category", std::vector<std::string>(16, "neglect")), List{"/category too_many"});
}

TEST(ReportCodec, RefusesControlCharactersInTexts) {
    EXPECT_EQ(faults_with("/narrative", std::string("a\0b", 3)), List{"/narrative bad_text"});
    EXPECT_EQ(faults_with("/reference", "a\x1b[31m"), List{"/reference bad_text"});
    EXPECT_EQ(faults_with("/narrative", "một\n\thai\r\n"), List{});
}

TEST(ReportCodec, ReadsInstantsOfAnyOffset) {
    json body = smallest();
    body["received_at"] = "2026-11-19T20:15:00-05:00";
    EXPECT_EQ(decode(body)->received_at, kNow);
}

TEST(ReportCodec, RefusesInstantsWithoutOffsetOrSense) {
    for (const char* const wrong :
         {"2026-11-20T08:15:00", "2026-11-20", "20/11/2026 08:15", "2026-02-30T00:00:00Z", ""}) {
        EXPECT_EQ(faults_with("/received_at", wrong), List{"/received_at bad_instant"}) << wrong;
    }
}

TEST(ReportCodec, BearsClocksThatAreFiveMinutesFast) {
    EXPECT_EQ(faults_with("/received_at", to_rfc3339(kNow + kFutureTolerance)), List{});
    EXPECT_EQ(faults_with("/received_at", to_rfc3339(kNow + kFutureTolerance + Duration(1))),
              List{"/received_at in_future"});
    EXPECT_EQ(faults_with("/occurred_at", to_rfc3339(kNow + kFutureTolerance + Duration(1))),
              List{"/occurred_at in_future"});
}

TEST(ReportCodec, ReadsABirthDateAsFarAsItIsKnown) {
    const auto birth = [](const char* text) {
        json body = smallest();
        body["children"] = {{{"birth_date", text}}};
        const auto report = decode(body);
        return report ? report->children[0].birth_date : std::nullopt;
    };
    EXPECT_EQ(birth("2021"), (PartialDate{2021, std::nullopt, std::nullopt}));
    EXPECT_EQ(birth("2021-03"), (PartialDate{2021, 3, std::nullopt}));
    EXPECT_EQ(birth("2021-03-05"), (PartialDate{2021, 3, 5}));
    EXPECT_EQ(birth("2026-11-20"), (PartialDate{2026, 11, 20}));
}

TEST(ReportCodec, RefusesBirthDatesThatCannotBe) {
    for (const char* const wrong : {"21",
                                    "2021-",
                                    "2021-3",
                                    "2021-00",
                                    "2021-02-30",
                                    "2021-03-05T00:00:00Z",
                                    "05-03-2021",
                                    "1899",
                                    "+021",
                                    "2021-03-"}) {
        EXPECT_EQ(faults_with("/children/0/birth_date", wrong), List{"/children/0/birth_date bad_date"})
            << wrong;
    }
    for (const char* const ahead : {"2026-11-21", "2026-12", "2027"}) {
        EXPECT_EQ(faults_with("/children/0/birth_date", ahead), List{"/children/0/birth_date in_future"});
    }
}

TEST(ReportCodec, TakesAnAgeOfWholeYearsOnly) {
    EXPECT_EQ(faults_with("/children/0/age_estimate", 0), List{});
    EXPECT_EQ(faults_with("/children/0/age_estimate", -1), List{"/children/0/age_estimate out_of_range"});
    EXPECT_EQ(faults_with("/children/0/age_estimate", 18446744073709551615U),
              List{"/children/0/age_estimate out_of_range"});
    EXPECT_EQ(faults_with("/children/0/age_estimate", 5.5), List{"/children/0/age_estimate type"});
    EXPECT_EQ(faults_with("/children/0/age_estimate", "5"), List{"/children/0/age_estimate type"});
}

TEST(ReportCodec, KeepsUnknownFieldsAndNamesThem) {
    json body = smallest();
    body["weather"] = "rain";
    body["a/b~c"] = {{"deep", 1}};
    body["children"] = {{{"nickname", "Tý"}}};
    body["danger"]["weapon"] = true;
    const auto report = decode(body);
    ASSERT_TRUE(report);
    EXPECT_EQ(json::parse(report->unknown_fields),
              (json{{"/weather", "rain"},
                    {"/a~1b~0c", {{"deep", 1}}},
                    {"/children/0/nickname", "Tý"},
                    {"/danger/weapon", true}}));
    List warnings = report->warnings;
    std::ranges::sort(warnings);
    EXPECT_EQ(warnings,
              (List{"unknown field kept: /a~1b~0c",
                    "unknown field kept: /children/0/nickname",
                    "unknown field kept: /danger/weapon",
                    "unknown field kept: /weather"}));
}

TEST(ReportCodec, RefusesAnotherFormatInsteadOfKeepingItWhole) {
    json body = smallest();
    for (std::size_t i = 0; i <= kUnknownFieldsMax; ++i) {
        body["x" + std::to_string(i)] = i;
    }
    EXPECT_EQ(faults_of(decode(body)), List{" too_many"});
    json strayed = smallest();
    strayed[std::string(101, 'n')] = 1;
    EXPECT_EQ(faults_of(decode(strayed)), List{"/… too_long"});
}

TEST(ReportCodec, RefusesABodyThatIsNoObject) {
    for (const char* const body : {"[]", "\"x\"", "1", "null", "true"}) {
        const auto result = decode_report(body, kNow);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code(), Errc::validation_failed);
        EXPECT_EQ(faults_of(result), List{" type"});
    }
}

struct Malformed {
    const char* name;
    std::string body;
    const char* code;
    const char* where;
};

class MalformedJson : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedJson, IsRefusedWithItsPosition) {
    const auto result = decode_report(GetParam().body, kNow);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Errc::malformed_json);
    ASSERT_EQ(result.error().faults().size(), 1U);
    EXPECT_EQ(result.error().faults()[0].code, GetParam().code);
    EXPECT_TRUE(result.error().detail().starts_with(GetParam().where)) << result.error().detail();
    EXPECT_EQ(result.error().detail().find("secret"), std::string::npos);
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

INSTANTIATE_TEST_SUITE_P(
    All,
    MalformedJson,
    testing::Values(
        Malformed{"Empty", "", "syntax", "line 1, column 1:"},
        Malformed{"CutShort", "{\"channel\": \"pub", "syntax", "line 1,"},
        Malformed{"SecondLine", "{\n  \"area\": secret\n}", "syntax", "line 2, column 11:"},
        Malformed{"Trailing", "{} x", "syntax", "line 1, column 4:"},
        Malformed{"TwoValues", "{}{}", "syntax", "line 1, column 3:"},
        Malformed{"SingleQuotes", "{'area': 1}", "syntax", "line 1, column 2:"},
        Malformed{"TrailingComma", "{\"area\": \"1\",}", "syntax", "line 1, column 14:"},
        Malformed{"NotANumber", "{\"area\": NaN}", "syntax", "line 1,"},
        Malformed{"HugeNumber", "{\"area\": 1e999}", "syntax", "line 1,"},
        Malformed{"Comment", "{/* secret */}", "syntax", "line 1, column 2:"},
        Malformed{"Latin1", "{\"narrative\": \"B\xe9\"}", "syntax", "line 1, column 18:"},
        Malformed{"Overlong", "{\"narrative\": \"\xc0\xaf\"}", "syntax", "line 1, column 16:"},
        Malformed{"Surrogate", "{\"narrative\": \"\xed\xa0\x80\"}", "syntax", "line 1,"},
        Malformed{"LoneEscape", "{\"narrative\": \"\\ud800\"}", "syntax", "line 1,"},
        Malformed{
            "DuplicateKey", "{\"area\": \"1\",\n \"area\": \"2\"}", "duplicate_key", "line 2, column 7:"},
        Malformed{"DuplicateKeyInside", "{\"danger\": {\"x\": 1, \"x\": 1}}", "duplicate_key", "line 1,"},
        Malformed{
            "DuplicateByEscape", "{\"area\": \"1\", \"\\u0061rea\": \"2\"}", "duplicate_key", "line 1,"},
        Malformed{"TooDeep", "{\"x\": " + nested(16) + "}", "too_deep", "line 1, column 22:"},
        Malformed{"VeryDeep", "{\"x\": " + nested(100'000) + "}", "too_deep", "line 1, column 22:"}),
    [](const auto& param) { return param.param.name; });

TEST(ReportCodec, BearsNestingUpToTheBound) {
    json body = smallest();
    body["x"] = json::parse(nested(15));
    EXPECT_EQ(faults_of(decode(body)), List{});
}

}  // namespace
}  // namespace lachan::http
