#pragma once

#include "lachan/simulation/sim_world.hpp"

/// Bugs that the service does not have, put between it and its seams: what a simulation is worth shows in
/// whether it finds them.
namespace lachan::simulation::planted {

/// The reporter is told before the report is on disk.
[[nodiscard]] Decorations acknowledgement_before_commit();
/// Agencies are told by the unit of work itself, before what it did is on disk.
[[nodiscard]] Decorations effect_before_state();
/// What is to be done later is remembered by the process instead of looked up.
[[nodiscard]] Decorations timer_in_memory();
/// Nobody looks whether a request was done before.
[[nodiscard]] Decorations no_idempotency();
/// A second writer appends to the record without taking the last entry's hash into its own.
[[nodiscard]] Decorations forked_chain();
/// A runner sleeps on when it is called.
[[nodiscard]] Decorations deaf_sleeper();
/// An answer that was lost on its way is taken for a good one.
[[nodiscard]] Decorations hopeful_sender();

}  // namespace lachan::simulation::planted
