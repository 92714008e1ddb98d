#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "lachan/policy/facts.hpp"

namespace lachan::policy {

/// The answer of a predicate in Kleene's logic, ordered so that "all" is a minimum and "any" a maximum.
enum class Verdict : std::uint8_t { no, unknown, yes };

using NodeIndex = std::uint32_t;

/// What a node of the program does with its children.
enum class Op : std::uint8_t {
    among,  ///< The fact's value is one of a set: yes if it must be, no if it cannot be, unknown otherwise.
    all,    ///< The least of its children; yes where there are none.
    any,    ///< The greatest of its children; no where there are none.
    negation,
    certain,  ///< Yes where its child is yes, no otherwise: the one place where "unknown" may relax.
};

struct Node {
    Op op = Op::all;
    std::uint16_t fact = 0;   ///< For `among`.
    ValueSet set = 0;         ///< For `among`.
    std::uint32_t first = 0;  ///< Of its children among the edges.
    std::uint32_t count = 0;
};

/// All predicates of a pack as one flat list in which children stand before their parents and equal nodes are
/// one, so that a pass over it answers every rule at once.
class Program {
public:
    [[nodiscard]] NodeIndex among(std::size_t fact, ValueSet set);
    [[nodiscard]] NodeIndex all(std::vector<NodeIndex> children) { return add(Op::all, std::move(children)); }
    [[nodiscard]] NodeIndex any(std::vector<NodeIndex> children) { return add(Op::any, std::move(children)); }
    [[nodiscard]] NodeIndex negation(NodeIndex child) { return add(Op::negation, {child}); }
    [[nodiscard]] NodeIndex certain(NodeIndex child) { return add(Op::certain, {child}); }

    [[nodiscard]] std::span<const Node> nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::span<const NodeIndex> children(NodeIndex node) const noexcept {
        return std::span(edges_).subspan(nodes_[node].first, nodes_[node].count);
    }

    /// The verdict of every node; `verdicts` has room for all of them.
    void evaluate(const Facts& facts, std::span<Verdict> verdicts) const noexcept;

    /// The nodes below and with `roots`, children first.
    [[nodiscard]] std::vector<NodeIndex> below(std::span<const NodeIndex> roots) const;
    /// True if a "certain" stands below `root`.
    [[nodiscard]] bool asks_for_certainty(NodeIndex root) const;

private:
    using Key = std::tuple<Op, std::uint16_t, ValueSet, std::vector<NodeIndex>>;

    [[nodiscard]] NodeIndex add(Op op, std::vector<NodeIndex> children);
    [[nodiscard]] NodeIndex keep(Key key);

    std::vector<Node> nodes_;
    std::vector<NodeIndex> edges_;
    std::map<Key, NodeIndex> known_;
};

/// What a set of possible values says about being in `set`.
[[nodiscard]] constexpr Verdict verdict_of(ValueSet possible, ValueSet set) noexcept {
    if ((possible & set) == 0) {
        return Verdict::no;
    }
    return (possible & ~set) == 0 ? Verdict::yes : Verdict::unknown;
}

}  // namespace lachan::policy
