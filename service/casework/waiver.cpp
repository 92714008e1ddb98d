#include <algorithm>
#include <optional>
#include <utility>

#include "afterwards.hpp"
#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/acts.hpp"
#include "lachan/casework/names.hpp"
#include "standing.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kRequest =
    "waiver_request";  ///< The step that the first of two persons leaves behind.
constexpr std::string_view kWaiver = "waiver";
constexpr std::size_t kLongestGround = 2000;  ///< A few sentences; a narrative belongs in a step's note.

Result<void> check(const Waiver& waiver) {
    if (waiver.ground.empty()) {
        return Error(Errc::validation_failed,
                     "a duty is not waived without a ground",
                     {{"/ground", "missing", "say why the duty need not be done"}});
    }
    if (waiver.ground.size() > kLongestGround) {
        return Error(Errc::validation_failed,
                     "the ground is too long",
                     {{"/ground", "too_long", "at most 2000 bytes"}});
    }
    return {};
}

/// The duty, if the caller may speak of waiving it: its holder, and a supervisor who oversees the case.
Result<domain::Duty*> waivable(CaseEdit& edit,
                               const domain::Principal& caller,
                               std::int32_t ordinal,
                               bool overseer) {
    domain::Duty* duty = edit.find(ordinal);
    if (duty == nullptr) {
        return Error(Errc::not_found, "no such duty");
    }
    if (duty->holder != caller.agency && !overseer) {
        return Error(Errc::forbidden, "another agency holds this duty");
    }
    if (edit.value().status != domain::CaseStatus::open) {
        return Error(Errc::transition_not_allowed, "the case is closed");
    }
    if (!duty->pending()) {
        return Error(
            Errc::transition_not_allowed,
            "the duty is " + std::string(domain::text_of(duty->state)) + " and cannot be waived any more");
    }
    return duty;
}

/// Who asked for it before, other than the caller. What was asked before a reopening does not count.
std::optional<domain::Step> asked_by_another(const Tx& tx,
                                             domain::CaseNo number,
                                             const std::string& duty,
                                             const domain::Principal& caller) {
    const auto steps = tx.steps.of_case(number);
    for (auto step = steps.rbegin(); step != steps.rend() && step->kind != kReopening; ++step) {
        if (step->kind == kRequest && step->result == duty && step->recorded_by != caller.key) {
            return *step;
        }
    }
    return std::nullopt;
}

/// Nobody lets the own house off: a committee and its chair are one.
bool is_of_another_body(const World& world, const domain::Principal& caller, const domain::Duty& duty) {
    const auto body = world.directory->body_of(duty.holder);
    return std::find(body.begin(), body.end(), caller.agency) == body.end();
}

/// Whoever else it concerns hears of it.
void tell_other(CaseEdit& edit,
                const domain::AgencyId& agency,
                const domain::Principal& caller,
                std::string_view rule) {
    if (!agency.empty() && agency != caller.agency && !edit.value().keeps_out(agency)) {
        edit.tell(agency, "case.updated", nullptr, rule);
    }
}

/// The wish goes to somebody who can grant it, and to the holder where another one uttered it.
void hand_on(CaseEdit& edit, const domain::Duty& duty, const domain::Principal& caller, Instant now) {
    const directory::Directory& directory = *edit.world()->directory;
    const domain::Case& value = edit.value();
    const domain::AgencyId holder = duty.holder;
    std::vector<domain::AgencyId> without = directory.body_of(holder);
    without.insert(without.end(), value.conflicted.begin(), value.conflicted.end());
    const auto found = holders_at(directory, value, {kOverseer, value.area, now}, without);
    if (found.empty()) {
        edit.gap(kOverseer, value.area, nullptr);
    } else {
        edit.tell(found.front().agency->id, "case.updated", nullptr, kRequest);
    }
    tell_other(edit, holder, caller, kRequest);
}

/// The duty ends; that it was late stays, also where nobody had time to notice.
void waive(CaseEdit& edit,
           domain::Duty& duty,
           const domain::Step& request,
           const domain::Principal& caller,
           Instant now) {
    if (duty.is_overdue(now) && !duty.overdue_at) {
        duty.overdue_at = duty.due;
    }
    domain::EventData data = {{"duty", duty_name(edit.code(), duty.no.ordinal)},
                              {"kind", duty.kind},
                              {"holder", duty.holder.text()},
                              {"asked_by", request.recorded_by.text()},
                              {"approver", caller.key.text()},
                              {"agency", caller.agency.text()}};
    if (duty.overdue_at) {
        data.emplace_back("overdue_at", to_rfc3339(*duty.overdue_at));
    }
    edit.record("duty.waived", std::move(data));
    const domain::AgencyId holder = duty.holder;
    edit.end(duty, domain::DutyState::waived);
    tell_other(edit, holder, caller, kWaiver);
    if (request.agency != holder) {
        tell_other(edit, request.agency, caller, kWaiver);
    }
    never_idle(edit, caller.agency, now);
}

}  // namespace

boost::asio::awaitable<Result<Answer>> waive_duty(Context& context,
                                                  domain::Principal caller,
                                                  std::string name,
                                                  Waiver waiver,
                                                  Repeat repeat,
                                                  RenderChange render) {
    const auto number = parse_duty_name(context.vault, name);
    if (!number) {
        co_return number.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto found = find_related(caller, Action::waive_duty, number->case_no, view_of(tx), *world, tx.now);
        if (!found) {
            return found.error();
        }
        const bool overseer = oversees(caller, found->relation);
        CaseEdit edit(tx, world, context.vault, std::move(found->value), caller.key.text());
        const auto duty = waivable(edit, caller, number->ordinal, overseer);
        if (!duty) {
            return duty.error();
        }
        if (const auto checked = check(waiver); !checked) {
            return checked.error();
        }
        const std::string wanted = duty_name(edit.code(), number->ordinal);
        const auto request = asked_by_another(tx, number->case_no, wanted, caller);
        const bool granted = request && overseer && is_of_another_body(*world, caller, **duty);
        domain::Step act = act_of(granted ? kWaiver : kRequest, caller, tx.now);
        act.child = (*duty)->child;
        act.result = wanted;
        if (const auto kept = keep_step(context.vault, tx, edit, act, waiver.ground); !kept) {
            return kept.error();
        }
        if (granted) {
            waive(edit, **duty, *request, caller, tx.now);
        } else {
            hand_on(edit, **duty, caller, tx.now);
        }
        edit.finish();
        Answer answer = render(edit.change());
        answer.status = granted ? kDoneByTwo : kAskedForByOne;
        return answer;
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::routine);
    co_return answer;
}

}  // namespace lachan::casework
