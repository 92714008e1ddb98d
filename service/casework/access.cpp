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
};

/// The whole policy: a role may do what has a row here, within its scope, and nothing else.
constexpr auto kAllowed = std::to_array<Row>({
    {Role::operator_, Action::submit_report},  {Role::operator_, Action::add_report},
    {Role::operator_, Action::see_case},       {Role::operator_, Action::see_narrative},
    {Role::operator_, Action::see_identity},   {Role::operator_, Action::see_notifications},
    {Role::operator_, Action::respond},        {Role::operator_, Action::record_step},
    {Role::operator_, Action::link_cases},     {Role::operator_, Action::see_directory},
    {Role::operator_, Action::see_rules},

    {Role::reporter, Action::submit_report},   {Role::reporter, Action::add_report},
    {Role::reporter, Action::see_case},        {Role::reporter, Action::see_rules},

    {Role::officer, Action::submit_report},    {Role::officer, Action::add_report},
    {Role::officer, Action::see_case},         {Role::officer, Action::see_narrative},
    {Role::officer, Action::see_identity},     {Role::officer, Action::see_notifications},
    {Role::officer, Action::respond},          {Role::officer, Action::record_step},
    {Role::officer, Action::close_case},       {Role::officer, Action::reopen_case},
    {Role::officer, Action::see_directory},    {Role::officer, Action::see_rules},

    {Role::supervisor, Action::submit_report}, {Role::supervisor, Action::add_report},
    {Role::supervisor, Action::see_case},      {Role::supervisor, Action::see_narrative},
    {Role::supervisor, Action::see_identity},  {Role::supervisor, Action::see_notifications},
    {Role::supervisor, Action::respond},       {Role::supervisor, Action::record_step},
    {Role::supervisor, Action::close_case},    {Role::supervisor, Action::reopen_case},
    {Role::supervisor, Action::link_cases},    {Role::supervisor, Action::list_deliveries},
    {Role::supervisor, Action::redeliver},     {Role::supervisor, Action::see_directory},
    {Role::supervisor, Action::see_rules},     {Role::supervisor, Action::see_statistics},

    {Role::analyst, Action::see_directory},    {Role::analyst, Action::see_rules},
    {Role::analyst, Action::see_statistics},

    {Role::admin, Action::list_deliveries},    {Role::admin, Action::redeliver},
    {Role::admin, Action::see_directory},      {Role::admin, Action::manage_directory},
    {Role::admin, Action::manage_keys},        {Role::admin, Action::see_rules},
});

/// Cases of the agency's own area: its unit at `now`, what lies below, and the former units it was made of.
void add_area_scope(const directory::Agency& agency, const World& world, Instant now, Scope& scope) {
    for (const directory::Area* area : world.directory->areas_at(now)) {
        if (!world.directory->contains(agency.area, area->code, now)) {
            continue;
        }
        if (area->level == directory::Level::province) {
            scope.everything = true;
            return;
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
    const bool allowed = std::any_of(kAllowed.begin(), kAllowed.end(), [&](const Row& row) {
        return row.role == caller.role && row.action == action;
    });
    if (!allowed) {
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
    const bool by_area = caller.role == Role::operator_ || caller.role == Role::supervisor;
    const directory::Agency* agency = world.directory->agency_ever(caller.agency);
    if (by_area && agency != nullptr) {
        add_area_scope(*agency, world, now, scope);
    }
    return scope;
}

bool sees(const Scope& scope, const domain::Case& value, const View& view) {
    if (std::find(value.conflicted.begin(), value.conflicted.end(), scope.self) != value.conflicted.end()) {
        return false;
    }
    if (scope.everything ||
        std::find(scope.areas.begin(), scope.areas.end(), value.area) != scope.areas.end()) {
        return true;
    }
    return scope.party && view.cases.is_party(value.no, *scope.party);
}

Result<domain::Case> find_for(const domain::Principal& caller,
                              Action action,
                              domain::CaseNo number,
                              const View& view,
                              const World& world,
                              Instant now) {
    if (const auto allowed = allow(caller, action); !allowed) {
        return allowed.error();
    }
    auto value = view.cases.find(number);
    if (!value || !sees(scope_of(caller, world, now), *value, view)) {
        return Error(Errc::not_found, "no such case");
    }
    return std::move(*value);
}

}  // namespace lachan::casework
