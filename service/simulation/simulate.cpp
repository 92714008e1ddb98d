#include "lachan/simulation/simulate.hpp"

#include <array>
#include <chrono>

#include "lachan/simulation/sim_world.hpp"
#include "life.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kDigestPrime = 0x100000001b3;

/// An ordinary week, the turn of a year, Tết, the long holiday of spring, and the day on which districts
/// ended.
constexpr auto kStarts = std::to_array<std::string_view>({"2026-11-20T08:00:00+07:00",
                                                          "2025-12-30T16:00:00+07:00",
                                                          "2026-02-12T09:30:00+07:00",
                                                          "2026-04-24T22:00:00+07:00",
                                                          "2025-06-29T13:00:00+07:00"});

WorldPlan plan_of(const SimulationPlan& plan, std::uint64_t seed, Dice& dice) {
    WorldPlan world;
    world.seed = seed;
    world.laws = plan.laws;
    world.start = *parse_rfc3339(dice.pick(kStarts)) + dice.between(0ms, 24h);
    world.channels = 1 + static_cast<int>(dice.below(2));
    return world;
}

void add(const SimWorld& world, const Findings& findings, std::uint64_t seed, SimulationResult& result) {
    result.lost += findings.count(Broken::lost);
    result.doubled += findings.count(Broken::doubled);
    result.silent += findings.count(Broken::silent);
    result.late += findings.count(Broken::late);
    result.leaked += findings.count(Broken::leaked);
    result.confused += findings.count(Broken::confused);
    result.digest = (result.digest ^ world.digest()) * kDigestPrime;
    if (!findings.empty()) {
        const Violation& first = findings.all().front();
        result.failing.push_back(
            {seed, std::string(text_of(first.kind)) + ": " + first.what, world.replay()});
    }
}

void live(const SimulationPlan& plan, std::uint64_t seed, SimulationResult& result) {
    Dice dice(seed);
    SimWorld world(plan_of(plan, seed, dice));
    Life life(world, dice.seed(), plan.faults);
    life.live_until(world.clock().true_now() + plan.days * 24h);
    ++result.seeds;
    result.cases += life.cases();
    result.crashes += life.crashes();
    result.messages += world.agencies().arrivals().size();
    world.look([&](const casework::View& view) {
        result.events += static_cast<std::size_t>(view.events.last_sequence());
    });
    add(world, world.findings(), seed, result);
}

}  // namespace

SimulationResult simulate(const SimulationPlan& plan) {
    SimulationResult result;
    for (std::uint64_t seed = plan.first_seed; seed <= plan.last_seed; ++seed) {
        live(plan, seed, result);
        if (plan.progress) {
            plan.progress(result.seeds);
        }
    }
    return result;
}

}  // namespace lachan::simulation
