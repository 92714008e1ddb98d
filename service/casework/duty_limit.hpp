#pragma once

#include "lachan/deadlines/calendar.hpp"
#include "lachan/domain/duty.hpp"
#include "lachan/policy/pack.hpp"

/// Which limit a duty was given: its rule may name another one for remote communes, and the record keeps only
/// the instant that came of it.
namespace lachan::casework {

/// True if `limit`, counted with this calendar, gives the duty's due instant.
[[nodiscard]] bool gives_due(const deadlines::Limit& limit,
                             const domain::Duty& duty,
                             const policy::DutyTemplate& made_by,
                             const deadlines::Calendar& calendar);

/// The limit that gives the duty's due instant with one of these calendars (`former` may be null); the plain
/// one where neither does.
[[nodiscard]] const deadlines::Limit& limit_of(const domain::Duty& duty,
                                               const policy::DutyTemplate& made_by,
                                               const deadlines::Calendar& calendar,
                                               const deadlines::Calendar* former = nullptr);

/// True for limits in days, working days or months: the others need no calendar.
[[nodiscard]] bool needs_calendar(const deadlines::Limit& limit) noexcept;

}  // namespace lachan::casework
