#include "address.hpp"

#include <charconv>

namespace lachan::app {

Result<Address> parse_address(std::string_view text) {
    const Error wrong(Errc::validation_failed, "not an ADDRESS:PORT: " + std::string(text));
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return wrong;
    }
    Address address;
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    address.host = host;
    const std::string_view port = text.substr(colon + 1);
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (failure != std::errc() || end != port.data() + port.size()) {
        return wrong;
    }
    return address;
}

}  // namespace lachan::app
