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

/// An act is undone, and whoever did it is told that it is done.
[[nodiscard]] Decorations acts_forgotten();
/// A report is there, and its words are not.
[[nodiscard]] Decorations words_lost();
/// A report is refused for good.
[[nodiscard]] Decorations reports_refused();
/// A report is never taken, and never refused for good either.
[[nodiscard]] Decorations reporters_unanswered();
/// A second message for one cause, under a number of its own.
[[nodiscard]] Decorations told_twice();
/// What a receiver did not take is not sent any more.
[[nodiscard]] Decorations messages_given_up();
/// The same is sent in a year.
[[nodiscard]] Decorations messages_put_off();
/// A message is handed to a person before anybody tried to send it.
[[nodiscard]] Decorations messages_left_to_persons();

}  // namespace lachan::simulation::planted
