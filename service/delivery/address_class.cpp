#include <boost/asio/ip/address.hpp>
#include <cstdint>

#include "lachan/delivery/egress_guard.hpp"

namespace lachan::delivery {
namespace {

struct BlockV4 {
    std::uint32_t prefix;
    unsigned bits;
    AddressClass kind;
};

/// IANA IPv4 Special-Purpose Address Registry, and multicast.
constexpr BlockV4 kBlocksV4[] = {
    {0x00000000, 8, AddressClass::unspecified},     // 0.0.0.0/8: Linux takes 0.0.0.0 for this host
    {0x0a000000, 8, AddressClass::private_},        // 10.0.0.0/8
    {0x64400000, 10, AddressClass::shared},         // 100.64.0.0/10
    {0x7f000000, 8, AddressClass::loopback},        // 127.0.0.0/8
    {0xa9fe0000, 16, AddressClass::link_local},     // 169.254.0.0/16
    {0xac100000, 12, AddressClass::private_},       // 172.16.0.0/12
    {0xc0000000, 24, AddressClass::reserved},       // 192.0.0.0/24, protocol assignments
    {0xc0000200, 24, AddressClass::documentation},  // 192.0.2.0/24
    {0xc0586300, 24, AddressClass::reserved},       // 192.88.99.0/24, relays of 6to4
    {0xc0a80000, 16, AddressClass::private_},       // 192.168.0.0/16
    {0xc6120000, 15, AddressClass::reserved},       // 198.18.0.0/15, benchmarks
    {0xc6336400, 24, AddressClass::documentation},  // 198.51.100.0/24
    {0xcb007100, 24, AddressClass::documentation},  // 203.0.113.0/24
    {0xe0000000, 4, AddressClass::multicast},       // 224.0.0.0/4
    {0xffffffff, 32, AddressClass::multicast},      // broadcast
    {0xf0000000, 4, AddressClass::reserved},        // 240.0.0.0/4
};

struct BlockV6 {
    std::uint64_t prefix;  ///< The upper half of the address: no block below ends later.
    unsigned bits;
    AddressClass kind;
};

/// IANA IPv6 Special-Purpose Address Registry; what lies outside 2000::/3 and is not named is reserved.
constexpr BlockV6 kBlocksV6[] = {
    {0xfc00000000000000, 7, AddressClass::private_},        // unique local
    {0xfe80000000000000, 10, AddressClass::link_local},     //
    {0xfec0000000000000, 10, AddressClass::private_},       // site local
    {0xff00000000000000, 8, AddressClass::multicast},       //
    {0x0064ff9b00010000, 48, AddressClass::private_},       // NAT64 of a site's own
    {0x20010db800000000, 32, AddressClass::documentation},  //
    {0x3fff000000000000, 20, AddressClass::documentation},  //
    {0x2001000000000000, 23, AddressClass::reserved},       // protocol assignments, Teredo among them
    {0x2002000000000000, 16, AddressClass::reserved},       // 6to4: an IPv4 address in disguise
    {0x2000000000000000, 3, AddressClass::global},
};

AddressClass classify_v4(std::uint32_t address) noexcept {
    for (const BlockV4& block : kBlocksV4) {
        if (((address ^ block.prefix) >> (32 - block.bits)) == 0) {
            return block.kind;
        }
    }
    return AddressClass::global;
}

AddressClass classify_v6(const boost::asio::ip::address_v6& address) noexcept {
    const auto bytes = address.to_bytes();
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        upper = upper << 8 | bytes[i];
        lower = lower << 8 | bytes[i + 8];
    }
    constexpr std::uint64_t kNat64 = 0x0064ff9b00000000;  // 64:ff9b::/96
    constexpr std::uint64_t kMapped = 0xffff;             // ::ffff:0:0/96
    if ((upper == kNat64 && lower >> 32 == 0) || (upper == 0 && lower >> 32 == kMapped)) {
        return classify_v4(static_cast<std::uint32_t>(lower));
    }
    if (upper == 0 && lower <= 1) {
        return lower == 0 ? AddressClass::unspecified : AddressClass::loopback;
    }
    for (const BlockV6& block : kBlocksV6) {
        if (((upper ^ block.prefix) >> (64 - block.bits)) == 0) {
            return block.kind;
        }
    }
    return AddressClass::reserved;
}

}  // namespace

AddressClass classify(const IpAddress& address) noexcept {
    return address.is_v4() ? classify_v4(address.to_v4().to_uint()) : classify_v6(address.to_v6());
}

}  // namespace lachan::delivery
