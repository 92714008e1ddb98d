#pragma once

#include <string>
#include <vector>

#include "lachan/casework/erasure.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/policy/retention.hpp"

/// Which closed cases have been kept for long enough. To forget them is `erase_case`.
namespace lachan::casework {

struct PastRetention {
    domain::CaseNo number{};
    std::string code;
    const policy::RetentionRule* rule = nullptr;  ///< Lives in the rules that were given.
    Instant closed_at{};
    Instant kept_until{};
    std::string hold;  ///< Why it is kept all the same; empty: nothing stands against it.
};

/// Closed cases whose time has come and whose names are still there, the one that was closed first in front.
/// Open cases are never among them. Walks all closed cases: for a command, not for requests.
[[nodiscard]] std::vector<PastRetention> past_retention(const View& view,
                                                        const Vault& vault,
                                                        const policy::RetentionRules& rules,
                                                        Instant now);

/// Forgets what was listed, if nothing has come between since: it is judged once more within the unit.
/// Errors: `transition_not_allowed` (open again, closed anew, or held by now), as `erase_case`.
[[nodiscard]] Result<Erased> erase_past(Tx& tx,
                                        Vault& vault,
                                        const policy::RetentionRules& rules,
                                        const PastRetention& past,
                                        std::string_view actor);

}  // namespace lachan::casework
