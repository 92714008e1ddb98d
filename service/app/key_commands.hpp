#pragma once

#include <optional>
#include <string>

#include "lachan/config/config.hpp"

namespace lachan::app {

struct KeyCreateOptions {
    std::string role;
    std::string agency;
    std::string id;          ///< Empty: "<agency>.<role>" and, where that is taken, a number.
    std::string expires_at;  ///< RFC 3339; empty: never.
    std::string purpose;     ///< Stands sealed in the record.
    bool json = false;
};

struct KeyRotateOptions {
    std::string id;
    std::string overlap = "PT24H";  ///< ISO 8601: how long the old token works as well.
    std::string expires_at;         ///< RFC 3339; empty: as it was.
    std::string purpose;
    bool json = false;
};

/// `lachan key create|list|rotate|revoke`: may run beside the service. The token is printed once.
[[nodiscard]] int run_key_create(const config::Config& config, const KeyCreateOptions& options);
[[nodiscard]] int run_key_list(const config::Config& config, bool json);
[[nodiscard]] int run_key_rotate(const config::Config& config, const KeyRotateOptions& options);
[[nodiscard]] int run_key_revoke(const config::Config& config,
                                 const std::string& id,
                                 const std::string& purpose,
                                 bool json);

/// `lachan key master rotate`: a new master key. The database and all that is sealed in it stay as they are.
/// Refused while the service runs; after a crash it goes on where it stopped.
[[nodiscard]] int run_master_rotate(const config::Config& config, bool json);

}  // namespace lachan::app
