#include "lachan/delivery/webhook_transport.hpp"

#include <utility>

#include "http_text.hpp"
#include "lachan/base/log.hpp"
#include "lachan/delivery/cloud_event.hpp"
#include "lachan/delivery/signer.hpp"
#include "outcome.hpp"

namespace lachan::delivery {

casework::SendOutcome outcome_of(HttpAnswer answer) {
    casework::SendOutcome outcome;
    outcome.status = answer.status;
    outcome.failure = std::move(answer.failure);
    outcome.retry_after = answer.retry_after;
    outcome.latency_ms = answer.latency.count();
    outcome.excerpt = excerpt_of(answer.body);
    return outcome;
}

casework::SendOutcome failed(std::string_view word) {
    casework::SendOutcome outcome;
    outcome.failure = word;
    return outcome;
}

WebhookTransport::WebhookTransport(HttpClient& client, std::string source)
    : client_(client), source_(std::move(source)) {}

boost::asio::awaitable<casework::SendOutcome> WebhookTransport::send(casework::Target target,
                                                                     casework::Message message) {
    auto body = event_body(message, source_);
    if (!body) {
        log::error("webhook.event_unusable",
                   {{"endpoint", target.endpoint.text()}, {"why", body.error().detail()}});
        co_return failed("protocol");
    }
    auto headers = sign(target.secrets, message.id, message.sent_at, *body);
    if (!headers) {
        log::error("webhook.not_signed",
                   {{"endpoint", target.endpoint.text()}, {"why", headers.error().detail()}});
        co_return failed("protocol");
    }
    HttpRequest request;
    request.url = std::move(target.address);
    request.pool = target.endpoint.text();
    request.headers = {{"content-type", std::string(kEventMediaType)},
                       {"webhook-id", std::move(headers->id)},
                       {"webhook-timestamp", std::move(headers->timestamp)},
                       {"webhook-signature", std::move(headers->signature)}};
    request.body = std::move(*body);
    request.sent_at = message.sent_at;
    HttpAnswer answer = co_await client_.post(std::move(request));
    co_return outcome_of(std::move(answer));
}

}  // namespace lachan::delivery
