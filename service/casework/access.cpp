#include "lachan/casework/access.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lachan::casework {
namespace {

using domain::Role;

struct Row {
    Role role;
    Action action;
    Relation at_least = Relation::none;  ///< For what is done to a case.
};

/// The whole policy: a role may do what has a row here, in that relation to the case or a closer one, and
/// nothing else.
constexpr auto kAllowed = std::to_array<Row>({
    {Role::operator_, Action::submit_report},
    {Role::operator_, Action::add_report, Relation::reporter},
    {Role::operator_, Action::see_case, Relation::reporter},
    {Role::operator_, Action::see_casework, Relation::told},
    {Role::operator_, Action::see_identity, Relation::granted},
    {Role::operator_, Action::see_informant, Relation::oversight},
    {Role::operator_, Action::see_notifications, Relation::told},
    {Role::operator_, Action::respond, Relation::told},
    {Role::operator_, Action::waive_duty, Relation::holder},
    {Role::operator_, Action::record_step, Relation::told},
    {Role::operator_, Action::link_cases, Relation::told},
    {Role::operator_, Action::open_in_emergency},
    {Role::operator_, Action::see_directory},
    {Role::operator_, Action::see_rules},

    {Role::reporter, Action::submit_report},
    {Role::reporter, Action::add_report, Relation::reporter},
    {Role::reporter, Action::see_case, Relation::reporter},
    {Role::reporter, Action::see_rules},

    {Role::officer, Action::submit_report},
    {Role::officer, Action::add_report, Relation::reporter},
    {Role::officer, Action::see_case, Relation::reporter},
    {Role::officer, Action::see_casework, Relation::told},
    {Role::officer, Action::see_identity, Relation::granted},
    {Role::officer, Action::see_notifications, Relation::told},
    {Role::officer, Action::respond, Relation::told},
    {Role::officer, Action::waive_duty, Relation::holder},
    {Role::officer, Action::record_step, Relation::told},
    {Role::officer, Action::close_case, Relation::told},
    {Role::officer, Action::reopen_case, Relation::told},
    {Role::officer, Action::open_in_emergency},
    {Role::officer, Action::see_directory},
    {Role::officer, Action::see_rules},

    {Role::supervisor, Action::submit_report},
    {Role::supervisor, Action::add_report, Relation::reporter},
    {Role::supervisor, Action::see_case, Relation::reporter},
    {Role::supervisor, Action::see_casework, Relation::told},
    {Role::supervisor, Action::see_identity, Relation::granted},
    {Role::supervisor, Action::see_informant, Relation::oversight},
    {Role::supervisor, Action::see_notifications, Relation::told},
    {Role::supervisor, Action::respond, Relation::told},
    {Role::supervisor, Action::waive_duty, Relation::holder},
    {Role::supervisor, Action::record_step, Relation::told},
    {Role::supervisor, Action::close_case, Relation::told},
    {Role::supervisor, Action::reopen_case, Relation::told},
    {Role::supervisor, Action::link_cases, Relation::told},
    {Role::supervisor, Action::list_deliveries, Relation::told},
    {Role::supervisor, Action::redeliver, Relation::told},
    {Role::supervisor, Action::open_in_emergency},
    {Role::supervisor, Action::list_openings, Relation::oversight},
    {Role::supervisor, Action::see_directory},
    {Role::supervisor, Action::see_rules},
    {Role::supervisor, Action::see_statistics},

    {Role::analyst, Action::see_directory},
    {Role::analyst, Action::see_rules},
    {Role::analyst, Action::see_statistics},

    {Role::admin, Action::list_deliveries},
    {Role::admin, Action::redeliver},
    {Role::admin, Action::list_openings},
    {Role::admin, Action::see_directory},
    {Role::admin, Action::manage_directory},
    {Role::admin, Action::manage_keys},
    {Role::admin, Action::see_rules},
});

const Row* row_of(Role role, Action action) noexcept {
    const auto* const row = std::find_if(kAllowed.begin(), kAllowed.end(), [&](const Row& each) {
        return each.role == role && each.action == action;
    });
    return row == kAllowed.end() ? nullptr : row;
}

Relation relation_of(PartyRelation party) noexcept {
    switch (party) {
        case PartyRelation::holder:
            return Relation::holder;
        case PartyRelation::told:
            return Relation::told;
        case PartyRelation::reporter:
            return Relation::reporter;
    }
    return Relation::none;
}

/// The relation within a scope; openings come on top of it.
Relation relation_in(const Scope& scope, const domain::Case& value, const View& view) {
    if (value.keeps_out(scope.self)) {
        return Relation::none;
    }
    if (scope.everything ||
        std::find(scope.areas.begin(), scope.areas.end(), value.area) != scope.areas.end()) {
        return Relation::oversight;
    }
    const auto party = scope.party ? view.cases.party(value.no, *scope.party) : std::nullopt;
    return party ? relation_of(*party) : Relation::none;
}

/// Cases of the agency's own area: its unit at `now`, what lies below, and the former units it was made of.
void add_area_scope(const directory::Agency& agency, const World& world, Instant now, Scope& scope) {
    const directory::Area* const own = world.directory->area(agency.area, now);
    if (own != nullptr && own->level >= directory::Level::province) {
        scope.everything = true;
        return;
    }
    for (const directory::Area* area : world.directory->areas_at(now)) {
        if (!world.directory->contains(agency.area, area->code, now)) {
            continue;
        }
        scope.areas.push_back(area->code);
        for (const domain::AreaCode& former : area->made_of) {
            const bool used_again =
                world.directory->area(former, now) != nullptr;  // it may mean another unit today
            if (!used_again) {
                scope.areas.push_back(former);
            }
        }
    }
}

}  // namespace

