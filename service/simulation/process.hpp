#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "crash_points.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/runners.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/master_key.hpp"
#include "lachan/vault/sodium_vault.hpp"
#include "sim_key_store.hpp"

namespace lachan::simulation {

/// What the machine keeps beside its disk: the key file, and the key store, which is synced at each write.
struct KeySafe {
    KeySafe(casework::Entropy& entropy, SimDisk& disk, std::uint64_t seed)
        : master(vault::MasterKey::random(entropy)), medium(std::make_shared<SimKeyStore>(disk, seed)) {}

    vault::MasterKey master;
    std::shared_ptr<SimKeyStore> medium;
};

/// What is to happen next by what is kept.
struct NextDue {
    std::optional<Instant> duty;
    std::optional<Instant> reroute;
    std::optional<Instant> endpoint;
};

/// Everything that dies in a crash. The context comes first and so goes last: what still hangs in it
/// (suspended use cases, runners, tries under way) is destroyed unfinished, as memory is.
struct SimWorld::Process {
    explicit Process(SimWorld& world)
        : outbox_work(io.get_executor()), watch_work(io.get_executor()), worlds(world.laws_) {}

    /// Wires the service, once store and vault are open.
    void put_together(SimWorld& world);

    boost::asio::io_context io{1};
    casework::Wakeup outbox_work;
    casework::Wakeup watch_work;
    casework::Worlds worlds;
    std::unique_ptr<vault::SodiumVault> vault;
    std::unique_ptr<store::SqliteStore> store;
    std::unique_ptr<MortalStore> mortal_store;
    std::unique_ptr<MortalTransport> mortal_transport;
    std::unique_ptr<casework::Store> planted_store;
    std::unique_ptr<casework::Clock> planted_clock;
    std::unique_ptr<casework::Transport> planted_transport;
    std::unique_ptr<casework::Context> context;
    casework::StopSign stop;
    std::unique_ptr<casework::WatchRunner> watch;
    std::unique_ptr<casework::OutboxRunner> outbox;
    std::int64_t observed = -1;  ///< Commits that the world had seen when it looked last.
    NextDue due;                 ///< As it was then.
    bool serves = false;         ///< It has caught up, and its runners run.
};

inline void SimWorld::Process::put_together(SimWorld& world) {
    const Decorations& planted = world.plan_.decorations;
    mortal_store = std::make_unique<MortalStore>(*store, *world.points_);
    mortal_transport = std::make_unique<MortalTransport>(world.agencies_, *world.points_);
    planted_store = planted.store ? planted.store(world, *mortal_store) : nullptr;
    planted_clock = planted.clock ? planted.clock(world, world.clock_) : nullptr;
    planted_transport = planted.transport ? planted.transport(world, *mortal_transport) : nullptr;
    casework::Store& store_seam = planted_store ? *planted_store : *mortal_store;
    casework::Clock& clock_seam = planted_clock ? *planted_clock : world.clock_;
    casework::Transport& transport_seam = planted_transport ? *planted_transport : *mortal_transport;
    context = std::make_unique<casework::Context>(
        casework::Context{store_seam, clock_seam, world.entropy_, *vault, worlds, outbox_work, watch_work});
    watch = std::make_unique<casework::WatchRunner>(*context, stop);
    outbox = std::make_unique<casework::OutboxRunner>(*context, transport_seam, stop, world.plan_.outbox);
}

}  // namespace lachan::simulation
