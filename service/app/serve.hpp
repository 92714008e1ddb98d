#pragma once

#include <map>
#include <string>

#include "lachan/base/error.hpp"
#include "lachan/config/config.hpp"

namespace lachan::app {

/// Values given on the command line, by JSON pointer ("/api/listen").
using Flags = std::map<std::string, std::string>;

/// The configuration of a command; warnings go to the log. Errors: `validation_failed` with every fault at
/// once.
[[nodiscard]] Result<config::Config> load_config(const std::string& file, const Flags& flags);

/// `lachan check-config`: the configuration, and whether rules, directory and calendar could come into force.
[[nodiscard]] int run_check_config(const config::Config& config, bool json);

/// `lachan serve`: runs until SIGTERM or SIGINT; SIGHUP reloads rules, directory, calendar and certificates.
[[nodiscard]] int run_serve(const config::Config& config);

}  // namespace lachan::app
