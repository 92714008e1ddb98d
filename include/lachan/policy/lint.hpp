#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lachan/policy/pack.hpp"

namespace lachan::policy {

/// A fault that a pack may have although it can be read. An `error` keeps it from coming into force; a
/// `warning` is shown.
struct Finding {
    enum class Grade : std::uint8_t { warning, error };

    Grade grade = Grade::warning;
    std::string code;   ///< "unreachable_rule", "unheld_role", …
    std::string where;  ///< JSON pointer into the pack: "/rules/12".
    std::string rule;   ///< Its id, or the name of the fact, term, ladder or step.
    std::string detail;
};

/// Which roles somebody holds, for each regime. `receiving_place` is whoever received the report and always
/// held.
struct HeldRoles {
    std::vector<std::string> three_tier;
    std::vector<std::string> two_tier;
};

/// Looks for rules that can never apply, duties that never count, duties nobody can hold, unknowns that
/// relax, and parts that nothing uses. `held`: leave out to skip the question who holds what.
[[nodiscard]] std::vector<Finding> lint(const Pack& pack, const HeldRoles* held = nullptr);

/// True if nothing of grade `error` was found.
[[nodiscard]] bool is_clean(const std::vector<Finding>& findings) noexcept;

}  // namespace lachan::policy
