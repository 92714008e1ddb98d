#include "settings.hpp"

#include <algorithm>

namespace lachan::app {
namespace {

/// Requests under way are the first to end when the service stops; the runners have what is left of the ten
/// seconds.
constexpr std::chrono::seconds kRequestsDrain{7};
constexpr std::chrono::milliseconds kMonitorsDrain{500};

}  // namespace

http::LimitSettings limits_of(const config::Config& config) {
    http::LimitSettings settings;
    settings.call.quota = config.limits.burst;
    settings.call.window = std::chrono::milliseconds(
        config.limits.burst * 1000 / std::max<std::int64_t>(config.limits.requests_per_second, 1));
    settings.receipt.quota = config.limits.status_per_minute;
    return settings;
}

http::ServerOptions server_options(const config::Config& config) {
    http::ServerOptions options;
    options.address = config.api.listen.address;
    options.port = config.api.listen.port;
    options.max_connections = static_cast<std::size_t>(config.api.max_connections);
    options.max_connections_per_address = static_cast<std::size_t>(config.api.max_connections_per_address);
    options.header_timeout = config.api.header_timeout;
    options.body_timeout = config.api.body_timeout;
    options.idle_timeout = config.api.idle_timeout;
    options.drain = kRequestsDrain;
    if (config.tls()) {
        options.tls =
            http::TlsFiles{config.api.tls_certificate_file.string(), config.api.tls_key_file.string()};
    }
    return options;
}

http::ServerOptions operations_options(const config::Config& config) {
    http::ServerOptions options;
    options.address = config.operations.listen.address;
    options.port = config.operations.listen.port;
    options.max_connections = 32;  // one monitor and a few people
    options.max_connections_per_address = 32;
    options.drain = kMonitorsDrain;
    return options;
}

}  // namespace lachan::app
