#include "case_edit.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "lachan/base/check.hpp"
#include "lachan/casework/invariants.hpp"
#include "lachan/casework/ladders.hpp"
#include "lachan/casework/names.hpp"
#include "standing.hpp"

namespace lachan::casework {

View view_of(Tx& tx) {
    return View{tx.cases,
                tx.reports,
                tx.duties,
                tx.steps,
                tx.outbox,
                tx.endpoints,
                tx.events,
                tx.replies,
                tx.openings,
                tx.keys,
                tx.accounts,
                tx.documents,
                [] { return Counts{}; },
                [] { return DeliveryFigures{}; }};
}

CaseEdit::CaseEdit(
    Tx& tx, std::shared_ptr<const World> world, const Vault& vault, domain::Case value, std::string actor)
    : tx_(tx),
      world_(std::move(world)),
      value_(std::move(value)),
      actor_(std::move(actor)),
      code_(vault.case_code(value_.no)),
      begun_at_(value_.sequence),
      kept_out_before_(value_.conflicted.size()),
      pack_(world_->pack(value_.pack)),
      duties_(value_.duties > 0 ? tx.duties.of_case(value_.no) : std::vector<domain::Duty>{}) {
    exclude_successors();
}

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
    if (decision.urgency > value_.urgency) {
        value_.urgency = decision.urgency;
        hurry();
    }
    value_.severity = std::max(value_.severity, decision.severity);
    for (const policy::OrderedDuty& ordered : decision.duties) {
        place(ordered, start);
    }
    for (const policy::OrderedNotice& ordered : decision.notices) {
        place(ordered, start);
    }
}

std::string_view CaseEdit::asked_role(const domain::Duty& duty) const {
    const policy::DutyTemplate* made_by = pack_ == nullptr ? nullptr : pack_->duty(duty.rule, duty.kind);
    return made_by == nullptr ? std::string_view(duty.role) : std::string_view(made_by->role);
}

/// A pending duty of the same kind for the same child, looked up in the same role and area, is the same duty:
/// a second report or a repeated step never doubles it.
domain::Duty* CaseEdit::pending_same(const policy::OrderedDuty& ordered) {
    const domain::AreaCode area = area_of(value_, ordered.duty->place, ordered.child);
    const auto found = std::find_if(duties_.begin(), duties_.end(), [&](const domain::Duty& duty) {
        return duty.pending() && duty.kind == ordered.duty->kind && duty.child == ordered.child &&
               duty.area == area && asked_role(duty) == ordered.duty->role;
    });
    return found == duties_.end() ? nullptr : &*found;
}

void CaseEdit::place(const policy::OrderedDuty& ordered, const Start& start) {
    domain::Duty planned = planned_duty(ordered, value_, *world_, start);
    if (domain::Duty* same = pending_same(ordered)) {
        if (planned.due >= same->due) {
            return;
        }
        planned.predecessor =
            same->no.ordinal;  // what is known now leaves less time: the holder has to hear of it
        record("duty.cancelled",
               {{"duty", duty_name(code_, same->no.ordinal)},
                {"kind", same->kind},
                {"ground", "shorter limit"}});
        end(*same, domain::DutyState::cancelled);
    }
    add(std::move(planned));
}

void CaseEdit::place(const policy::OrderedNotice& ordered, const Start& start) {
    std::vector<domain::AreaCode> areas;
    for (std::int32_t child = 0; child < std::max(value_.children, 1); ++child) {
        const domain::AreaCode area = area_of(value_, ordered.notice->place, child);
        if (std::find(areas.begin(), areas.end(), area) == areas.end()) {
            areas.push_back(area);
            place(ordered, area, start.at);
        }
    }
}

void CaseEdit::place(const policy::OrderedNotice& ordered, const domain::AreaCode& area, Instant at) {
    const policy::NoticeTemplate& wanted = *ordered.notice;
    const auto found = holders(wanted.role, area, at);
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
    const directory::RoleDefinition* const role = world_->directory->role(made.role);
    if (role != nullptr && role->last_resort && asked_role(made) != made.role) {
        gap(asked_role(made), made.area, &made);
    }
}

