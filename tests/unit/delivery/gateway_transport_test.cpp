#include "lachan/delivery/gateway_transport.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "lachan/delivery/routing_transport.hpp"
#include "unit/delivery/loopback_server.hpp"
#include "unit/delivery/sender.hpp"

namespace lachan::delivery {
namespace {

using test::answering;
using test::LoopbackServer;
using test::response;
using test::sample_message;

constexpr char kJsonTemplate[] =
    R"({"phone":"{{to}}","content":"{{text}}","plain":"{{text_ascii}}","ref":"{{id}}","case":"{{case}}","url":"{{link}}"})";

casework::Target phone(std::string number = "+84912345678") {
    casework::Target target;
    target.endpoint = domain::EndpointId("ubnd-03388-2");
    target.kind = domain::ChannelKind::gateway;
    target.address = std::move(number);
    return target;
}

GatewayOptions options_for(const LoopbackServer& server, std::string body_template = kJsonTemplate) {
    GatewayOptions options;
    options.url = server.url("http", "127.0.0.1");
    options.body_template = std::move(body_template);
    options.case_link = "https://lachan.example.vn/c/";
    options.headers.emplace_back("authorization", Secret<std::string>("Bearer key of the provider"));
    return options;
}

class GatewayOfAProvider : public testing::Test {
protected:
    casework::SendOutcome send(GatewayOptions options,
                               casework::Target target = phone(),
                               casework::Message message = sample_message()) {
        const auto transport = GatewayTransport::create(*client_, std::move(options)).value();
        return test::run_to_end(context_, transport->send(std::move(target), std::move(message)));
    }

    boost::asio::io_context context_;
    std::unique_ptr<HttpClient> client_ =
        HttpClient::create(context_.get_executor(), *EgressGuard::parse({"127.0.0.0/8"}), {}).value();
};

TEST_F(GatewayOfAProvider, FillsItsTemplate) {
    LoopbackServer server(answering(response("200 OK", "", "{}")));

    const auto outcome = send(options_for(server));

    EXPECT_EQ(outcome.status, 200);
    const auto request = server.requests().at(0);
    EXPECT_EQ(request.headers.at("authorization"), "Bearer key of the provider");
    EXPECT_EQ(request.headers.at("content-type"), "application/json");
    const nlohmann::json expected = {
        {"phone", "+84912345678"},
        {"content",
         "[KHẨN] Vụ việc LC-7K3M-Q9TX-4 có việc cần xử lý. https://lachan.example.vn/c/LC-7K3M-Q9TX-4"},
        {"plain",
         "[KHAN] Vu viec LC-7K3M-Q9TX-4 co viec can xu ly. https://lachan.example.vn/c/LC-7K3M-Q9TX-4"},
        {"ref", "0193a6c8-7d1e-7b22-9c41-3f5e2a90b7d4"},
        {"case", "LC-7K3M-Q9TX-4"},
        {"url", "https://lachan.example.vn/c/LC-7K3M-Q9TX-4"}};
    EXPECT_EQ(nlohmann::json::parse(request.body), expected);
}

TEST_F(GatewayOfAProvider, EscapesAFormAsAForm) {
    LoopbackServer server(answering(response("200 OK", "", "")));
    GatewayOptions options = options_for(server, "to={{to}}&text={{text_ascii}}");
    options.content_type = "application/x-www-form-urlencoded";
    options.case_link = "https://l.vn/";

    send(options);

    EXPECT_EQ(server.requests().at(0).body,
              "to=%2B84912345678&text=%5BKHAN%5D%20Vu%20viec%20LC-7K3M-Q9TX-4%20co%20viec%20can%20xu%20ly.%20"
              "https%3A%2F%2Fl.vn%2FLC-7K3M-Q9TX-4");
}

TEST_F(GatewayOfAProvider, AYesWithoutItsMarkerIsANo) {
    LoopbackServer server(
        answering(response("200 OK", "", R"({"CodeResult":"104","ErrorMessage":"no credit"})")));
    GatewayOptions options = options_for(server);
    options.success_marker = R"("CodeResult":"100")";

    const auto outcome = send(options);

    EXPECT_EQ(outcome.status, std::nullopt);
    EXPECT_EQ(outcome.failure, "protocol");
    EXPECT_NE(outcome.excerpt.find("no credit"), std::string::npos);
}

TEST_F(GatewayOfAProvider, ARefusalKeepsItsStatus) {
    LoopbackServer server(answering(response("429 Too Many Requests", "Retry-After: 30\r\n", "")));
    GatewayOptions options = options_for(server);
    options.success_marker = "ok";

    const auto outcome = send(options);

    EXPECT_EQ(outcome.status, 429);
    EXPECT_EQ(outcome.retry_after, Duration(30'000));
}

TEST_F(GatewayOfAProvider, ARecipientIsANumberOrAnAccount) {
    LoopbackServer server(answering(response("200 OK", "", "")));
    for (const char* const to : {"", "0912 345 678", "\"", "a,b", "1\r\n2"}) {
        EXPECT_FALSE(validate_gateway_recipient(to)) << to;
        EXPECT_EQ(send(options_for(server), phone(to)).failure, "protocol") << to;
    }
    EXPECT_EQ(server.connections(), 0);
    EXPECT_TRUE(validate_gateway_recipient("zalo_3391-x"));
}

TEST_F(GatewayOfAProvider, ADescriptionWithFaultsNamesThemAll) {
    LoopbackServer server(answering(""));
    GatewayOptions options = options_for(server, "{{name}}");
    options.url = "ftp://x";
    options.content_type = "text/plain";
    options.headers.emplace_back("bad name", Secret<std::string>("x\r\ny"));

    const auto transport = GatewayTransport::create(*client_, options);

    ASSERT_FALSE(transport);
    const Error refusal = transport.error();
    std::set<std::string> pointers;
    for (const Fault& fault : refusal.faults()) {
        pointers.insert(fault.pointer);
    }
    EXPECT_EQ(pointers, (std::set<std::string>{"/url", "/content_type", "/body_template", "/headers"}));
    EXPECT_FALSE(GatewayTransport::create(*client_, options_for(server, "{{to")));
}

TEST(RoutingTransport, AMessageLeavesByTheKindOfItsTarget) {
    LoopbackServer webhook(answering(response("200 OK", "", "")));
    LoopbackServer gateway(answering(response("202 Accepted", "", "")));
    boost::asio::io_context context;
    DeliveryOptions options;
    options.source = test::kSource;
    options.guard = *EgressGuard::parse({"127.0.0.0/8"});
    options.gateways.push_back(options_for(gateway));
    const auto transport = RoutingTransport::create(context.get_executor(), options).value();
    const auto send = [&](casework::Target target) {
        return test::run_to_end(context, transport->send(std::move(target), sample_message()));
    };

    EXPECT_EQ(send(test::target_at(webhook.url("http", "127.0.0.1"))).status, 200);
    EXPECT_EQ(send(phone()).status, 202);

    casework::Target mail = phone("ubnd@laichau.gov.vn");
    mail.kind = domain::ChannelKind::email;
    EXPECT_EQ(send(mail).failure, "refused") << "no mail server is configured";
}

}  // namespace
}  // namespace lachan::delivery
