#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "lachan/delivery/webhook_transport.hpp"
#include "unit/delivery/loopback_server.hpp"
#include "unit/delivery/sender.hpp"

namespace lachan::delivery {
namespace {

using test::answering;
using test::LoopbackServer;
using test::response;
using test::Sender;
using test::target_at;

HttpOptions resolving_to(std::vector<std::string> addresses) {
    HttpOptions options;
    options.lookup = [addresses](const std::string&) {
        std::vector<IpAddress> found;
        for (const std::string& text : addresses) {
            found.push_back(boost::asio::ip::make_address(text));
        }
        return found;
    };
    return options;
}

TEST(EgressOfTheTransport, LoopbackIsDeniedWithoutAPermit) {
    LoopbackServer server(answering(response("200 OK", "", "")));
    for (const char* const scheme : {"http", "https"}) {
        for (const char* const host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
            Sender sender({}, {});
            EXPECT_EQ(sender.send(target_at(server.url(scheme, host))).failure, "egress_denied")
                << scheme << " " << host;
        }
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(EgressOfTheTransport, ANameIsJudgedByEveryAddressItHas) {
    LoopbackServer server(answering(response("200 OK", "", "")));
    const std::vector<std::vector<std::string>> answers = {
        {"127.0.0.1"}, {"10.0.0.5"}, {"8.8.8.8", "127.0.0.1"}, {"::ffff:169.254.169.254"}, {"fd00::1"}};
    for (const auto& addresses : answers) {
        Sender sender(resolving_to(addresses), {});
        EXPECT_EQ(sender.send(target_at(server.url("https", "agency.example.vn"))).failure, "egress_denied")
            << addresses.front();
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(EgressOfTheTransport, PlainHttpNeedsAPermitForTheAddressNotTheName) {
    LoopbackServer server(answering(response("200 OK", "", "")));

    Sender inside(resolving_to({"127.0.0.1"}));
    EXPECT_EQ(inside.send(target_at(server.url("http", "agency.example.vn"))).status, 200);

    Sender outside(resolving_to({"8.8.8.8"}));
    EXPECT_EQ(outside.send(target_at(server.url("http", "agency.example.vn"))).failure, "egress_denied");
}

TEST(EgressOfTheTransport, ANameThatTurnsInwardLaterIsAskedOnceAndCheckedOnceForEachConnection) {
    LoopbackServer server(answering(response("200 OK", "Connection: close\r\n", "")));
    int asked = 0;
    HttpOptions options;
    options.lookup = [&](const std::string&) {
        const char* const address = ++asked == 1 ? "127.0.0.1" : "10.0.0.1";
        return std::vector<IpAddress>{boost::asio::ip::make_address(address)};
    };
    Sender sender(options);
    const auto target = target_at(server.url("http", "agency.example.vn"));

    EXPECT_EQ(sender.send(target).status, 200);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(sender.send(target).failure, "egress_denied");
    EXPECT_EQ(server.connections(), 1);
}

TEST(EgressOfTheTransport, TheNextAddressIsTriedWhereOneRefuses) {
    LoopbackServer server(answering(response("200 OK", "", "")));
    Sender sender(resolving_to({"127.0.0.2", "127.0.0.1"}));

    EXPECT_EQ(sender.send(target_at(server.url("http", "agency.example.vn"))).status, 200);
}

TEST(EgressOfTheTransport, ANameWithoutAnAddressIsADnsFailure) {
    Sender sender(resolving_to({}));
    EXPECT_EQ(sender.send(target_at("https://agency.example.vn/in")).failure, "dns");
}

TEST(EgressOfTheTransport, ADeadNameServerCostsOnlyTheTimeToConnect) {
    std::promise<void> released;
    HttpOptions options;
    options.connect_timeout = Duration(60);
    options.lookup = [&](const std::string&) {
        released.get_future().wait();
        return std::vector<IpAddress>{};
    };
    Sender sender(options);

    EXPECT_EQ(sender.send(target_at("https://agency.example.vn/in")).failure, "dns");
    released.set_value();
}

TEST(EgressOfTheTransport, AUrlThatWasNeverAllowedIsDenied) {
    Sender sender;
    for (const char* const url : {"", "ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:22/"}) {
        EXPECT_EQ(sender.send(target_at(url)).failure, "egress_denied") << url;
    }
}

}  // namespace
}  // namespace lachan::delivery
