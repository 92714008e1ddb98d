#include "duty_limit.hpp"

namespace lachan::casework {

bool gives_due(const deadlines::Limit& limit,
               const domain::Duty& duty,
               const policy::DutyTemplate& made_by,
               const deadlines::Calendar& calendar) {
    return deadlines::due_at(limit, duty.start, calendar, made_by.immediately_within) == duty.due;
}

const deadlines::Limit& limit_of(const domain::Duty& duty,
                                 const policy::DutyTemplate& made_by,
                                 const deadlines::Calendar& calendar,
                                 const deadlines::Calendar* former) {
    if (!made_by.limit_if_remote) {
        return made_by.limit;
    }
    const deadlines::Limit& remote = *made_by.limit_if_remote;
    const bool is_remote = gives_due(remote, duty, made_by, calendar) ||
                           (former != nullptr && gives_due(remote, duty, made_by, *former));
    return is_remote ? remote : made_by.limit;
}

bool needs_calendar(const deadlines::Limit& limit) noexcept {
    using Kind = deadlines::Limit::Kind;
    return limit.kind == Kind::working_days || limit.kind == Kind::days || limit.kind == Kind::months;
}

}  // namespace lachan::casework
