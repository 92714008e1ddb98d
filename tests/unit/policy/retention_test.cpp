#include "lachan/policy/retention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "packs.hpp"

namespace lachan::policy {
namespace {

using nlohmann::json;

json a_document() {
    return {{"format", 1},
            {"id", "x"},
            {"version", "1"},
            {"rules",
             {{{"id", "all"},
               {"title", "Mọi vụ việc"},
               {"keep", "120 months"},
               {"basis", {{{"source", "s"}, {"clause", "c"}, {"reading", "assumption"}}}}}}}};
}

std::vector<std::string> faults_of(const json& document) {
    std::vector<std::string> found;
    const auto parsed = parse_retention(document.dump());
    if (!parsed) {
        const Error refusal = parsed.error();
        for (const Fault& fault : refusal.faults()) {
            found.push_back(fault.pointer + " " + fault.code);
        }
    }
    return found;
}

RetentionRules shipped() {
    return parse_retention(testing::text_of_file("rules/retention/lai-chau.json")).value();
}

domain::Step a_step(std::string kind, std::string result) {
    domain::Step step;
    step.kind = std::move(kind);
    step.result = std::move(result);
    return step;
}

TEST(Retention, ShippedRulesSayThatTheirNumbersAreAssumptions) {
    const RetentionRules rules = shipped();
    ASSERT_FALSE(rules.rules.empty());
    for (const RetentionRule& rule : rules.rules) {
        EXPECT_TRUE(std::any_of(rule.basis.begin(), rule.basis.end(), [](const Basis& basis) {
            return basis.reading == domain::Reading::assumption;
        })) << rule.id;
    }
}

TEST(Retention, TheFirstRuleThatFitsDecides) {
    const RetentionRules rules = shipped();
    domain::Case value;
    const auto rule = [&](std::vector<domain::Step> steps = {}) { return rules.rule_for(value, steps).id; };
    EXPECT_EQ(rule(), "other");
    value.categories = {domain::Category::injury};
    EXPECT_EQ(rule(), "accident");
    value.categories = {domain::Category::injury, domain::Category::family_violence};
    EXPECT_EQ(rule(), "other");
    value.categories.push_back(domain::Category::sexual_abuse);
    EXPECT_EQ(rule(), "crime");
    EXPECT_EQ(rule({a_step("verification", "unfounded")}), "unfounded");
    EXPECT_EQ(rule({a_step("verification", "unfounded"), a_step("verification", "confirmed")}), "crime");
    value.kind = domain::ReportStatus::exercise;
    EXPECT_EQ(rule(), "exercise");
}

TEST(Retention, EndsWithTheLastDay) {
    const auto until = [](const std::string& keep, const char* closed) {
        json document = a_document();
        document["rules"][0]["keep"] = keep;
        const auto rules = parse_retention(document.dump()).value();
        return to_rfc3339(rules.rules.front().kept_until(*parse_rfc3339(closed)));
    };
    EXPECT_EQ(until("120 months", "2026-11-24T15:00:00+07:00"), "2036-11-25T00:00:00+07:00");
    EXPECT_EQ(until("1 month", "2027-01-31T23:59:00+07:00"), "2027-03-01T00:00:00+07:00");
    EXPECT_EQ(until("30 days", "2026-11-24T00:00:00+07:00"), "2026-12-25T00:00:00+07:00");
    EXPECT_EQ(until("0 days", "2026-11-24T08:00:00+07:00"), "2026-11-25T00:00:00+07:00");
}

TEST(Retention, ARuleFitsByKindByCategoryAndByWhatWasFound) {
    json document = a_document();
    json special = document["rules"][0];
    special["id"] = "special";
    special["keep"] = "1 day";
    const auto fits =
        [&](const json& when, const domain::Case& value, const std::vector<domain::Step>& steps = {}) {
            json both = document;
            special["when"] = when;
            both["rules"].insert(both["rules"].begin(), special);
            const RetentionRules rules = parse_retention(both.dump()).value();
            return rules.rule_for(value, steps).id == "special";
        };
    domain::Case value;
    value.categories = {domain::Category::injury, domain::Category::neglect};
    EXPECT_TRUE(fits({{"kind", {"actual", "test"}}}, value));
    EXPECT_FALSE(fits({{"kind", {"test"}}}, value));
    EXPECT_TRUE(fits({{"category", {"injury"}}}, value));
    EXPECT_FALSE(fits({{"category", {"drowning"}}}, value));
    EXPECT_FALSE(fits({{"only_category", {"injury"}}}, value));
    EXPECT_TRUE(fits({{"only_category", {"injury", "neglect"}}}, value));
    EXPECT_FALSE(fits({{"only_category", {"injury"}}}, domain::Case()));
    const json found = {{"step", "verification"}, {"result", "unfounded"}};
    EXPECT_FALSE(fits(found, value));
    EXPECT_TRUE(fits(found, value, {a_step("verification", "unfounded")}));
    EXPECT_FALSE(
        fits(found, value, {a_step("verification", "unfounded"), a_step("verification", "confirmed")}));
}

// So many months would end in a year that the calendar does not have, and the names of every closed case be
// past their time at once.
TEST(Retention, NoTimeIsLongerThanTheCalendar) {
    for (const char* keep : {"400000 months", "2000000000 days", "99999999999 days", "-1 days"}) {
        json document = a_document();
        document["rules"][0]["keep"] = keep;
        EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules/0/keep bad_limit"}) << keep;
    }
    json document = a_document();
    document["rules"][0]["keep"] = "12000 months";
    EXPECT_EQ(faults_of(document), std::vector<std::string>());
}

TEST(Retention, EveryFaultIsNamedAtItsPlace) {
    EXPECT_EQ(faults_of(a_document()), std::vector<std::string>());
    json document = a_document();
    document["rules"][0]["keep"] = "for ever";
    document["rules"][0].erase("basis");
    document["rules"][0]["surprise"] = 1;
    EXPECT_FALSE(faults_of(document).empty());
    document = a_document();
    document["rules"][0]["keep"] = "ten years";
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules/0/keep bad_limit"});
    document = a_document();
    document["rules"][0]["basis"] = json::array();
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules/0/basis missing"});
    document = a_document();
    document["rules"][0]["when"] = {{"category", {"weather"}}};
    EXPECT_EQ(faults_of(document), (std::vector<std::string>{"/rules/0/when/category unknown_word"}));
    document["rules"][0]["when"] = {{"step", "verification"}};
    EXPECT_EQ(faults_of(document),
              (std::vector<std::string>{"/rules/0/when incomplete", "/rules incomplete"}));
    document = a_document();
    document["rules"].push_back(document["rules"][0]);
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules/1/id twice"});
    document = a_document();
    document["rules"][0]["when"] = {{"kind", {"test"}}};
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules incomplete"});
    document["rules"] = json::array();
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules incomplete"});
    document = a_document();
    document["rules"][0]["basis"][0].erase("reading");
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules/0/basis/0/reading missing"});
    document = a_document();
    document["rules"][0]["basis"][0] = "s";
    EXPECT_EQ(faults_of(document).front(), "/rules/0/basis/0 wrong_type");
    document = a_document();
    document["rules"][0]["keep"] = "24 years";
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules/0/keep bad_limit"});
    document = a_document();
    document["rules"][0]["when"] = {{"kind", {"rumour"}}};
    EXPECT_EQ(faults_of(document).front(), "/rules/0/when/kind unknown_word");
    for (const char* narrowed : {"category", "only_category"}) {  // the last one has to fit whatever comes
        document["rules"][0]["when"] = {{narrowed, {"neglect"}}};
        EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules incomplete"}) << narrowed;
    }
    document = a_document();
    document["rules"].push_back(7);
    EXPECT_EQ(faults_of(document), std::vector<std::string>{"/rules/1 wrong_type"});
    EXPECT_FALSE(parse_retention("{"));
    document = a_document();
    document["format"] = 2;
    document["rules"][0]["when"] = "always";
    EXPECT_EQ(faults_of(document),
              (std::vector<std::string>{"/format unknown_format", "/rules/0/when wrong_type"}));
    EXPECT_EQ(faults_of(json::array()), std::vector<std::string>{" wrong_type"});
}

}  // namespace
}  // namespace lachan::policy
