#include "lachan/simulation/simulate.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "lachan/simulation/sim_world.hpp"
#include "life.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kDigestPrime = 0x100000001b3;

/// An ordinary week, the turn of a year, Tết, the long holiday of spring, and the day on which districts
/// ended (which comes last).
constexpr auto kStarts = std::to_array<std::string_view>({"2026-11-20T08:00:00+07:00",
                                                          "2025-12-30T16:00:00+07:00",
                                                          "2026-02-12T09:30:00+07:00",
                                                          "2026-04-24T22:00:00+07:00",
                                                          "2025-06-29T13:00:00+07:00"});

WorldPlan plan_of(const SimulationPlan& plan, std::uint64_t seed, Dice& dice) {
    const std::size_t starts = kStarts.size() - (plan.troubles.has(Trouble::regime) ? 0 : 1);
    WorldPlan world;
    world.seed = seed;
    world.laws = plan.laws->world;
    world.start =
        *parse_rfc3339(kStarts[static_cast<std::size_t>(dice.below(starts))]) + dice.between(0ms, 24h);
    world.channels = 1 + static_cast<int>(dice.below(2));
    world.decorations = plan.decorations;
    return world;
}

WorldReport live(const SimulationPlan& plan, std::uint64_t seed) {
    Dice dice(seed);
    SimWorld world(plan_of(plan, seed, dice));
    world.agencies().forget_arrivals();
    Life life(world, dice.seed(), plan);
    life.live_until(world.clock().true_now() + plan.days * 24h);
    WorldReport report;
    report.seed = seed;
    report.digest = world.digest();
    report.cases = life.cases();
    report.crashes = life.crashes();
    report.messages = world.agencies().arrived();
    report.broken = world.findings().counts();
    report.struck = world.struck();
    report.struck.add(life.struck());
    world.look([&](const casework::View& view) {
        report.events = static_cast<std::size_t>(view.events.last_sequence());
    });
    if (!world.findings().empty()) {
        const Violation& first = world.findings().all().front();
        report.first_violation = std::string(text_of(first.kind)) + ": " + first.what;
        report.replay = world.replay();
    }
    return report;
}

void add(WorldReport report, SimulationResult& result) {
    ++result.seeds;
    result.cases += report.cases;
    result.events += report.events;
    result.messages += report.messages;
    result.crashes += report.crashes;
    result.struck.add(report.struck);
    for (std::size_t kind = 0; kind < kKindsOfBroken; ++kind) {
        result.broken[kind] += report.broken[kind];
    }
    result.digest = (result.digest ^ report.digest) * kDigestPrime;
    if (!report.good()) {
        result.failing.push_back(std::move(report));
    }
}

}  // namespace

SimulationResult simulate(const SimulationPlan& plan) {
    SimulationResult result;
    for (std::uint64_t seed = plan.first_seed; seed <= plan.last_seed; ++seed) {
        WorldReport report = live(plan, seed);
        if (plan.told) {
            plan.told(report);
        }
        add(std::move(report), result);
        if (plan.stops_at_first && !result.good()) {
            break;
        }
    }
    return result;
}

}  // namespace lachan::simulation
