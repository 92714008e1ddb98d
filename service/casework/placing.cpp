#include "placing.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "standing.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kReceivingPlace = "receiving_place";  ///< The role of whoever took the report in.

bool same(const policy::OrderedDuty& a, const policy::OrderedDuty& b) {
    return a.duty->kind == b.duty->kind && a.duty->role == b.duty->role && a.duty->place == b.duty->place &&
           a.child == b.child;
}

bool same(const policy::OrderedNotice& a, const policy::OrderedNotice& b) {
    return a.notice->role == b.notice->role && a.notice->place == b.notice->place &&
           a.notice->event == b.notice->event;
}

template <class Ordered, class Covers>
std::vector<Ordered> difference(const std::vector<Ordered>& earlier,
                                const std::vector<Ordered>& next,
                                Covers covers) {
    std::vector<Ordered> result;
    std::copy_if(next.begin(), next.end(), std::back_inserter(result), [&](const Ordered& wanted) {
        return std::none_of(
            earlier.begin(), earlier.end(), [&](const Ordered& had) { return covers(had, wanted); });
    });
    return result;
}

}  // namespace

domain::AreaCode area_of(const domain::Case& value, policy::Place place, std::optional<std::int32_t> child) {
    if (place == policy::Place::event) {
        return value.area;
    }
    const auto index = static_cast<std::size_t>(child.value_or(0));
    const bool known = index < value.residences.size() && !value.residences[index].empty();
    return known ? value.residences[index] : value.area;
}

domain::Duty planned_duty(const policy::OrderedDuty& ordered,
                          const domain::Case& value,
                          const World& world,
                          const Start& start) {
    const policy::DutyTemplate& wanted = *ordered.duty;
    domain::Duty duty;
    duty.kind = wanted.kind;
    duty.rule = ordered.rule->id;
    duty.child = ordered.child;
    duty.role = wanted.role;
    duty.area = area_of(value, wanted.place, ordered.child);
    duty.start = start.at;
    duty.due =
        deadlines::due_at(ordered.limit, start.at, *world.calendar, wanted.immediately_within, start.until);
    const bool receiver_may = !start.receiver.empty() && !value.keeps_out(start.receiver);
    if (wanted.role == kReceivingPlace && receiver_may) {
        duty.holder = start.receiver;
        return duty;
    }
    const auto found =
        holders_at(*world.directory, value, {wanted.role, duty.area, start.at}, value.conflicted);
    const auto holder = found.empty() ? last_resort(*world.directory, start.at, value.conflicted)
                                      : std::optional(found.front());
    if (holder) {
        duty.holder = holder->agency->id;
        duty.role = holder->role;
    }
    return duty;
}

std::vector<domain::Duty> planned_duties(const policy::Decision& decision,
                                         const domain::Case& value,
                                         const World& world,
                                         const Start& start) {
    std::vector<domain::Duty> duties;
    for (const policy::OrderedDuty& ordered : decision.duties) {
        duties.push_back(planned_duty(ordered, value, world, start));
        duties.back().no.ordinal = static_cast<std::int32_t>(duties.size());
    }
    return duties;
}

policy::Decision added_by(const policy::Decision& earlier,
                          const policy::Decision& next,
                          const deadlines::Calendar& calendar,
                          Instant at) {
    const auto due = [&](const policy::OrderedDuty& ordered) {
        return deadlines::due_at(ordered.limit, at, calendar, ordered.duty->immediately_within);
    };
    policy::Decision result = next;
    result.duties = difference(earlier.duties, next.duties, [&](const auto& had, const auto& wanted) {
        return same(had, wanted) && due(had) <= due(wanted);
    });
    result.notices = difference(
        earlier.notices, next.notices, [](const auto& had, const auto& wanted) { return same(had, wanted); });
    return result;
}

}  // namespace lachan::casework
