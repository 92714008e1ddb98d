#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <utility>

#include "lachan/casework/context.hpp"
#include "lachan/casework/runners.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"
#include "lachan/vault/sodium_vault.hpp"

namespace lachan::simulation {

/// What the machine keeps beside its disk: the key file, and the key store, which is synced at each write.
struct KeySafe {
    explicit KeySafe(casework::Entropy& entropy)
        : master(vault::MasterKey::random(entropy)), medium(vault::make_key_memory()) {}

    vault::MasterKey master;
    std::shared_ptr<vault::KeyMedium> medium;
};

/// Everything that dies in a crash. The context comes first and so goes last: what still hangs in it
/// (suspended use cases, runners, tries under way) is destroyed unfinished, as memory is.
struct SimWorld::Process {
    explicit Process(SimWorld& world)
        : outbox_work(io.get_executor()), watch_work(io.get_executor()), worlds(world.plan_.laws) {}

    boost::asio::io_context io{1};
    casework::Wakeup outbox_work;
    casework::Wakeup watch_work;
    casework::Worlds worlds;
    std::unique_ptr<vault::SodiumVault> vault;
    std::unique_ptr<store::SqliteStore> store;
    std::unique_ptr<casework::Context> context;
    casework::StopSign stop;
    std::unique_ptr<casework::WatchRunner> watch;
    std::unique_ptr<casework::OutboxRunner> outbox;
    bool serves = false;  ///< It has caught up, and its runners run.
};

}  // namespace lachan::simulation
