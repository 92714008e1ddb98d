#pragma once

#include <cstddef>
#include <optional>

#include "lachan/base/time.hpp"
#include "lachan/domain/duty.hpp"
#include "lachan/policy/pack.hpp"

/// When a ladder's steps are due for one duty. Pure: a duty and its ladder in, an instant out.
namespace lachan::casework {

struct Alarm {
    std::size_t step = 0;  ///< Index in the ladder.
    Instant at{};
};

/// Bit of `Duty::fired` that says a reporter's "nothing has happened" was heard; ladders have at most 63
/// steps.
inline constexpr std::uint64_t kNudged = std::uint64_t{1} << 63;

/// When the step comes for this duty, repetitions apart.
[[nodiscard]] Instant instant_of(const policy::LadderStep& step, const domain::Duty& duty);

/// The next step that has still to fire, by its instant and then by the ladder's order; none where the duty
/// is pending no more. A reminder that would lie before the duty's start does not apply. Steps that wait for
/// acceptance count from the hand-over where the duty came from another holder.
[[nodiscard]] std::optional<Alarm> next_alarm(const policy::Ladder& ladder, const domain::Duty& duty);

/// Notes that the step has fired at `now`, so that it fires once (a repeating one: once for all the times
/// missed).
void mark_fired(const policy::Ladder& ladder, const Alarm& alarm, Instant now, domain::Duty& duty);

/// Until when an answer to the duty is expected: the first acceptance step that applies, else the due
/// instant.
[[nodiscard]] Instant respond_by(const policy::Ladder& ladder, const domain::Duty& duty);

/// What a successor of this duty takes over of `Duty::fired`: reminders are not said twice, but whoever gets
/// the duty is asked anew to accept it.
[[nodiscard]] std::uint64_t fired_for_good(const policy::Ladder& ladder, const domain::Duty& duty);

/// What is used where the pack has no such ladder any more: marks overdue at the due instant and reminds the
/// holder daily.
[[nodiscard]] const policy::Ladder& plain_ladder();

}  // namespace lachan::casework
