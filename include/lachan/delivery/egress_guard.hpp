#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"

/// Where a message may go. An endpoint's URL is written by somebody else, so it must not become a way into
/// the networks this service can reach and the writer cannot.
namespace lachan::delivery {

using IpAddress = boost::asio::ip::address;

/// What an address is by the IANA registries of special-purpose addresses.
enum class AddressClass : std::uint8_t {
    global,         ///< Reachable by anyone: the only class open without a permit.
    unspecified,    ///< 0.0.0.0/8, ::
    loopback,       ///<
    private_,       ///< RFC 1918, unique local, site local.
    link_local,     ///< Holds the metadata services of clouds.
    shared,         ///< Carrier-grade NAT.
    multicast,      ///< And broadcast.
    documentation,  ///<
    reserved        ///< Tunnels, benchmarks, protocol assignments, the future.
};

/// Pure. An IPv4 address inside an IPv6 one (mapped, NAT64) is judged as what it is.
[[nodiscard]] AddressClass classify(const IpAddress& address) noexcept;

/// A block of addresses, "10.20.0.0/16" or "fd00::/8"; a bare address is a block of one.
class Cidr {
public:
    /// Errors: `validation_failed` where the text is none, or has bits set behind its prefix.
    [[nodiscard]] static Result<Cidr> parse(std::string_view text);

    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;

private:
    std::array<std::uint8_t, 16> prefix_{};  ///< IPv4 as mapped into IPv6.
    unsigned bits_ = 128;
};

/// An endpoint's URL, taken apart.
struct EndpointUrl {
    bool tls = true;
    std::string host;  ///< Lower case, an IPv6 literal without brackets.
    std::uint16_t port = 443;
    std::string target;                ///< Path and query, at least "/".
    std::optional<IpAddress> literal;  ///< Where the host is an address.

    /// "https://host:port", with brackets where they belong: names a connection.
    [[nodiscard]] std::string origin() const;
    /// What stands in the `Host` header.
    [[nodiscard]] std::string authority() const;
};

/// Takes a URL apart. Errors: `validation_failed` with one fault: another scheme than http and https, user
/// information, a fragment, a host that is neither a name nor a plain address, a port other than 80, 443 or
/// one from 1024 on, over 2048 characters.
[[nodiscard]] Result<EndpointUrl> parse_endpoint_url(std::string_view url);

/// The permit: everything global by https, and what lies in `egress.allow_cidrs` also by plain http.
class EgressGuard {
public:
    /// Nothing but global addresses.
    EgressGuard() = default;
    explicit EgressGuard(std::vector<Cidr> allowed);

    /// From the configuration. Errors: `validation_failed`, a fault for each text that is no block.
    [[nodiscard]] static Result<EgressGuard> parse(const std::vector<std::string>& allow_cidrs);

    /// Whether a connection to this very address may be made.
    [[nodiscard]] bool allows(const IpAddress& address, bool tls) const noexcept;

    /// False: plain http leads nowhere.
    [[nodiscard]] bool allows_anything_plain() const noexcept { return !allowed_.empty(); }

private:
    [[nodiscard]] bool permitted(const IpAddress& address) const noexcept;

    std::vector<Cidr> allowed_;
};

/// What can be said about a URL when it is registered, without asking the network: a name is let through, for
/// what it resolves to is checked at each connection. Errors: `validation_failed` with one fault at "/url".
[[nodiscard]] Result<void> validate_endpoint_url(std::string_view url, const EgressGuard& guard);

}  // namespace lachan::delivery
