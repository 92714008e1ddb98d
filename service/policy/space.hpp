#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content.hpp"
#include "diagram.hpp"

namespace lachan::policy {

/// Everything that can be known of a child, as the predicates of a pack tell it apart.
///
/// Values of a fact that no condition tells apart are one block. What is known of a fact is then a set of
/// blocks: one for a known value, all of them for an unknown one, and everything between (a birth year that
/// leaves two age bands). So the space holds every input there can be, each exactly once for the rules.
class Space {
public:
    /// What is known of a fact: which blocks are possible.
    struct State {
        ValueSet blocks = 0;
        ValueSet values = 0;  ///< The same as values.
        bool known = false;   ///< Exactly one block.
    };

    /// From one state of a fact to another that must not protect less.
    struct Move {
        std::size_t from = 0;
        std::size_t to = 0;
        bool worse = false;  ///< A worse value; otherwise less is known.
    };

    explicit Space(const Pack::Content& pack);

    [[nodiscard]] const Pack::Content& pack() const noexcept { return pack_; }
    [[nodiscard]] Diagrams& diagrams() noexcept { return *diagrams_; }
    [[nodiscard]] const std::vector<State>& states(std::size_t fact) const noexcept { return states_[fact]; }
    [[nodiscard]] const std::vector<Move>& moves(std::size_t fact) const noexcept { return moves_[fact]; }

    /// Where the rule's predicate is not "no": where it applies.
    [[nodiscard]] Diagrams::Ref applies(std::size_t rule) const noexcept {
        return possible_[pack_.roots[rule]];
    }
    /// Where it is "yes".
    [[nodiscard]] Diagrams::Ref surely(std::size_t rule) const noexcept {
        return certain_[pack_.roots[rule]];
    }
    /// Where every fact is known.
    [[nodiscard]] Diagrams::Ref all_known() const noexcept { return all_known_; }
    /// Where `fact` is known to be `value`.
    [[nodiscard]] Diagrams::Ref is_known(std::size_t fact, std::string_view value);

    /// The number of inputs over the facts given (all: the whole space), written out: it is larger than any
    /// integer.
    [[nodiscard]] std::string size(const std::vector<std::size_t>& facts) const;
    [[nodiscard]] std::vector<std::size_t> all_facts() const;

private:
    void partition(std::size_t fact);
    void find_moves(std::size_t fact);
    void build();

    const Pack::Content& pack_;
    std::vector<std::vector<ValueSet>> blocks_;  ///< For each fact: the values of each block.
    std::vector<std::vector<State>> states_;
    std::vector<std::vector<Move>> moves_;
    std::optional<Diagrams> diagrams_;
    std::vector<Diagrams::Ref> possible_;  ///< For each node of the program: where it is not "no" …
    std::vector<Diagrams::Ref> certain_;   ///< … and where it is "yes".
    Diagrams::Ref all_known_ = Diagrams::kTrue;
};

}  // namespace lachan::policy
