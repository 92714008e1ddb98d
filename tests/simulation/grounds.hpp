#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "lachan/simulation/laws.hpp"

/// The rules, directory and calendar that the repository ships: what simulated worlds live under.
namespace lachan::simulation {

inline std::string read_shipped(const std::string& path) {
    std::ifstream file(std::string(LACHAN_SOURCE_DIR "/") + path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::shared_ptr<const Laws> shipped_law() {
    static const std::shared_ptr<const Laws> laws =
        read_laws({{read_shipped("rules/lai-chau/decision-27-2023/pack.json")},
                   read_shipped("config/directory/areas.json"),
                   read_shipped("config/directory/roles.json"),
                   read_shipped("config/directory/agencies.json"),
                   read_shipped("config/calendar/vietnam.json")})
            .value();
    return laws;
}

inline std::shared_ptr<const casework::World> shipped_laws() {
    return shipped_law()->world;
}

}  // namespace lachan::simulation
