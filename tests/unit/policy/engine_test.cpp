#include <gtest/gtest.h>

#include <algorithm>

#include "packs.hpp"

namespace lachan::policy {
namespace {

using testing::parsed;
using testing::small_pack;

std::vector<Facts> facts(const Pack& pack, std::string_view text) {
    return parse_facts(pack, text).value();
}

const OrderedDuty* duty(const Decision& decision,
                        std::string_view kind,
                        std::optional<std::int32_t> child = std::nullopt) {
    const auto found =
        std::find_if(decision.duties.begin(), decision.duties.end(), [&](const OrderedDuty& ordered) {
            return ordered.duty->kind == kind && ordered.child == child;
        });
    return found == decision.duties.end() ? nullptr : &*found;
}

TEST(Engine, ARuleWhosePredicateIsUnknownAppliesAndSaysSo) {
    const Pack pack = parsed(small_pack().dump());
    const auto decision = pack.decide(facts(pack, "category.violence=yes"));
    EXPECT_EQ(decision.urgency, domain::Urgency::emergency);
    EXPECT_EQ(decision.severity, domain::Severity::high);
    EXPECT_EQ(decision.assumptions,
              (std::vector<ProtectiveAssumption>{{"danger.life", "yes"}, {"area.remote", "no"}}))
        << "the limit hung on the remoteness too";
}

TEST(Engine, AKnownNoKeepsTheRuleAway) {
    const Pack pack = parsed(small_pack().dump());
    const auto decision = pack.decide(facts(pack, "category.violence=yes danger.life=no"));
    EXPECT_EQ(decision.urgency, domain::Urgency::normal);
    ASSERT_EQ(decision.applied.size(), 1U);
    EXPECT_EQ(decision.applied[0]->id, "R1");
    EXPECT_TRUE(decision.assumptions.empty());
    EXPECT_TRUE(decision.notices.empty());
}

TEST(Engine, OfTwoLimitsForTheSameDutyTheShorterWins) {
    const Pack pack = parsed(small_pack().dump());
    const auto decision = pack.decide(facts(pack, "category.violence=yes danger.life=yes"));
    ASSERT_NE(duty(decision, "look"), nullptr);
    EXPECT_EQ(duty(decision, "look")->rule->id, "R2");
    EXPECT_EQ(deadlines::to_text(duty(decision, "look")->limit), "PT12H");
    EXPECT_EQ(std::count_if(decision.duties.begin(),
                            decision.duties.end(),
                            [](const OrderedDuty& ordered) { return ordered.duty->kind == "look"; }),
              1);
}

TEST(Engine, OfTwoEqualLimitsTheLawIsShownBeforeTheTarget) {
    auto document = small_pack();
    document["rules"][0]["duties"][0]["limit"] = "PT12H";
    const Pack pack = parsed(document.dump());
    const auto decision = pack.decide(facts(pack, "category.violence=yes danger.life=yes"));
    EXPECT_EQ(duty(decision, "look")->rule->id, "R2");
}

TEST(Engine, TheLongerLimitNeedsAKnownRemoteCommune) {
    const Pack pack = parsed(small_pack().dump());
    const auto limit = [&](std::string_view text) {
        return deadlines::to_text(duty(pack.decide(facts(pack, text)), "act", 0)->limit);
    };
    EXPECT_EQ(limit("category.violence=yes area.remote=yes"), "PT48H");
    EXPECT_EQ(limit("category.violence=yes area.remote=no"), "PT24H");
    EXPECT_EQ(limit("category.violence=yes"), "PT24H");
}

TEST(Engine, EachChildIsDecidedForItself) {
    const Pack pack = parsed(small_pack().dump());
    const auto decision =
        pack.decide(facts(pack, "category.violence=no;category.violence=yes danger.life=yes"));
    EXPECT_EQ(duty(decision, "act", 0), nullptr);
    EXPECT_NE(duty(decision, "act", 1), nullptr);
    EXPECT_EQ(decision.notices.size(), 1U);
    EXPECT_EQ(decision.applied.size(), 2U);
}

TEST(Engine, NothingSaidAboutTheKindIsOneAssumption) {
    auto document = small_pack();
    document["terms"][0]["when"] = {{"fact", "category"}, {"has", {"violence", "neglect"}}};
    const Pack pack = parsed(document.dump());
    const auto decision = pack.decide(facts(pack, "danger.life=yes area.remote=no"));
    EXPECT_EQ(decision.assumptions, (std::vector<ProtectiveAssumption>{{"category", "any"}}));
}

TEST(Engine, AStepWithAnUnknownResultStartsWhatEitherResultWould) {
    const Pack pack = parsed(small_pack().dump());
    const auto children = facts(pack, "-;-");
    EXPECT_EQ(pack.decide_step(children, {"look", "bad"}, 1).duties.size(), 1U);
    EXPECT_EQ(pack.decide_step(children, {"look", "bad"}, 1).duties[0].child, 1);
    EXPECT_EQ(pack.decide_step(children, {"look", "bad"}, std::nullopt).duties.size(), 2U);
    EXPECT_EQ(pack.decide_step(children, {"look", "something"}, 0).applied[0]->id, "R3");
    EXPECT_EQ(pack.decide_step(children, {"look", ""}, 0).applied.size(), 1U) << "R4 wants its result said";
    EXPECT_EQ(pack.decide_step(children, {"look", "fine"}, 0).applied[0]->id, "R4");
    EXPECT_TRUE(pack.decide_step(children, {"dance", ""}, 0).applied.empty());
}

TEST(Engine, ClosingAsksItsOwnRules) {
    const Pack pack = parsed(small_pack().dump());
    EXPECT_EQ(pack.decide_closure(facts(pack, "category.violence=yes")).applied[0]->id, "R5");
    EXPECT_TRUE(pack.decide_closure(facts(pack, "category.violence=no")).applied.empty());
}

TEST(Engine, NotAndCertainFollowTheirTables) {
    auto document = small_pack();
    document["rules"][1]["when"] = {{"not", {{"fact", "danger.life"}, {"in", {"no"}}}}};
    Pack pack = parsed(document.dump());
    EXPECT_EQ(pack.decide(facts(pack, "danger.life=no")).applied.size(), 1U);
    EXPECT_EQ(pack.decide(facts(pack, "danger.life=yes")).applied.size(), 2U);
    const auto open = pack.decide(facts(pack, "-"));
    EXPECT_EQ(open.applied.size(), 2U);
    EXPECT_EQ(open.assumptions.at(0), (ProtectiveAssumption{"danger.life", "yes"}));
    document["rules"][1]["when"] = {{"certain", {{"fact", "danger.life"}, {"in", {"yes"}}}}};
    pack = parsed(document.dump());
    EXPECT_EQ(pack.decide(facts(pack, "-")).applied.size(), 1U);
    EXPECT_EQ(pack.decide(facts(pack, "danger.life=yes")).applied.size(), 2U);
}

TEST(Pack, AnswersForItsParts) {
    const Pack pack = parsed(small_pack().dump());
    EXPECT_EQ(pack.key(), "test/small@1");
    EXPECT_EQ(pack.first_stage(), "received");
    ASSERT_NE(pack.duty("R2", "act"), nullptr);
    EXPECT_EQ(pack.duty("R2", "act")->role, "police");
    EXPECT_EQ(pack.duty("R2", "dance"), nullptr);
    EXPECT_EQ(pack.duty("R9", "act"), nullptr);
    ASSERT_NE(pack.ladder("plain"), nullptr);
    EXPECT_TRUE(pack.ladder("plain")->steps[0].marks_overdue);
    EXPECT_EQ(pack.step("look")->stage, "assessing");
    EXPECT_FALSE(pack.valid_to());
}

}  // namespace
}  // namespace lachan::policy
