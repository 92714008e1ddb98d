#include <gtest/gtest.h>

#include "lachan/delivery/webhook_transport.hpp"
#include "unit/delivery/loopback_server.hpp"
#include "unit/delivery/sender.hpp"

namespace lachan::delivery {
namespace {

using test::answering;
using test::Authority;
using test::LoopbackServer;
using test::response;
using test::Sender;
using test::target_at;

constexpr Duration kShort{60};
constexpr char kHost[] = "agency.example.vn";

class WebhookOverTls : public testing::Test {
protected:
    HttpOptions trusting(const Authority& authority) const {
        HttpOptions options;
        options.ca_file = authority.ca_file();
        options.lookup = [](const std::string&) {
            return std::vector<IpAddress>{boost::asio::ip::make_address("127.0.0.1")};
        };
        return options;
    }
    test::Script ok() const { return answering(response("200 OK", "", "ok")); }

    Authority authority_;
};

TEST_F(WebhookOverTls, ATrustedCertificateForTheNameIsAccepted) {
    LoopbackServer server(ok(), authority_.issue(std::string("DNS:") + kHost));
    Sender sender(trusting(authority_));

    const auto outcome = sender.send(target_at(server.url("https", kHost)));

    EXPECT_EQ(outcome.status, 200) << outcome.failure;
    EXPECT_EQ(server.requests().at(0).headers.at("host"), kHost + (":" + std::to_string(server.port())));
}

TEST_F(WebhookOverTls, AConnectionIsKept) {
    LoopbackServer server(ok(), authority_.issue(std::string("DNS:") + kHost));
    Sender sender(trusting(authority_));

    EXPECT_EQ(sender.send(target_at(server.url("https", kHost))).status, 200);
    EXPECT_EQ(sender.send(target_at(server.url("https", kHost))).status, 200);

    EXPECT_EQ(server.connections(), 1);
}

TEST_F(WebhookOverTls, ACertificateMayBeForAnAddress) {
    LoopbackServer server(ok(), authority_.issue("IP:127.0.0.1"));
    Sender sender(trusting(authority_));

    EXPECT_EQ(sender.send(target_at(server.url("https", "127.0.0.1"))).status, 200);
}

TEST_F(WebhookOverTls, ACertificateForAnotherNameIsRefused) {
    LoopbackServer server(ok(), authority_.issue("DNS:other.example.vn"));
    Sender sender(trusting(authority_));

    EXPECT_EQ(sender.send(target_at(server.url("https", kHost))).failure, "tls");
    EXPECT_EQ(sender.send(target_at(server.url("https", "127.0.0.1"))).failure, "tls");
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(WebhookOverTls, AnUntrustedAuthorityIsRefused) {
    const Authority stranger;
    LoopbackServer server(ok(), stranger.issue(std::string("DNS:") + kHost));
    Sender sender(trusting(authority_));

    EXPECT_EQ(sender.send(target_at(server.url("https", kHost))).failure, "tls");
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(WebhookOverTls, TheSystemsAuthoritiesDoNotKnowTheTests) {
    LoopbackServer server(ok(), authority_.issue(std::string("DNS:") + kHost));
    HttpOptions options = trusting(authority_);
    options.ca_file.clear();
    Sender sender(options);

    EXPECT_EQ(sender.send(target_at(server.url("https", kHost))).failure, "tls");
}

TEST_F(WebhookOverTls, AServerThatSpeaksNoTlsIsRefused) {
    LoopbackServer server([](test::Conversation& conversation) {
        conversation.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        conversation.wait_until_gone();
    });
    Sender sender(trusting(authority_));

    EXPECT_EQ(sender.send(target_at(server.url("https", kHost))).failure, "tls");
}

TEST_F(WebhookOverTls, AServerThatNeverShakesHandsCostsOnlyTheTimeToConnect) {
    LoopbackServer server([](test::Conversation& conversation) { conversation.wait_until_gone(); });
    HttpOptions options = trusting(authority_);
    options.connect_timeout = kShort;
    Sender sender(options);

    EXPECT_EQ(sender.send(target_at(server.url("https", kHost))).failure, "timeout");
}

TEST_F(WebhookOverTls, AFileWithoutAuthoritiesStopsTheStart) {
    boost::asio::io_context context;
    HttpOptions options;
    options.ca_file = "/nonexistent/authorities.pem";

    const auto client = HttpClient::create(context.get_executor(), EgressGuard(), options);

    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code(), Errc::validation_failed);
}

}  // namespace
}  // namespace lachan::delivery
