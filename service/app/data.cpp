#include "data.hpp"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace lachan::app {
namespace {

/// Slots below it belong to cases; none for commands that take no keys.
Result<std::optional<std::int64_t>> first_free_slot(store::SqliteStore& store, vault::KeyFileAccess access) {
    if (access != vault::KeyFileAccess::own) {
        return std::optional<std::int64_t>();
    }
    std::optional<std::int64_t> first = 1;
    const auto looked = store.read_now([&](const casework::View& view) -> Result<void> {
        if (const auto highest = view.cases.highest_key()) {
            first = static_cast<std::int64_t>(*highest) + 1;
        }
        return {};
    });
    if (!looked) {
        return looked.error();
    }
    return first;
}

bool is_there(const std::filesystem::path& file) {
    std::error_code failure;
    return std::filesystem::exists(file, failure);
}

}  // namespace

Result<std::unique_ptr<Data>> open_data(const config::Config& config, vault::KeyFileAccess access) {
    auto data = std::make_unique<Data>();
    if (access != vault::KeyFileAccess::own && !is_there(config.store.path)) {  // only the service makes one
        return Error(Errc::storage, "there is no database at " + config.store.path.string());
    }
    auto store = store::open_store(config.store.path.string(), {data->clock, std::nullopt, {}});
    if (!store) {
        return store.error();
    }
    data->store = std::move(*store);
    if (const auto settled =
            vault::settle_rotation(config.vault.master_key_file, config.vault.key_store_file, data->entropy);
        !settled) {
        return settled.error();
    }
    const auto master = vault::read_master_key_file(config.vault.master_key_file);
    if (!master) {
        return master.error();
    }
    auto medium = vault::open_key_file(config.vault.key_store_file, access);
    if (!medium) {
        return medium.error();
    }
    const auto first = first_free_slot(*data->store, access);
    if (!first) {
        return first.error();
    }
    auto opened = vault::SodiumVault::open(*master, std::move(*medium), *first, data->entropy);
    if (!opened) {
        return opened.error();
    }
    data->vault = std::move(*opened);
    return data;
}

WorldSources sources_of(const config::Config& config) {
    return {config.rules.path, config.directory.path, config.calendar.path};
}

Result<LoadedWorld> load_world(const config::Config& config, Data& data) {
    KeptDocuments kept;
    const auto looked = data.store->read_now([&](const casework::View& view) -> Result<void> {
        kept = kept_documents(view);
        return {};
    });
    if (!looked) {
        return looked.error();
    }
    return load_world(sources_of(config), kept);
}

}  // namespace lachan::app
