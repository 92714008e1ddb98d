#include "keys.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <utility>

#include "values.hpp"

namespace lachan::config {
namespace {

using nlohmann::json;
using std::chrono::seconds;

template <class T>
using Place = T& (*)(Config&);

struct Range {
    std::int64_t least;
    std::int64_t most;
};

Complaint wrong_type(std::string_view wanted) {
    return {"wrong_type", "must be " + std::string(wanted)};
}

json as_text(std::string_view text) {
    return std::string(text);
}

/// A text that is no number stays a text, and the reading complains of its type.
json as_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = failure == std::errc() && end == text.data() + text.size() && !text.empty();
    return whole ? json(number) : json(std::string(text));
}

/// "10.0.0.0/8, fd00::/8"; an empty text is an empty list.
json as_list(std::string_view text) {
    json list = json::array();
    while (!text.empty()) {
        const auto end = std::min(text.find(','), text.size());
        std::string piece(text.substr(0, end));
        std::erase(piece, ' ');
        list.push_back(std::move(piece));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return list;
}

void nothing_to_resolve(Config&, const std::filesystem::path&) {}

Key listen_key(const char* section, const char* sentence, Place<Listen> place) {
    return {.section = section,
            .name = "listen",
            .unit = "address:port",
            .sentence = sentence,
            .read = [place](const json& value, Config& config) -> std::optional<Complaint> {
                const auto listen = value.is_string() ? parse_listen(value.get<std::string>()) : std::nullopt;
                if (!listen) {
                    return Complaint{
                        "not_an_address",
                        "must be an IP address and a port, as in \"127.0.0.1:8080\" or \"[::1]:8080\""};
                }
                place(config) = *listen;
                return std::nullopt;
            },
            .write = [place](Config& config) -> json { return place(config).text(); },
            .from_text = as_text,
            .resolve = nothing_to_resolve};
}

Key url_key(const char* section, const char* name, const char* sentence, Place<std::string> place) {
    return {.section = section,
            .name = name,
            .unit = "URL",
            .sentence = sentence,
            .read = [place](const json& value, Config& config) -> std::optional<Complaint> {
                if (!value.is_string()) {
                    return wrong_type("a text");
                }
                const auto text = value.get<std::string>();
                const auto url = text.empty() ? std::optional(text) : parse_public_url(text);
                if (!url) {
                    return Complaint{"not_a_url",
                                     "must be a plain http or https URL, without user, query or fragment"};
                }
                place(config) = *url;
                return std::nullopt;
            },
            .write = [place](Config& config) -> json { return place(config); },
            .from_text = as_text,
            .resolve = nothing_to_resolve};
}

enum class Presence : std::uint8_t { needed, optional };

Key path_key(const char* section,
             const char* name,
             const char* unit,
             const char* sentence,
             Place<std::filesystem::path> place,
             Presence presence = Presence::needed) {
    return {.section = section,
            .name = name,
            .unit = unit,
            .sentence = sentence,
            .read = [place, presence](const json& value, Config& config) -> std::optional<Complaint> {
                if (!value.is_string()) {
                    return wrong_type("a text");
                }
                const auto text = value.get<std::string>();
                if (text.empty() && presence == Presence::needed) {
                    return Complaint{"empty", "must name a place"};
                }
                if (text.find('\0') != std::string::npos) {
                    return Complaint{"not_a_path", "must not hold a zero byte"};
                }
                place(config) = text;
                return std::nullopt;
            },
            .write = [place](Config& config) -> json { return place(config).string(); },
            .from_text = as_text,
            .resolve =
                [place](Config& config, const std::filesystem::path& folder) {
                    std::filesystem::path& path = place(config);
                    if (!path.empty()) {
                        path = (folder / path).lexically_normal();
                    }
                }};
}

/// Whole numbers, and durations in whole seconds (`T` is constructible from a number).
template <class T>
Key number_key(const char* section,
               const char* name,
               const char* unit,
               Range range,
               const char* sentence,
               Place<T> place) {
    return {.section = section,
            .name = name,
            .unit = unit,
            .sentence = sentence,
            .read = [place, range](const json& value, Config& config) -> std::optional<Complaint> {
                if (!value.is_number_integer()) {
                    return wrong_type("a whole number");
                }
                const bool too_big = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
                const auto number = too_big ? INT64_MAX : value.get<std::int64_t>();
                if (number < range.least || number > range.most) {
                    return Complaint{
                        "out_of_range",
                        "must be from " + std::to_string(range.least) + " to " + std::to_string(range.most)};
                }
                place(config) = T(number);
                return std::nullopt;
            },
            .write = [place](Config& config) -> json {
                if constexpr (std::is_same_v<T, seconds>) {
                    return place(config).count();
                } else {
                    return place(config);
                }
            },
            .from_text = as_number,
            .resolve = nothing_to_resolve};
}

Key cidrs_key(const char* section,
              const char* name,
              const char* sentence,
              Place<std::vector<std::string>> place) {
    return {.section = section,
            .name = name,
            .unit = "list of address blocks",
            .sentence = sentence,
            .read = [place](const json& value, Config& config) -> std::optional<Complaint> {
                if (!value.is_array()) {
                    return wrong_type("a list of texts");
                }
                std::vector<std::string> blocks;
                for (const json& entry : value) {
                    if (!entry.is_string() || !is_cidr(entry.get<std::string>())) {
                        return Complaint{
                            "not_a_block",
                            "entry " + std::to_string(blocks.size()) +
                                " must be a block as in \"10.20.0.0/16\", no bits set behind its prefix"};
                    }
                    blocks.push_back(entry.get<std::string>());
                }
                place(config) = std::move(blocks);
                return std::nullopt;
            },
            .write = [place](Config& config) -> json { return place(config); },
            .from_text = as_list,
            .resolve = nothing_to_resolve};
}

/// Files and URLs that heads of the record are handed to.
Key anchors_key(const char* section,
                const char* name,
                const char* sentence,
                Place<std::vector<std::string>> place) {
    return {.section = section,
            .name = name,
            .unit = "list of files and URLs",
            .sentence = sentence,
            .read = [place](const json& value, Config& config) -> std::optional<Complaint> {
                if (!value.is_array()) {
                    return wrong_type("a list of texts");
                }
                std::vector<std::string> anchors;
                for (const json& entry : value) {
                    const std::string text = entry.is_string() ? entry.get<std::string>() : std::string();
                    const bool sound = Config::is_url(text)
                                           ? parse_public_url(text).has_value()
                                           : !text.empty() && text.find('\0') == std::string::npos;
                    if (!sound) {
                        return Complaint{"not_an_anchor",
                                         "entry " + std::to_string(anchors.size()) +
                                             " must be a file, or a plain http or https URL"};
                    }
                    anchors.push_back(text);
                }
                place(config) = std::move(anchors);
                return std::nullopt;
            },
            .write = [place](Config& config) -> json { return place(config); },
            .from_text = as_list,
            .resolve =
                [place](Config& config, const std::filesystem::path& folder) {
                    for (std::string& anchor : place(config)) {
                        if (!Config::is_url(anchor)) {
                            anchor = (folder / anchor).lexically_normal().string();
                        }
                    }
                }};
}

Key level_key(const char* section, const char* name, const char* sentence, Place<log::Level> place) {
    return {.section = section,
            .name = name,
            .unit = "debug, info, warn or error",
            .sentence = sentence,
            .read = [place](const json& value, Config& config) -> std::optional<Complaint> {
                const auto level = value.is_string() ? parse_level(value.get<std::string>()) : std::nullopt;
                if (!level) {
                    return Complaint{"not_a_level", "must be debug, info, warn or error"};
                }
                place(config) = *level;
                return std::nullopt;
            },
            .write = [place](Config& config) -> json { return std::string(text_of(place(config))); },
            .from_text = as_text,
            .resolve = nothing_to_resolve};
}

/// Above this a machine runs out of descriptors long before.
constexpr Range kConnections{1, 100'000};
/// A slow line in the mountains may need a minute; nobody needs ten.
constexpr Range kTimeout{1, 600};
/// The lease of a try lasts 60 s, and has to be longer than the try.
constexpr Range kTryTimeout{1, 50};
constexpr Range kParallel{1, 1000};
constexpr Range kRate{1, 1'000'000};
/// What was changed since the last head cannot be proved by any: a day is the most to lose.
constexpr Range kAnchorInterval{1, 86'400};

std::vector<Key> make_keys() {
    using std::filesystem::path;
    return {
        listen_key("api", "Where API and console listen.", [](Config& c) -> Listen& { return c.api.listen; }),
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
                                 "Connections open at once; more wait to be accepted.",
                                 [](Config& c) -> std::int64_t& { return c.api.max_connections; }),
        number_key<std::int64_t>(
            "api",
            "max_connections_per_address",
            "connections",
            kConnections,
            "Of these, from one address. Whole offices share one.",
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

std::string Key::environment() const {
    std::string variable = "LACHAN_" + section + "_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return variable;
}

const std::vector<Key>& keys() {
    static const std::vector<Key> kKeys = make_keys();
    return kKeys;
}

}  // namespace lachan::config
