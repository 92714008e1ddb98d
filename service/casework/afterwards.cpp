#include "afterwards.hpp"

#include <algorithm>
#include <utility>

#include "lachan/casework/erasure.hpp"
#include "lachan/casework/names.hpp"

namespace lachan::casework {
namespace {

/// Where the pack says nothing of an idle case: whoever acted last decides, within a week.
constexpr std::string_view kDecision = "closure";
constexpr std::chrono::days kDecisionWithin{7};

/// Storing the file and counting the case: owed for a closed case, and again when it is closed anew.
bool is_of_closing(const CaseEdit& edit, const domain::Duty& duty) {
    const policy::Rule* rule = edit.pack() == nullptr ? nullptr : edit.pack()->rule(duty.rule);
    return rule != nullptr && rule->trigger.on == policy::Trigger::On::closure;
}

}  // namespace

bool is_decision_to_close(const CaseEdit& edit, const domain::Duty& duty) {
    const policy::Rule* rule = edit.pack() == nullptr ? nullptr : edit.pack()->rule(duty.rule);
    const bool by_pack =
        rule != nullptr && rule->trigger.on == policy::Trigger::On::step && rule->trigger.step == kIdle;
    return by_pack || (duty.rule.empty() && duty.kind == kDecision);
}

bool blocks_closing(const CaseEdit& edit, const domain::Duty& duty) {
    const policy::DutyTemplate* made_by =
        edit.pack() == nullptr ? nullptr : edit.pack()->duty(duty.rule, duty.kind);
    return made_by == nullptr ? !is_decision_to_close(edit, duty) : made_by->blocks_closing;
}

domain::Step act_of(std::string_view kind, const domain::Principal& caller, Instant now) {
    domain::Step step;
    step.kind = kind;
    step.done_at = now;
    step.recorded_at = now;
    step.agency = caller.agency;
    step.recorded_by = caller.key;
    return step;
}

std::string note_context(const std::string& case_code) {
    return "step:" + case_code;
}

Result<void> keep_step(Vault& vault, Tx& tx, CaseEdit& edit, domain::Step& step, std::string_view note) {
    Bytes sealed;
    if (!note.empty()) {
        const auto key = sealing_key(tx, vault, edit.value().no);
        if (!key) {
            return key.error();
        }
        auto text = vault.seal_text(*key, note_context(edit.code()), note);
        if (!text) {
            return text.error();
        }
        sealed = std::move(*text);
    }
    step.ordinal = tx.steps.insert(edit.value().no, step, sealed);
    edit.record("step.recorded",
                {{"step", std::to_string(step.ordinal)},
                 {"kind", step.kind},
                 {"result", step.result},
                 {"done_at", to_rfc3339(step.done_at)},
                 {"agency", step.agency.text()}});
    return {};
}

void go_on_after(CaseEdit& edit, const policy::StepKind& kind, const domain::Step& step) {
    const policy::Pack& pack = *edit.pack();
    const auto facts = policy::parse_facts(pack, edit.value().facts);
    if (facts) {
        // An act may be older than the report of it (first aid before the call); what follows from it cannot
        // be.
        const Instant start = std::max(step.done_at, edit.value().received_at);
        edit.apply(pack.decide_step(*facts, {step.kind, step.result}, step.child),
                   {start, step.until, step.agency});
    }
    const bool open = edit.value().status == domain::CaseStatus::open;
    if (open && !kind.stage.empty() && kind.stage != edit.value().stage) {
        edit.value().stage = kind.stage;
        edit.tell_holders("case.updated", "stage");
    }
    never_idle(edit, step.agency, step.recorded_at);
}

void never_idle(CaseEdit& edit, const domain::AgencyId& agency, Instant now) {
    if (edit.value().status == domain::CaseStatus::closed) {
        return;
    }
    const bool waiting =
        std::any_of(edit.duties().begin(), edit.duties().end(), [&](const domain::Duty& duty) {
            return duty.pending() && blocks_closing(edit, duty);
        });
    if (waiting) {
        settle(edit, domain::DutyState::done, [&](const domain::Duty& duty) {
            return is_decision_to_close(edit, duty);
        });
        return;
    }
    const auto facts = edit.pack() == nullptr ? Result<std::vector<policy::Facts>>(Error())
                                              : policy::parse_facts(*edit.pack(), edit.value().facts);
    if (facts) {
        edit.apply(edit.pack()->decide_step(*facts, {kIdle, ""}, std::nullopt), {now, std::nullopt, agency});
    }
    const bool silent = std::none_of(
        edit.duties().begin(), edit.duties().end(), [](const domain::Duty& duty) { return duty.pending(); });
    if (silent) {
        const domain::AgencyId decides = edit.value().keeps_out(agency) ? domain::AgencyId() : agency;
        edit.add_plain(kDecision, decides, now, now + kDecisionWithin);
    }
}

void settle(CaseEdit& edit, domain::DutyState state, const std::function<bool(const domain::Duty&)>& which) {
    for (domain::Duty& duty : edit.duties()) {
        if (duty.pending() && which(duty)) {
            edit.end(duty, state);
            edit.record("duty." + std::string(domain::text_of(state)),
                        {{"duty", duty_name(edit.code(), duty.no.ordinal)}, {"kind", duty.kind}});
        }
    }
}

void open_again(CaseEdit& edit, domain::EventData why) {
    edit.value().status = domain::CaseStatus::open;
    edit.value().closed_at.reset();
    if (edit.pack() != nullptr) {
        edit.value().stage = edit.pack()->first_stage();
    }
    edit.record("case.reopened", std::move(why));
    settle(edit, domain::DutyState::cancelled, [&](const domain::Duty& duty) {
        return is_of_closing(edit, duty);
    });
}

}  // namespace lachan::casework
