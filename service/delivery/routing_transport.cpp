#include "lachan/delivery/routing_transport.hpp"

#include <utility>

#include "lachan/base/log.hpp"
#include "outcome.hpp"

namespace lachan::delivery {

RoutingTransport::RoutingTransport(std::unique_ptr<HttpClient> client, const std::string& source)
    : client_(std::move(client)), webhook_(*client_, source) {}

Result<std::unique_ptr<RoutingTransport>> RoutingTransport::create(boost::asio::any_io_executor executor,
                                                                   DeliveryOptions options) {
    auto client = HttpClient::create(std::move(executor), options.guard, std::move(options.http));
    if (!client) {
        return client.error();
    }
    std::unique_ptr<RoutingTransport> result(new RoutingTransport(std::move(*client), options.source));
    if (options.mail) {
        auto email = EmailTransport::create(std::move(options.guard), std::move(*options.mail));
        if (!email) {
            return email.error();
        }
        result->email_ = std::move(*email);
    }
    if (options.gateway) {
        auto gateway = GatewayTransport::create(*result->client_, std::move(*options.gateway));
        if (!gateway) {
            return gateway.error();
        }
        result->gateway_ = std::move(*gateway);
    }
    return result;
}

boost::asio::awaitable<casework::SendOutcome> RoutingTransport::send(casework::Target target,
                                                                     casework::Message message) {
    casework::Transport* channel = nullptr;
    switch (target.kind) {
        case domain::ChannelKind::webhook:
            channel = &webhook_;
            break;
        case domain::ChannelKind::email:
            channel = email_.get();
            break;
        case domain::ChannelKind::gateway:
            channel = gateway_.get();
            break;
    }
    if (channel == nullptr) {
        log::warn("channel.not_configured",
                  {{"endpoint", target.endpoint.text()}, {"kind", domain::text_of(target.kind)}});
        co_return failed("refused");
    }
    auto outcome = co_await channel->send(std::move(target), std::move(message));
    co_return outcome;
}

}  // namespace lachan::delivery
