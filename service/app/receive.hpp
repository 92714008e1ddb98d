#pragma once

#include <filesystem>
#include <string>

namespace lachan::app {

struct ReceiveOptions {
    std::string listen = "127.0.0.1:9900";  ///< ADDRESS:PORT; port 0: any free one.
    std::filesystem::path endpoints;        ///< What `lachan init --json` printed: secrets and keys.
    std::string api;                        ///< Base URL of the service, for `accept` and `steps`.
    bool accept = false;                    ///< Accepts each duty it is told of.
    bool steps = false;                     ///< Then records the step that fulfils it.
    bool json = false;
};

/// `lachan receive`: an agency stand-in. A message for /<agency id> is verified with that agency's secret,
/// printed, and answered; with --accept its duty is accepted by that agency's officer key. Runs until SIGINT
/// or SIGTERM.
[[nodiscard]] int run_receive(const ReceiveOptions& options);

}  // namespace lachan::app
