#include "keys.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>

#include "key_kinds.hpp"

namespace lachan::config {
namespace {

using std::chrono::seconds;

/// Above this a machine runs out of descriptors long before.
constexpr Range kConnections{1, 100'000};
/// A slow line in the mountains may need a minute; nobody needs ten.
constexpr Range kTimeout{1, 600};
/// The lease of a try lasts 60 s, and has to be longer than the try.
constexpr Range kTryTimeout{1, 50};
constexpr Range kParallel{1, 1000};
constexpr Range kSlow{1, 10'000};
constexpr Range kRate{1, 1'000'000};

/// What was changed since the last head cannot be proved by any: a day is the most to lose.
constexpr Range kAnchorInterval{1, 86'400};

std::vector<Key> make_keys() {
    using std::filesystem::path;
    return {
        listen_key("api", "Where the API listens.", [](Config& c) -> Listen& { return c.api.listen; }),
        url_key("api",
                "public_url",
                "How others reach the API: in links of messages and problems. Empty: from api.listen.",
                [](Config& c) -> std::string& { return c.api.public_url; }),
        path_key(
            "api",
            "tls_certificate_file",
            "file",
            "Certificate chain (PEM). With it the API speaks https.",
            [](Config& c) -> path& { return c.api.tls_certificate_file; },
            Presence::optional),
        path_key(
            "api",
            "tls_key_file",
            "file",
            "Private key of the certificate (PEM).",
            [](Config& c) -> path& { return c.api.tls_key_file; },
            Presence::optional),
        number_key<std::int64_t>("api",
                                 "max_connections",
                                 "connections",
                                 kConnections,
                                 "Connections open at once. When all are taken, the one that has kept us "
                                 "waiting longest ends for a new one.",
                                 [](Config& c) -> std::int64_t& { return c.api.max_connections; }),
        number_key<std::int64_t>(
            "api",
            "max_connections_per_address",
            "connections",
            kConnections,
            "Of these, from one address (of IPv6: one /64). Whole offices share one.",
            [](Config& c) -> std::int64_t& { return c.api.max_connections_per_address; }),
        number_key<seconds>("api",
                            "header_timeout_seconds",
                            "seconds",
                            kTimeout,
                            "From the first byte of a request to the end of its head.",
                            [](Config& c) -> seconds& { return c.api.header_timeout; }),
        number_key<seconds>("api",
                            "body_timeout_seconds",
                            "seconds",
                            kTimeout,
                            "From the end of the head to the end of the body.",
                            [](Config& c) -> seconds& { return c.api.body_timeout; }),
        number_key<seconds>("api",
                            "idle_timeout_seconds",
                            "seconds",
                            kTimeout,
                            "How long a connection may wait for its next request.",
                            [](Config& c) -> seconds& { return c.api.idle_timeout; }),
        listen_key(
            "operations",
            "Where /livez, /readyz and /metrics listen: for the machines that watch, never for the public.",
            [](Config& c) -> Listen& { return c.operations.listen; }),
        path_key("store",
                 "path",
                 "file",
                 "The database; made where it is missing.",
                 [](Config& c) -> path& { return c.store.path; }),
        path_key(
            "vault",
            "master_key_file",
            "file",
            "The master key, mode 0600. Keep a copy away from the backups: without it no name can be read.",
            [](Config& c) -> path& { return c.vault.master_key_file; }),
        path_key("vault",
                 "key_store_file",
                 "file",
                 "The keys of the cases, sealed by the master key; made where it is missing.",
                 [](Config& c) -> path& { return c.vault.key_store_file; }),
        path_key(
            "rules", "path", "folder", "The rule packs.", [](Config& c) -> path& { return c.rules.path; }),
        path_key("directory",
                 "path",
                 "folder",
                 "The directory: areas.json, roles.json, agencies.json.",
                 [](Config& c) -> path& { return c.directory.path; }),
        path_key("calendar",
                 "path",
                 "file",
                 "The working calendar.",
                 [](Config& c) -> path& { return c.calendar.path; }),
        cidrs_key(
            "egress",
            "allow_cidrs",
            "Private or loopback addresses that messages may be sent to, also by plain http. Empty: none.",
            [](Config& c) -> std::vector<std::string>& { return c.egress.allow_cidrs; }),
        path_key(
            "egress",
            "ca_file",
            "file",
            "Authorities (PEM) that certificates of endpoints are checked against. Empty: the system's.",
            [](Config& c) -> path& { return c.egress.ca_file; },
            Presence::optional),
        number_key<std::int64_t>("delivery",
                                 "max_parallel",
                                 "tries",
                                 kParallel,
                                 "Messages being sent at once, over all endpoints.",
                                 [](Config& c) -> std::int64_t& { return c.delivery.max_parallel; }),
        number_key<std::int64_t>(
            "delivery",
            "max_slow",
            "tries",
            kSlow,
            "Beside these: tries that last over a second, and those at endpoints that failed last time.",
            [](Config& c) -> std::int64_t& { return c.delivery.max_slow; }),
        number_key<seconds>("delivery",
                            "connect_timeout_seconds",
                            "seconds",
                            kTryTimeout,
                            "How long connecting to an endpoint may take.",
                            [](Config& c) -> seconds& { return c.delivery.connect_timeout; }),
        number_key<seconds>("delivery",
                            "total_timeout_seconds",
                            "seconds",
                            kTryTimeout,
                            "How long a whole try may take.",
                            [](Config& c) -> seconds& { return c.delivery.total_timeout; }),
        text_key("mail",
                 "server",
                 "URL",
                 "The mail server: smtp://host:587 or smtps://host:465. Empty: no agency is told by mail.",
                 mail_server,
                 [](Config& c) -> std::string& { return c.mail.server; }),
        mail_tls_key("mail",
                     "tls",
                     "Whether the way to it must be encrypted. In the clear only within egress.allow_cidrs.",
                     [](Config& c) -> MailTls& { return c.mail.tls; }),
        text_key("mail",
                 "from",
                 "mail address",
                 "Sender of our mails.",
                 mailbox,
                 [](Config& c) -> std::string& { return c.mail.from; }),
        text_key("mail",
                 "user",
                 "text",
                 "Whom to log in as. Empty: no login.",
                 any_text,
                 [](Config& c) -> std::string& { return c.mail.user; }),
        path_key(
            "mail",
            "password_file",
            "file",
            "The password, on one line; mode 0600.",
            [](Config& c) -> path& { return c.mail.password_file; },
            Presence::optional),
        text_key("heartbeat",
                 "url",
                 "URL",
                 "Called each minute while nothing stands still. Empty: nobody is told.",
                 call_url,
                 [](Config& c) -> std::string& { return c.heartbeat.url; }),
        path_key(
            "heartbeat",
            "url_file",
            "file",
            "The same in a file of mode 0600: where whoever knows the URL could send it.",
            [](Config& c) -> path& { return c.heartbeat.url_file; },
            Presence::optional),
        number_key<std::int64_t>("limits",
                                 "requests_per_second",
                                 "requests a second",
                                 kRate,
                                 "What one key may ask in the long run.",
                                 [](Config& c) -> std::int64_t& { return c.limits.requests_per_second; }),
        number_key<std::int64_t>("limits",
                                 "burst",
                                 "requests",
                                 kRate,
                                 "What one key may ask at once after a pause.",
                                 [](Config& c) -> std::int64_t& { return c.limits.burst; }),
        number_key<std::int64_t>("limits",
                                 "status_per_minute",
                                 "requests a minute",
                                 kRate,
                                 "Questions by receipt from one address: receipts must not be guessed.",
                                 [](Config& c) -> std::int64_t& { return c.limits.status_per_minute; }),
        path_key("retention",
                 "path",
                 "file",
                 "How long the names of closed cases are kept.",
                 [](Config& c) -> path& { return c.retention.path; }),
        anchors_key(
            "audit",
            "anchors",
            "Where signed heads of the record are kept by others: files on their disks, URLs of theirs.",
            [](Config& c) -> std::vector<std::string>& { return c.audit.anchors; }),
        number_key<seconds>("audit",
                            "anchor_interval_seconds",
                            "seconds",
                            kAnchorInterval,
                            "How often they get the head, where it is a new one.",
                            [](Config& c) -> seconds& { return c.audit.anchor_interval; }),
        level_key("log",
                  "level",
                  "Lines below this level are not written.",
                  [](Config& c) -> log::Level& { return c.log.level; }),
    };
}

}  // namespace

std::string Key::dotted() const {
    std::string text = section + "." + name;
    std::replace(text.begin(), text.end(), '/', '.');
    return text;
}

std::string Key::environment() const {
    std::string variable = "LACHAN_" + section + "_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char c) {
        return c == '/' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return variable;
}

std::vector<Key> gateway_keys(const std::string& name) {
    using std::filesystem::path;
    const std::string section = std::string(kGateways) + "/" + name;
    return {
        text_key(section,
                 "url",
                 "URL",
                 "Where the provider takes messages: https, or plain http within egress.allow_cidrs.",
                 call_url,
                 [name](Config& c) -> std::string& { return c.gateways[name].url; }),
        text_key(section,
                 "content_type",
                 "media type",
                 "application/json or application/x-www-form-urlencoded.",
                 gateway_content,
                 [name](Config& c) -> std::string& { return c.gateways[name].content_type; }),
        text_key(
            section,
            "body_template",
            "text",
            "What to send; {{to}}, {{text}}, {{text_ascii}}, {{id}}, {{case}} and {{link}} are filled in.",
            any_text,
            [name](Config& c) -> std::string& { return c.gateways[name].body_template; }),
        path_key(
            section,
            "headers_file",
            "file",
            "Headers with the provider's keys, one \"Name: value\" a line; mode 0600.",
            [name](Config& c) -> path& { return c.gateways[name].headers_file; },
            Presence::optional),
        text_key(
            section,
            "success_marker",
            "text",
            "Must stand in the answer: some providers say 200 to everything. Empty: the status is enough.",
            any_text,
            [name](Config& c) -> std::string& { return c.gateways[name].success_marker; }),
    };
}

const std::vector<Key>& keys() {
    static const std::vector<Key> kKeys = make_keys();
    return kKeys;
}

}  // namespace lachan::config
