#pragma once

#include <string>

#include "lachan/config/config.hpp"

/// Accounts of people. Beside the service or without it.
namespace lachan::app {

struct UserCreateOptions {
    std::string role;
    std::string agency;
    std::string login;          ///< Empty: an invitation is made, and the person chooses login and password.
    std::string password_file;  ///< Its first line; empty: asked for on the terminal.
    bool json = false;
};
[[nodiscard]] int run_user_create(const config::Config& config, const UserCreateOptions& options);

[[nodiscard]] int run_user_list(const config::Config& config, bool json);

/// For a lost password or authenticator: prints a one-time token. `who`: login or account.
[[nodiscard]] int run_user_reset(const config::Config& config, const std::string& who, bool json);

struct UserChangeOptions {
    std::string who;
    std::string role;    ///< Empty: stays.
    std::string agency;  ///< Empty: stays.
    bool json = false;
};
[[nodiscard]] int run_user_change(const config::Config& config, const UserChangeOptions& options);

[[nodiscard]] int run_user_disable(const config::Config& config,
                                   const std::string& who,
                                   bool disabled,
                                   bool json);

}  // namespace lachan::app
