#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lachan/base/time.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {

/// An act recorded on a case. What it discharges and starts is the pack's to say.
struct Step {
    std::int32_t ordinal = 0;           ///< Within its case, from 1.
    std::string kind;                   ///< The pack's word, e.g. "initial_assessment".
    std::optional<std::int32_t> child;  ///< Index of the child; none: all children of the case.
    Instant done_at{};                  ///< When the act took place, as the actor says.
    Instant recorded_at{};
    std::string result;  ///< One of the pack's results for this kind, or empty.
    std::optional<Instant>
        until;  ///< For acts with an end of their own: the plan's last day, a separation's end.
    AgencyId agency;
    KeyId recorded_by;
};

}  // namespace lachan::domain
