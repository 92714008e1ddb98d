#pragma once

#include <string>

#include "lachan/casework/transport.hpp"
#include "lachan/delivery/http_client.hpp"

namespace lachan::delivery {

/// Sends a message as a signed CloudEvent to an agency's own system. Nothing leaves unsigned: a target
/// without a usable secret fails as "protocol", and the log names the endpoint.
class WebhookTransport final : public casework::Transport {
public:
    /// `source`: the service's public URL, without a slash at its end. The client outlives this.
    WebhookTransport(HttpClient& client, std::string source);

    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

private:
    HttpClient& client_;
    std::string source_;
};

}  // namespace lachan::delivery
