#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tables.hpp"

namespace lachan::directory {
namespace {

bool overlap(Instant from,
             const std::optional<Instant>& to,
             Instant other_from,
             const std::optional<Instant>& other_to) {
    return (!to || other_from < *to) && (!other_to || from < *other_to);
}

/// True if `outer` is valid for the whole time of `inner`.
bool covers(const Area& outer, const Area& inner) {
    return outer.valid_from <= inner.valid_from &&
           (!outer.valid_to || (inner.valid_to && *inner.valid_to <= *outer.valid_to));
}

using AreasByCode = std::multimap<domain::AreaCode, std::size_t>;
using Ids = std::multimap<domain::AgencyId, std::size_t>;

class Check {
public:
    Check(const Tables& tables, Faults& faults) : tables_(tables), faults_(faults) {
        for (std::size_t i = 0; i < tables.areas.size(); ++i) {
            areas_.emplace(tables.areas[i].code, i);
        }
        for (const RoleDefinition& role : tables.roles) {
            roles_.insert(role.name);
        }
    }

    void run() {
        check_areas();
        check_roles();
        check_agencies();
    }

private:
    void check_areas() {
        for (std::size_t i = 0; i < tables_.areas.size(); ++i) {
            if (faults_.within(tables_.area_at[i])) {
                continue;  // what was read in vain would only make further faults
            }
            const Area& area = tables_.areas[i];
            const auto [first, last] = areas_.equal_range(area.code);
            const bool doubled = std::any_of(first, last, [&](const auto& other) {
                const Area& twin = tables_.areas[other.second];
                return other.second < i &&
                       overlap(area.valid_from, area.valid_to, twin.valid_from, twin.valid_to);
            });
            if (doubled) {
                faults_.add(tables_.area_at[i] + "/code",
                            "duplicate",
                            "the code means another unit at the same time");
            }
            check_parent(i);
        }
    }

    void check_parent(std::size_t i) {
        const Area& area = tables_.areas[i];
        if (area.parent.empty()) {
            return;  // a nation
        }
        const auto [first, last] = areas_.equal_range(area.parent);
        const bool good = std::any_of(first, last, [&](const auto& other) {
            const Area& parent = tables_.areas[other.second];
            return parent.level > area.level && covers(parent, area);
        });
        if (!good) {
            faults_.add(tables_.area_at[i] + "/parent",
                        "not_found",
                        "no unit of a higher level has this code for the whole time of the entry");
        }
    }

    void check_roles() {
        std::set<std::string_view> seen;
        for (std::size_t i = 0; i < tables_.roles.size(); ++i) {
            const RoleDefinition& role = tables_.roles[i];
            if (!role.name.empty() && !seen.insert(role.name).second) {
                faults_.add(tables_.role_at[i] + "/name", "duplicate", "the role is defined above");
            }
            check_role_names(role.otherwise, tables_.role_at[i] + "/otherwise/");
        }
    }

    void check_role_names(const std::vector<std::string>& names, const std::string& pointer) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (!roles_.contains(names[i])) {
                faults_.add(pointer + std::to_string(i), "not_found", "no such role");
            }
        }
    }

    void check_agencies() {
        Ids seen;
        for (std::size_t i = 0; i < tables_.agencies.size(); ++i) {
            const Agency& agency = tables_.agencies[i];
            const std::string& at = tables_.agency_at[i];
            if (faults_.within(at)) {
                continue;
            }
            const auto [first, last] = seen.equal_range(agency.id);
            const bool doubled = std::any_of(first, last, [&](const auto& other) {
                const Agency& twin = tables_.agencies[other.second];
                return overlap(agency.valid_from, agency.valid_to, twin.valid_from, twin.valid_to);
            });
            if (doubled) {
                faults_.add(at + "/id", "duplicate", "the id means another agency at the same time");
            }
            seen.emplace(agency.id, i);
            check_body(agency, at + "/part_of");
            check_role_names(agency.roles, at + "/roles/");
            check_agency_area(agency, agency.area, at + "/area");
            for (std::size_t s = 0; s < agency.serves.size(); ++s) {
                check_agency_area(agency, agency.serves[s], at + "/serves/" + std::to_string(s));
            }
        }
    }

    /// One step from office to body, so that what belongs together is seen at once.
    void check_body(const Agency& agency, const std::string& pointer) {
        if (agency.part_of.empty()) {
            return;
        }
        const auto body = std::find_if(tables_.agencies.begin(),
                                       tables_.agencies.end(),
                                       [&](const Agency& other) { return other.id == agency.part_of; });
        if (body == tables_.agencies.end()) {
            faults_.add(pointer, "not_found", "no such agency");
        } else if (agency.part_of == agency.id || !body->part_of.empty()) {
            faults_.add(pointer, "invalid_value", "must name a body that is not itself part of another");
        }
    }

    /// A code that changes its meaning while the agency exists would silently move the agency elsewhere.
    void check_agency_area(const Agency& agency, const domain::AreaCode& code, const std::string& pointer) {
        const auto [first, last] = areas_.equal_range(code);
        const auto meanings = std::count_if(first, last, [&](const auto& entry) {
            const Area& area = tables_.areas[entry.second];
            return overlap(agency.valid_from, agency.valid_to, area.valid_from, area.valid_to);
        });
        if (meanings == 0) {
            faults_.add(pointer, "not_found", "the code means no unit while the agency exists");
        }
        if (meanings > 1) {
            faults_.add(pointer,
                        "ambiguous",
                        "the code changes its meaning while the agency exists: make two entries of it");
        }
    }

    const Tables& tables_;
    Faults& faults_;
    AreasByCode areas_;
    std::set<std::string, std::less<>> roles_;
};

}  // namespace

void check_tables(const Tables& tables, Faults& faults) {
    Check(tables, faults).run();
}

}  // namespace lachan::directory
