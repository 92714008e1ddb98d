#include "lachan/delivery/gateway_transport.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "outcome.hpp"
#include "wording.hpp"

namespace lachan::delivery {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::size_t kLongestRecipient = 64;
constexpr char kPool[] = "gateway/";  // one provider, one kept connection; endpoint ids have no such form

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What stands inside the quotes of a JSON string.
std::string json_escaped(const std::string& text) {
    const std::string quoted =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return quoted.substr(1, quoted.size() - 2);
}

std::string form_escaped(const std::string& text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~') {
            result += c;
        } else {
            result.append({'%', kHex[byte >> 4], kHex[byte & 0x0f]});
        }
    }
    return result;
}

using Values = std::array<std::pair<std::string_view, std::string>, 6>;

Values values_of(const casework::Target& target, const casework::Message& message, const Wording& wording) {
    return {{{"to", target.address},
             {"text", wording.text},
             {"text_ascii", wording.text_ascii},
             {"id", message.id},
             {"case", message.case_code},
             {"link", wording.link}}};
}

/// Fills a template; none where it names a value there is not, or a name does not end.
std::optional<std::string> filled(std::string_view text, const Values& values, bool json) {
    std::string result;
    for (std::size_t open = text.find(kOpen); open != std::string_view::npos; open = text.find(kOpen)) {
        result.append(text.substr(0, open));
        text.remove_prefix(open + kOpen.size());
        const std::size_t close = text.find(kClose);
        const auto named = [&](const auto& value) { return value.first == text.substr(0, close); };
        const auto found = std::ranges::find_if(values, named);
        if (close == std::string_view::npos || found == values.end()) {
            return std::nullopt;
        }
        result += json ? json_escaped(found->second) : form_escaped(found->second);
        text.remove_prefix(close + kClose.size());
    }
    return result.append(text);
}

bool is_header(const std::pair<std::string, Secret<std::string>>& header) {
    const auto name = [](char c) { return is_alphanumeric(c) || c == '-'; };
    const auto value = [](char c) { return c >= ' ' && c < '\x7f'; };
    return !header.first.empty() && std::ranges::all_of(header.first, name) &&
           std::ranges::all_of(header.second.reveal(), value);
}

}  // namespace

Result<void> validate_gateway_recipient(std::string_view text) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '_'; };
    if (text.empty() || text.size() > kLongestRecipient || !std::ranges::all_of(text, allowed)) {
        return Error(Errc::validation_failed,
                     "not a recipient of the gateway",
                     {{"/address", "format", "a telephone number or an account is wanted"}});
    }
    return {};
}

GatewayTransport::GatewayTransport(HttpClient& client, GatewayOptions options)
    : client_(client), options_(std::move(options)) {}

Result<void> validate_gateway(const GatewayOptions& options) {
    std::vector<Fault> faults;
    if (!parse_endpoint_url(options.url)) {
        faults.push_back({"/url", "format", "not a URL that may be called"});
    }
    if (options.content_type != kJson && options.content_type != kForm) {
        faults.push_back({"/content_type", "value", "application/json or a form is wanted"});
    }
    const Values none = values_of({}, {}, {});
    if (!filled(options.body_template, none, true)) {
        faults.push_back({"/body_template", "placeholder", "it names a value there is not"});
    }
    if (!std::ranges::all_of(options.headers, is_header)) {
        faults.push_back({"/headers", "format", "a name or value cannot stand in a header"});
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the gateway is not described well", std::move(faults));
    }
    return {};
}

Result<std::unique_ptr<GatewayTransport>> GatewayTransport::create(HttpClient& client,
                                                                   GatewayOptions options) {
    if (const auto sound = validate_gateway(options); !sound) {
        return sound.error();
    }
    return std::unique_ptr<GatewayTransport>(new GatewayTransport(client, std::move(options)));
}

boost::asio::awaitable<casework::SendOutcome> GatewayTransport::send(casework::Target target,
                                                                     casework::Message message) {
    if (!validate_gateway_recipient(target.address)) {
        co_return failed("protocol");
    }
    const Values values = values_of(target, message, wording_of(message, options_.case_link));
    HttpRequest request;
    request.url = options_.url;
    request.pool = kPool + options_.name;
    request.headers.emplace_back("content-type", options_.content_type);
    for (const auto& [name, value] : options_.headers) {
        request.headers.emplace_back(name, value.reveal());
    }
    request.body = filled(options_.body_template, values, options_.content_type == kJson).value_or("");
    request.sent_at = message.sent_at;
    HttpAnswer answer = co_await client_.post(std::move(request));
    const bool taken = answer.status && *answer.status / 100 == 2;
    if (taken && answer.body.find(options_.success_marker) == std::string::npos) {
        answer.status.reset();
        answer.failure = "protocol";
    }
    co_return outcome_of(std::move(answer));
}

}  // namespace lachan::delivery
