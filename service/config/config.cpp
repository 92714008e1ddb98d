#include "lachan/config/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "keys.hpp"
#include "values.hpp"

namespace lachan::config {
namespace {

using nlohmann::json;

constexpr std::string_view kVariablePrefix = "LACHAN_";
constexpr std::string_view kSchemaKey = "$schema";  ///< For editors; says nothing to us.

std::string escape_pointer(std::string_view key) {
    std::string out;
    for (const char c : key) {
        out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return out;
}

std::string with_hint(std::string sentence,
                      std::string_view mistyped,
                      const std::vector<std::string>& known) {
    const std::string meant = nearest(mistyped, known);
    return meant.empty() ? sentence : std::move(sentence) + "; did you mean \"" + meant + "\"?";
}

/// Finds keys that stand twice in one object: the parser would keep the last and say nothing.
class DuplicateFinder {
public:
    bool operator()(int depth, json::parse_event_t event, const json& parsed) {
        if (event == json::parse_event_t::object_start) {
            seen_.resize(static_cast<std::size_t>(depth) + 1);
            seen_.back().clear();
            path_.resize(static_cast<std::size_t>(depth));
        } else if (event == json::parse_event_t::key) {
            const auto level = static_cast<std::size_t>(depth) - 1;
            path_.resize(level);
            path_.push_back(escape_pointer(parsed.get<std::string>()));
            if (seen_.size() > level && !seen_[level].insert(path_.back()).second) {
                faults_.push_back({joined(), "duplicate_key", "stands twice"});
            }
        }
        return true;
    }

    [[nodiscard]] std::vector<Fault> take() { return std::move(faults_); }

private:
    [[nodiscard]] std::string joined() const {
        std::string pointer;
        for (const std::string& key : path_) {
            pointer += "/" + key;
        }
        return pointer;
    }

    std::vector<std::set<std::string>> seen_;
    std::vector<std::string> path_;
    std::vector<Fault> faults_;
};

Result<json> read_json(const std::filesystem::path& path, std::vector<Fault>& faults) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        return Error(Errc::validation_failed,
                     "cannot read " + path.string(),
                     {{"", "unreadable", "the configuration file cannot be read"}});
    }
    DuplicateFinder duplicates;
    try {
        json document = json::parse(text.str(), std::ref(duplicates));
        faults = duplicates.take();
        return document;
    } catch (const json::parse_error& error) {
        const std::string where = "not JSON near byte " + std::to_string(error.byte);
        return Error(Errc::malformed_json, path.string() + ": " + where, {{"", "malformed_json", where}});
    } catch (const json::out_of_range&) {
        const std::string what = "a number is too large";
        return Error(Errc::malformed_json, path.string() + ": " + what, {{"", "malformed_json", what}});
    }
}

/// The name of a gateway stands in addresses of keys, in the environment and in the log.
bool is_gateway_name(std::string_view name) {
    constexpr std::size_t kLongest = 32;
    const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; };
    return !name.empty() && name.size() <= kLongest && letter(name.front()) &&
           std::all_of(name.begin(), name.end(), allowed);
}

/// Collects values and faults from one source after the other.
class Loader {
public:
    Loader() : keys_(keys()) {}

    void read_file(const std::filesystem::path& path) {
        auto document = read_json(path, faults_);
        if (!document) {
            unusable_ = document.error();
            return;
        }
        if (!document->is_object()) {
            complain("", {"wrong_type", "must be an object"});
            return;
        }
        for (const auto& [section, content] : document->items()) {
            if (section == kGateways) {
                read_gateways(content);
            } else if (section != kSchemaKey) {
                read_section(section, content);
            }
        }
    }

    void read_environment(const std::map<std::string, std::string>& environment) {
        const auto known = texts_of_keys([](const Key& key) { return key.environment(); });
        for (const auto& [variable, text] : environment) {
            if (!variable.starts_with(kVariablePrefix)) {
                continue;
            }
            const auto found = std::find(known.begin(), known.end(), variable);
            if (found == known.end()) {
                warnings_.push_back(with_hint(variable + " is no key of the configuration", variable, known));
                continue;
            }
            read_text(
                keys_[static_cast<std::size_t>(found - known.begin())], text, " (from " + variable + ")");
        }
    }

