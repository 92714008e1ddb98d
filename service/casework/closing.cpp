#include <algorithm>
#include <utility>

#include "afterwards.hpp"
#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/acts.hpp"
#include "lachan/casework/names.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kRequest =
    "closing_request";  ///< The step that the first of two persons leaves behind.
constexpr std::string_view kClosing = "closing";
constexpr std::string_view kReopening =
    "reopening";  ///< The pack's pseudo-step for a case that is opened again.

constexpr int kOk = 200;
constexpr int kHandedOn = 202;

bool blocks(const CaseEdit& edit, const domain::Duty& duty) {
    if (!duty.pending()) {
        return false;
    }
    const policy::DutyTemplate* made_by =
        edit.pack() == nullptr ? nullptr : edit.pack()->duty(duty.rule, duty.kind);
    return made_by == nullptr || made_by->blocks_closing;
}

Result<void> nothing_open(CaseEdit& edit) {
    std::vector<Fault> open;
    for (const domain::Duty& duty : edit.duties()) {
        if (blocks(edit, duty)) {
            open.push_back({duty_name(edit.code(), duty.no.ordinal),
                            duty.kind,
                            "held by " + duty.holder.text() + ", due " + to_rfc3339(duty.due)});
        }
    }
    if (!open.empty()) {
        return Error(Errc::closing_blocked, "the case still has open duties", std::move(open));
    }
    return {};
}

Result<void> expect(const domain::Case& value, std::int64_t expected, domain::CaseStatus status) {
    if (value.sequence != expected) {
        return Error(Errc::precondition_failed,
                     "the case has changed since: its version is " + std::to_string(value.sequence));
    }
    if (value.status != status) {
        return Error(Errc::transition_not_allowed,
                     "the case is " + std::string(domain::text_of(value.status)));
    }
    return {};
}

/// Whether the caller is a second person: somebody else recorded the last act.
bool is_second_person(const Tx& tx, const domain::Case& value, const domain::Principal& caller) {
    const auto steps = tx.steps.of_case(value.no);
    return !steps.empty() && steps.back().recorded_by != caller.key;
}

Result<void> keep_act(Context& context,
                      Tx& tx,
                      CaseEdit& edit,
                      const domain::Principal& caller,
                      std::string_view kind,
                      const std::string& reason) {
    domain::Step step;
    step.kind = kind;
    step.done_at = tx.now;
    step.recorded_at = tx.now;
    step.agency = caller.agency;
    step.recorded_by = caller.key;
    return keep_step(context.vault, tx, edit, step, reason);
}

void close(Tx& tx, CaseEdit& edit, const domain::Principal& caller) {
    for (domain::Duty& duty : edit.duties()) {
        if (duty.pending()) {  // only those that do not block: the decision to close among them
            edit.end(duty, domain::DutyState::done);
            edit.record("duty.done",
                        {{"duty", duty_name(edit.code(), duty.no.ordinal)}, {"kind", duty.kind}});
        }
    }
    edit.value().status = domain::CaseStatus::closed;
    edit.value().stage = "closed";
    edit.value().closed_at = tx.now;
    edit.record("case.closed", {{"agency", caller.agency.text()}});
    if (edit.pack() != nullptr) {
        if (const auto facts = policy::parse_facts(*edit.pack(), edit.value().facts)) {
            edit.apply(edit.pack()->decide_closure(*facts), {tx.now, std::nullopt, caller.agency});
        }
    }
    edit.tell_parties("case.closed", "closure");
}

}  // namespace

boost::asio::awaitable<Result<Answer>> close_case(Context& context,
                                                  domain::Principal caller,
                                                  std::string case_code,
                                                  Closure closure,
                                                  Repeat repeat,
                                                  RenderChange render) {
    const auto number = context.vault.case_no(case_code);
    if (!number) {
        co_return number.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto value = find_for(caller, Action::close_case, *number, view_of(tx), *world, tx.now);
        if (!value) {
            return value.error();
        }
        if (const auto expected = expect(*value, closure.expected_sequence, domain::CaseStatus::open);
            !expected) {
            return expected.error();
        }
        CaseEdit edit(tx, world, context.vault, std::move(*value), caller.key.text());
        if (const auto free = nothing_open(edit); !free) {
            return free.error();
        }
        const bool second = is_second_person(tx, edit.value(), caller);
        const auto kept = keep_act(context, tx, edit, caller, second ? kClosing : kRequest, closure.reason);
        if (!kept) {
            return kept.error();
        }
        if (second) {
            close(tx, edit, caller);
        } else {
            never_idle(edit, caller.agency, tx.now);
        }
        edit.finish();
        Answer answer = render(edit.change());
        answer.status = second ? kOk : kHandedOn;
        return answer;
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::routine);
    co_return answer;
}

boost::asio::awaitable<Result<Answer>> reopen_case(Context& context,
                                                   domain::Principal caller,
                                                   std::string case_code,
                                                   Closure reopening,
                                                   Repeat repeat,
                                                   RenderChange render) {
    const auto number = context.vault.case_no(case_code);
    if (!number) {
        co_return number.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto value = find_for(caller, Action::reopen_case, *number, view_of(tx), *world, tx.now);
        if (!value) {
            return value.error();
        }
        if (const auto expected = expect(*value, reopening.expected_sequence, domain::CaseStatus::closed);
            !expected) {
            return expected.error();
        }
        CaseEdit edit(tx, world, context.vault, std::move(*value), caller.key.text());
        if (edit.pack() == nullptr) {
            return Error(Errc::internal, "the rule pack of this case is lost");
        }
        edit.value().status = domain::CaseStatus::open;
        edit.value().closed_at.reset();
        edit.value().stage = edit.pack()->first_stage();
        edit.record("case.reopened", {{"agency", caller.agency.text()}});
        if (const auto kept = keep_act(context, tx, edit, caller, kReopening, reopening.reason); !kept) {
            return kept.error();
        }
        if (const auto facts = policy::parse_facts(*edit.pack(), edit.value().facts)) {
            edit.apply(edit.pack()->decide_step(*facts, {kReopening, ""}, std::nullopt),
                       {tx.now, std::nullopt, caller.agency});
        }
        never_idle(edit, caller.agency, tx.now);
        edit.tell_holders("case.updated", "reopening");
        edit.finish();
        return render(edit.change());
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::emergency);
    co_return answer;
}

}  // namespace lachan::casework
