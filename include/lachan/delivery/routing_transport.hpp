#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/delivery/email_transport.hpp"
#include "lachan/delivery/gateway_transport.hpp"
#include "lachan/delivery/http_client.hpp"
#include "lachan/delivery/webhook_transport.hpp"

namespace lachan::delivery {

/// Everything about how messages leave. What is not set is a channel that this service does not have.
struct DeliveryOptions {
    std::string source;  ///< The service's public URL, without a slash at its end.
    EgressGuard guard;
    HttpOptions http;
    std::optional<MailOptions> mail;
    std::vector<GatewayOptions> gateways;  ///< Each under a name of its own.
};

/// Every channel behind one face: a message leaves by the kind of its target, and by its provider. A channel
/// that is not configured fails as "refused", so that its message goes on to the next channel or holder.
class RoutingTransport final : public casework::Transport {
public:
    /// Errors: `validation_failed`, as the channels say.
    [[nodiscard]] static Result<std::unique_ptr<RoutingTransport>> create(
        boost::asio::any_io_executor executor, DeliveryOptions options);

    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

    /// For calls that are no messages; behind the same guard.
    [[nodiscard]] HttpClient& http() noexcept { return *client_; }
    /// For shutdown: see `HttpClient::close_idle`.
    void close_idle() { client_->close_idle(); }

private:
    [[nodiscard]] casework::Transport* channel_of(const casework::Target& target);
    RoutingTransport(std::unique_ptr<HttpClient> client, const std::string& source);

    std::unique_ptr<HttpClient> client_;
    WebhookTransport webhook_;
    std::unique_ptr<EmailTransport> email_;
    std::map<std::string, std::unique_ptr<GatewayTransport>, std::less<>> gateways_;
};

}  // namespace lachan::delivery
