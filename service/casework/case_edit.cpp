#include "case_edit.hpp"

#include <algorithm>
#include <utility>

#include "lachan/base/check.hpp"
#include "lachan/casework/invariants.hpp"
#include "lachan/casework/ladders.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/retry_schedule.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kDirectoryOwner = "directory_owner";  ///< Who mends holes in the directory.

std::string cloud_type(std::string_view event) {
    return "vn.lachan." + std::string(event) + ".v1";
}

/// "ladder/step": how a notification says which step of a ladder it comes from.
bool from_acceptance_clock(const policy::Ladder& ladder, const domain::Notification& value) {
    if (value.type == cloud_type("duty.assigned")) {
        return true;
    }
    return std::any_of(ladder.steps.begin(), ladder.steps.end(), [&](const policy::LadderStep& step) {
        return step.unless == policy::LadderStep::Unless::accepted &&
               value.rule == ladder.name + "/" + step.id;
    });
}

}  // namespace

View view_of(Tx& tx) {
    return View{tx.cases,
                tx.reports,
                tx.duties,
                tx.steps,
                tx.outbox,
                tx.endpoints,
                tx.events,
                tx.replies,
                tx.keys,
                tx.documents,
                [] { return Counts{}; }};
}

CaseEdit::CaseEdit(
    Tx& tx, std::shared_ptr<const World> world, const Vault& vault, domain::Case value, std::string actor)
    : tx_(tx),
      world_(std::move(world)),
      value_(std::move(value)),
      actor_(std::move(actor)),
      code_(vault.case_code(value_.no)),
      pack_(world_->pack(value_.pack)),
      duties_(value_.duties > 0 ? tx.duties.of_case(value_.no) : std::vector<domain::Duty>{}) {}

domain::Duty* CaseEdit::find(std::int32_t ordinal) {
    const auto found = std::find_if(
        duties_.begin(), duties_.end(), [&](const domain::Duty& duty) { return duty.no.ordinal == ordinal; });
    return found == duties_.end() ? nullptr : &*found;
}

const policy::Ladder& CaseEdit::ladder_of(const domain::Duty& duty) const {
    const policy::DutyTemplate* made_by = pack_ == nullptr ? nullptr : pack_->duty(duty.rule, duty.kind);
    const policy::Ladder* ladder = made_by == nullptr ? nullptr : pack_->ladder(made_by->ladder);
    return ladder == nullptr ? plain_ladder() : *ladder;
}

void CaseEdit::apply(const policy::Decision& decision, const Start& start) {
    value_.urgency = std::max(value_.urgency, decision.urgency);
    value_.severity = std::max(value_.severity, decision.severity);
    for (const policy::OrderedDuty& ordered : decision.duties) {
        if (!has(ordered)) {
            place(ordered, start);
        }
    }
    for (const policy::OrderedNotice& ordered : decision.notices) {
        place(ordered, start);
    }
}

/// A pending duty of the same kind for the same child, looked up in the same role and area, is the same duty:
/// a second report or a repeated step never doubles it.
bool CaseEdit::has(const policy::OrderedDuty& ordered) const {
    const domain::AreaCode area = area_of(value_, ordered.duty->place, ordered.child);
    return std::any_of(duties_.begin(), duties_.end(), [&](const domain::Duty& duty) {
        return duty.pending() && duty.kind == ordered.duty->kind && duty.child == ordered.child &&
               duty.area == area;
    });
}

void CaseEdit::place(const policy::OrderedDuty& ordered, const Start& start) {
    add(planned_duty(ordered, value_, *world_, start));
}

void CaseEdit::place(const policy::OrderedNotice& ordered, const Start& start) {
    const policy::NoticeTemplate& wanted = *ordered.notice;
    const domain::AreaCode area = area_of(value_, wanted.place, std::nullopt);
    const auto found = holders(wanted.role, area, start.at);
    if (found.empty()) {
        gap(wanted.role, area, nullptr);
        return;
    }
    const domain::AgencyId& agency = found.front().agency->id;
    const std::string type = cloud_type(wanted.event);
    const bool told =
        std::any_of(notified_.begin(), notified_.end(), [&](const domain::Notification& earlier) {
            return earlier.agency == agency && (earlier.type == type || earlier.duty.has_value());
        });
    if (!told) {  // an agency that got a duty in this unit knows of the case already
        tell(agency, wanted.event, nullptr, ordered.rule->id);
    }
}

