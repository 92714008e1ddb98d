#include "program.hpp"

#include <algorithm>
#include <set>

namespace lachan::policy {
namespace {

/// Children first, each once.
void collect(const Program& program, NodeIndex node, std::set<NodeIndex>& found) {
    if (!found.insert(node).second) {
        return;
    }
    for (const NodeIndex child : program.children(node)) {
        collect(program, child, found);
    }
}

}  // namespace

NodeIndex Program::among(std::size_t fact, ValueSet set) {
    return keep({Op::among, static_cast<std::uint16_t>(fact), set, {}});
}

NodeIndex Program::add(Op op, std::vector<NodeIndex> children) {
    // The order of what is joined by "all" or "any" does not matter: sorted, equal ones are found to be
    // equal.
    std::sort(children.begin(), children.end());
    children.erase(std::unique(children.begin(), children.end()), children.end());
    if (children.size() == 1 && (op == Op::all || op == Op::any)) {
        return children.front();
    }
    return keep({op, std::uint16_t{0}, ValueSet{0}, std::move(children)});
}

NodeIndex Program::keep(Key key) {
    const auto next = static_cast<NodeIndex>(nodes_.size());
    const auto [entry, added] = known_.emplace(std::move(key), next);
    if (!added) {
        return entry->second;
    }
    const auto& [op, fact, set, children] = entry->first;
    const auto first = static_cast<std::uint32_t>(edges_.size());
    edges_.insert(edges_.end(), children.begin(), children.end());
    nodes_.push_back({op, fact, set, first, static_cast<std::uint32_t>(children.size())});
    return next;
}

void Program::evaluate(const Facts& facts, std::span<Verdict> verdicts) const noexcept {
    for (std::size_t index = 0; index < nodes_.size(); ++index) {
        const Node& node = nodes_[index];
        const NodeIndex* const child = edges_.data() + node.first;
        Verdict verdict = Verdict::yes;
        switch (node.op) {
            case Op::among:
                verdict = verdict_of(facts[node.fact], node.set);
                break;
            case Op::all:
                for (std::uint32_t i = 0; i < node.count; ++i) {
                    verdict = std::min(verdict, verdicts[child[i]]);
                }
                break;
            case Op::any:
                verdict = Verdict::no;
                for (std::uint32_t i = 0; i < node.count; ++i) {
                    verdict = std::max(verdict, verdicts[child[i]]);
                }
                break;
            case Op::negation:
                verdict = static_cast<Verdict>(2 - static_cast<int>(verdicts[*child]));
                break;
            case Op::certain:
                verdict = verdicts[*child] == Verdict::yes ? Verdict::yes : Verdict::no;
                break;
        }
        verdicts[index] = verdict;
    }
}

std::vector<NodeIndex> Program::below(std::span<const NodeIndex> roots) const {
    std::set<NodeIndex> found;
    for (const NodeIndex root : roots) {
        collect(*this, root, found);
    }
    return {found.begin(), found.end()};
}

bool Program::asks_for_certainty(NodeIndex root) const {
    const NodeIndex roots[] = {root};
    const auto nodes = below(roots);
    return std::any_of(
        nodes.begin(), nodes.end(), [&](NodeIndex node) { return nodes_[node].op == Op::certain; });
}

}  // namespace lachan::policy
