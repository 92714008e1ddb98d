#include <algorithm>

#include "fact_sources.hpp"
#include "parsing.hpp"

namespace lachan::policy {
namespace {

/// A set of values is kept in the bits of one number.
constexpr std::size_t kMaxValues = 32;

/// Reads chains from mild to bad ("worse": [["no","yes"]]) and closes them: worse than worse is worse.
void read_order(const Reader& declared, FactDomain& fact) {
    fact.worse.assign(fact.words.size(), 0);
    declared.each("worse", [&](const Reader& chain) {
        if (!chain.json().is_array()) {
            chain.fault("wrong_type", "a list of values from mild to bad is expected here");
            return;
        }
        std::optional<std::size_t> milder;
        for (const auto& word : chain.json()) {
            const auto value = word.is_string() ? fact.index_of(word.get<std::string>()) : std::nullopt;
            if (!value) {
                chain.fault("unknown_value",
                            "the order of " + fact.name + " names a value that it does not have");
                return;
            }
            if (milder) {
                fact.worse[*milder] |= ValueSet{1} << *value;
            }
            milder = value;
        }
    });
    for (std::size_t through = 0; through < fact.words.size(); ++through) {
        for (ValueSet& worse : fact.worse) {
            worse |= (worse >> through & 1U) != 0 ? fact.worse[through] : 0;
        }
    }
    for (std::size_t value = 0; value < fact.words.size(); ++value) {
        if ((fact.worse[value] >> value & 1U) != 0) {
            declared.fault_at(
                "worse", "circular_order", "a value of " + fact.name + " would be worse than itself");
            return;
        }
    }
}

void read_titles(const Reader& declared, FactDomain& fact) {
    fact.titles = fact.words;
    if (!declared.has("titles")) {
        return;
    }
    const Reader titles = declared.at("titles");
    if (!titles.json().is_object()) {
        titles.fault("wrong_type", "an object is expected here");
        return;
    }
    for (const auto& [word, title] : titles.json().items()) {
        const auto value = fact.index_of(word);
        if (!value || !title.is_string()) {
            titles.fault_at(
                word, "unknown_value", "a title for a value that " + fact.name + " does not have");
            continue;
        }
        fact.titles[*value] = title.get<std::string>();
    }
}

/// The domain must be exactly what can be taken from a report: a word more could never be, a word less would
/// be lost.
void expect_words(const Reader& declared, const FactDomain& fact, std::span<const std::string_view> words) {
    for (const std::string_view word : words) {
        if (!fact.index_of(word)) {
            declared.fault_at(
                "values", "missing_value", fact.name + " can be \"" + std::string(word) + "\" too");
        }
    }
    for (const std::string& word : fact.words) {
        if (std::find(words.begin(), words.end(), word) == words.end()) {
            declared.fault_at("values", "unknown_value", fact.name + " can never be \"" + word + "\"");
        }
    }
}

void read_single(const Reader& declared, const std::string& name, Pack::Content& content) {
    FactDomain fact;
    fact.name = name;
    fact.family = name;
    fact.title = declared.required("title");
    fact.title_en = declared.text("title_en").value_or(name);
    fact.words = declared.texts("values");
    fact.ranged = declared.flag("ranged", false);
    if (fact.words.empty() || fact.words.size() > kMaxValues) {
        declared.fault_at("values", "bad_domain", "between 1 and 32 values are expected");
        return;
    }
    const FactSource* const source = fact_source(name);
    if (source == nullptr) {
        declared.fault_at("name", "unknown_fact", "no report can say anything about \"" + name + "\"");
        return;
    }
    fact.always_known = source->always_known;
    expect_words(declared, fact, source->words);
    read_order(declared, fact);
    read_titles(declared, fact);
    content.facts.push_back(std::move(fact));
}

/// A fact that can have several values at once becomes a yes/no fact for each of them. Naming one more is
/// worse.
void read_several(const Reader& declared, Pack::Content& content) {
    FactDomain shape;
    shape.name = kCategoryFact;
    shape.words = declared.texts("values");
    shape.title = declared.required("title");
    expect_words(declared, shape, category_words());
    read_titles(declared, shape);
    for (std::size_t i = 0; i < shape.words.size(); ++i) {
        FactDomain fact;
        fact.name = std::string(kCategoryFact) + '.' + shape.words[i];
        fact.family = kCategoryFact;
        fact.title = shape.titles[i];
        fact.title_en = shape.words[i];
        fact.words = {"no", "yes"};
        fact.titles = {"không", "có"};
        fact.worse = {2, 0};
        content.facts.push_back(std::move(fact));
    }
}

}  // namespace

void read_facts(const Reader& pack, Pack::Content& content) {
    pack.each("facts", [&](const Reader& declared) {
        if (!declared.is_object(
                {"name", "title", "title_en", "values", "titles", "worse", "ranged", "several"})) {
            return;
        }
        const std::string name = declared.required("name");
        const Reader named = declared.within("fact " + name);
        const auto same = [&](const FactDomain& fact) { return fact.family == name; };
        if (std::any_of(content.facts.begin(), content.facts.end(), same)) {
            named.fault_at("name", "duplicate", "it is declared twice");
            return;
        }
        const bool several = named.flag("several", false);
        if (several != (name == kCategoryFact)) {
            named.fault_at(
                "several", "bad_domain", "\"category\", and nothing else, can have several values");
            return;
        }
        if (several) {
            read_several(named, content);
        } else {
            read_single(named, name, content);
        }
    });
    if (content.facts.empty()) {
        pack.fault_at("facts", "missing", "at least one fact is needed");
    }
}

}  // namespace lachan::policy
