#pragma once

#include <cstdint>

#include "lachan/base/error.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/principal.hpp"

/// Who may do what. Everything is denied that a row of the table in `access.cpp` does not allow.
namespace lachan::casework {

enum class Action : std::uint8_t {
    submit_report,
    add_report,  ///< A follow-up on a case.
    see_case,
    see_narrative,
    see_identity,
    see_notifications,  ///< Of a case.
    respond,            ///< To a duty of the own agency.
    record_step,
    close_case,
    reopen_case,
    link_cases,
    list_deliveries,  ///< All notifications.
    redeliver,
    see_directory,
    manage_directory,
    manage_keys,
    see_rules,
    see_statistics,
};

/// Whether the role may do this at all. Errors: `forbidden`.
[[nodiscard]] Result<void> allow(const domain::Principal& caller, Action action);

/// Which cases the caller may see at `now`.
[[nodiscard]] Scope scope_of(const domain::Principal& caller, const World& world, Instant now);

/// Whether one case lies within the caller's scope. A conflicted agency is answered as if the case did not
/// exist.
[[nodiscard]] bool sees(const Scope& scope, const domain::Case& value, const View& view);

/// The case, if the caller may do this to it. Errors: `forbidden` (the role), `not_found` (not there, or not
/// for them).
[[nodiscard]] Result<domain::Case> find_for(const domain::Principal& caller,
                                            Action action,
                                            domain::CaseNo number,
                                            const View& view,
                                            const World& world,
                                            Instant now);

}  // namespace lachan::casework
