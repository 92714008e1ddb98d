#include "report_area.hpp"

namespace lachan::casework {

Result<domain::AreaCode> resolve_area(const World& world,
                                      const domain::AreaCode& code,
                                      Instant at,
                                      std::string_view pointer,
                                      std::vector<std::string>& warnings) {
    if (const auto* area = world.directory->area(code, at)) {
        if (area->level == directory::Level::commune) {
            return code;
        }
        return Error(
            Errc::validation_failed,
            "the area is not a commune",
            {{std::string(pointer), "not_a_commune", "give the code of a commune or ward (xã, phường)"}});
    }
    if (const auto* successor = world.directory->successor(code, at)) {
        warnings.push_back(std::string(pointer) + ": " + code.text() + " is a former unit; taken as " +
                           successor->code.text());
        return successor->code;
    }
    return Error(
        Errc::validation_failed,
        "the area is not known",
        {{std::string(pointer), "unknown_area", "no commune has this code at the time of the report"}});
}

}  // namespace lachan::casework
