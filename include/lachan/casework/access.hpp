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
    add_report,    ///< A follow-up on a case.
    see_case,      ///< Its public frame: where it stands, and what is due.
    see_casework,  ///< What was done and found: steps, the record.
    see_identity,  ///< Names, addresses, narrative.
    see_informant,
    see_notifications,  ///< Of a case.
    open_in_emergency,  ///< A case that is not the caller's (break-glass).
    list_openings,
    respond,     ///< To a duty of the own agency.
    waive_duty,  ///< Ask for it, or grant it.
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

/// What a caller has to do with a case, from nothing to answering for it. Whoever may do something as one of
/// these may do it as each later one.
enum class Relation : std::uint8_t {
    none,
    reporter,   ///< The agency reported it.
    told,       ///< The agency was told of it.
    granted,    ///< The key opened it in an emergency, and the time is not over.
    holder,     ///< The agency holds or held a duty of it.
    oversight,  ///< The agency answers for all cases of the area.
};

/// Whether the role may do this at all. Errors: `forbidden`.
[[nodiscard]] Result<void> allow(const domain::Principal& caller, Action action);

/// Which cases the caller may see at `now`.
[[nodiscard]] Scope scope_of(const domain::Principal& caller, const World& world, Instant now);

/// Whether one case lies within the caller's scope. A conflicted agency is answered as if the case did not
/// exist.
[[nodiscard]] bool sees(const Scope& scope, const domain::Case& value, const View& view);

/// What the caller has to do with the case: `none` for a conflicted agency, whatever else holds.
[[nodiscard]] Relation relation_of(const domain::Principal& caller,
                                   const domain::Case& value,
                                   const View& view,
                                   const World& world,
                                   Instant now);

/// A supervisor of an agency that oversees the area of the case: may act where others hold the duties.
[[nodiscard]] bool oversees(const domain::Principal& caller, Relation relation) noexcept;

/// Whether the role may do this in that relation to a case.
[[nodiscard]] bool may(domain::Role role, Action action, Relation relation) noexcept;

/// A case, and what its caller has to do with it.
struct RelatedCase {
    domain::Case value;
    Relation relation = Relation::none;
};

/// The case, if the caller may do this to it. Errors: `forbidden` (the role may not, or not in this relation
/// to a case that it sees), `not_found` (not there, or not for them).
[[nodiscard]] Result<RelatedCase> find_related(const domain::Principal& caller,
                                               Action action,
                                               domain::CaseNo number,
                                               const View& view,
                                               const World& world,
                                               Instant now);
/// The same without the relation.
[[nodiscard]] Result<domain::Case> find_for(const domain::Principal& caller,
                                            Action action,
                                            domain::CaseNo number,
                                            const View& view,
                                            const World& world,
                                            Instant now);

}  // namespace lachan::casework
