#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/delivery/http_client.hpp"

namespace lachan::delivery {

/// How a provider of short messages or Zalo wants to be asked. In `body_template` stand {{to}}, {{text}},
/// {{text_ascii}}, {{id}}, {{case}} and {{link}}; each is escaped as the content type needs.
struct GatewayOptions {
    std::string name;  ///< By which endpoints know it.
    std::string url;
    std::string content_type = "application/json";  ///< Or "application/x-www-form-urlencoded".
    std::string body_template;
    std::vector<std::pair<std::string, Secret<std::string>>> headers;  ///< Keys of the provider.
    /// Must stand in the answer's first 4 KiB: some providers say 200 to everything and the truth in the
    /// body.
    std::string success_marker;
    std::string case_link;  ///< The text before the case code in a link.
};

/// A recipient as a provider knows it: a telephone number or an account, up to 64 letters, digits, "+", "-",
/// "_". Errors: `validation_failed` at "/address".
[[nodiscard]] Result<void> validate_gateway_recipient(std::string_view text);

/// Errors: `validation_failed` where it cannot work, a fault for each at "/url", "/content_type",
/// "/body_template", "/headers".
[[nodiscard]] Result<void> validate_gateway(const GatewayOptions& options);

/// Sends a message as a short text by one HTTP POST, under the same guard, limits and time-outs as a webhook.
/// An answer of 2xx without the marker fails as "protocol".
class GatewayTransport final : public casework::Transport {
public:
    /// The client outlives this. Errors: as `validate_gateway`.
    [[nodiscard]] static Result<std::unique_ptr<GatewayTransport>> create(HttpClient& client,
                                                                          GatewayOptions options);

    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

private:
    GatewayTransport(HttpClient& client, GatewayOptions options);

    HttpClient& client_;
    GatewayOptions options_;
};

}  // namespace lachan::delivery
