#pragma once

#include "case_edit.hpp"
#include "lachan/casework/context.hpp"

namespace lachan::casework {

/// A notification that is still undelivered when its time is up goes to the agency's next channel; where
/// there is none, the next in line is told: for a duty whom its ladder tells first, for a notice the next
/// holder of the role. The first message stays owed: it is tried on beside that.
[[nodiscard]] Result<void> reroute(Context& context,
                                   Tx& tx,
                                   const std::shared_ptr<const World>& world,
                                   domain::NotificationNo number);

}  // namespace lachan::casework
