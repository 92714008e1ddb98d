#pragma once

#include "case_edit.hpp"
#include "lachan/casework/context.hpp"

namespace lachan::casework {

/// A notification that is still undelivered when its time is up goes to the agency's next channel; where
/// there is none, the next in line for its duty is told. The first message stays owed: it is tried on beside
/// that.
[[nodiscard]] Result<void> reroute(Context& context,
                                   Tx& tx,
                                   const std::shared_ptr<const World>& world,
                                   domain::NotificationNo number);

/// Tells the next holder of the duty's role, or else the first escalation of its ladder, that it is not being
/// taken up.
void tell_next_in_line(CaseEdit& edit, const domain::Duty& duty);

}  // namespace lachan::casework
