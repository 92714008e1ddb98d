#pragma once

#include <filesystem>
#include <memory>

#include "lachan/base/error.hpp"
#include "lachan/config/config.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/sodium_vault.hpp"
#include "world_loader.hpp"

namespace lachan::app {

/// The store and the vault of an installation, opened.
struct Data {
    operations::SystemClock clock;
    operations::SystemEntropy entropy;
    std::unique_ptr<store::SqliteStore> store;
    std::unique_ptr<vault::SodiumVault> vault;
};

/// `read` for commands that may run beside the service, `destroy` for one of them that erases; `own` for the
/// service itself. Errors: `storage`.
[[nodiscard]] Result<std::unique_ptr<Data>> open_data(const config::Config& config,
                                                      vault::KeyFileAccess access);

[[nodiscard]] WorldSources sources_of(const config::Config& config);

/// The world as the service would load it now.
[[nodiscard]] Result<LoadedWorld> load_world(const config::Config& config, Data& data);

}  // namespace lachan::app
