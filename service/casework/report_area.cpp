#include "report_area.hpp"

namespace lachan::casework {
namespace {

Error not_a_commune(std::string_view pointer) {
    return Error(
        Errc::validation_failed,
        "the area is not a commune",
        {{std::string(pointer), "not_a_commune", "give the code of a commune or ward (xã, phường)"}});
}

}  // namespace

Result<domain::AreaCode> resolve_area(const World& world,
                                      const domain::AreaCode& code,
                                      Instant at,
                                      std::string_view pointer,
                                      std::vector<std::string>& warnings) {
    if (const auto* area = world.directory->area(code, at)) {
        if (area->level == directory::Level::commune) {
            return code;
        }
        return not_a_commune(pointer);
    }
    if (const auto* successor = world.directory->successor(code, at)) {
        warnings.push_back(std::string(pointer) + ": " + code.text() + " is a former unit; taken as " +
                           successor->code.text());
        return successor->code;
    }
    if (const auto* later = world.directory->later(code, at)) {
        if (later->level != directory::Level::commune) {
            return not_a_commune(pointer);
        }
        warnings.push_back(std::string(pointer) + ": " + code.text() + " (" + later->name +
                           ") is a unit only from " + to_text(vietnam_day(later->valid_from)) +
                           ", after the report was received; taken as that unit");
        return code;
    }
    return Error(
        Errc::validation_failed,
        "the area is not known",
        {{std::string(pointer), "unknown_area", "no commune has this code at the time of the report"}});
}

std::vector<domain::AreaCode> resolve_places(const World& world,
                                             domain::Report& report,
                                             std::vector<Fault>& faults) {
    const auto area = resolve_area(world, report.area, report.received_at, "/area", report.warnings);
    if (area) {
        report.area = *area;
    } else {
        join_faults(faults, area.error().faults());
    }
    std::vector<domain::AreaCode> residences;
    for (std::size_t i = 0; i < report.children.size(); ++i) {
        auto& residence = report.children[i].residence_area;
        if (residence) {
            const std::string pointer = "/children/" + std::to_string(i) + "/residence_area";
            auto resolved = resolve_area(world, *residence, report.received_at, pointer, report.warnings);
            if (resolved) {
                *residence = *resolved;
            } else {
                report.warnings.push_back(pointer + ": not a known commune; taken as unknown");
                residence.reset();
            }
        }
        residences.push_back(residence.value_or(domain::AreaCode()));
    }
    if (residences.empty()) {
        residences.emplace_back();
    }
    return residences;
}

}  // namespace lachan::casework
