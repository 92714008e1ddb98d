#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lachan/base/time.hpp"
#include "lachan/deadlines/calendar.hpp"
#include "lachan/policy/facts.hpp"
#include "lachan/policy/language.hpp"
#include "lachan/policy/pack.hpp"

namespace lachan::policy {

/// What an explanation may add to what the rules alone know.
struct ExplainContext {
    Language language = Language::vietnamese;
    std::optional<Instant> start;  ///< When the clocks started; with a calendar, limits become instants.
    const deadlines::Calendar* calendar = nullptr;
    /// The name of whoever holds a role, or empty. Without it the title of the role stands alone.
    std::function<std::string(std::string_view role, Place place)> holder;
};

/// A decision as an official would write it down: what is known and what was taken in the child's favour,
/// then each duty with its clause, who, until when, and whether that is law or a target of the house, then
/// who is told.
[[nodiscard]] std::string explain(const Pack& pack,
                                  std::span<const Facts> children,
                                  const Decision& decision,
                                  const ExplainContext& context = {});

}  // namespace lachan::policy
