#pragma once

#include <filesystem>
#include <string>

#include "lachan/config/config.hpp"

/// Commands that look and say whether all is well: exit 0, or 1 with the finding.
namespace lachan::app {

[[nodiscard]] int run_check_invariants(const config::Config& config, bool json);
[[nodiscard]] int run_directory_check(const config::Config& config, const std::string& at, bool json);

/// A copy of the database, good only after it was opened again and its integrity, chain and invariants were
/// checked.
[[nodiscard]] int run_backup(const config::Config& config,
                             const std::filesystem::path& out,
                             bool verify,
                             bool json);
/// Puts a verified copy in the place of a database that is not there.
[[nodiscard]] int run_restore(const config::Config& config, const std::filesystem::path& from, bool json);

}  // namespace lachan::app
