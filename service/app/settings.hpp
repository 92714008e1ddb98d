#pragma once

#include "lachan/config/config.hpp"
#include "lachan/http/limits.hpp"
#include "lachan/http/server.hpp"

/// What the configuration means to the two listeners.
namespace lachan::app {

[[nodiscard]] http::LimitSettings limits_of(const config::Config& config);
[[nodiscard]] http::ServerOptions server_options(const config::Config& config);
[[nodiscard]] http::ServerOptions operations_options(const config::Config& config);

}  // namespace lachan::app
