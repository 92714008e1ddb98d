#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/ladders.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/retry_schedule.hpp"
#include "standing.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kDirectoryOwner = "directory_owner";  ///< Who mends holes in the directory.
constexpr std::string_view kGap = "directory.gap";

/// "ladder/step": how a notification says which step of a ladder it comes from.
bool from_acceptance_clock(const policy::Ladder& ladder, const domain::Notification& value) {
    if (value.type == cloud_type("duty.assigned") || value.rule == ladder.name + std::string(kUndelivered)) {
        return true;
    }
    return std::any_of(ladder.steps.begin(), ladder.steps.end(), [&](const policy::LadderStep& step) {
        return step.unless == policy::LadderStep::Unless::accepted &&
               value.rule == ladder.name + "/" + step.id;
    });
}

}  // namespace

std::string cloud_type(std::string_view event) {
    return "vn.lachan." + std::string(event) + ".v1";
}

CaseEdit::Reached& CaseEdit::reach(const domain::AgencyId& agency) {
    const auto known = std::find_if(
        reached_.begin(), reached_.end(), [&](const Reached& entry) { return entry.agency == agency; });
    if (known != reached_.end()) {
        return *known;
    }
    return reached_.emplace_back(Reached{agency, tx_.endpoints.channel(agency)});
}

void CaseEdit::tell(const domain::AgencyId& agency,
                    std::string_view event,
                    const domain::Duty* duty,
                    std::string_view rule) {
    touch();
    Reached& reached = reach(agency);
    add_party(agency, PartyRelation::told);
    if (duty != nullptr && duty->holder == agency) {
        add_party(agency, PartyRelation::holder);
    }
    domain::Notification value;
    value.no = {value_.no, ++value_.notifications};
    value.agency = agency;
    value.type = cloud_type(event);
    value.rule = rule;
    value.case_sequence = value_.sequence;
    value.urgency = value_.urgency;
    value.created_at = tx_.now;
    if (duty != nullptr) {
        value.duty = duty->no.ordinal;
        value.due = duty->due;
        value.respond_by = respond_by(ladder_of(*duty), *duty);
    }
    if (reached.channel) {
        value.endpoint = *reached.channel;
        value.next_attempt = tx_.now;
        value.reroute_at = tx_.now + reroute_after(value.urgency);
        if (!std::exchange(reached.called, true)) {
            tx_.endpoints.call_at(value.endpoint, tx_.now);
        }
    } else {
        value.state = domain::NotificationState::human_task;
    }
    const bool unreachable = value.endpoint.empty();
    tx_.outbox.insert(value);
    notified_.push_back(std::move(value));
    if (unreachable && event != kGap) {
        report_unreachable(agency);
    }
}

/// Once for each agency in a unit, and only where somebody who can mend it is to be reached: the task itself
/// stands in the list of tasks.
void CaseEdit::report_unreachable(const domain::AgencyId& agency) {
    const auto messages =
        std::count_if(notified_.begin(), notified_.end(), [&](const domain::Notification& owed) {
            return owed.agency == agency && owed.state == domain::NotificationState::human_task;
        });
    if (messages > 1) {
        return;
    }
    record("agency.unreachable", {{"agency", agency.text()}});
    const auto owner = holders(kDirectoryOwner, value_.area, tx_.now);
    if (!owner.empty() && reach(owner.front().agency->id).channel) {
        tell_directory_owner(value_.area, nullptr);
    }
}

bool CaseEdit::told(const domain::AgencyId& agency, std::string_view event) const {
    const std::string type = cloud_type(event);
    return std::any_of(notified_.begin(), notified_.end(), [&](const domain::Notification& owed) {
        return owed.agency == agency && owed.type == type;
    });
}

bool CaseEdit::tell_roles(std::span<const std::string> roles,
                          std::string_view event,
                          const domain::Duty& duty,
                          std::string_view rule,
                          const domain::AgencyId& beside,
                          Whom whom) {
    std::vector<domain::AgencyId> without = value_.conflicted;
    without.push_back(duty.holder);
    without.push_back(beside);
    std::vector<domain::AgencyId> told;
    for (const std::string& role : roles) {
        const auto found =
            holders_of(*world_->directory, value_, {role, duty.area, duty.start}, tx_.now, without);
        if (found.empty() || std::find(told.begin(), told.end(), found.front().agency->id) != told.end()) {
            continue;
        }
        if (whom == Whom::who_can_be_reached && !reach(found.front().agency->id).channel) {
            continue;
        }
        tell(found.front().agency->id, event, &duty, rule);
        told.push_back(found.front().agency->id);
    }
    return !told.empty();
}

bool CaseEdit::pass_on(const domain::Duty& duty, const domain::AgencyId& unreached, Whom whom) {
    const policy::Ladder& ladder = ladder_of(duty);
    const std::string rule = ladder.name + std::string(kUndelivered);
    return std::any_of(ladder.steps.begin(), ladder.steps.end(), [&](const policy::LadderStep& step) {
        return !step.tells.empty() && tell_roles(step.tells, "case.escalated", duty, rule, unreached, whom);
    });
}

