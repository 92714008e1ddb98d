#include "key_kinds.hpp"

#include <algorithm>
#include <utility>

#include "lachan/base/number.hpp"
#include "values.hpp"

namespace lachan::config {

using nlohmann::json;

namespace {

json as_text(std::string_view text) {
    return std::string(text);
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

}  // namespace

Complaint wrong_type(std::string_view wanted) {
    return {"wrong_type", "must be " + std::string(wanted)};
}

/// A text that is no number stays a text, and the reading complains of its type.
json as_number(std::string_view text) {
    const auto number = parse_whole<std::int64_t>(text);
    return number ? json(*number) : json(std::string(text));
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

Key path_key(const std::string& section,
             const char* name,
             const char* unit,
             const char* sentence,
             Place<std::filesystem::path> place,
             Presence presence) {
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

Key text_key(const std::string& section,
             const char* name,
             const char* unit,
             const char* sentence,
             Check check,
             Place<std::string> place) {
    return {.section = section,
            .name = name,
            .unit = unit,
            .sentence = sentence,
            .read = [place, check](const json& value, Config& config) -> std::optional<Complaint> {
                if (!value.is_string()) {
                    return wrong_type("a text");
                }
                auto text = value.get<std::string>();
                if (auto complaint = check(text)) {
                    return complaint;
                }
                place(config) = std::move(text);
                return std::nullopt;
            },
            .write = [place](Config& config) -> json { return place(config); },
            .from_text = as_text,
            .resolve = nothing_to_resolve};
}

std::optional<Complaint> any_text(const std::string&) {
    return std::nullopt;
}

std::optional<Complaint> mail_server(const std::string& text) {
    if (text.empty() || is_mail_server(text)) {
        return std::nullopt;
    }
    return Complaint{"not_a_mail_server",
                     "must be \"smtp://host:port\" or \"smtps://host:port\", without user or path"};
}

std::optional<Complaint> mailbox(const std::string& text) {
    if (text.empty() || is_mailbox(text)) {
        return std::nullopt;
    }
    return Complaint{"not_a_mailbox", "must be one mail address, name@domain"};
}

std::optional<Complaint> call_url(const std::string& text) {
    if (text.empty() || parse_public_url(text)) {
        return std::nullopt;
    }
    return Complaint{"not_a_url", "must be a plain http or https URL, without user, query or fragment"};
}

std::optional<Complaint> gateway_content(const std::string& text) {
    if (text == "application/json" || text == "application/x-www-form-urlencoded") {
        return std::nullopt;
    }
    return Complaint{"not_a_content_type", "must be application/json or application/x-www-form-urlencoded"};
}

Key mail_tls_key(const char* section, const char* name, const char* sentence, Place<MailTls> place) {
    return {.section = section,
            .name = name,
            .unit = "required or optional",
            .sentence = sentence,
            .read = [place](const json& value, Config& config) -> std::optional<Complaint> {
                const auto word = value.is_string() ? value.get<std::string>() : std::string();
                if (word != "required" && word != "optional") {
                    return Complaint{"not_a_tls_mode", "must be required or optional"};
                }
                place(config) = word == "required" ? MailTls::required : MailTls::optional;
                return std::nullopt;
            },
            .write = [place](Config& config) -> json {
                return place(config) == MailTls::required ? "required" : "optional";
            },
            .from_text = as_text,
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

}  // namespace lachan::config