void CaseEdit::add(domain::Duty duty) {
    touch();
    duty.no = {value_.no, ++value_.duties};
    duties_.push_back(std::move(duty));
    domain::Duty& made = duties_.back();
    const auto next = next_alarm(ladder_of(made), made);
    LACHAN_CHECK(next.has_value());
    made.next_at = next->at;
    tx_.duties.insert(made);
    touched_.push_back(made.no.ordinal);
    if (made.holder.empty()) {
        gap(made.role, made.area, &made);
        return;
    }
    tell(made.holder, "duty.assigned", &made, made.rule);
}

void CaseEdit::succeed(const domain::Duty& former, const domain::AgencyId& holder, std::string_view role) {
    domain::Duty next;
    next.kind = former.kind;
    next.rule = former.rule;
    next.child = former.child;
    next.holder = holder;
    next.role = role;
    next.area = former.area;
    next.start = former.start;
    next.due = former.due;
    next.overdue_at = former.overdue_at;
    next.predecessor = former.no.ordinal;
    add(std::move(next));
}

void CaseEdit::succeed_next(const domain::Duty& former) {
    std::vector<domain::AgencyId> without = value_.conflicted;
    for (const domain::Duty* had = &former; had != nullptr;
         had = had->predecessor ? find(*had->predecessor) : nullptr) {
        without.push_back(had->holder);
    }
    const policy::DutyTemplate* made_by = pack_ == nullptr ? nullptr : pack_->duty(former.rule, former.kind);
    const std::string role = made_by == nullptr ? former.role : made_by->role;
    const auto found = world_->directory->holders(role, former.area, former.start, without);
    if (found.empty()) {
        succeed(former, domain::AgencyId(), former.role);
    } else {
        succeed(former, found.front().agency->id, found.front().role);
    }
}

void CaseEdit::take_from(const domain::AgencyId& agency) {
    const std::size_t before = duties_.size();  // successors are appended, and are never of this agency
    for (std::size_t i = 0; i < before; ++i) {
        if (duties_[i].pending() && duties_[i].holder == agency) {
            end(duties_[i], domain::DutyState::forwarded);
            const domain::Duty former = duties_[i];
            succeed_next(former);
        }
    }
}

void CaseEdit::tell(const domain::AgencyId& agency,
                    std::string_view event,
                    const domain::Duty* duty,
                    std::string_view rule) {
    auto known = std::find_if(
        channels_.begin(), channels_.end(), [&](const auto& entry) { return entry.first == agency; });
    if (known == channels_.end()) {
        std::optional<domain::EndpointId> channel;
        for (const Endpoint& endpoint : tx_.endpoints.of_agency(agency)) {
            if (!endpoint.suspended) {
                channel = endpoint.id;
                break;
            }
        }
        channels_.emplace_back(agency, channel);
        known = std::prev(channels_.end());
        tx_.cases.add_party(value_.no, agency, duty != nullptr ? PartyRelation::holder : PartyRelation::told);
    }
    touch();
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
    if (known->second) {
        value.endpoint = *known->second;
        value.next_attempt = tx_.now;
        value.reroute_at = tx_.now + reroute_after(value.urgency);
        tx_.endpoints.call_at(value.endpoint, tx_.now);
    } else {
        value.state = domain::NotificationState::human_task;
    }
    tx_.outbox.insert(value);
    notified_.push_back(std::move(value));
}

