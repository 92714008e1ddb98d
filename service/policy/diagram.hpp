#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lachan::policy {

/// Functions from a finite product of variables to {false, true}, kept as reduced ordered decision diagrams:
/// equal functions are one node. Every question below is answered for all inputs at once, exactly, without
/// sampling.
class Diagrams {
public:
    using Ref = std::uint32_t;
    static constexpr Ref kFalse = 0;
    static constexpr Ref kTrue = 1;

    /// A choice of states for some variables; those that are not named do not matter.
    using Assignment = std::vector<std::pair<std::size_t, std::size_t>>;

    /// `widths`: how many states each variable has.
    explicit Diagrams(std::vector<std::size_t> widths);

    /// True where `holds[state of variable]`.
    [[nodiscard]] Ref variable(std::size_t variable, std::span<const std::uint8_t> holds);
    [[nodiscard]] Ref both(Ref a, Ref b);
    [[nodiscard]] Ref either(Ref a, Ref b);
    [[nodiscard]] Ref negation(Ref a);
    /// `a` with `variable` fixed.
    [[nodiscard]] Ref restricted(Ref a, std::size_t variable, std::size_t state);

    /// True if `b` holds wherever `a` does.
    [[nodiscard]] bool implies(Ref a, Ref b) { return both(a, negation(b)) == kFalse; }
    /// An input for which `a` is true. `a` must not be false.
    [[nodiscard]] Assignment witness(Ref a) const;
    /// The variables on which `a` depends.
    [[nodiscard]] std::vector<std::size_t> support(Ref a) const;

private:
    struct Node {
        std::size_t variable = 0;
        std::vector<Ref> children;
    };
    struct PairHash {
        std::size_t operator()(const std::pair<Ref, Ref>& pair) const noexcept {
            constexpr unsigned kHalf = 32;
            return std::hash<std::uint64_t>()(std::uint64_t{pair.first} << kHalf | pair.second);
        }
    };

    [[nodiscard]] Ref node(std::size_t variable, std::vector<Ref> children);
    [[nodiscard]] Ref child(Ref a, std::size_t variable, std::size_t state) const;
    [[nodiscard]] Ref restrict_below(Ref a,
                                     std::size_t variable,
                                     std::size_t state,
                                     std::unordered_map<Ref, Ref>& known);

    std::vector<std::size_t> widths_;
    std::vector<Node> nodes_;  ///< The first two are the constants.
    std::map<std::pair<std::size_t, std::vector<Ref>>, Ref> unique_;
    std::unordered_map<std::pair<Ref, Ref>, Ref, PairHash> both_;
    std::unordered_map<Ref, Ref> negation_;
};

}  // namespace lachan::policy
