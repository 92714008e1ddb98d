#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <string>

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
    std::optional<GatewayOptions> gateway;
};

/// Every channel behind one face: a message leaves by the kind of its target. A channel that is not
/// configured fails as "refused", so that its message goes on to the next channel or holder.
class RoutingTransport final : public casework::Transport {
public:
    /// Errors: `validation_failed`, as the channels say.
    [[nodiscard]] static Result<std::unique_ptr<RoutingTransport>> create(
        boost::asio::any_io_executor executor, DeliveryOptions options);

    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

    /// For shutdown: see `HttpClient::close_idle`.
    void close_idle() { client_->close_idle(); }

private:
    RoutingTransport(std::unique_ptr<HttpClient> client, const std::string& source);

    std::unique_ptr<HttpClient> client_;
    WebhookTransport webhook_;
    std::unique_ptr<EmailTransport> email_;
    std::unique_ptr<GatewayTransport> gateway_;
};

}  // namespace lachan::delivery