Result<void> allow(const domain::Principal& caller, Action action) {
    if (row_of(caller.role, action) == nullptr) {
        return Error(Errc::forbidden, "this role may not do that");
    }
    return {};
}

Scope scope_of(const domain::Principal& caller, const World& world, Instant now) {
    Scope scope;
    scope.self = caller.agency;
    if (caller.role == Role::admin) {
        scope.everything =
            true;  // deliveries carry no identity; the table keeps an administrator out of cases
        return scope;
    }
    if (!caller.agency.empty()) {  // keys without an agency have no cases in common
        scope.party = caller.agency;
    }
    const bool by_area =
        caller.role == Role::operator_ || caller.role == Role::supervisor || caller.role == Role::analyst;
    const directory::Agency* agency = world.directory->agency_ever(caller.agency);
    if (by_area && agency != nullptr && world.directory->oversees(*agency)) {  // a school has no such view
        add_area_scope(*agency, world, now, scope);
    }
    return scope;
}

bool sees(const Scope& scope, const domain::Case& value, const View& view) {
    return relation_in(scope, value, view) != Relation::none;
}

Relation relation_of(const domain::Principal& caller,
                     const domain::Case& value,
                     const View& view,
                     const World& world,
                     Instant now) {
    const Scope scope = scope_of(caller, world, now);
    const Relation relation = relation_in(scope, value, view);
    if (value.keeps_out(scope.self) || relation >= Relation::granted) {
        return relation;
    }
    return view.openings.is_open(value.no, caller.key, now) ? Relation::granted : relation;
}

bool oversees(const domain::Principal& caller, Relation relation) noexcept {
    return caller.role == Role::supervisor && relation == Relation::oversight;
}

bool may(Role role, Action action, Relation relation) noexcept {
    const Row* const row = row_of(role, action);
    return row != nullptr && relation >= row->at_least;
}

Result<RelatedCase> find_related(const domain::Principal& caller,
                                 Action action,
                                 domain::CaseNo number,
                                 const View& view,
                                 const World& world,
                                 Instant now) {
    if (const auto allowed = allow(caller, action); !allowed) {
        return allowed.error();
    }
    auto value = view.cases.find(number);
    const Relation relation = value ? relation_of(caller, *value, view, world, now) : Relation::none;
    if (relation == Relation::none) {
        return Error(Errc::not_found, "no such case");
    }
    if (!may(caller.role, action, relation)) {
        return Error(Errc::forbidden, "only those who handle or oversee the case may do that");
    }
    return RelatedCase{std::move(*value), relation};
}

Result<domain::Case> find_for(const domain::Principal& caller,
                              Action action,
                              domain::CaseNo number,
                              const View& view,
                              const World& world,
                              Instant now) {
    auto found = find_related(caller, action, number, view, world, now);
    if (!found) {
        return found.error();
    }
    return std::move(found->value);
}

}  // namespace lachan::casework
