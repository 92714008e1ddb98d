#include "afterwards.hpp"

#include <algorithm>
#include <utility>

namespace lachan::casework {
namespace {

constexpr std::string_view kIdle = "idle";  ///< The pack's pseudo-step for "nothing is pending any more".

}  // namespace

std::string note_context(const std::string& case_code) {
    return "step:" + case_code;
}

Result<void> keep_step(Vault& vault, Tx& tx, CaseEdit& edit, domain::Step& step, std::string_view note) {
    Bytes sealed;
    if (!note.empty()) {
        const auto key = tx.cases.key(edit.value().no);
        if (!key) {
            return Error(Errc::internal, "a case without a key");
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
        edit.apply(pack.decide_step(*facts, {step.kind, step.result}, step.child),
                   {step.done_at, step.until, step.agency});
    }
    if (!kind.stage.empty() && kind.stage != edit.value().stage) {
        edit.value().stage = kind.stage;
        edit.tell_holders("case.updated", "stage");
    }
    never_idle(edit, step.agency, step.recorded_at);
}

void never_idle(CaseEdit& edit, const domain::AgencyId& agency, Instant now) {
    const bool pending = std::any_of(
        edit.duties().begin(), edit.duties().end(), [](const domain::Duty& duty) { return duty.pending(); });
    if (pending || edit.value().status == domain::CaseStatus::closed || edit.pack() == nullptr) {
        return;
    }
    const auto facts = policy::parse_facts(*edit.pack(), edit.value().facts);
    if (facts) {
        edit.apply(edit.pack()->decide_step(*facts, {kIdle, ""}, std::nullopt), {now, std::nullopt, agency});
    }
}

}  // namespace lachan::casework
