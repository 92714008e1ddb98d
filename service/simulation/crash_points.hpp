#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "lachan/casework/store.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/simulation/sim_disk.hpp"
#include "lachan/simulation/sim_world.hpp"

namespace lachan::simulation {

/// Where a process is to die, and whether it has. The disk is cut in the same instant: what the dead still
/// does reaches nobody.
class CrashPoints {
public:
    explicit CrashPoints(SimDisk& disk) : disk_(disk) {}

    void die_at(Point point, int nth, Crash kind) { aim_ = Aim{point, nth, kind}; }
    void forget() {
        aim_.reset();
        struck_.reset();
    }

    /// How often a process died at each of them.
    [[nodiscard]] const Struck& deaths() const noexcept { return deaths_; }

    /// True: this was the place.
    [[nodiscard]] bool strikes(Point point);
    /// How the process died, if it did.
    [[nodiscard]] std::optional<Crash> struck() const { return struck_; }

private:
    struct Aim {
        Point point{};
        int nth = 0;
        Crash kind{};
    };

    SimDisk& disk_;
    std::optional<Aim> aim_;
    std::optional<Crash> struck_;
    Struck deaths_;
};

/// The store, with the places around a commit at which a process may die.
class MortalStore final : public casework::Store {
public:
    MortalStore(casework::Store& store, CrashPoints& points) : store_(store), points_(points) {}

    boost::asio::awaitable<Result<void>> commit(casework::WriteOp op, casework::Lane lane) override;
    boost::asio::awaitable<Result<void>> read(casework::ReadOp op) override;
    [[nodiscard]] Instant record_time() const override { return store_.record_time(); }

private:
    casework::Store& store_;
    CrashPoints& points_;
};

/// The network, with the places around a send at which a process may die.
class MortalTransport final : public casework::Transport {
public:
    MortalTransport(casework::Transport& transport, CrashPoints& points)
        : transport_(transport), points_(points) {}

    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

private:
    casework::Transport& transport_;
    CrashPoints& points_;
};

}  // namespace lachan::simulation
