#pragma once

#include "case_edit.hpp"

/// What follows from an act, shared by the use cases that record one.
namespace lachan::casework {

/// What a step's note is sealed with, beside the case's key.
[[nodiscard]] std::string note_context(const std::string& case_code);

/// Keeps the step, its note sealed under the case's key, and says so in the record. Gives the step its
/// ordinal.
[[nodiscard]] Result<void> keep_step(
    Vault& vault, Tx& tx, CaseEdit& edit, domain::Step& step, std::string_view note);

/// Starts the duties that follow from the step and moves the case to its stage.
void go_on_after(CaseEdit& edit, const policy::StepKind& kind, const domain::Step& step);

/// Where nothing is pending on an open case, the pack's "idle" rules say who must decide what comes next: so
/// a case never falls silent.
void never_idle(CaseEdit& edit, const domain::AgencyId& agency, Instant now);

}  // namespace lachan::casework
