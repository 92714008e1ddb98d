#include "space.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace lachan::policy {
namespace {

/// Up to this many blocks every set of them is a state (1023 of them). Beyond, a fact may be known, be one of
/// two values, or be unknown, which is what reports and their follow-ups can say of it.
constexpr std::size_t kMaxBlocks = 10;
constexpr int kPair = 2;

bool is_state(ValueSet blocks, std::size_t count) {
    return count <= kMaxBlocks || std::popcount(blocks) <= kPair ||
           std::popcount(blocks) == static_cast<int>(count);
}

/// A decimal number that never overflows.
std::string times(const std::string& number, std::size_t factor) {
    constexpr std::size_t kBase = 10;
    std::string result;
    std::size_t carry = 0;
    for (auto digit = number.rbegin(); digit != number.rend(); ++digit) {
        const std::size_t product = static_cast<std::size_t>(*digit - '0') * factor + carry;
        result += static_cast<char>('0' + product % kBase);
        carry = product / kBase;
    }
    for (; carry > 0; carry /= kBase) {
        result += static_cast<char>('0' + carry % kBase);
    }
    std::reverse(result.begin(), result.end());
    return result;
}

}  // namespace

Space::Space(const Pack::Content& pack)
    : pack_(pack), blocks_(pack.facts.size()), states_(pack.facts.size()), moves_(pack.facts.size()) {
    std::vector<std::size_t> widths;
    for (std::size_t fact = 0; fact < pack.facts.size(); ++fact) {
        partition(fact);
        find_moves(fact);
        widths.push_back(states_[fact].size());
    }
    diagrams_.emplace(std::move(widths));
    build();
}

void Space::partition(std::size_t fact) {
    const FactDomain& domain = pack_.facts[fact];
    std::map<std::vector<bool>, ValueSet> by_answers;
    for (std::size_t value = 0; value < domain.words.size(); ++value) {
        std::vector<bool> answers;
        for (const Node& node : pack_.program.nodes()) {
            if (node.op == Op::among && node.fact == fact) {
                answers.push_back((node.set >> value & 1U) != 0);
            }
        }
        // The remoteness of the commune is asked by limits too, not only by conditions.
        answers.push_back(pack_.remote_fact == fact && value != 0);
        by_answers[answers] |= ValueSet{1} << value;
    }
    for (const auto& [answers, values] : by_answers) {
        blocks_[fact].push_back(values);
    }
    const std::size_t count = blocks_[fact].size();
    const ValueSet subsets = domain.always_known ? 0 : static_cast<ValueSet>((std::uint64_t{1} << count) - 1);
    for (ValueSet blocks = 1; blocks <= subsets && blocks != 0; ++blocks) {
        if (!is_state(blocks, count)) {
            continue;
        }
        State state{blocks, 0, std::has_single_bit(blocks)};
        for (std::size_t block = 0; block < count; ++block) {
            state.values |= (blocks >> block & 1U) != 0 ? blocks_[fact][block] : 0;
        }
        states_[fact].push_back(state);
    }
    for (std::size_t block = 0; domain.always_known && block < count; ++block) {
        states_[fact].push_back({ValueSet{1} << block, blocks_[fact][block], true});
    }
}

void Space::find_moves(std::size_t fact) {
    const FactDomain& domain = pack_.facts[fact];
    const auto& states = states_[fact];
    const auto becomes_worse = [&](ValueSet from, ValueSet to) {
        for (std::size_t value = 0; value < domain.words.size(); ++value) {
            if ((from >> value & 1U) != 0 && (domain.worse[value] & to) != 0) {
                return true;
            }
        }
        return false;
    };
    for (std::size_t from = 0; from < states.size(); ++from) {
        for (std::size_t to = 0; to < states.size(); ++to) {
            const bool wider = from != to && (states[from].blocks & ~states[to].blocks) == 0;
            const bool one_more = std::popcount(states[to].blocks) == std::popcount(states[from].blocks) + 1;
            if (wider && (one_more || blocks_[fact].size() > kMaxBlocks)) {
                moves_[fact].push_back({from, to, false});
            } else if (from != to && states[from].known && states[to].known &&
                       becomes_worse(states[from].values, states[to].values)) {
                moves_[fact].push_back({from, to, true});
            }
        }
    }
}

void Space::build() {
    Diagrams& diagrams = *diagrams_;
    for (std::size_t fact = 0; fact < states_.size(); ++fact) {
        std::vector<std::uint8_t> known;
        for (const State& state : states_[fact]) {
            known.push_back(state.known ? 1 : 0);
        }
        all_known_ = diagrams.both(all_known_, diagrams.variable(fact, known));
    }
    for (NodeIndex index = 0; index < pack_.program.nodes().size(); ++index) {
        const Node& node = pack_.program.nodes()[index];
        Diagrams::Ref possible = node.op == Op::any ? Diagrams::kFalse : Diagrams::kTrue;
        Diagrams::Ref certain = possible;
        if (node.op == Op::among) {
            std::vector<std::uint8_t> may;
            std::vector<std::uint8_t> must;
            for (const State& state : states_[node.fact]) {
                const Verdict verdict = verdict_of(state.values, node.set);
                may.push_back(verdict != Verdict::no ? 1 : 0);
                must.push_back(verdict == Verdict::yes ? 1 : 0);
            }
            possible = diagrams.variable(node.fact, may);
            certain = diagrams.variable(node.fact, must);
        }
        for (const NodeIndex child : pack_.program.children(index)) {
            switch (node.op) {
                case Op::all:
                    possible = diagrams.both(possible, possible_[child]);
                    certain = diagrams.both(certain, certain_[child]);
                    break;
                case Op::any:
                    possible = diagrams.either(possible, possible_[child]);
                    certain = diagrams.either(certain, certain_[child]);
                    break;
                case Op::negation:
                    possible = diagrams.negation(certain_[child]);
                    certain = diagrams.negation(possible_[child]);
                    break;
                case Op::certain:
                    possible = certain_[child];
                    certain = certain_[child];
                    break;
                case Op::among:
                    break;
            }
        }
        possible_.push_back(possible);
        certain_.push_back(certain);
    }
}

Diagrams::Ref Space::is_known(std::size_t fact, std::string_view value) {
    const auto index = pack_.facts[fact].index_of(value);
    std::vector<std::uint8_t> holds;
    for (const State& state : states_[fact]) {
        holds.push_back(state.known && index && (state.values >> *index & 1U) != 0 ? 1 : 0);
    }
    return diagrams_->variable(fact, holds);
}

std::vector<std::size_t> Space::all_facts() const {
    std::vector<std::size_t> facts;
    for (std::size_t fact = 0; fact < states_.size(); ++fact) {
        facts.push_back(fact);
    }
    return facts;
}

std::string Space::size(const std::vector<std::size_t>& facts) const {
    std::string number = "1";
    for (const std::size_t fact : facts) {
        number = times(number, states_[fact].size());
    }
    return number;
}

}  // namespace lachan::policy
