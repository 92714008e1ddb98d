#include <algorithm>
#include <string>

#include "lachan/directory/directory.hpp"

/// Which agencies are one body: offices of one house, and who took over from whom.
namespace lachan::directory {
namespace {

const domain::AgencyId& root_of(const Agency& agency) {
    return agency.part_of.empty() ? agency.id : agency.part_of;
}

bool share_a_role(const Agency& one, const Agency& other) {
    return std::any_of(one.roles.begin(), one.roles.end(), [&](const std::string& role) {
        return std::find(other.roles.begin(), other.roles.end(), role) != other.roles.end();
    });
}

/// The code of the unit that `agency` stood for, as it is at `at`.
domain::AreaCode unit_later(const Directory& directory, const Agency& agency, Instant at) {
    const Area* const then = directory.area(agency.area, agency.valid_from);
    const bool ended = then != nullptr && then->valid_to && at >= *then->valid_to;
    const Area* const next = ended ? directory.successor(agency.area, at) : nullptr;
    return next == nullptr ? agency.area : next->code;
}

/// Whether `next` took over from `former`. Of several like it in one unit, as schools are, none did: they are
/// bodies of their own.
bool took_over(const Directory& directory, const Agency& former, const Agency& next) {
    const auto fits = [&](const Agency& agency, const domain::AreaCode& unit) {
        return agency.kind == former.kind && agency.area == unit && agency.valid_at(next.valid_from) &&
               share_a_role(former, agency);
    };
    if (!former.valid_to || next.valid_from < *former.valid_to || next.kind != former.kind) {
        return false;
    }
    const domain::AreaCode unit = unit_later(directory, former, next.valid_from);
    const auto all = directory.agencies();
    return fits(next, unit) &&
           std::count_if(all.begin(), all.end(), [&](const Agency& each) { return fits(each, unit); }) == 1;
}

}  // namespace

std::vector<domain::AgencyId> Directory::body_of(const domain::AgencyId& id) const {
    std::vector<domain::AgencyId> body = {id};
    for (std::size_t i = 0; i < body.size(); ++i) {
        const Agency* const known = agency_ever(body[i]);
        for (const Agency& other : agencies()) {
            const bool listed = std::find(body.begin(), body.end(), other.id) != body.end();
            const bool belongs = known != nullptr && !listed &&
                                 (root_of(other) == root_of(*known) || took_over(*this, *known, other) ||
                                  took_over(*this, other, *known));
            if (belongs) {
                body.push_back(other.id);
            }
        }
    }
    return body;
}

std::vector<Holder> Directory::last_resorts(Instant at) const {
    std::vector<Holder> found;
    for (const RoleDefinition& role : roles()) {
        if (!role.last_resort) {
            continue;
        }
        for (const Agency& agency : agencies()) {
            const bool holds =
                std::find(agency.roles.begin(), agency.roles.end(), role.name) != agency.roles.end();
            if (holds && agency.valid_at(at)) {
                found.push_back({&agency, role.name});
            }
        }
    }
    return found;
}

}  // namespace lachan::directory
