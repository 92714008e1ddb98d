#include "lachan/policy/prove.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "../service/policy/content.hpp"
#include "../service/policy/space.hpp"
#include "packs.hpp"

namespace lachan::policy {
namespace {

using testing::parsed;
using testing::shipped;
using testing::small_pack;

TEST(Prove, TheShippedPackKeepsItsPromisesOverItsWholeDomain) {
    const Proof proof = prove(shipped());
    for (const CounterExample& example : proof.counter_examples) {
        ADD_FAILURE() << example.text(shipped());
    }
    EXPECT_GE(proof.vectors.size(), 15U) << "the domain shrank to " << proof.vectors;
    EXPECT_GT(proof.outputs, 90U);
    EXPECT_GT(proof.changes, 1000U);
}

/// Facts of the engine for one state of each fact.
Facts facts_at(const Space& space, const std::vector<std::size_t>& states) {
    std::vector<ValueSet> values;
    for (std::size_t fact = 0; fact < states.size(); ++fact) {
        values.push_back(space.states(fact)[states[fact]].values);
    }
    return Facts(std::move(values));
}

/// Compares what the diagrams say of one input with what the engine decides.
void expect_same_rules(const Pack& pack, Space& space, const std::vector<std::size_t>& states) {
    const Facts facts = facts_at(space, states);
    std::vector<Verdict> verdicts(pack.content().program.nodes().size());
    pack.content().program.evaluate(facts, verdicts);
    for (std::size_t rule = 0; rule < pack.rules().size(); ++rule) {
        Diagrams::Ref applies = space.applies(rule);
        Diagrams::Ref surely = space.surely(rule);
        for (std::size_t fact = 0; fact < states.size(); ++fact) {
            applies = space.diagrams().restricted(applies, fact, states[fact]);
            surely = space.diagrams().restricted(surely, fact, states[fact]);
        }
        const Verdict verdict = verdicts[pack.content().roots[rule]];
        ASSERT_EQ(applies == Diagrams::kTrue, verdict != Verdict::no) << pack.rules()[rule].id;
        ASSERT_EQ(surely == Diagrams::kTrue, verdict == Verdict::yes) << pack.rules()[rule].id;
    }
}

// The proof is only worth what its picture of the engine is worth: on the small pack every single input is
// compared …
TEST(Prove, SeesTheEngineAsItIsForEveryInputOfASmallPack) {
    auto document = small_pack();
    document["rules"][1]["when"] = {
        {"any", {{{"not", {{"is", "violent"}}}}, {{"certain", {{"fact", "danger.life"}, {"in", {"yes"}}}}}}}};
    document["rules"][4]["when"] = {
        {"all", {{{"is", "violent"}}, {{"not", {{"fact", "danger.life"}, {"in", {"yes"}}}}}}}};
    const Pack pack = parsed(document.dump());
    Space space(pack.content());
    std::vector<std::size_t> states(pack.content().facts.size(), 0);
    std::size_t inputs = 0;
    for (std::size_t fact = 0; fact < states.size();) {
        expect_same_rules(pack, space, states);
        ++inputs;
        for (fact = 0; fact < states.size() && ++states[fact] == space.states(fact).size(); ++fact) {
            states[fact] = 0;
        }
    }
    EXPECT_EQ(std::to_string(inputs), space.size(space.all_facts()));
}

// … and on the shipped one a fixed sample of inputs.
TEST(Prove, SeesTheEngineAsItIsOnASampleOfTheShippedPack) {
    Space space(shipped().content());
    std::mt19937 random(20231023);
    constexpr int kInputs = 2000;
    for (int input = 0; input < kInputs; ++input) {
        std::vector<std::size_t> states;
        for (std::size_t fact = 0; fact < shipped().content().facts.size(); ++fact) {
            states.push_back(random() % space.states(fact).size());
        }
        expect_same_rules(shipped(), space, states);
    }
}

// A fact of many values may be known, be one of two, or be unknown: all of that is looked at, and it is seen
// as the engine sees it.
TEST(Prove, SeesTheEngineAsItIsForAFactOfManyValues) {
    auto document = small_pack();
    nlohmann::json words = nlohmann::json::array();
    nlohmann::json any = nlohmann::json::array();
    for (const std::string_view word : domain::kWords<domain::Mechanism>) {
        if (word == "unknown") {
            continue;
        }
        words.push_back(word);
        const nlohmann::json is_it = {{"fact", "injury.mechanism"}, {"in", {word}}};
        any.push_back({{"all", {is_it, {{"fact", "danger.life"}, {"in", {"yes"}}}}}});
    }
    const std::size_t values = words.size();
    ASSERT_GT(values, 10U) << "no fact has so many values any more";
    any.erase(any.begin());  // the rest
    document["facts"].push_back({{"name", "injury.mechanism"}, {"title", "Cơ chế"}, {"values", words}});
    document["rules"][1]["when"] = {{"any", any}};
    const Pack pack = parsed(document.dump());
    Space space(pack.content());
    const std::size_t mechanism = *pack.content().fact("injury.mechanism");
    const std::size_t danger = *pack.content().fact("danger.life");
    const std::size_t pairs = values * (values - 1) / 2;
    EXPECT_EQ(space.states(mechanism).size(), values + pairs + 1);
    std::vector<std::size_t> states(pack.content().facts.size());
    for (states[danger] = 0; states[danger] < space.states(danger).size(); ++states[danger]) {
        for (states[mechanism] = 0; states[mechanism] < space.states(mechanism).size(); ++states[mechanism]) {
            expect_same_rules(pack, space, states);
        }
    }
    // Less may be known of it: one value, one of two, none. From one to two, from either to none.
    EXPECT_EQ(space.moves(mechanism).size(), 2 * pairs + pairs + values);
}

TEST(Prove, ACounterExampleReadsLikeASentence) {
    auto document = small_pack();
    document["rules"][1]["when"] = {
        {"all", {{{"is", "violent"}}, {{"fact", "danger.life"}, {"in", {"no"}}}}}};
    const Pack pack = parsed(document.dump());
    const Proof proof = prove(pack);
    ASSERT_FALSE(proof.holds());
    const auto worse = std::find_if(
        proof.counter_examples.begin(), proof.counter_examples.end(), [](const CounterExample& example) {
            return example.promise == CounterExample::Promise::worse && example.lost == "urgency emergency";
        });
    ASSERT_NE(worse, proof.counter_examples.end());
    EXPECT_EQ(worse->changed, "danger.life");
    EXPECT_EQ(worse->from, "no");
    EXPECT_EQ(worse->to, "yes");
    EXPECT_EQ(worse->rules, std::vector<std::string>{"R2"});
    EXPECT_EQ(worse->text(pack),
              "Tình hình xấu hơn (Tính mạng = no → Tính mạng = yes) lại bớt bảo vệ: mất \"urgency "
              "emergency\"; trong trường "
              "hợp: violence = có; quy tắc: R2.");
    EXPECT_EQ(worse->text(pack, Language::english).find("Worse news"), 0U);
}

TEST(Prove, SaysInBothLanguagesWhichPromiseIsBroken) {
    const auto said = [](const std::function<void(nlohmann::json&)>& change, Language language) {
        auto document = small_pack();
        change(document);
        const Pack pack = parsed(document.dump());
        std::string text;
        for (const CounterExample& example : prove(pack).counter_examples) {
            text += example.text(pack, language) + '\n';
        }
        return text;
    };
    const auto holds = [](const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    };
    const auto nothing = [](nlohmann::json& d) { d["rules"].erase(0); };
    const std::string english = said(nothing, Language::english);
    EXPECT_TRUE(holds(english, "Nobody has anything to do; where: ")) << english;
    EXPECT_TRUE(holds(english, "There is no urgency; where: ")) << english;
    EXPECT_TRUE(holds(said(nothing, Language::vietnamese), "Không ai phải làm gì; trong trường hợp: "));
    const auto certain = [](nlohmann::json& d) {
        d["rules"][1]["when"] = {{"certain", {{"fact", "danger.life"}, {"in", {"yes"}}}}};
    };
    EXPECT_TRUE(holds(said(certain, Language::english),
                      "Knowing less (danger.life = yes → danger.life = unknown) protects less: "));
    EXPECT_TRUE(
        holds(said(certain, Language::vietnamese), "Biết ít đi (Tính mạng = yes → Tính mạng = chưa rõ)"));
    const auto no_urgency = [](nlohmann::json& d) { d["rules"][1].erase("urgency"); };
    EXPECT_TRUE(holds(said(no_urgency, Language::english), "There is no urgency; where: always."));
    EXPECT_TRUE(holds(said(no_urgency, Language::vietnamese),
                      "Không xác định được urgency; trong trường hợp: mọi trường hợp."));
}

}  // namespace
}  // namespace lachan::policy
