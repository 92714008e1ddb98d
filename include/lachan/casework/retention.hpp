#pragma once

#include <string>
#include <vector>

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

}  // namespace lachan::casework