    void read_flags(const std::map<std::string, std::string>& flags) {
        const auto known = texts_of_keys([](const Key& key) { return key.pointer(); });
        for (const auto& [pointer, text] : flags) {
            const auto found = std::find(known.begin(), known.end(), pointer);
            if (found == known.end()) {
                complain(pointer, {"unknown_key", with_hint("is no key", pointer, known)});
                continue;
            }
            read_text(keys_[static_cast<std::size_t>(found - known.begin())], text, " (from a flag)");
        }
    }

    void check_together() {
        const Config& c = config_;
        if (c.api.tls_certificate_file.empty() != c.api.tls_key_file.empty()) {
            complain(c.tls() ? "/api/tls_key_file" : "/api/tls_certificate_file",
                     {"missing", "certificate and key belong together"});
        }
        if (c.api.listen == c.operations.listen && c.api.listen.port != 0) {
            complain("/operations/listen", {"conflict", "must differ from api.listen"});
        }
        if (c.delivery.connect_timeout > c.delivery.total_timeout) {
            complain("/delivery/connect_timeout_seconds",
                     {"conflict", "must not exceed total_timeout_seconds"});
        }
        check_calls();
        for (const auto& [name, gateway] : c.gateways) {
            const std::string at = std::string("/") + kGateways + "/" + name;
            if (gateway.url.empty()) {
                complain(at + "/url", {"missing", "where the provider takes messages has to be given"});
            }
            if (gateway.body_template.empty()) {
                complain(at + "/body_template", {"missing", "what to send has to be given"});
            }
        }
        if (c.store.path == c.vault.key_store_file || c.store.path == c.vault.master_key_file ||
            c.vault.key_store_file == c.vault.master_key_file) {
            complain("/vault", {"conflict", "database, key store and master key are three files"});
        }
        if (!c.tls() && !c.api.listen.loopback()) {
            warnings_.push_back(
                "api.listen can be reached from other machines and speaks plain http: put TLS before it, or "
                "set "
                "api.tls_certificate_file");
        }
        if (!c.operations.listen.loopback()) {
            warnings_.push_back("operations.listen can be reached from other machines and asks for no key");
        }
    }

