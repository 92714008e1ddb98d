#pragma once

#include <filesystem>
#include <string>

namespace lachan::app {

struct InitOptions {
    std::filesystem::path folder;
    std::string demo_url;  ///< Empty: no demo. Otherwise every agency's endpoint is URL/<agency id>.
    bool json = false;
};

/// `lachan init DIR [--demo URL]`: configuration, keys, rules, directory, calendar and database in an empty
/// folder. The tokens and secrets it makes are printed once.
[[nodiscard]] int run_init(const InitOptions& options);

}  // namespace lachan::app
