#pragma once

#include <optional>
#include <string>

#include "lachan/config/config.hpp"

namespace lachan::app {

struct StatisticsOptions {
    std::optional<std::string> counted;
    std::optional<std::string> by;
    std::optional<std::string> period;
    bool json = false;
};

/// `lachan stats`: a periodic table of everything, with small numbers protected as in the API.
[[nodiscard]] int run_statistics(const config::Config& config, const StatisticsOptions& options);

}  // namespace lachan::app
