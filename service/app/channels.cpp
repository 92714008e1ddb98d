#include "channels.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "files.hpp"

namespace lachan::app {
namespace {

constexpr std::string_view kCaseLink = "/cases/";  ///< Behind the public URL, before the code of the case.

std::string trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

/// Reads secrets and collects what is wrong with their files.
class SecretReader {
public:
    explicit SecretReader(std::vector<Fault>& faults) : faults_(faults) {}

    /// One line; an empty one where no file is named.
    Secret<std::string> line(const std::string& pointer, const std::filesystem::path& path) {
        return Secret<std::string>(trimmed(content(pointer, path)));
    }

    std::vector<std::pair<std::string, Secret<std::string>>> headers(const std::string& pointer,
                                                                     const std::filesystem::path& path) {
        std::vector<std::pair<std::string, Secret<std::string>>> found;
        std::istringstream lines(content(pointer, path));
        for (std::string text; std::getline(lines, text);) {
            const auto colon = text.find(':');
            if (trimmed(text).empty()) {
                continue;
            }
            if (colon == std::string::npos) {
                faults_.push_back({pointer, "not_a_header", "each line has to be \"Name: value\""});
                break;
            }
            found.emplace_back(trimmed(std::string_view(text).substr(0, colon)),
                               Secret<std::string>(trimmed(std::string_view(text).substr(colon + 1))));
        }
        return found;
    }

private:
    std::string content(const std::string& pointer, const std::filesystem::path& path) {
        if (path.empty()) {
            return {};
        }
        const auto read = read_secret_file(path);
        if (!read) {
            faults_.push_back({pointer, "unreadable", read.error().detail()});
            return {};
        }
        return read->reveal();
    }

    std::vector<Fault>& faults_;
};

delivery::MailOptions mail_options(const config::Config& config,
                                   const std::string& case_link,
                                   std::vector<Fault>& faults) {
    delivery::MailOptions mail;
    mail.server = config.mail.server;
    mail.from = config.mail.from;
    mail.user = config.mail.user;
    mail.password = SecretReader(faults).line("/mail/password_file", config.mail.password_file);
    mail.case_link = case_link;
    mail.ca_file = config.egress.ca_file.string();
    mail.require_tls = config.mail.tls == config::MailTls::required;
    mail.connect_timeout = config.delivery.connect_timeout;
    mail.total_timeout = config.delivery.total_timeout;
    if (!delivery::validate_mail_address(mail.from)) {
        faults.push_back({"/mail/from", "not_a_mailbox", "must be one mail address, name@domain"});
    }
    return mail;
}

delivery::GatewayOptions gateway_options(const std::string& name,
                                         const config::Config::Gateway& described,
                                         const std::string& case_link,
                                         std::vector<Fault>& faults) {
    const std::string at = "/gateways/" + name;
    delivery::GatewayOptions gateway;
    gateway.name = name;
    gateway.url = described.url;
    gateway.content_type = described.content_type;
    gateway.body_template = described.body_template;
    gateway.headers = SecretReader(faults).headers(at + "/headers_file", described.headers_file);
    gateway.success_marker = described.success_marker;
    gateway.case_link = case_link;
    if (const auto sound = delivery::validate_gateway(gateway); !sound) {
        const Error refusal = sound.error();
        for (const Fault& fault : refusal.faults()) {
            const bool headers = fault.pointer == "/headers";
            faults.push_back({at + (headers ? "/headers_file" : fault.pointer), fault.code, fault.detail});
        }
    }
    return gateway;
}

Error refusal_of(const char* pointer, const char* code, std::string detail) {
    return Error(
        Errc::validation_failed, "1 place is wrong; see errors", {{pointer, code, std::move(detail)}});
}

Result<void> check_gateway(const config::Config& config, casework::NewEndpoint& wanted) {
    if (wanted.provider.empty() && config.gateways.size() == 1) {
        wanted.provider = config.gateways.begin()->first;
    }
    if (!config.gateways.contains(wanted.provider)) {
        std::string names;
        for (const auto& [name, gateway] : config.gateways) {
            names += (names.empty() ? "" : ", ") + name;
        }
        return refusal_of(
            "/provider",
            "unknown_word",
            names.empty() ? std::string("no gateway is configured") : "expected one of: " + names);
    }
    return delivery::validate_gateway_recipient(wanted.address);
}

}  // namespace

Result<delivery::DeliveryOptions> delivery_options(const config::Config& config,
                                                   const std::string& public_url) {
    auto guard = delivery::EgressGuard::parse(config.egress.allow_cidrs);
    if (!guard) {
        return guard.error();
    }
    delivery::DeliveryOptions options;
    options.source = public_url;
    options.guard = std::move(*guard);
    options.http.user_agent = "lachan/" LACHAN_VERSION;
    options.http.ca_file = config.egress.ca_file.string();
    options.http.connect_timeout = config.delivery.connect_timeout;
    options.http.total_timeout = config.delivery.total_timeout;
    const std::string case_link = public_url + std::string(kCaseLink);
    std::vector<Fault> faults;
    if (!config.mail.server.empty()) {
        options.mail = mail_options(config, case_link, faults);
    }
    for (const auto& [name, described] : config.gateways) {
        options.gateways.push_back(gateway_options(name, described, case_link, faults));
    }
    if (!faults.empty()) {
        const std::string count = std::to_string(faults.size());
        return Error(Errc::validation_failed, "the configuration has faults: " + count, std::move(faults));
    }
    return options;
}

Result<std::string> heartbeat_url(const config::Config& config) {
    std::vector<Fault> faults;
    const bool in_file = !config.heartbeat.url_file.empty();
    const std::string pointer = in_file ? "/heartbeat/url_file" : "/heartbeat/url";
    std::string url = in_file ? SecretReader(faults).line(pointer, config.heartbeat.url_file).reveal()
                              : config.heartbeat.url;
    if (faults.empty() && (in_file || !url.empty()) && !delivery::parse_endpoint_url(url)) {
        faults.push_back({pointer, "not_a_url", "must be a URL that may be called"});
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the configuration has faults: 1", std::move(faults));
    }
    return url;
}

Result<void> check_channel(const config::Config& config,
                           const delivery::EgressGuard& guard,
                           casework::NewEndpoint& wanted) {
    const bool gateway = wanted.kind == domain::ChannelKind::gateway;
    if (!gateway && !wanted.provider.empty()) {
        return refusal_of("/provider", "not_for_kind", "only a gateway has a provider");
    }
    switch (wanted.kind) {
        case domain::ChannelKind::webhook:
            return delivery::validate_endpoint_url(wanted.address, guard);
        case domain::ChannelKind::email:
            if (config.mail.server.empty()) {
                return refusal_of("/kind", "not_configured", "this service has no mail server");
            }
            return delivery::validate_mail_address(wanted.address);
        case domain::ChannelKind::gateway:
            return check_gateway(config, wanted);
    }
    return refusal_of("/kind", "unknown_word", "there is no such kind");
}

}  // namespace lachan::app
