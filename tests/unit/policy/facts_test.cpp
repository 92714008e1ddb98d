#include "lachan/policy/facts.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "../service/policy/content.hpp"
#include "packs.hpp"

namespace lachan::policy {
namespace {

using testing::shipped;

domain::Report report_of(domain::Category category) {
    domain::Report report;
    report.received_at = *parse_rfc3339("2026-11-20T08:15:00+07:00");
    report.categories = {category};
    report.area = domain::AreaCode("03388");
    return report;
}

std::string facts_text(const domain::Report& report, Circumstances where = {}) {
    return to_text(shipped(), facts_of(shipped(), report, where));
}

bool says(const std::string& text, const std::string& entry) {
    return (' ' + text + ' ').find(' ' + entry + ' ') != std::string::npos;
}

TEST(Facts, WhatWasNotSaidStaysUnknown) {
    const auto text = facts_text(report_of(domain::Category::drowning));
    EXPECT_TRUE(says(text, "category.drowning=yes")) << text;
    EXPECT_TRUE(says(text, "category.neglect=no")) << text;
    EXPECT_EQ(text.find("danger.life"), std::string::npos) << text;
    EXPECT_EQ(text.find("child.age_band"), std::string::npos) << text;
    EXPECT_EQ(text.find("offender.is_carer"), std::string::npos) << text;
}

TEST(Facts, CategoryUnknownOpensEveryCategoryThatIsNotNamed) {
    auto report = report_of(domain::Category::injury);
    report.categories.push_back(domain::Category::unknown);
    const auto text = facts_text(report);
    EXPECT_TRUE(says(text, "category.injury=yes")) << text;
    EXPECT_EQ(text.find("category.violence"), std::string::npos) << text;
}

TEST(Facts, DeathFollowsFromTheOutcomeAndTheOtherWayRound) {
    auto report = report_of(domain::Category::injury);
    report.outcome = domain::Outcome::death;
    EXPECT_TRUE(says(facts_text(report), "danger.death=yes"));
    report.outcome = domain::Outcome::moderate;
    EXPECT_TRUE(says(facts_text(report), "danger.death=no"));
    report.outcome = domain::Outcome::unknown;
    report.danger.death = domain::Answer::no;
    EXPECT_TRUE(says(facts_text(report), "injury.outcome=minor|moderate|severe"));
    report.danger.death = domain::Answer::yes;
    EXPECT_TRUE(says(facts_text(report), "injury.outcome=death"));
}

TEST(Facts, APartOfABirthDateLeavesEveryAgeItAllows) {
    auto report = report_of(domain::Category::violence);
    report.children.resize(1);
    auto& child = report.children.front();
    child.birth_date = domain::PartialDate{2010, std::nullopt, std::nullopt};
    EXPECT_TRUE(says(facts_text(report), "child.age_band=16_17|13_15"));
    child.birth_date = domain::PartialDate{2010, 11U, 20U};
    EXPECT_TRUE(says(facts_text(report), "child.age_band=16_17")) << "sixteen on the very day";
    child.birth_date = domain::PartialDate{2010, 11U, 21U};
    EXPECT_TRUE(says(facts_text(report), "child.age_band=13_15"));
    child.birth_date = domain::PartialDate{2026, 1U, std::nullopt};
    EXPECT_TRUE(says(facts_text(report), "child.age_band=infant"));
    child.birth_date = domain::PartialDate{2030, std::nullopt, std::nullopt};
    EXPECT_EQ(facts_text(report).find("child.age_band"), std::string::npos)
        << "not yet born: nothing is known";
    child.birth_date.reset();
    child.age_estimate = 18;
    EXPECT_TRUE(says(facts_text(report), "child.age_band=adult"));
}

// Half of a date that cannot be is no reason to forget the other half, and an age below nought says nothing.
TEST(Facts, WhatCannotBeOfABirthDateIsTakenAsNotSaid) {
    auto report = report_of(domain::Category::violence);
    report.children.resize(1);
    auto& child = report.children.front();
    child.birth_date = domain::PartialDate{2010, 13U, 1U};
    EXPECT_TRUE(says(facts_text(report), "child.age_band=16_17|13_15")) << "the year alone";
    child.birth_date = domain::PartialDate{2010, 11U, 31U};
    EXPECT_TRUE(says(facts_text(report), "child.age_band=16_17|13_15")) << "the month alone";
    child.birth_date = domain::PartialDate{2010, 2U, 30U};
    EXPECT_TRUE(says(facts_text(report), "child.age_band=16_17"));
    child.birth_date.reset();
    child.age_estimate = -1;
    EXPECT_EQ(facts_text(report).find("child.age_band"), std::string::npos);
}

TEST(KnownWord, IsNoneWhereItMayBeOneOfSeveralOrNothingWasSaid) {
    EXPECT_EQ(known_word("regime=two_tier injury.mechanism=fall", "injury.mechanism"), "fall");
    EXPECT_EQ(known_word("injury.mechanism=fall|burn", "injury.mechanism"), std::nullopt);
    EXPECT_EQ(known_word("injury.mechanism", "injury.mechanism"), std::nullopt);
    EXPECT_EQ(known_word("-", "injury.mechanism"), std::nullopt);
    EXPECT_EQ(known_word("-;injury.mechanism=fall", "injury.mechanism"), std::nullopt)
        << "the first child alone is counted";
}

TEST(Facts, OneUnknownRelationLeavesItOpenWhetherACarerDidIt) {
    auto report = report_of(domain::Category::violence);
    report.suspects = {{domain::Relation::stranger, "", std::nullopt}};
    EXPECT_TRUE(says(facts_text(report), "offender.is_carer=no"));
    report.suspects.push_back({domain::Relation::unknown, "", std::nullopt});
    EXPECT_EQ(facts_text(report).find("offender.is_carer"), std::string::npos);
    report.suspects.push_back({domain::Relation::step_parent, "", std::nullopt});
    EXPECT_TRUE(says(facts_text(report), "offender.is_carer=yes"));
}

TEST(Facts, EachChildHasItsOwnAndTheTextBringsThemBack) {
    auto report = report_of(domain::Category::neglect);
    report.children.resize(2);
    report.children[0].age_estimate = 7;
    report.children[1].sex = domain::Sex::female;
    const auto facts = facts_of(shipped(), report, {domain::Answer::yes, domain::Answer::no, true});
    ASSERT_EQ(facts.size(), 2U);
    const auto text = to_text(shipped(), facts);
    EXPECT_TRUE(says(text, "regime=three_tier")) << text;
    EXPECT_EQ(parse_facts(shipped(), text).value(), facts);
}

TEST(Facts, TextOfAnotherPackIsRefused) {
    EXPECT_FALSE(parse_facts(shipped(), "weather=bad"));
    EXPECT_FALSE(parse_facts(shipped(), "danger.life=perhaps"));
    EXPECT_FALSE(parse_facts(shipped(), "danger.life"));
    const auto nothing = parse_facts(shipped(), "-").value();
    EXPECT_EQ(nothing.size(), 1U);
    EXPECT_EQ(to_text(shipped(), nothing), "-");
}

TEST(Joined, ASecondReportNeverRelaxesWhatTheFirstSaid) {
    const auto known =
        parse_facts(shipped(), "danger.life=yes injury.outcome=severe category.violence=yes place.kind=home")
            .value();
    const auto added =
        parse_facts(shipped(), "danger.life=no injury.outcome=minor category.violence=no place.kind=school")
            .value();
    EXPECT_EQ(
        to_text(shipped(), joined(shipped(), known, added)),
        to_text(
            shipped(),
            parse_facts(shipped(),
                        "danger.life=yes injury.outcome=severe category.violence=yes place.kind=home|school")
                .value()));
}

TEST(Joined, SilenceAddsNothingAndWorseNewsCounts) {
    const auto known = parse_facts(shipped(), "danger.life=no injury.outcome=minor").value();
    const auto silent = parse_facts(shipped(), "-").value();
    EXPECT_EQ(joined(shipped(), known, silent), known);
    const auto worse = parse_facts(shipped(), "danger.life=yes injury.outcome=severe").value();
    EXPECT_EQ(joined(shipped(), known, worse), worse);
    const auto mild = parse_facts(shipped(), "danger.life=no").value();
    EXPECT_EQ(joined(shipped(), silent, mild), silent) << "what was unknown keeps protecting";
    EXPECT_EQ(
        joined(shipped(), known, parse_facts(shipped(), "danger.life=no;danger.life=yes").value()).size(),
        2U);
}

/// The least time in which each duty of the first child has to be done.
std::map<std::string, Duration> times_of(const Decision& decision) {
    std::map<std::string, Duration> times;
    for (const OrderedDuty& ordered : decision.duties) {
        const auto& duty = *ordered.duty;
        times[duty.kind + '/' + duty.role + (duty.place == Place::residence ? "@residence" : "@event")] =
            least_time(ordered.limit, duty.immediately_within);
    }
    return times;
}

// Whatever a follow-up says, no duty of the first report goes away, gets more time, or becomes less urgent.
TEST(Joined, NeverTakesADutyAwayWhateverIsAdded) {
    std::mt19937 random(56);
    const auto& domains = shipped().content().facts;
    const auto anything = [&] {
        std::vector<ValueSet> values;
        for (const FactDomain& fact : domains) {
            const ValueSet known = ValueSet{1} << random() % fact.words.size();
            const bool silent = !fact.always_known && random() % 3 == 0;
            values.push_back(silent ? fact.all() : known);
        }
        return std::vector<Facts>{Facts(std::move(values))};
    };
    constexpr int kPairs = 3000;
    for (int pair = 0; pair < kPairs; ++pair) {
        const auto known = anything();
        const auto both = joined(shipped(), known, anything());
        const Decision before = shipped().decide(known);
        const Decision after = shipped().decide(both);
        ASSERT_GE(after.urgency, before.urgency);
        ASSERT_GE(after.severity, before.severity);
        const auto times = times_of(after);
        for (const auto& [duty, time] : times_of(before)) {
            ASSERT_TRUE(times.contains(duty)) << duty << "\n"
                                              << to_text(shipped(), known) << "\n"
                                              << to_text(shipped(), both);
            ASSERT_LE(times.at(duty), time) << duty;
        }
    }
}

}  // namespace
}  // namespace lachan::policy
