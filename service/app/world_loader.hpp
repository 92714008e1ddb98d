#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/casework/world.hpp"

namespace lachan::app {

struct WorldSources {
    std::filesystem::path rules;      ///< Folder; every `pack.json` below it is a pack.
    std::filesystem::path directory;  ///< Folder with areas.json, roles.json, agencies.json.
    std::filesystem::path calendar;   ///< File.
};

/// What the store keeps of the world: the packs that cases were opened under, and agencies changed through
/// the API.
struct KeptDocuments {
    std::vector<std::pair<std::string, std::string>> packs;
    std::vector<std::string> agencies;
};
[[nodiscard]] KeptDocuments kept_documents(const casework::View& view);

struct LoadedWorld {
    std::shared_ptr<const casework::World> world;
    std::vector<std::pair<std::string, std::string>> packs;  ///< Key and text of the packs found on disk.
    std::string calendar;                                    ///< Text of the calendar.
};

/// Reads everything, or says everything that is wrong: each fault's pointer names its file
/// ("rules/…/pack.json#/rules/3"). A pack that is kept already must not have changed: a new text needs a new
/// version. Errors: `rule_pack_invalid`, `storage`.
[[nodiscard]] Result<LoadedWorld> load_world(const WorldSources& sources, const KeptDocuments& kept);

/// Keeps packs that are new, so that their cases can always be explained, and what answers are shortened
/// with.
void keep_world(casework::Tx& tx, const LoadedWorld& loaded);

}  // namespace lachan::app
