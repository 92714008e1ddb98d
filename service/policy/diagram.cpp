#include "diagram.hpp"

#include <algorithm>
#include <set>

#include "lachan/base/check.hpp"

namespace lachan::policy {

Diagrams::Diagrams(std::vector<std::size_t> widths) : widths_(std::move(widths)) {
    // The constants stand below every variable.
    nodes_.push_back({widths_.size(), {}});
    nodes_.push_back({widths_.size(), {}});
}

Diagrams::Ref Diagrams::node(std::size_t variable, std::vector<Ref> children) {
    const bool all_equal =
        std::all_of(children.begin(), children.end(), [&](Ref other) { return other == children.front(); });
    if (all_equal) {
        return children.front();
    }
    const auto next = static_cast<Ref>(nodes_.size());
    const auto [entry, added] = unique_.emplace(std::pair(variable, children), next);
    if (added) {
        nodes_.push_back({variable, std::move(children)});
    }
    return entry->second;
}

Diagrams::Ref Diagrams::variable(std::size_t variable, std::span<const std::uint8_t> holds) {
    LACHAN_CHECK(holds.size() == widths_[variable]);
    std::vector<Ref> children;
    for (const std::uint8_t value : holds) {
        children.push_back(value != 0 ? kTrue : kFalse);
    }
    return node(variable, std::move(children));
}

Diagrams::Ref Diagrams::child(Ref a, std::size_t variable, std::size_t state) const {
    return nodes_[a].variable == variable ? nodes_[a].children[state] : a;
}

Diagrams::Ref Diagrams::both(Ref a, Ref b) {
    if (a == kFalse || b == kFalse) {
        return kFalse;
    }
    if (a == kTrue || a == b) {
        return b;
    }
    if (b == kTrue) {
        return a;
    }
    const auto key = std::minmax(a, b);
    if (const auto found = both_.find(key); found != both_.end()) {
        return found->second;
    }
    const std::size_t top = std::min(nodes_[a].variable, nodes_[b].variable);
    std::vector<Ref> children;
    children.reserve(widths_[top]);
    for (std::size_t state = 0; state < widths_[top]; ++state) {
        children.push_back(both(child(a, top, state), child(b, top, state)));
    }
    const Ref result = node(top, std::move(children));
    both_.emplace(key, result);
    return result;
}

Diagrams::Ref Diagrams::either(Ref a, Ref b) {
    return negation(both(negation(a), negation(b)));
}

Diagrams::Ref Diagrams::negation(Ref a) {
    if (a <= kTrue) {
        return a == kTrue ? kFalse : kTrue;
    }
    if (const auto found = negation_.find(a); found != negation_.end()) {
        return found->second;
    }
    const std::size_t variable = nodes_[a].variable;
    std::vector<Ref> children;
    for (std::size_t state = 0; state < widths_[variable]; ++state) {
        children.push_back(negation(nodes_[a].children[state]));
    }
    const Ref result = node(variable, std::move(children));
    negation_.emplace(a, result);
    negation_.emplace(result, a);
    return result;
}

Diagrams::Ref Diagrams::restricted(Ref a, std::size_t variable, std::size_t state) {
    std::unordered_map<Ref, Ref> known;
    return restrict_below(a, variable, state, known);
}

Diagrams::Ref Diagrams::restrict_below(Ref a,
                                       std::size_t variable,
                                       std::size_t state,
                                       std::unordered_map<Ref, Ref>& known) {
    if (nodes_[a].variable >= variable) {
        return child(a, variable, state);
    }
    if (const auto found = known.find(a); found != known.end()) {
        return found->second;
    }
    const std::size_t top = nodes_[a].variable;
    std::vector<Ref> children;
    for (std::size_t below = 0; below < widths_[top]; ++below) {
        children.push_back(restrict_below(nodes_[a].children[below], variable, state, known));
    }
    const Ref result = node(top, std::move(children));
    known.emplace(a, result);
    return result;
}

Diagrams::Assignment Diagrams::witness(Ref a) const {
    LACHAN_CHECK(a != kFalse);
    Assignment found;
    while (a != kTrue) {
        const auto& children = nodes_[a].children;
        const auto way =
            std::find_if(children.begin(), children.end(), [](Ref next) { return next != kFalse; });
        found.emplace_back(nodes_[a].variable, static_cast<std::size_t>(way - children.begin()));
        a = *way;
    }
    return found;
}

std::vector<std::size_t> Diagrams::support(Ref a) const {
    std::set<std::size_t> variables;
    std::set<Ref> seen;
    std::vector<Ref> waiting{a};
    while (!waiting.empty()) {
        const Ref next = waiting.back();
        waiting.pop_back();
        if (next <= kTrue || !seen.insert(next).second) {
            continue;
        }
        variables.insert(nodes_[next].variable);
        waiting.insert(waiting.end(), nodes_[next].children.begin(), nodes_[next].children.end());
    }
    return {variables.begin(), variables.end()};
}

}  // namespace lachan::policy
