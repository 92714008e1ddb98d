#pragma once

#include <string>

#include "lachan/base/error.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/config/config.hpp"
#include "lachan/delivery/routing_transport.hpp"

/// How messages leave, as the configuration has it.
namespace lachan::app {

/// What the transports are made with, the operator's secrets read from their files. Errors:
/// `validation_failed` with every fault at its place in the configuration.
[[nodiscard]] Result<delivery::DeliveryOptions> delivery_options(const config::Config& config,
                                                                 const std::string& public_url);

/// Where the heartbeat goes; empty: nowhere. Errors: `validation_failed` with its place.
[[nodiscard]] Result<std::string> heartbeat_url(const config::Config& config);

/// Whether a channel may be registered: its address fits its kind, and this service has a way there. Names
/// the gateway where there is only one. Errors: `validation_failed` with a fault at "/url", "/address",
/// "/kind" or "/provider".
[[nodiscard]] Result<void> check_channel(const config::Config& config,
                                         const delivery::EgressGuard& guard,
                                         casework::NewEndpoint& wanted);

}  // namespace lachan::app
