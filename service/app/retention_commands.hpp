#pragma once

#include "lachan/config/config.hpp"

/// `lachan retention`: forgetting in time.
namespace lachan::app {

struct RetentionRun {
    bool dry_run = false;  ///< One of the two is chosen, so that neither happens by mistake.
    bool apply = false;
    bool json = false;
};

/// Says which closed cases have been kept for long enough and by which rule; erases them where told to.
[[nodiscard]] int run_retention(const config::Config& config, const RetentionRun& wanted);

}  // namespace lachan::app
