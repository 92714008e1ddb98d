#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "lachan/casework/world.hpp"

/// The rules, directory and calendar that the repository ships: what simulated worlds live under.
namespace lachan::simulation {

inline std::string read_shipped(const std::string& path) {
    std::ifstream file(std::string(LACHAN_SOURCE_DIR "/") + path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::shared_ptr<const casework::World> shipped_laws() {
    static const std::shared_ptr<const casework::World> laws = [] {
        auto made = std::make_shared<casework::World>();
        auto pack = policy::Pack::parse(read_shipped("rules/lai-chau/decision-27-2023/pack.json")).value();
        const std::string key = pack.key();
        made->packs.emplace(key, std::make_shared<const policy::Pack>(std::move(pack)));
        made->directory = std::make_shared<const directory::Directory>(
            directory::Directory::parse(read_shipped("config/directory/areas.json"),
                                        read_shipped("config/directory/roles.json"),
                                        read_shipped("config/directory/agencies.json"))
                .value());
        made->calendar = std::make_shared<const deadlines::Calendar>(
            deadlines::Calendar::parse(read_shipped("config/calendar/vietnam.json")).value());
        return made;
    }();
    return laws;
}

}  // namespace lachan::simulation
