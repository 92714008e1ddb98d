#include "lachan/delivery/egress_guard.hpp"

#include <gtest/gtest.h>

namespace lachan::delivery {
namespace {

IpAddress address(const std::string& text) {
    return boost::asio::ip::make_address(text);
}

struct ClassRow {
    const char* address;
    AddressClass expected;
};

// Both ends of each block of the IANA registries, and their neighbours.
constexpr ClassRow kClasses[] = {
    {"0.0.0.0", AddressClass::unspecified},
    {"0.255.255.255", AddressClass::unspecified},
    {"1.0.0.0", AddressClass::global},
    {"9.255.255.255", AddressClass::global},
    {"10.0.0.0", AddressClass::private_},
    {"10.255.255.255", AddressClass::private_},
    {"11.0.0.0", AddressClass::global},
    {"100.63.255.255", AddressClass::global},
    {"100.64.0.0", AddressClass::shared},
    {"100.127.255.255", AddressClass::shared},
    {"100.128.0.0", AddressClass::global},
    {"126.255.255.255", AddressClass::global},
    {"127.0.0.1", AddressClass::loopback},
    {"127.255.255.255", AddressClass::loopback},
    {"169.253.255.255", AddressClass::global},
    {"169.254.169.254", AddressClass::link_local},
    {"172.15.255.255", AddressClass::global},
    {"172.16.0.0", AddressClass::private_},
    {"172.31.255.255", AddressClass::private_},
    {"172.32.0.0", AddressClass::global},
    {"192.0.0.8", AddressClass::reserved},
    {"192.0.2.1", AddressClass::documentation},
    {"192.0.3.0", AddressClass::global},
    {"192.88.99.1", AddressClass::reserved},
    {"192.167.255.255", AddressClass::global},
    {"192.168.0.0", AddressClass::private_},
    {"192.168.255.255", AddressClass::private_},
    {"192.169.0.0", AddressClass::global},
    {"198.17.255.255", AddressClass::global},
    {"198.18.0.0", AddressClass::reserved},
    {"198.19.255.255", AddressClass::reserved},
    {"198.20.0.0", AddressClass::global},
    {"198.51.100.7", AddressClass::documentation},
    {"203.0.113.7", AddressClass::documentation},
    {"203.113.0.1", AddressClass::global},
    {"223.255.255.255", AddressClass::global},
    {"224.0.0.1", AddressClass::multicast},
    {"239.255.255.255", AddressClass::multicast},
    {"240.0.0.0", AddressClass::reserved},
    {"255.255.255.254", AddressClass::reserved},
    {"255.255.255.255", AddressClass::multicast},
    {"::", AddressClass::unspecified},
    {"::1", AddressClass::loopback},
    {"::2", AddressClass::reserved},
    {"::7f00:1", AddressClass::reserved},  // IPv4-compatible, long withdrawn
    {"::ffff:127.0.0.1", AddressClass::loopback},
    {"::ffff:10.1.2.3", AddressClass::private_},
    {"::ffff:169.254.169.254", AddressClass::link_local},
    {"::ffff:8.8.8.8", AddressClass::global},
    {"64:ff9b::7f00:1", AddressClass::loopback},
    {"64:ff9b::808:808", AddressClass::global},
    {"64:ff9b:1::1", AddressClass::private_},
    {"100::1", AddressClass::reserved},
    {"2000::1", AddressClass::global},
    {"2001::1", AddressClass::reserved},  // Teredo
    {"2001:1ff:ffff::", AddressClass::reserved},
    {"2001:200::1", AddressClass::global},
    {"2001:db8::1", AddressClass::documentation},
    {"2001:db9::1", AddressClass::global},
    {"2002:7f00:1::1", AddressClass::reserved},
    {"2405:4800::1", AddressClass::global},
    {"3fff::1", AddressClass::documentation},
    {"4000::1", AddressClass::reserved},
    {"5f00::1", AddressClass::reserved},
    {"fbff::1", AddressClass::reserved},
    {"fc00::1", AddressClass::private_},
    {"fdff::1", AddressClass::private_},
    {"fe80::1", AddressClass::link_local},
    {"febf::1", AddressClass::link_local},
    {"fec0::1", AddressClass::private_},
    {"ff02::1", AddressClass::multicast},
};

TEST(Classify, KnowsEveryBlockByItsEnds) {
    for (const ClassRow& row : kClasses) {
        EXPECT_EQ(classify(address(row.address)), row.expected) << row.address;
    }
}

TEST(EgressGuardByDefault, LetsOnlyGlobalAddressesThroughAndOnlyByTls) {
    const EgressGuard guard;

    for (const ClassRow& row : kClasses) {
        const bool global = row.expected == AddressClass::global;
        EXPECT_EQ(guard.allows(address(row.address), true), global) << row.address;
        EXPECT_FALSE(guard.allows(address(row.address), false)) << row.address;
    }
}

TEST(EgressGuard, APermitOpensItsBlockAlsoWithoutTls) {
    const auto guard = EgressGuard::parse({"10.20.0.0/16", "fd00:1::/32", "127.0.0.1"}).value();

    for (const char* const inside :
         {"10.20.0.1", "10.20.255.255", "::ffff:10.20.3.4", "fd00:1::9", "127.0.0.1"}) {
        EXPECT_TRUE(guard.allows(address(inside), true)) << inside;
        EXPECT_TRUE(guard.allows(address(inside), false)) << inside;
    }
    for (const char* const outside : {"10.19.255.255", "10.21.0.0", "fd00:2::1", "127.0.0.2", "::1"}) {
        EXPECT_FALSE(guard.allows(address(outside), true)) << outside;
        EXPECT_FALSE(guard.allows(address(outside), false)) << outside;
    }
    EXPECT_FALSE(guard.allows(address("8.8.8.8"), false));
}

TEST(EgressGuard, NoPermitMakesAPlaceOfWhatIsNone) {
    const auto guard = EgressGuard::parse({"0.0.0.0/0", "::/0"}).value();

    for (const char* const nowhere :
         {"0.0.0.0", "::", "::ffff:0.0.0.0", "224.0.0.1", "255.255.255.255", "ff02::1"}) {
        EXPECT_FALSE(guard.allows(address(nowhere), true)) << nowhere;
    }
    EXPECT_TRUE(guard.allows(address("192.168.1.1"), false));
}

TEST(EgressGuard, NamesEveryTextThatIsNoBlock) {
    const auto guard = EgressGuard::parse({"10.0.0.0/8",
                                           "10.0.0.1/8",
                                           "10.0.0.0/33",
                                           "10.0.0.0/",
                                           "10.0.0.0/x",
                                           "loopback",
                                           "",
                                           "fe80::1%1",
                                           "::/129"});

    ASSERT_FALSE(guard);
    const Error refusal = guard.error();
    std::vector<std::string> pointers;
    for (const Fault& fault : refusal.faults()) {
        pointers.push_back(fault.pointer);
    }
    EXPECT_EQ(pointers, (std::vector<std::string>{"/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8"}));
}

TEST(EndpointUrl, ComesApart) {
    const auto url = parse_endpoint_url("https://Hook.LaiChau.gov.vn:8443/lachan/in?key=a%20b").value();

    EXPECT_TRUE(url.tls);
    EXPECT_EQ(url.host, "hook.laichau.gov.vn");
    EXPECT_EQ(url.port, 8443);
    EXPECT_EQ(url.target, "/lachan/in?key=a%20b");
    EXPECT_EQ(url.origin(), "https://hook.laichau.gov.vn:8443");
    EXPECT_EQ(url.authority(), "hook.laichau.gov.vn:8443");
    EXPECT_FALSE(url.literal);
}

TEST(EndpointUrl, FillsInWhatIsNotSaid) {
    const auto secure = parse_endpoint_url("https://laichau.gov.vn").value();
    EXPECT_EQ(secure.port, 443);
    EXPECT_EQ(secure.target, "/");
    EXPECT_EQ(secure.authority(), "laichau.gov.vn");

    const auto plain = parse_endpoint_url("http://[fd00::1]?x=1").value();
    EXPECT_EQ(plain.port, 80);
    EXPECT_EQ(plain.target, "/?x=1");
    EXPECT_EQ(plain.origin(), "http://[fd00::1]:80");
    EXPECT_EQ(plain.authority(), "[fd00::1]");
    EXPECT_EQ(plain.literal, address("fd00::1"));
}

struct UrlRow {
    const char* url;
    const char* code;  ///< Empty: taken.
};

TEST(EndpointUrl, RegistrationSaysWhatIsWrong) {
    const UrlRow rows[] = {
        {"https://hook.laichau.gov.vn/in", ""},
        {"https://8.8.8.8/in", ""},
        {"https://[2405:4800::1]/in", ""},
        {"", "format"},
        {"hook.laichau.gov.vn", "format"},
        {"https://", "host"},
        {"https:///in", "host"},
        {"https://a b/", "format"},
        {"http://hook.laichau.gov.vn/in", "scheme"},
        {"ftp://hook.laichau.gov.vn/in", "scheme"},
        {"file:///etc/passwd", "scheme"},
        {"https://user:pass@hook.laichau.gov.vn/", "userinfo"},
        {"https://user@hook.laichau.gov.vn/", "userinfo"},
        {"https://hook.laichau.gov.vn/#here", "fragment"},
        {"https://hook.laichau.gov.vn:22/", "port"},
        {"https://hook.laichau.gov.vn:25/", "port"},
        {"https://hook.laichau.gov.vn:0/", "port"},
        {"https://hook.laichau.gov.vn:70000/", "port"},
        {"https://2130706433/", "host"},
        {"https://0x7f.1/", "host"},
        {"https://127.1/", "host"},
        {"https://0177.0.0.1/", "host"},
        {"https://laichau.gov.vn./", "host"},
        {"https://.vn/", "host"},
        {"https://a..vn/", "host"},
        {"https://%31%32%37.0.0.1/", "host"},
        {"https://l%C3%A1ch%E1%BA%AFn.vn/", "host"},
        {"https://[fe80::1%25eth0]/", "format"},
        {"https://[v1.a]/", "host"},
        {"https://127.0.0.1/", "egress_denied"},
        {"https://10.0.0.1/", "egress_denied"},
        {"https://169.254.169.254/latest/meta-data", "egress_denied"},
        {"https://[::1]/", "egress_denied"},
        {"https://[::ffff:127.0.0.1]/", "egress_denied"},
        {"https://0.0.0.0/", "egress_denied"},
    };
    for (const UrlRow& row : rows) {
        const auto verdict = validate_endpoint_url(row.url, EgressGuard());
        const std::string code = verdict ? "" : verdict.error().faults().at(0).code;
        EXPECT_EQ(code, row.code) << row.url;
    }
    EXPECT_FALSE(validate_endpoint_url("https://a.vn/" + std::string(2048, 'x'), EgressGuard()));
}

TEST(EndpointUrl, PlainHttpIsTakenOnlyWhereAPermitMightCoverIt) {
    const auto guard = EgressGuard::parse({"127.0.0.0/8"}).value();

    EXPECT_TRUE(validate_endpoint_url("http://127.0.0.1:9000/ubnd", guard));
    EXPECT_TRUE(validate_endpoint_url("http://localhost:9000/ubnd", guard));
    EXPECT_FALSE(validate_endpoint_url("http://10.0.0.1:9000/ubnd", guard));
    EXPECT_FALSE(validate_endpoint_url("http://8.8.8.8/ubnd", guard));
}

}  // namespace
}  // namespace lachan::delivery
