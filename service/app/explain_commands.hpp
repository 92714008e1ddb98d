#pragma once

#include <string>

#include "lachan/config/config.hpp"

/// Commands that say why.
namespace lachan::app {

/// `lachan calendar show --from DAY --to DAY`: each day, whether it is a working day, and the ground.
[[nodiscard]] int run_calendar_show(const config::Config& config,
                                    const std::string& from,
                                    const std::string& to,
                                    bool json);
/// `lachan calendar explain --start INSTANT --limit TEXT`: when a limit ends, day by day.
[[nodiscard]] int run_calendar_explain(const config::Config& config,
                                       const std::string& start,
                                       const std::string& limit,
                                       bool json);

struct DeadlineQuestion {
    std::string case_code;
    std::string duty;             ///< Id or kind; empty: all of the case.
    std::string language = "vi";  ///< Or "en".
    bool json = false;
};
/// `lachan deadline explain CASE [DUTY]`: why the duties of a case are due when they are.
[[nodiscard]] int run_deadline_explain(const config::Config& config, const DeadlineQuestion& question);

}  // namespace lachan::app
