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

/// What stands between the case and its end: duties, and acts without which the pack lets no case end.
Result<void> nothing_open(const Tx& tx, CaseEdit& edit) {
    std::vector<Fault> open;
    for (const domain::Duty& duty : edit.duties()) {
        if (duty.pending() && blocks_closing(edit, duty)) {
            open.push_back({duty_name(edit.code(), duty.no.ordinal),
                            duty.kind,
                            "held by " + duty.holder.text() + ", due " + to_rfc3339(duty.due)});
        }
    }
    const auto steps = tx.steps.of_case(edit.value().no);
    for (const std::string& kind :
         edit.pack() == nullptr ? std::span<const std::string>() : edit.pack()->closing_steps()) {
        if (std::none_of(
                steps.begin(), steps.end(), [&](const domain::Step& step) { return step.kind == kind; })) {
            open.push_back({edit.code(), kind, "this step has to be recorded first"});
        }
    }
    if (!open.empty()) {
        return Error(Errc::closing_blocked, "the case still has open duties", std::move(open));
    }
    return {};
}

/// An agency ends what it has worked on; a supervisor who oversees the area any case there.
Result<void> may_close(CaseEdit& edit, const domain::Principal& caller, Relation relation) {
    const bool worked = std::any_of(edit.duties().begin(),
                                    edit.duties().end(),
                                    [&](const domain::Duty& duty) { return duty.holder == caller.agency; });
    if (!worked && !oversees(caller, relation)) {
        return Error(Errc::forbidden, "only an agency that has a duty in this case may close it");
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

/// Whether two persons stand behind the closing: the caller and whoever asked for it, or, where nobody asked,
/// whoever recorded the last act of the pack. What was done before a reopening does not count.
bool is_second_person(const Tx& tx,
                      const CaseEdit& edit,
                      domain::CaseNo number,
                      const domain::Principal& caller) {
    const auto steps = tx.steps.of_case(number);
    const domain::Step* last_act = nullptr;
    for (auto step = steps.rbegin(); step != steps.rend() && step->kind != kReopening; ++step) {
        if (step->kind == kRequest) {
            return step->recorded_by != caller.key;
        }
        const bool act = edit.pack() != nullptr && edit.pack()->step(step->kind) != nullptr;
        last_act = last_act == nullptr && act ? &*step : last_act;
    }
    return last_act != nullptr && last_act->recorded_by != caller.key;
}

/// The first person's wish goes to those who decide; whom the pack names for it, if it does.
void hand_on(CaseEdit& edit, const domain::Principal& caller, Instant now) {
    if (edit.pack() != nullptr) {
        if (const auto facts = policy::parse_facts(*edit.pack(), edit.value().facts)) {
            edit.apply(edit.pack()->decide_step(*facts, {kRequest, ""}, std::nullopt),
                       {now, std::nullopt, caller.agency});
        }
    }
    never_idle(edit, caller.agency, now);
    edit.tell_holders("case.updated", kRequest);
}

void close(Tx& tx, CaseEdit& edit, const domain::Principal& caller) {
    settle(edit, domain::DutyState::done, [&](const domain::Duty& duty) {
        return is_decision_to_close(edit, duty);
    });
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
        auto found = find_related(caller, Action::close_case, *number, view_of(tx), *world, tx.now);
        if (!found) {
            return found.error();
        }
        if (const auto expected = expect(found->value, closure.expected_sequence, domain::CaseStatus::open);
            !expected) {
            return expected.error();
        }
        CaseEdit edit(tx, world, context.vault, std::move(found->value), caller.key.text());
        if (const auto may = may_close(edit, caller, found->relation); !may) {
            return may.error();
        }
        if (const auto free = nothing_open(tx, edit); !free) {
            return free.error();
        }
        const bool second = is_second_person(tx, edit, *number, caller);
        domain::Step act = act_of(second ? kClosing : kRequest, caller, tx.now);
        if (const auto kept = keep_step(context.vault, tx, edit, act, closure.reason); !kept) {
            return kept.error();
        }
        if (second) {
            close(tx, edit, caller);
        } else {
            hand_on(edit, caller, tx.now);
        }
        edit.finish();
        Answer answer = render(edit.change());
        answer.status = second ? kDoneByTwo : kAskedForByOne;
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
        open_again(edit, {{"agency", caller.agency.text()}});
        domain::Step act = act_of(kReopening, caller, tx.now);
        if (const auto kept = keep_step(context.vault, tx, edit, act, reopening.reason); !kept) {
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
