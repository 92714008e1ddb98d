#include "lachan/casework/ladders.hpp"

#include <algorithm>

namespace lachan::casework {
namespace {

constexpr int kWhole = 100;

bool waits_for_acceptance(const policy::LadderStep& step) {
    return step.unless == policy::LadderStep::Unless::accepted;
}

/// Where the step's share or offset is counted from. Time to accept begins anew with a new holder; the limit
/// does not.
Instant origin_of(const policy::LadderStep& step, const domain::Duty& duty) {
    return waits_for_acceptance(step) ? duty.handed_over.value_or(duty.start) : duty.start;
}

bool applies(const policy::LadderStep& step, const domain::Duty& duty) {
    if (waits_for_acceptance(step) && duty.state == domain::DutyState::accepted) {
        return false;
    }
    const bool before_due =
        step.percent || (step.from == policy::LadderStep::From::due && step.offset < Duration(0));
    return !before_due || instant_of(step, duty) > origin_of(step, duty);
}

std::uint64_t bit(std::size_t step) {
    return std::uint64_t{1} << step;
}

/// When this step fires next; none where it has fired and does not repeat.
std::optional<Instant> pending_instant(const policy::LadderStep& step,
                                       std::size_t index,
                                       const domain::Duty& duty) {
    const Instant first = instant_of(step, duty);
    if ((duty.fired & bit(index)) == 0) {
        return first;
    }
    if (!step.repeats) {
        return std::nullopt;
    }
    return first + *step.repeats * (duty.repeats + 1);
}

}  // namespace

Instant instant_of(const policy::LadderStep& step, const domain::Duty& duty) {
    const Instant origin = origin_of(step, duty);
    if (step.percent) {
        return origin + (duty.due - origin) * *step.percent / kWhole;
    }
    return (step.from == policy::LadderStep::From::start ? origin : duty.due) + step.offset;
}

std::optional<Alarm> next_alarm(const policy::Ladder& ladder, const domain::Duty& duty) {
    if (!duty.pending()) {
        return std::nullopt;
    }
    std::optional<Alarm> next;
    for (std::size_t i = 0; i < ladder.steps.size(); ++i) {
        if (!applies(ladder.steps[i], duty)) {
            continue;
        }
        const auto at = pending_instant(ladder.steps[i], i, duty);
        if (at && (!next || *at < next->at)) {
            next = Alarm{i, *at};
        }
    }
    return next;
}

void mark_fired(const policy::Ladder& ladder, const Alarm& alarm, Instant now, domain::Duty& duty) {
    const policy::LadderStep& step = ladder.steps[alarm.step];
    duty.fired |= bit(alarm.step);
    if (step.repeats) {
        const Duration since = now - instant_of(step, duty);
        duty.repeats = static_cast<std::int32_t>(since / *step.repeats);
    }
}

Instant respond_by(const policy::Ladder& ladder, const domain::Duty& duty) {
    Instant result = duty.due;
    for (const policy::LadderStep& step : ladder.steps) {
        if (waits_for_acceptance(step) && applies(step, duty)) {
            result = std::min(result, instant_of(step, duty));
        }
    }
    return result;
}

std::uint64_t fired_for_good(const policy::Ladder& ladder, const domain::Duty& duty) {
    std::uint64_t fired = duty.fired;
    for (std::size_t i = 0; i < ladder.steps.size(); ++i) {
        if (waits_for_acceptance(ladder.steps[i])) {
            fired &= ~bit(i);
        }
    }
    return fired;
}

const policy::Ladder& plain_ladder() {
    static const policy::Ladder ladder = [] {
        policy::LadderStep overdue;
        overdue.id = "overdue";
        overdue.from = policy::LadderStep::From::due;
        overdue.event = "duty.overdue";
        overdue.tells_holder = true;
        overdue.marks_overdue = true;
        overdue.repeats = std::chrono::hours(24);
        return policy::Ladder{"plain", {overdue}};
    }();
    return ladder;
}

}  // namespace lachan::casework