    [[nodiscard]] Result<Loaded> finish(const std::filesystem::path& folder) {
        if (unusable_) {
            return *unusable_;
        }
        for (const Key& key : keys_) {
            key.resolve(config_, folder);
        }
        check_together();
        if (!faults_.empty()) {
            const std::string count = std::to_string(faults_.size());
            return Error(
                Errc::validation_failed, "the configuration has faults: " + count, std::move(faults_));
        }
        return Loaded{.config = std::move(config_), .warnings = std::move(warnings_)};
    }

private:
    const Key* find_key(std::string_view section, std::string_view name) const {
        const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) {
            return key.section == section && key.name == name;
        });
        return found == keys_.end() ? nullptr : &*found;
    }

    template <class Text>
    std::vector<std::string> texts_of_keys(Text text) const {
        std::vector<std::string> texts;
        std::transform(keys_.begin(), keys_.end(), std::back_inserter(texts), text);
        return texts;
    }

    void check_calls() {
        const Config::Mail& mail = config_.mail;
        if (!mail.server.empty() && mail.from.empty()) {
            complain("/mail/from", {"missing", "a mail needs a sender"});
        }
        if (mail.server.empty() && !mail.from.empty()) {
            complain("/mail/server", {"missing", "a sender without a server sends nothing"});
        }
        if (!config_.heartbeat.url.empty() && !config_.heartbeat.url_file.empty()) {
            complain("/heartbeat/url_file", {"conflict", "the URL is given already"});
        }
        if (mail.user.empty() != mail.password_file.empty()) {
            complain(mail.user.empty() ? "/mail/user" : "/mail/password_file",
                     {"missing", "user and password belong together"});
        }
    }

    /// Each gateway is a section of its own, and what the file names the environment may set.
    void read_gateways(const json& content) {
        const std::string at = std::string("/") + kGateways;
        if (!content.is_object()) {
            complain(at, {"wrong_type", "must be an object"});
            return;
        }
        for (const auto& [name, gateway] : content.items()) {
            if (!is_gateway_name(name)) {
                complain(at + "/" + escape_pointer(name),
                         {"not_a_name", "must be of small letters, digits and -, a letter first"});
                continue;
            }
            config_.gateways[name];
            for (Key& key : gateway_keys(name)) {
                keys_.push_back(std::move(key));
            }
            read_section(std::string(kGateways) + "/" + name, gateway);
        }
    }

    /// `section`: one or, of a gateway, two names.
    void read_section(const std::string& section, const json& content) {
        const bool known_section = find_section(section);
        const std::string at = "/" + (known_section ? section : escape_pointer(section));
        auto sections = texts_of_keys([](const Key& key) { return key.section; });
        sections.emplace_back(kGateways);
        if (!known_section) {
            complain(at, {"unknown_key", with_hint("is no key", section, sections)});
            return;
        }
        if (!content.is_object()) {
            complain(at, {"wrong_type", "must be an object"});
            return;
        }
        for (const auto& [name, value] : content.items()) {
            if (const Key* const key = find_key(section, name)) {
                read_value(*key, value, "");
                continue;
            }
            std::vector<std::string> names;
            for (const Key& key : keys_) {
                if (key.section == section) {
                    names.push_back(key.name);
                }
            }
            complain(at + "/" + escape_pointer(name), {"unknown_key", with_hint("is no key", name, names)});
        }
    }

    bool find_section(std::string_view section) const {
        return std::any_of(
            keys_.begin(), keys_.end(), [&](const Key& key) { return key.section == section; });
    }

    void read_text(const Key& key, const std::string& text, const std::string& from) {
        read_value(key, key.from_text(text), from);
    }

    void read_value(const Key& key, const json& value, const std::string& from) {
        if (auto complaint = key.read(value, config_)) {
            complain(key.pointer(), {complaint->code, complaint->detail + from});
        }
    }

    void complain(const std::string& pointer, const Complaint& complaint) {
        faults_.push_back({pointer, complaint.code, complaint.detail});
    }

    Config config_;
    std::vector<Key> keys_;
    std::vector<Fault> faults_;
    std::vector<std::string> warnings_;
    std::optional<Error> unusable_;
};

}  // namespace

Result<Loaded> load(const Sources& sources) {
    Loader loader;
    loader.read_file(sources.file);
    loader.read_environment(sources.environment);
    loader.read_flags(sources.flags);
    return loader.finish(std::filesystem::absolute(sources.file).parent_path());
}

std::map<std::string, std::string> process_environment() {
    std::map<std::string, std::string> variables;
    for (const char* const* entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (text.starts_with(kVariablePrefix) && equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

std::vector<KeyDescription> describe() {
    Config defaults;
    std::vector<KeyDescription> table;
    std::vector<Key> all = keys();
    std::ranges::move(gateway_keys("{name}"), std::back_inserter(all));
    for (const Key& key : all) {
        const json value = key.write(defaults);
        table.push_back({.pointer = key.pointer(),
                         .key = key.dotted(),
                         .environment = key.environment(),
                         .unit = key.unit,
                         .default_text = value.is_string() ? value.get<std::string>() : value.dump(),
                         .sentence = key.sentence});
    }
    return table;
}

std::string render(const Config& config) {
    Config copy = config;
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    for (const Key& key : keys()) {
        document[key.section][key.name] = key.write(copy);
    }
    document[kGateways] = nlohmann::ordered_json::object();
    for (const auto& [name, gateway] : config.gateways) {
        for (const Key& key : gateway_keys(name)) {
            document[kGateways][name][key.name] = key.write(copy);
        }
    }
    // Paths need not be UTF-8; showing one wrongly is better than showing nothing.
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string public_url_of(const Config& config, std::uint16_t bound_port) {
    if (!config.api.public_url.empty()) {
        return config.api.public_url;
    }
    const Listen bound{config.api.listen.address, bound_port};
    return (config.tls() ? "https://" : "http://") + bound.text();
}

}  // namespace lachan::config