void CaseEdit::add_plain(std::string_view kind, const domain::AgencyId& holder, Instant start, Instant due) {
    domain::Duty duty;
    duty.kind = kind;
    duty.area = value_.area;
    duty.holder = holder;
    duty.start = start;
    duty.due = due;
    add(std::move(duty));
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
    next.handed_over = tx_.now;
    next.overdue_at = former.overdue_at;
    next.predecessor = former.no.ordinal;
    next.fired = fired_for_good(ladder_of(former), former);
    next.repeats = former.repeats;
    add(std::move(next));
}

void CaseEdit::succeed_next(const domain::Duty& former) {
    std::vector<domain::AgencyId> without = value_.conflicted;
    for (const domain::Duty* had = &former; had != nullptr;
         had = had->predecessor ? find(*had->predecessor) : nullptr) {
        without.push_back(had->holder);
    }
    const auto found = holders_of(
        *world_->directory, value_, {asked_role(former), former.area, former.start}, tx_.now, without);
    auto next =
        found.empty() ? last_resort(*world_->directory, tx_.now, without) : std::optional(found.front());
    if (!next) {  // all of them had it already: one who may hold it must
        std::vector<domain::AgencyId> barred = value_.conflicted;
        barred.push_back(former.holder);
        next = last_resort(*world_->directory, tx_.now, barred);
    }
    if (!next) {
        next = last_resort(*world_->directory, tx_.now, value_.conflicted);
    }
    if (next) {
        succeed(former, next->agency->id, next->role);
    } else {
        succeed(former, domain::AgencyId(), former.role);
    }
}

void CaseEdit::exclude(std::span<const domain::AgencyId> agencies) {
    std::vector<domain::AgencyId> out = value_.conflicted;
    std::copy_if(agencies.begin(), agencies.end(), std::back_inserter(out), [&](const auto& agency) {
        return std::find(out.begin(), out.end(), agency) == out.end();
    });
    spare_last_resort(*world_->directory, tx_.now, value_.conflicted, out);
    std::vector<domain::AgencyId> added;
    std::copy_if(out.begin(), out.end(), std::back_inserter(added), [&](const auto& agency) {
        return !value_.keeps_out(agency);
    });
    value_.conflicted = std::move(out);  // all of them first: none may become another one's successor
    for (const domain::AgencyId& agency : added) {
        take_from(agency);
        silence(agency);
    }
}

void CaseEdit::exclude_successors() {
    std::vector<domain::AgencyId> bodies;
    for (const domain::AgencyId& agency : value_.conflicted) {
        const auto body = world_->directory->body_of(agency);
        bodies.insert(bodies.end(), body.begin(), body.end());
    }
    if (!bodies.empty()) {
        exclude(bodies);
    }
}

void CaseEdit::take_from(const domain::AgencyId& agency) {
    const std::size_t before = duties_.size();  // successors are appended, and are never of this agency
    for (std::size_t i = 0; i < before; ++i) {
        if (duties_[i].pending() && duties_[i].holder == agency) {
            record("duty.forwarded",  // the record does not say why: others of the case read it too
                   {{"duty", duty_name(code_, duties_[i].no.ordinal)},
                    {"kind", duties_[i].kind},
                    {"holder", agency.text()}});
            end(duties_[i], domain::DutyState::forwarded);
            const domain::Duty former = duties_[i];
            succeed_next(former);
        }
    }
}

void CaseEdit::end(domain::Duty& duty, domain::DutyState state) {
    LACHAN_CHECK(duty.pending());
    duty.state = state;
    duty.ended_at = tx_.now;
    supersede(duty, Sends::all);
    keep(duty);
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

void CaseEdit::add_party(const domain::AgencyId& agency, PartyRelation relation) {
    auto party = std::find_if(
        parties_.begin(), parties_.end(), [&](const Party& known) { return known.agency == agency; });
    if (party == parties_.end()) {
        party = parties_.insert(parties_.end(), {agency, {}});
    }
    if (std::find(party->relations.begin(), party->relations.end(), relation) == party->relations.end()) {
        party->relations.push_back(relation);
    }
}

void CaseEdit::finish() {
    pass_on_unreached();
    for (const Party& party : parties_) {
        tx_.cases.add_party(value_.no, party.agency, party.relations);
    }
    parties_.clear();
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

void CaseEdit::finish_if_changed() {
    if (value_.sequence != begun_at_ || value_.conflicted.size() != kept_out_before_) {
        finish();
    }
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
    return holders_at(*world_->directory, value_, {role, area, at}, value_.conflicted);
}

}  // namespace lachan::casework
