#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"

namespace lachan::app {

struct Address {
    std::string host;
    std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:8080". Errors: `validation_failed`.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

}  // namespace lachan::app