bool CaseEdit::tell_roles(std::span<const std::string> roles,
                          std::string_view event,
                          const domain::Duty* duty,
                          std::string_view rule,
                          const domain::AreaCode& area) {
    std::vector<domain::AgencyId> told;
    for (const std::string& role : roles) {
        const auto found = holders(role, area, duty != nullptr ? duty->start : value_.received_at);
        if (found.empty() || std::find(told.begin(), told.end(), found.front().agency->id) != told.end()) {
            continue;
        }
        tell(found.front().agency->id, event, duty, rule);
        told.push_back(found.front().agency->id);
    }
    return !told.empty();
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
        const bool conflicted =
            std::find(value_.conflicted.begin(), value_.conflicted.end(), agency) != value_.conflicted.end();
        if (!agency.empty() && !conflicted) {
            tell(agency, event, nullptr, rule);
        }
    }
}

void CaseEdit::gap(std::string_view role, const domain::AreaCode& area, const domain::Duty* duty) {
    record("directory.gap",
           {{"role", std::string(role)},
            {"area", area.text()},
            {"duty", duty == nullptr ? "" : duty_name(code_, duty->no.ordinal)}});
    const auto owner = holders(kDirectoryOwner, area, tx_.now);
    if (!owner.empty()) {
        tell(owner.front().agency->id, "directory.gap", duty, "directory.gap");
    }
}

void CaseEdit::end(domain::Duty& duty, domain::DutyState state) {
    LACHAN_CHECK(duty.pending());
    duty.state = state;
    duty.ended_at = tx_.now;
    supersede(duty, Sends::all);
    keep(duty);
}

void CaseEdit::supersede(const domain::Duty& duty, Sends which) {
    const policy::Ladder& ladder = ladder_of(duty);
    for (domain::Notification& value : tx_.outbox.of_case(value_.no)) {
        const bool waiting = value.state == domain::NotificationState::scheduled ||
                             value.state == domain::NotificationState::human_task;
        const bool owed_just_now =
            std::any_of(notified_.begin(), notified_.end(), [&](const domain::Notification& owed) {
                return owed.no == value.no;
            });
        if (!waiting || value.duty != duty.no.ordinal || owed_just_now) {
            continue;
        }
        if (which == Sends::of_acceptance && !from_acceptance_clock(ladder, value)) {
            continue;
        }
        value.state = domain::NotificationState::superseded;
        value.next_attempt.reset();
        value.reroute_at.reset();
        tx_.outbox.update(value);
    }
}

void CaseEdit::keep(domain::Duty& duty) {
    touch();
    const auto next = next_alarm(ladder_of(duty), duty);
    duty.next_at = next ? std::optional(next->at) : std::nullopt;
    tx_.duties.update(duty);
    if (std::find(touched_.begin(), touched_.end(), duty.no.ordinal) == touched_.end()) {
        touched_.push_back(duty.no.ordinal);
    }
}

void CaseEdit::touch() {
    if (!std::exchange(counted_, true)) {
        ++value_.sequence;
    }
}

void CaseEdit::record(std::string_view kind, domain::EventData data) {
    touch();
    note(kind, std::move(data));
}

void CaseEdit::note(std::string_view kind, domain::EventData data) {
    domain::Event event;
    event.case_no = value_.no;
    event.case_sequence = value_.sequence;
    event.at = tx_.now;
    event.kind = kind;
    event.actor = actor_;
    event.data = std::move(data);
    tx_.events.append(event);
}

void CaseEdit::finish() {
    value_.next_due.reset();
    for (const domain::Duty& duty : duties_) {
        if (duty.pending() && (!value_.next_due || duty.due < *value_.next_due)) {
            value_.next_due = duty.due;
        }
        value_.overdue = value_.overdue || duty.overdue_at.has_value();
    }
    tx_.cases.update(value_);
    check_case(value_, duties_);
}

CaseChange CaseEdit::change() const {
    CaseChange result;
    result.world = world_;
    result.pack = pack_;
    result.value = value_;
    result.code = code_;
    for (const domain::Duty& duty : duties_) {
        if (std::find(touched_.begin(), touched_.end(), duty.no.ordinal) != touched_.end()) {
            result.duties.push_back(duty);
        }
    }
    result.notified = notified_;
    return result;
}

std::vector<directory::Holder> CaseEdit::holders(std::string_view role,
                                                 const domain::AreaCode& area,
                                                 Instant at) const {
    return world_->directory->holders(role, area, at, value_.conflicted);
}

}  // namespace lachan::casework
