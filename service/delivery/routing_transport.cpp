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
    for (GatewayOptions& each : options.gateways) {
        std::string name = each.name;
        auto gateway = GatewayTransport::create(*result->client_, std::move(each));
        if (!gateway) {
            return gateway.error();
        }
        result->gateways_.emplace(std::move(name), std::move(*gateway));
    }
    return result;
}

casework::Transport* RoutingTransport::channel_of(const casework::Target& target) {
    switch (target.kind) {
        case domain::ChannelKind::webhook:
            return &webhook_;
        case domain::ChannelKind::email:
            return email_.get();
        case domain::ChannelKind::gateway: {
            const auto found = gateways_.find(target.provider);
            return found == gateways_.end() ? nullptr : found->second.get();
        }
    }
    return nullptr;
}

boost::asio::awaitable<casework::SendOutcome> RoutingTransport::send(casework::Target target,
                                                                     casework::Message message) {
    casework::Transport* const channel = channel_of(target);
    if (channel == nullptr) {
        log::warn("channel.not_configured",
                  {{"endpoint", target.endpoint.text()}, {"kind", domain::text_of(target.kind)}});
        co_return failed("refused");
    }
    auto outcome = co_await channel->send(std::move(target), std::move(message));
    co_return outcome;
}

}  // namespace lachan::delivery
