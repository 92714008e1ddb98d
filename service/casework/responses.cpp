#include <utility>

#include "afterwards.hpp"
#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/acts.hpp"
#include "lachan/casework/names.hpp"

namespace lachan::casework {
namespace {

constexpr std::size_t kLongestReason = 2000;  ///< A few sentences; a narrative belongs in a step's note.

Result<void> check(const Response& response,
                   const World& world,
                   const domain::Case& value,
                   const domain::Duty& duty,
                   Instant now) {
    std::vector<Fault> faults;
    if (response.kind == domain::ResponseKind::declined && response.reason.empty()) {
        faults.push_back({"/reason", "missing", "say why the duty is declined"});
    }
    if (response.reason.size() > kLongestReason) {
        faults.push_back({"/reason", "too_long", "at most 2000 bytes"});
    }
    if (response.kind == domain::ResponseKind::forwarded) {
        const bool known = response.to && world.directory->agency(*response.to, now) != nullptr;
        const bool conflicted = response.to && value.keeps_out(*response.to);
        if (!response.to) {
            faults.push_back({"/to", "missing", "name the agency that the duty is forwarded to"});
        } else if (*response.to == duty.holder) {
            faults.push_back({"/to", "same_holder", "the duty is held by this agency already"});
        } else if (!known || conflicted) {  // a conflict must not show
            faults.push_back(
                {"/to", "unknown_agency", "no agency of the directory can take the duty under this id"});
        }
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the response cannot be taken as it is", std::move(faults));
    }
    return {};
}

/// Whether the caller may answer for a duty of somebody else: one who oversees the whole province; or, since
/// a duty without a holder must not wait for nobody, any supervisor who sees the case.
bool may_stand_in(const domain::Principal& caller, const domain::Duty& duty, const Scope& scope) {
    return caller.role == domain::Role::supervisor && (scope.everything || duty.holder.empty());
}

/// The duty, if it is the caller's to answer for.
Result<domain::Duty*> answerable(CaseEdit& edit,
                                 const domain::Principal& caller,
                                 domain::DutyNo number,
                                 const Scope& scope) {
    domain::Duty* duty = edit.find(number.ordinal);
    if (duty == nullptr) {
        return Error(Errc::not_found, "no such duty");
    }
    if (duty->holder != caller.agency && !may_stand_in(caller, *duty, scope)) {
        return Error(Errc::forbidden, "another agency holds this duty");
    }
    if (!duty->pending()) {
        return Error(
            Errc::transition_not_allowed,
            "the duty is " + std::string(domain::text_of(duty->state)) + " and takes no answer any more");
    }
    return duty;
}

/// Who accepts what nobody holds, holds it.
void accept(Tx& tx, CaseEdit& edit, domain::Duty& duty, const domain::Principal& caller) {
    if (duty.holder.empty()) {
        duty.holder = caller.agency;
        edit.add_party(duty.holder, PartyRelation::holder);
    }
    duty.state = domain::DutyState::accepted;
    duty.accepted_at = tx.now;
    edit.supersede(duty, CaseEdit::Sends::of_acceptance);
    edit.keep(duty);
}

/// The reason is a person's words: sealed with the case, as the note of a step.
Result<void> keep_reason(Context& context,
                         Tx& tx,
                         CaseEdit& edit,
                         const domain::Duty& duty,
                         const domain::Principal& caller,
                         const Response& response) {
    if (response.reason.empty()) {
        return {};
    }
    domain::Step step = act_of("duty_" + std::string(domain::text_of(response.kind)), caller, tx.now);
    step.child = duty.child;
    return keep_step(context.vault, tx, edit, step, response.reason);
}

void hand_on(CaseEdit& edit, domain::Duty& duty, const Response& response) {
    const bool declined = response.kind == domain::ResponseKind::declined;
    edit.end(duty, declined ? domain::DutyState::declined : domain::DutyState::forwarded);
    const domain::Duty former = duty;  // a successor may move the duties in memory
    if (declined) {
        edit.succeed_next(former);
    } else {
        edit.succeed(former, *response.to, former.role);
    }
}

domain::EventData data_of(const domain::Duty& duty, const std::string& code, const Response& response) {
    domain::EventData data = {
        {"duty", duty_name(code, duty.no.ordinal)}, {"kind", duty.kind}, {"holder", duty.holder.text()}};
    if (response.to) {
        data.emplace_back("to", response.to->text());
    }
    return data;
}

}  // namespace

boost::asio::awaitable<Result<Answer>> respond(Context& context,
                                               domain::Principal caller,
                                               std::string name,
                                               Response response,
                                               Repeat repeat,
                                               RenderChange render) {
    const auto number = parse_duty_name(context.vault, name);
    if (!number) {
        co_return number.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto value = find_for(caller, Action::respond, number->case_no, view_of(tx), *world, tx.now);
        if (!value) {
            return value.error();
        }
        CaseEdit edit(tx, world, context.vault, std::move(*value), caller.key.text());
        const auto duty = answerable(edit, caller, *number, scope_of(caller, *world, tx.now));
        if (!duty) {
            return duty.error();
        }
        if (const auto checked = check(response, *world, edit.value(), **duty, tx.now); !checked) {
            return checked.error();
        }
        const bool again =
            (*duty)->state == domain::DutyState::accepted && response.kind == domain::ResponseKind::accepted;
        if (again) {  // accepted is accepted; saying so twice changes nothing
            edit.finish_if_changed();
            return render(edit.change());
        }
        edit.record("duty." + std::string(domain::text_of(response.kind)),
                    data_of(**duty, edit.code(), response));
        if (const auto kept = keep_reason(context, tx, edit, **duty, caller, response); !kept) {
            return kept.error();
        }
        if (response.kind == domain::ResponseKind::accepted) {
            accept(tx, edit, **duty, caller);
        } else {
            hand_on(edit, **duty, response);
        }
        edit.finish();
        return render(edit.change());
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::emergency);
    co_return answer;
}

}  // namespace lachan::casework
