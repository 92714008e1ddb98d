#include "address.hpp"

#include "lachan/base/number.hpp"

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
    const auto port = parse_whole<decltype(address.port)>(text.substr(colon + 1));
    if (!port) {
        return wrong;
    }
    address.port = *port;
    return address;
}

}  // namespace lachan::app
