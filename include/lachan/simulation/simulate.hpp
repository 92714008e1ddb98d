#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lachan/simulation/findings.hpp"
#include "lachan/simulation/laws.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "lachan/simulation/troubles.hpp"

namespace lachan::simulation {

/// What one world came to. All `broken` are to be zero.
struct WorldReport {
    std::uint64_t seed = 0;
    std::uint64_t digest = 0;  ///< Of all that happened: the same plan gives the same one.
    std::size_t cases = 0;
    std::size_t events = 0;
    std::size_t messages = 0;  ///< That arrived somewhere, repetitions counted.
    std::size_t crashes = 0;
    Struck struck;                                     ///< What went wrong on purpose.
    std::array<std::size_t, kKindsOfBroken> broken{};  ///< By `Broken`.
    std::string first_violation;
    std::string replay;  ///< Findings, and what led to the first of them; empty where all is well.

    [[nodiscard]] bool good() const noexcept { return first_violation.empty(); }
};

struct SimulationPlan {
    std::uint64_t first_seed = 1;
    std::uint64_t last_seed = 10;  ///< Included.
    int days = 3;
    int cases_per_day = 8;
    Troubles troubles = Troubles::all();
    std::shared_ptr<const Laws> laws;
    Decorations decorations;  ///< Planted bugs.
    /// Told after each world.
    std::function<void(const WorldReport&)> told;
    bool stops_at_first = false;  ///< The first world that breaks a promise is the last.
};

/// What many worlds came to.
struct SimulationResult {
    std::size_t seeds = 0;
    std::size_t cases = 0;
    std::size_t events = 0;
    std::size_t messages = 0;
    std::size_t crashes = 0;
    Struck struck;
    std::array<std::size_t, kKindsOfBroken> broken{};
    std::uint64_t digest = 0;
    std::vector<WorldReport> failing;

    [[nodiscard]] bool good() const noexcept { return failing.empty(); }
    [[nodiscard]] std::size_t count(Broken kind) const noexcept {
        return broken[static_cast<std::size_t>(kind)];
    }
};

/// Lives through `days` days of reports, answers, steps and troubles in one world for each seed, and checks
/// every promise as it goes. Runs on the calling thread and writes nothing.
[[nodiscard]] SimulationResult simulate(const SimulationPlan& plan);

}  // namespace lachan::simulation
