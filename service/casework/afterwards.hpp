#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "case_edit.hpp"

/// What follows from an act, shared by the use cases that record one.
namespace lachan::casework {

/// The pack's pseudo-step for "nothing that a case waits for is pending any more".
inline constexpr std::string_view kIdle = "idle";

/// The pack's pseudo-step for a case that is opened again. What was asked for before it does not count.
inline constexpr std::string_view kReopening = "reopening";

/// What needs two persons is answered with "done", or with "asked for" to the first of them.
inline constexpr int kDoneByTwo = 200;
inline constexpr int kAskedForByOne = 202;

/// Whether the case cannot be closed while this duty is pending. A duty that the pack says nothing of does
/// block.
[[nodiscard]] bool blocks_closing(const CaseEdit& edit, const domain::Duty& duty);

/// The duty that the "idle" rules gave: to decide what comes next. What else does not block (the police's own
/// track) goes on after closing.
[[nodiscard]] bool is_decision_to_close(const CaseEdit& edit, const domain::Duty& duty);

/// An act of the caller, done now.
[[nodiscard]] domain::Step act_of(std::string_view kind, const domain::Principal& caller, Instant now);

/// What a step's note is sealed with, beside the case's key.
[[nodiscard]] std::string note_context(const std::string& case_code);

/// Keeps the step, its note sealed under the case's key, and says so in the record. Gives the step its
/// ordinal.
[[nodiscard]] Result<void> keep_step(
    Vault& vault, Tx& tx, CaseEdit& edit, domain::Step& step, std::string_view note);

/// Starts the duties that follow from the step and moves the case to its stage.
void go_on_after(CaseEdit& edit, const policy::StepKind& kind, const domain::Step& step);

/// Where nothing that blocks is pending on an open case, the pack's "idle" rules say who must decide what
/// comes next: so a case never falls silent. Where something is pending again, that decision has been made.
void never_idle(CaseEdit& edit, const domain::AgencyId& agency, Instant now);

/// Ends the pending duties that `which` names, and says so in the record.
void settle(CaseEdit& edit, domain::DutyState state, const std::function<bool(const domain::Duty&)>& which);

/// Makes a closed case open again; what was owed because it was closed is owed no more.
void open_again(CaseEdit& edit, domain::EventData why);

}  // namespace lachan::casework
