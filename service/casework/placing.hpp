#pragma once

#include <optional>
#include <vector>

#include "lachan/casework/world.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/duty.hpp"
#include "lachan/policy/pack.hpp"

/// From what the rules order to duties with a holder and an instant. Pure: world and case in, duties out.
namespace lachan::casework {

/// Where a decision is put into effect: who receives it, when its clocks start.
struct Start {
    Instant at{};                  ///< Start event of the clocks.
    std::optional<Instant> until;  ///< End that the act itself gives.
    domain::AgencyId receiver;     ///< The agency that takes the role `receiving_place`.
};

/// The commune where a role is looked up: of the event, or of the child's residence where that is known.
[[nodiscard]] domain::AreaCode area_of(const domain::Case& value,
                                       policy::Place place,
                                       std::optional<std::int32_t> child);

/// The duty without number and alarms. No holder: nobody holds the role (nor stands in for it) there and
/// then.
[[nodiscard]] domain::Duty planned_duty(const policy::OrderedDuty& ordered,
                                        const domain::Case& value,
                                        const World& world,
                                        const Start& start);

/// All duties of a decision, numbered from 1: what a preview shows.
[[nodiscard]] std::vector<domain::Duty> planned_duties(const policy::Decision& decision,
                                                       const domain::Case& value,
                                                       const World& world,
                                                       const Start& start);

/// The part of `next` that `earlier` did not order yet, or ordered with more time (both counted from `at`).
[[nodiscard]] policy::Decision added_by(const policy::Decision& earlier,
                                        const policy::Decision& next,
                                        const deadlines::Calendar& calendar,
                                        Instant at);

}  // namespace lachan::casework
