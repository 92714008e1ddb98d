#include <algorithm>

#include "fact_sources.hpp"
#include "parsing.hpp"

namespace lachan::policy {
namespace {

/// Deeper nesting than any official would read.
constexpr std::size_t kMaxDepth = 32;

NodeIndex always(Pack::Content& content) {
    return content.program.all({});
}

NodeIndex read_nested(const Reader& when, Pack::Content& content, std::size_t depth);

NodeIndex read_joined(const Reader& when, std::string_view op, Pack::Content& content, std::size_t depth) {
    std::vector<NodeIndex> children;
    when.each(op, [&](const Reader& part) { children.push_back(read_nested(part, content, depth + 1)); });
    if (children.empty()) {
        when.fault_at(op, "empty", "at least one condition is expected");
        return always(content);
    }
    return op == "all" ? content.program.all(std::move(children)) : content.program.any(std::move(children));
}

NodeIndex read_term(const Reader& when, Pack::Content& content) {
    const std::string name = when.required("is");
    const auto found = std::find_if(
        content.terms.begin(), content.terms.end(), [&](const Term& term) { return term.name == name; });
    if (found == content.terms.end()) {
        when.fault_at("is", "unknown_term", "\"" + name + "\" is not among the terms above");
        return always(content);
    }
    return found->node;
}

/// {"fact": "category", "has": ["drowning", "injury"]}: one of these is named.
NodeIndex read_has(const Reader& when, Pack::Content& content) {
    std::vector<NodeIndex> any_of;
    when.each("has", [&](const Reader& element) {
        const std::string word =
            element.json().is_string() ? element.json().get<std::string>() : std::string();
        const auto fact = content.fact(std::string(kCategoryFact) + '.' + word);
        if (!fact) {
            element.fault("unknown_value", "\"" + word + "\" is not a category");
            return;
        }
        any_of.push_back(content.program.among(*fact, ValueSet{1} << *content.facts[*fact].index_of("yes")));
    });
    if (any_of.empty()) {
        when.fault_at("has", "empty", "at least one category is expected");
        return always(content);
    }
    return content.program.any(std::move(any_of));
}

NodeIndex read_among(const Reader& when, const std::string& name, Pack::Content& content) {
    const auto fact = content.fact(name);
    if (!fact) {
        when.fault_at("fact", "unknown_fact", "\"" + name + "\" is not declared");
        return always(content);
    }
    ValueSet set = 0;
    for (const std::string& word : when.texts("in")) {
        const auto value = content.facts[*fact].index_of(word);
        if (!value) {
            when.fault_at("in", "unknown_value", name + " cannot be \"" + word + "\"");
            continue;
        }
        set |= ValueSet{1} << *value;
    }
    if (set == 0) {
        when.fault_at("in", "empty", "at least one value is expected");
        return always(content);
    }
    return content.program.among(*fact, set);
}

NodeIndex read_comparison(const Reader& when, Pack::Content& content) {
    if (!when.is_object({"fact", "in", "has"})) {
        return always(content);
    }
    const std::string name = when.required("fact");
    if (when.has("has") == when.has("in") || when.has("has") != (name == kCategoryFact)) {
        when.fault("bad_condition", "\"has\" goes with the fact \"category\", \"in\" with every other");
        return always(content);
    }
    return name == kCategoryFact ? read_has(when, content) : read_among(when, name, content);
}

NodeIndex read_nested(const Reader& when, Pack::Content& content, std::size_t depth) {
    if (when.json() == "always") {
        return always(content);
    }
    if (!when.json().is_object() || depth > kMaxDepth) {
        when.fault("bad_condition", "a condition is expected here");
        return always(content);
    }
    if (when.has("fact")) {
        return read_comparison(when, content);
    }
    if (when.json().size() != 1) {
        when.fault("bad_condition", "a condition is one of: fact, is, all, any, not, certain");
        return always(content);
    }
    const std::string op = when.json().begin().key();
    if (op == "all" || op == "any") {
        return read_joined(when, op, content, depth);
    }
    if (op == "is") {
        return read_term(when, content);
    }
    if (op == "not") {
        return content.program.negation(read_nested(when.at("not"), content, depth + 1));
    }
    if (op == "certain") {
        return content.program.certain(read_nested(when.at("certain"), content, depth + 1));
    }
    when.fault("bad_condition", "a condition is one of: fact, is, all, any, not, certain");
    return always(content);
}

}  // namespace

NodeIndex read_predicate(const Reader& when, Pack::Content& content) {
    return read_nested(when, content, 0);
}

void read_terms(const Reader& pack, Pack::Content& content) {
    pack.each("terms", [&](const Reader& declared) {
        if (!declared.is_object({"name", "title", "note", "when"})) {
            return;
        }
        Term term;
        term.name = declared.required("name");
        const Reader named = declared.within("term " + term.name);
        term.title = named.required("title");
        if (!named.has("when")) {
            named.fault_at("when", "missing", "this key is needed");
            return;
        }
        const auto same = [&](const Term& other) { return other.name == term.name; };
        if (std::any_of(content.terms.begin(), content.terms.end(), same)) {
            named.fault_at("name", "duplicate", "it is declared twice");
        }
        term.node = read_predicate(named.at("when"), content);
        content.terms.push_back(std::move(term));
    });
}

}  // namespace lachan::policy
