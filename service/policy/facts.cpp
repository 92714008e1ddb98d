#include "lachan/policy/facts.hpp"

#include <algorithm>

#include "content.hpp"
#include "fact_sources.hpp"
#include "lachan/base/check.hpp"

namespace lachan::policy {
namespace {

constexpr char kBetweenChildren = ';';
constexpr char kBetweenFacts = ' ';
constexpr char kBetweenValues = '|';
constexpr std::string_view kNothingKnown = "-";

/// Turns bits over the source's words into bits over the pack's words, which may stand in another order.
ValueSet translated(const FactDomain& fact, const FactSource& source, ValueSet possible) {
    ValueSet result = 0;
    for (std::size_t bit = 0; bit < source.words.size(); ++bit) {
        if ((possible >> bit & 1U) == 0) {
            continue;
        }
        const auto index = fact.index_of(source.words[bit]);
        LACHAN_CHECK(index.has_value());  // the parser refuses a domain that lacks a word
        result |= ValueSet{1} << *index;
    }
    return result;
}

ValueSet possible_category(const FactDomain& fact, const domain::Report& report) {
    const auto answer = speaks_of(report, std::string_view(fact.name).substr(kCategoryFact.size() + 1));
    if (answer == domain::Answer::unknown) {
        return fact.all();
    }
    return ValueSet{1} << *fact.index_of(domain::text_of(answer));
}

Facts facts_of_child(const Pack::Content& pack, const Statement& said) {
    std::vector<ValueSet> values;
    values.reserve(pack.facts.size());
    for (const FactDomain& fact : pack.facts) {
        if (fact.family == kCategoryFact) {
            values.push_back(possible_category(fact, said.report));
            continue;
        }
        const FactSource* const source = fact_source(fact.name);
        LACHAN_CHECK(source != nullptr);  // the parser refuses a fact without a source
        values.push_back(translated(fact, *source, source->possible(said)));
    }
    return Facts(std::move(values));
}

std::string text_of_values(const FactDomain& fact, ValueSet possible) {
    std::string text;
    for (std::size_t bit = 0; bit < fact.words.size(); ++bit) {
        if ((possible >> bit & 1U) != 0) {
            text += (text.empty() ? "" : std::string(1, kBetweenValues)) + fact.words[bit];
        }
    }
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

Error not_facts(std::string_view part) {
    return Error(Errc::rule_pack_invalid, "facts that this pack does not know: " + std::string(part));
}

Result<Facts> parse_child(const Pack::Content& pack, std::string_view text) {
    std::vector<ValueSet> values;
    for (const FactDomain& fact : pack.facts) {
        values.push_back(fact.all());
    }
    if (text == kNothingKnown) {
        return Facts(std::move(values));
    }
    for (const std::string_view entry : split(text, kBetweenFacts)) {
        const auto equals = entry.find('=');
        const auto fact = pack.fact(entry.substr(0, equals));
        if (equals == std::string_view::npos || !fact) {
            return not_facts(entry);
        }
        values[*fact] = 0;
        for (const std::string_view word : split(entry.substr(equals + 1), kBetweenValues)) {
            const auto value = pack.facts[*fact].index_of(word);
            if (!value) {
                return not_facts(entry);
            }
            values[*fact] |= ValueSet{1} << *value;
        }
    }
    return Facts(std::move(values));
}

bool is_known(ValueSet possible) {
    return possible != 0 && (possible & (possible - 1)) == 0;
}

/// True if `value` (one bit) is worse than every other value of the fact.
bool is_worst(const FactDomain& fact, ValueSet value) {
    for (std::size_t other = 0; other < fact.words.size(); ++other) {
        if ((value >> other & 1U) == 0 && (fact.worse[other] & value) == 0) {
            return false;
        }
    }
    return true;
}

bool is_worse(const FactDomain& fact, ValueSet worse, ValueSet than) {
    for (std::size_t value = 0; value < fact.words.size(); ++value) {
        if ((than >> value & 1U) != 0) {
            return (fact.worse[value] & worse) != 0;
        }
    }
    return false;
}

/// Silence adds nothing; the worst value says all there is; of two comparable values the worse one; else both
/// may be.
ValueSet joined_values(const FactDomain& fact, ValueSet known, ValueSet added) {
    if (added == fact.all()) {
        return known;
    }
    if (is_known(added) && (is_worst(fact, added) || (is_known(known) && is_worse(fact, added, known)))) {
        return added;
    }
    if (is_known(known) && (is_worst(fact, known) || (is_known(added) && is_worse(fact, known, added)))) {
        return known;
    }
    return known | added;
}

}  // namespace

std::vector<Facts> facts_of(const Pack& pack, const domain::Report& report, const Circumstances& where) {
    std::vector<Facts> children;
    if (report.children.empty()) {
        children.push_back(facts_of_child(pack.content(), Statement{report, nullptr, where}));
    }
    for (const auto& child : report.children) {
        children.push_back(facts_of_child(pack.content(), Statement{report, &child, where}));
    }
    return children;
}

std::string to_text(const Pack& pack, const std::vector<Facts>& facts) {
    const auto& domains = pack.content().facts;
    std::string text;
    for (const Facts& child : facts) {
        std::string known;
        for (std::size_t i = 0; i < domains.size(); ++i) {
            if (child[i] != domains[i].all()) {
                known += (known.empty() ? "" : std::string(1, kBetweenFacts)) + domains[i].name + '=' +
                         text_of_values(domains[i], child[i]);
            }
        }
        text += (text.empty() ? "" : std::string(1, kBetweenChildren)) +
                (known.empty() ? std::string(kNothingKnown) : known);
    }
    return text;
}

Result<std::vector<Facts>> parse_facts(const Pack& pack, std::string_view text) {
    std::vector<Facts> children;
    for (const std::string_view child : split(text, kBetweenChildren)) {
        auto facts = parse_child(pack.content(), child);
        if (!facts) {
            return facts.error();
        }
        children.push_back(std::move(*facts));
    }
    return children;
}

std::optional<std::string> known_word(std::string_view kept, std::string_view fact) {
    const std::string_view child = kept.substr(0, kept.find(kBetweenChildren));
    for (const std::string_view entry : split(child, kBetweenFacts)) {
        const auto equals = entry.find('=');
        const bool several = entry.find(kBetweenValues) != std::string_view::npos;
        if (entry.substr(0, equals) == fact && equals != std::string_view::npos && !several) {
            return std::string(entry.substr(equals + 1));
        }
    }
    return std::nullopt;
}

std::vector<Facts> joined(const Pack& pack,
                          const std::vector<Facts>& known,
                          const std::vector<Facts>& added) {
    const auto& domains = pack.content().facts;
    std::vector<Facts> result = known;
    for (std::size_t child = 0; child < added.size(); ++child) {
        if (child >= result.size()) {
            result.push_back(added[child]);
            continue;
        }
        for (std::size_t i = 0; i < domains.size(); ++i) {
            result[child].set(i, joined_values(domains[i], result[child][i], added[child][i]));
        }
    }
    return result;
}

}  // namespace lachan::policy