/// Once for each agency in a unit: whoever hears of one duty sees the others.
void CaseEdit::pass_on_unreached() {
    std::vector<domain::AgencyId> passed_on;
    const std::size_t owed = notified_.size();  // what is passed on is not passed on again
    for (std::size_t i = 0; i < owed; ++i) {
        const domain::Notification value = notified_[i];
        const domain::Duty* const duty = value.duty ? find(*value.duty) : nullptr;
        const bool unreached =
            value.state == domain::NotificationState::human_task && value.type == cloud_type("duty.assigned");
        if (unreached && duty != nullptr && duty->pending() &&
            std::find(passed_on.begin(), passed_on.end(), value.agency) == passed_on.end()) {
            passed_on.push_back(value.agency);
            const domain::Duty about = *duty;
            (void)pass_on(about, value.agency, Whom::who_can_be_reached);
        }
    }
}

void CaseEdit::tell_next_of_notice(const domain::Notification& undelivered) {
    const policy::Rule* rule = pack_ == nullptr ? nullptr : pack_->rule(undelivered.rule);
    if (rule == nullptr) {
        return;
    }
    for (const policy::NoticeTemplate& notice : rule->notices) {
        if (cloud_type(notice.event) != undelivered.type) {
            continue;
        }
        for (std::int32_t child = 0; child < std::max(value_.children, 1); ++child) {
            const auto found = holders(notice.role, area_of(value_, notice.place, child), value_.received_at);
            const auto self = std::find_if(found.begin(), found.end(), [&](const directory::Holder& holder) {
                return holder.agency->id == undelivered.agency;
            });
            if (self != found.end() && std::next(self) != found.end()) {
                tell(std::next(self)->agency->id,
                     notice.event,
                     nullptr,
                     undelivered.rule + std::string(kUndelivered));
                return;
            }
        }
    }
}

void CaseEdit::tell_holders(std::string_view event, std::string_view rule) {
    for (std::size_t i = 0; i < duties_.size(); ++i) {
        const domain::AgencyId holder = duties_[i].holder;
        const bool told =
            std::any_of(notified_.begin(), notified_.end(), [&](const domain::Notification& owed) {
                return owed.agency == holder;
            });
        if (duties_[i].pending() && !holder.empty() && !told) {
            tell(holder, event, nullptr, rule);
        }
    }
}

void CaseEdit::tell_parties(std::string_view event, std::string_view rule) {
    std::vector<domain::AgencyId> parties;
    for (const domain::Duty& duty : duties_) {
        parties.push_back(duty.holder);
    }
    for (const ReportRow& report : tx_.reports.of_case(value_.no)) {
        parties.push_back(report.reporter);
    }
    std::sort(parties.begin(), parties.end());
    parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
    for (const domain::AgencyId& agency : parties) {
        if (!agency.empty() && !value_.keeps_out(agency) && !told(agency, event)) {
            tell(agency, event, nullptr, rule);
        }
    }
}

void CaseEdit::gap(std::string_view role, const domain::AreaCode& area, const domain::Duty* duty) {
    record(kGap,
           {{"role", std::string(role)},
            {"area", area.text()},
            {"duty", duty == nullptr ? "" : duty_name(code_, duty->no.ordinal)}});
    tell_directory_owner(area, duty);
}

/// Once in a unit: however many holes it meets, they are in the one directory.
void CaseEdit::tell_directory_owner(const domain::AreaCode& area, const domain::Duty* duty) {
    const auto owner = holders(kDirectoryOwner, area, tx_.now);
    if (!owner.empty() && !told(owner.front().agency->id, kGap)) {
        tell(owner.front().agency->id, kGap, duty, kGap);
    }
}

bool CaseEdit::owed_just_now(const domain::Notification& value) const {
    return std::any_of(notified_.begin(), notified_.end(), [&](const domain::Notification& owed) {
        return owed.no == value.no;
    });
}

/// Whatever leaves a queue may have held others up: the queue is looked at now.
void CaseEdit::drop(domain::Notification& value) {
    value.state = domain::NotificationState::superseded;
    value.next_attempt.reset();
    value.reroute_at.reset();
    tx_.outbox.update(value);
    if (!value.endpoint.empty()) {
        tx_.endpoints.call_at(value.endpoint, tx_.now);
    }
}

void CaseEdit::supersede(const domain::Duty& duty, Sends which) {
    const policy::Ladder& ladder = ladder_of(duty);
    for (domain::Notification& value : tx_.outbox.waiting_of(value_.no)) {
        if (value.duty != duty.no.ordinal || owed_just_now(value)) {
            continue;
        }
        if (which == Sends::all || from_acceptance_clock(ladder, value)) {
            drop(value);
        }
    }
}

void CaseEdit::silence(const domain::AgencyId& agency) {
    for (domain::Notification& value : tx_.outbox.waiting_of(value_.no)) {
        if (value.agency == agency) {
            drop(value);
        }
    }
}

void CaseEdit::hurry() {
    for (domain::Notification& value : tx_.outbox.waiting_of(value_.no)) {
        if (value.state != domain::NotificationState::scheduled) {
            continue;
        }
        value.urgency = value_.urgency;
        value.next_attempt = tx_.now;
        if (value.reroute_at) {
            value.reroute_at = std::min(*value.reroute_at, tx_.now + reroute_after(value.urgency));
        }
        tx_.outbox.update(value);
        tx_.endpoints.call_at(value.endpoint, tx_.now);
    }
}

}  // namespace lachan::casework
