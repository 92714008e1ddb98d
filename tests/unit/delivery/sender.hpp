#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lachan/casework/transport.hpp"
#include "lachan/delivery/http_client.hpp"
#include "lachan/delivery/webhook_transport.hpp"

namespace lachan::test {

inline constexpr char kSource[] = "https://lachan.example.vn";
inline constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
inline constexpr char kOtherSecret[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

inline casework::Message sample_message() {
    casework::Message message;
    message.id = "0193a6c8-7d1e-7b22-9c41-3f5e2a90b7d4";
    message.type = "vn.lachan.duty.assigned.v1";
    message.case_code = "LC-7K3M-Q9TX-4";
    message.case_sequence = 12;
    message.urgency = domain::Urgency::emergency;
    message.duty = "LC-7K3M-Q9TX-4.d3";
    message.respond_by = *parse_rfc3339("2026-11-20T08:30:00+07:00");
    message.created_at = *parse_rfc3339("2026-11-20T08:15:00+07:00");
    message.sent_at = *parse_rfc3339("2026-11-20T08:15:01+07:00");
    return message;
}

inline casework::Target target_at(std::string url, std::string endpoint = "ubnd-03388-1") {
    casework::Target target;
    target.endpoint = domain::EndpointId(std::move(endpoint));
    target.agency = domain::AgencyId("ubnd-03388");
    target.address = std::move(url);
    target.secrets.emplace_back(kSecret);
    return target;
}

/// Runs a transport's coroutine to its end on a context of its own.
inline casework::SendOutcome run_to_end(boost::asio::io_context& context,
                                        boost::asio::awaitable<casework::SendOutcome> sending) {
    std::optional<casework::SendOutcome> outcome;
    std::exception_ptr thrown;
    auto finish = [&](std::exception_ptr failure, casework::SendOutcome result) {
        thrown = failure;
        outcome = std::move(result);
    };
    boost::asio::co_spawn(context, std::move(sending), finish);
    while (!outcome) {
        context.run_one();
        context.restart();
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return std::move(*outcome);
}

/// A webhook transport that may call 127.0.0.1, for as long as a test needs it.
class Sender {
public:
    explicit Sender(delivery::HttpOptions options = {},
                    const std::vector<std::string>& allow = {"127.0.0.0/8"})
        : client_(*delivery::HttpClient::create(
              context_.get_executor(), *delivery::EgressGuard::parse(allow), std::move(options))),
          transport_(*client_, kSource) {}

    casework::SendOutcome send(casework::Target target, casework::Message message = sample_message()) {
        return run_to_end(context_, transport_.send(std::move(target), std::move(message)));
    }

    boost::asio::io_context& context() { return context_; }
    delivery::HttpClient& client() { return *client_; }

private:
    boost::asio::io_context context_;
    std::unique_ptr<delivery::HttpClient> client_;
    delivery::WebhookTransport transport_;
};

}  // namespace lachan::test
