#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "grounds.hpp"
#include "lachan/base/log.hpp"
#include "lachan/simulation/simulate.hpp"
namespace lachan::simulation {
TEST(DISABLED_First, Works) {
    SimulationPlan plan;
    plan.laws = shipped_laws();
    if (const char* s = std::getenv("SEED")) {
        plan.first_seed = std::strtoull(s, nullptr, 10);
        plan.last_seed = plan.first_seed;
    }
    if (const char* s = std::getenv("LAST")) {
        plan.last_seed = std::strtoull(s, nullptr, 10);
    }
    if (const char* s = std::getenv("DAYS")) {
        plan.days = std::atoi(s);
    }
    plan.progress = [](std::uint64_t n) { std::fprintf(stderr, "%d ", static_cast<int>(n)); };
    auto r = simulate(plan);
    std::printf(
        "seeds %zu cases %zu events %zu messages %zu crashes %zu lost %zu doubled %zu silent %zu late %zu "
        "leaked %zu confused %zu digest %llx\n",
        r.seeds,
        r.cases,
        r.events,
        r.messages,
        r.crashes,
        r.lost,
        r.doubled,
        r.silent,
        r.late,
        r.leaked,
        r.confused,
        static_cast<unsigned long long>(r.digest));
    for (auto& f : r.failing)
        std::printf("--- %llu %s\n", static_cast<unsigned long long>(f.seed), f.first_violation.c_str());
    if (!r.failing.empty())
        std::puts(r.failing.front().replay.c_str());
    EXPECT_TRUE(r.good());
}
}  // namespace lachan::simulation
