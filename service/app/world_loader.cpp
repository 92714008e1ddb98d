#include "world_loader.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include "files.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/http/usual_answers.hpp"

namespace lachan::app {
namespace {

constexpr std::string_view kPackDocument = "pack";
constexpr std::string_view kAgencyDocument = "agency";
constexpr std::string_view kPackFile = "pack.json";

/// Collects faults of many files under their names.
class Faults {
public:
    void add(const std::string& file, const Error& error) {
        if (error.faults().empty()) {
            faults_.push_back({file, "invalid", error.detail()});
        }
        for (const Fault& fault : error.faults()) {
            faults_.push_back({file + "#" + fault.pointer, fault.code, fault.detail});
        }
    }
    [[nodiscard]] bool empty() const noexcept { return faults_.empty(); }
    [[nodiscard]] Error error() && {
        return {Errc::rule_pack_invalid,
                "the rules, the directory or the calendar cannot be used",
                std::move(faults_)};
    }

private:
    std::vector<Fault> faults_;
};

std::vector<std::filesystem::path> pack_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code failure;
    for (std::filesystem::recursive_directory_iterator it(folder, failure), end; !failure && it != end;
         it.increment(failure)) {
        if (it->path().filename() == kPackFile) {
            files.push_back(it->path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

using Packs = std::map<std::string, std::shared_ptr<const policy::Pack>, std::less<>>;

void load_pack(const std::filesystem::path& file,
               const KeptDocuments& kept,
               Packs& packs,
               LoadedWorld& loaded,
               Faults& faults) {
    const auto text = read_file(file);
    if (!text) {
        faults.add(file.string(), text.error());
        return;
    }
    auto pack = policy::Pack::parse(*text);
    if (!pack) {
        faults.add(file.string(), pack.error());
        return;
    }
    const std::string key = pack->key();
    const auto earlier = std::find_if(
        kept.packs.begin(), kept.packs.end(), [&](const auto& entry) { return entry.first == key; });
    if (earlier != kept.packs.end() && earlier->second != *text) {
        faults.add(
            file.string(),
            Error(Errc::rule_pack_invalid,
                  "cases were opened under " + key + " with another text: a change needs a new version"));
        return;
    }
    if (packs.contains(key)) {
        faults.add(file.string(),
                   Error(Errc::rule_pack_invalid, "another file has the same id and version: " + key));
        return;
    }
    packs.emplace(key, std::make_shared<const policy::Pack>(std::move(*pack)));
    loaded.packs.emplace_back(key, *text);
}

void load_packs(const WorldSources& sources,
                const KeptDocuments& kept,
                casework::World& world,
                LoadedWorld& loaded,
                Faults& faults) {
    for (const auto& file : pack_files(sources.rules)) {
        load_pack(file, kept, world.packs, loaded, faults);
    }
    if (loaded.packs.empty() && faults.empty()) {
        faults.add(sources.rules.string(), Error(Errc::rule_pack_invalid, "no pack.json in this folder"));
    }
    for (const auto& [key, text] : kept.packs) {
        if (world.packs.contains(key)) {
            continue;
        }
        auto pack = policy::Pack::parse(text);
        if (!pack) {
            faults.add("kept pack " + key, pack.error());
            continue;
        }
        world.packs.emplace(key, std::make_shared<const policy::Pack>(std::move(*pack)));
    }
}

void load_directory(const WorldSources& sources,
                    const KeptDocuments& kept,
                    casework::World& world,
                    Faults& faults) {
    std::map<std::string, std::string> texts;
    for (const char* name : {"areas.json", "roles.json", "agencies.json"}) {
        auto text = read_file(sources.directory / name);
        if (!text) {
            faults.add((sources.directory / name).string(), text.error());
            return;
        }
        texts[name] = std::move(*text);
    }
    auto directory = directory::Directory::parse(
        texts["areas.json"], texts["roles.json"], texts["agencies.json"], kept.agencies);
    if (!directory) {
        faults.add(sources.directory.string(), directory.error());
        return;
    }
    world.directory = std::make_shared<const directory::Directory>(std::move(*directory));
}

void load_calendar(const WorldSources& sources, casework::World& world, LoadedWorld& loaded, Faults& faults) {
    const auto text = read_file(sources.calendar);
    if (!text) {
        faults.add(sources.calendar.string(), text.error());
        return;
    }
    auto calendar = deadlines::Calendar::parse(*text);
    if (!calendar) {
        faults.add(sources.calendar.string(), calendar.error());
        return;
    }
    world.calendar = std::make_shared<const deadlines::Calendar>(std::move(*calendar));
    loaded.calendar = *text;
}

}  // namespace

KeptDocuments kept_documents(const casework::View& view) {
    KeptDocuments kept;
    kept.packs = view.documents.all(kPackDocument);
    for (auto& [name, text] : view.documents.all(kAgencyDocument)) {
        kept.agencies.push_back(std::move(text));
    }
    return kept;
}

Result<LoadedWorld> load_world(const WorldSources& sources, const KeptDocuments& kept) {
    LoadedWorld loaded;
    casework::World world;
    Faults faults;
    load_packs(sources, kept, world, loaded, faults);
    load_directory(sources, kept, world, faults);
    load_calendar(sources, world, loaded, faults);
    if (!faults.empty()) {
        return std::move(faults).error();
    }
    world.answers = std::make_shared<const Dictionary>(http::usual_answers(world));
    loaded.world = std::make_shared<const casework::World>(std::move(world));
    return loaded;
}

void keep_world(casework::Tx& tx, const LoadedWorld& loaded) {
    casework::keep_answer_dictionary(tx, *loaded.world);
    for (const auto& [key, text] : loaded.packs) {
        if (!tx.documents.find(kPackDocument, key)) {
            tx.documents.put(kPackDocument, key, text, tx.now);
        }
    }
}

}  // namespace lachan::app
