#pragma once

#include "lachan/casework/world.hpp"
#include "lachan/domain/report.hpp"
#include "lachan/simulation/seeded_entropy.hpp"

namespace lachan::simulation {

/// A report as somebody might send it at `now`: some commune, some harm, some facts known and others not,
/// received just now or a while ago. Every private field carries a mark by which a leak would be seen.
[[nodiscard]] domain::Report random_report(Dice& dice, const casework::World& laws, Instant now);

/// A report as most are: one child, one kind of harm (most often none or a small one), and the sender knows
/// what is asked.
[[nodiscard]] domain::Report ordinary_report(Dice& dice, const casework::World& laws, Instant now);

/// Grave and sure: sexual abuse of a child of nine, in `area`. An emergency.
[[nodiscard]] domain::Report emergency_report(Dice& dice, const domain::AreaCode& area, Instant now);
/// Nothing that cannot wait: special circumstances of a child of nine, in `area`.
[[nodiscard]] domain::Report routine_report(Dice& dice, const domain::AreaCode& area, Instant now);

}  // namespace lachan::simulation
