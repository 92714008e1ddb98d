#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/log.hpp"

/// What an administrator may set: one struct, one table of keys, one reading of it.
namespace lachan::config {

/// Where a listener binds. Port 0 picks a free one.
struct Listen {
    std::string address;  ///< An IP address, an IPv6 one without brackets.
    std::uint16_t port = 0;

    bool operator==(const Listen&) const = default;
    /// "127.0.0.1:8080", "[::1]:8080".
    [[nodiscard]] std::string text() const;
    /// Only this machine can reach it.
    [[nodiscard]] bool loopback() const;
};

/// Whether the way to the mail server has to be encrypted.
enum class MailTls : std::uint8_t {
    required,
    optional  ///< A relay inside `egress.allow_cidrs`; elsewhere nothing leaves in the clear all the same.
};

/// Every key with its default; `describe()` has unit and sentence of each. Paths are absolute once loaded; an
/// optional file that is not set is an empty path.
struct Config {
    struct Api {
        Listen listen{"127.0.0.1", 8080};
        std::string public_url;  ///< Without a slash at its end; empty: `public_url_of` makes it.
        std::filesystem::path tls_certificate_file;
        std::filesystem::path tls_key_file;
        std::int64_t max_connections = 900;
        std::int64_t max_connections_per_address = 300;
        std::chrono::seconds header_timeout{10};
        std::chrono::seconds body_timeout{30};
        std::chrono::seconds idle_timeout{30};
    } api;
    struct Operations {
        Listen listen{"127.0.0.1", 9464};
    } operations;
    struct Store {
        std::filesystem::path path = "data/lachan.db";
    } store;
    struct Vault {
        std::filesystem::path master_key_file = "master.key";
        std::filesystem::path key_store_file = "data/case-keys";
    } vault;
    struct Rules {
        std::filesystem::path path = "rules";
    } rules;
    struct Directory {
        std::filesystem::path path = "directory";
    } directory;
    struct Calendar {
        std::filesystem::path path = "calendar/vietnam.json";
    } calendar;
    struct Egress {
        std::vector<std::string> allow_cidrs;  ///< Each a well-formed block without bits behind its prefix.
        std::filesystem::path ca_file;
    } egress;
    struct Delivery {
        std::int64_t max_parallel = 64;
        std::int64_t max_slow = 960;
        std::chrono::seconds connect_timeout{5};
        std::chrono::seconds total_timeout{15};
    } delivery;
    /// Agencies without a system of their own can be told by mail.
    struct Mail {
        std::string server;  ///< "smtp://host:587" or "smtps://host:465"; empty: no mail leaves.
        MailTls tls = MailTls::required;
        std::string from;
        std::string user;
        std::filesystem::path password_file;
    } mail;
    /// A provider of short messages (SMS, Zalo) that is asked over HTTP.
    struct Gateway {
        std::string url;
        std::string content_type = "application/json";
        std::string body_template;
        std::filesystem::path headers_file;
        std::string success_marker;
    };
    std::map<std::string, Gateway> gateways;  ///< By the name that endpoints know it by.
    /// Who hears each minute that the service is well.
    struct Heartbeat {
        std::string url;  ///< Empty, and no file: nobody.
        std::filesystem::path url_file;
    } heartbeat;
    struct Limits {
        std::int64_t requests_per_second = 1000;
        std::int64_t burst = 60'000;
        std::int64_t status_per_minute = 60;
    } limits;
    struct Retention {
        std::filesystem::path path = "rules/retention/lai-chau.json";
    } retention;
    struct Audit {
        std::vector<std::string> anchors;  ///< Files (absolute once loaded) and URLs.
        std::chrono::seconds anchor_interval{3600};
    } audit;
    struct Log {
        log::Level level = log::Level::info;
    } log;

    /// Whether an anchor is a URL; otherwise it is a file.
    [[nodiscard]] static bool is_url(std::string_view anchor) {
        return anchor.find("://") != std::string_view::npos;
    }
    [[nodiscard]] bool tls() const noexcept { return !api.tls_certificate_file.empty(); }
};

/// Where values come from; each source goes before the ones above it.
struct Sources {
    std::filesystem::path file;                      ///< One JSON object.
    std::map<std::string, std::string> environment;  ///< `LACHAN_*`; others are not looked at.
    std::map<std::string, std::string> flags;        ///< JSON pointer ("/api/listen") to text.
};

struct Loaded {
    Config config;
    std::vector<std::string> warnings;  ///< What does not stop the program and is probably a mistake.
};

/// Reads all sources. Errors: `malformed_json`; `validation_failed` with every fault at once, each at its
/// JSON pointer (also where the value came from the environment or a flag): unknown keys, wrong types, values
/// out of range, and values that do not go together.
[[nodiscard]] Result<Loaded> load(const Sources& sources);

/// The variables of this process that begin with `LACHAN_`.
[[nodiscard]] std::map<std::string, std::string> process_environment();

/// One key, for people.
struct KeyDescription {
    std::string pointer;      ///< "/api/listen"
    std::string key;          ///< "api.listen"
    std::string environment;  ///< "LACHAN_API_LISTEN"
    std::string unit;         ///< "address:port", "seconds", "file", …
    std::string default_text;
    std::string sentence;
};

/// Every key, in the order of the struct. Those of a gateway stand once, with "{name}" for its name.
[[nodiscard]] std::vector<KeyDescription> describe();

/// The configuration in force as JSON, every key named. There is nothing in it to mask: secrets are only ever
/// named by the file they lie in.
[[nodiscard]] std::string render(const Config& config);

/// Where people reach the API: as configured, or from the address and the port really bound.
[[nodiscard]] std::string public_url_of(const Config& config, std::uint16_t bound_port);

}  // namespace lachan::config
