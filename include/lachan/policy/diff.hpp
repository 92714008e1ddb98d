#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/policy/pack.hpp"

namespace lachan::policy {

/// One thing in which two versions of a pack differ.
struct PackChange {
    enum class Kind : std::uint8_t { added, removed, changed };

    Kind kind = Kind::changed;
    std::string what;  ///< "rule", "fact", "term", "ladder", "step", "validity".
    std::string id;
    std::string detail;  ///< What of it: "limit of plan: 5 working days → 3 working days".
};

/// Every difference in facts, terms, ladders, steps and rules; conditions are compared by what they mean, so
/// that a condition written in another way is no change.
[[nodiscard]] std::vector<PackChange> diff(const Pack& older, const Pack& newer);

/// What would come out differently for one case.
struct OutcomeChange {
    std::vector<std::string> differences;  ///< "duty plan/commune_child_worker of child 1: 5 working days → 3
                                           ///< working days"; empty: none.
};

/// Decides the same facts (as `to_text` keeps them with a case) under both versions. Facts that the newer
/// version does not know are refused.
[[nodiscard]] Result<OutcomeChange> compare_outcomes(const Pack& older,
                                                     const Pack& newer,
                                                     std::string_view facts);

}  // namespace lachan::policy
