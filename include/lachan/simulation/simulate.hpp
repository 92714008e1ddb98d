#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lachan/casework/world.hpp"

namespace lachan::simulation {

/// What may go wrong in a simulated world beside what people do.
struct Faults {
    bool agencies = true;  ///< Slow, failing, gone, lying about nothing but time.
    bool crashes = true;   ///< Of the process and of the power, at rest and in the middle of a commit.
    bool disk = true;      ///< Full, failing writes, failing syncs.
    bool clock = true;     ///< Steps and drift of the wall clock.
};

struct SimulationPlan {
    std::uint64_t first_seed = 1;
    std::uint64_t last_seed = 10;  ///< Included.
    int days = 3;
    Faults faults;
    std::shared_ptr<const casework::World> laws;
    /// Told after each seed, for whoever waits: how many seeds are done.
    std::function<void(std::uint64_t)> progress;
};

struct FailingSeed {
    std::uint64_t seed = 0;
    std::string first_violation;
    std::string replay;  ///< Findings, and what led to the first of them.
};

/// What many worlds came to. All counts from `lost` to `confused` are to be zero.
struct SimulationResult {
    std::size_t seeds = 0;
    std::size_t cases = 0;
    std::size_t events = 0;
    std::size_t messages = 0;  ///< That arrived somewhere.
    std::size_t crashes = 0;
    std::size_t lost = 0;
    std::size_t doubled = 0;
    std::size_t silent = 0;
    std::size_t late = 0;
    std::size_t leaked = 0;
    std::size_t confused = 0;
    std::uint64_t digest = 0;  ///< The same plan gives the same one.
    std::vector<FailingSeed> failing;

    [[nodiscard]] bool good() const noexcept { return failing.empty(); }
};

/// Lives through `days` days of reports, answers, steps and faults in one world for each seed, and checks
/// every promise as it goes. Takes some seconds a seed; runs on the calling thread and writes nothing.
[[nodiscard]] SimulationResult simulate(const SimulationPlan& plan);

}  // namespace lachan::simulation
