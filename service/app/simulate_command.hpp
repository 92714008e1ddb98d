#pragma once

#include <string>

namespace lachan::app {

struct SimulateOptions {
    std::string seeds = "1..10";  ///< "A..B", or one seed.
    int days = 3;
    std::string faults = "all";
    int cases_per_day = 8;
    std::string config_file;  ///< Whose rules, directory and calendar; empty: those the program came with.
    bool json = false;
};

/// `lachan simulate`: one line for each world, exit 1 where a promise was broken, with the command that shows
/// it again.
[[nodiscard]] int run_simulate(const SimulateOptions& options);

}  // namespace lachan::app
