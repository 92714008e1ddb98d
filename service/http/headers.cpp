#include "lachan/http/headers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "lachan/base/number.hpp"

namespace lachan::http {
namespace {

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string lowered(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

/// Takes the next member of a list off the front of `text`.
std::string_view take_member(std::string_view& text, char separator) noexcept {
    const std::size_t end = text.find(separator);
    const std::string_view member = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return member;
}

/// The weight of a preference ("vi;q=0.8" without its first part). A broken weight counts as full.
double weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string parameter = lowered(take_member(parameters, ';'));
        if (!parameter.starts_with("q=")) {
            continue;
        }
        double weight = 1;
        const char* const begin = parameter.data() + 2;
        const auto [end, failure] = std::from_chars(begin, parameter.data() + parameter.size(), weight);
        return failure == std::errc() && std::isfinite(weight) ? std::clamp(weight, 0.0, 1.0) : 1;
    }
    return 1;
}

struct Preference {
    std::string value;
    double weight = 1;
};

std::vector<Preference> preferences(std::string_view list) {
    std::vector<Preference> result;
    while (!list.empty()) {
        std::string_view member = take_member(list, ',');
        std::string value = lowered(take_member(member, ';'));
        if (!value.empty()) {
            result.push_back({std::move(value), weight_of(member)});
        }
    }
    return result;
}

bool speaks(std::string_view range, std::string_view language) {
    return range == language || (range.starts_with(language) && range[language.size()] == '-');
}

/// The weight that a list of preferences gives a language; `*` stands for the ones not named.
double language_weight(const std::vector<Preference>& list, std::string_view language) {
    double any = 0;
    for (const Preference& preference : list) {
        if (speaks(preference.value, language)) {
            return preference.weight;
        }
        if (preference.value == "*") {
            any = preference.weight;
        }
    }
    return any;
}

Error bad_header(std::string name, std::string code, std::string detail) {
    return Error(Errc::malformed_request, detail, {{std::move(name), std::move(code), detail}});
}

/// Reads an RFC 8941 string: visible ASCII and blanks in quotes, with backslashes before `"` and `\`.
std::optional<std::string> unquoted(std::string_view text) {
    std::string result;
    text.remove_prefix(1);
    while (!text.empty()) {
        if (text.front() == '"') {
            return text.size() == 1 ? std::optional(result) : std::nullopt;
        }
        if (text.front() == '\\') {
            text.remove_prefix(1);
            if (text.empty() || (text.front() != '"' && text.front() != '\\')) {
                return std::nullopt;
            }
        }
        result += text.front();
        text.remove_prefix(1);
    }
    return std::nullopt;
}

struct EntityTags {
    bool any = false;
    std::vector<std::string> strong;  ///< With their quotes.
    std::vector<std::string> weak;    ///< Without "W/".
};

std::optional<EntityTags> parse_tags(std::string_view list) {
    EntityTags tags;
    list = trimmed(list);
    if (list == "*") {
        tags.any = true;
        return tags;
    }
    while (!list.empty()) {
        const bool weak = list.starts_with("W/");
        list.remove_prefix(weak ? 2 : 0);
        if (!list.starts_with('"')) {
            return std::nullopt;
        }
        const std::size_t end = list.find('"', 1);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        (weak ? tags.weak : tags.strong).emplace_back(list.substr(0, end + 1));
        list = trimmed(list.substr(end + 1));
        if (list.empty()) {
            break;
        }
        if (list.front() != ',') {
            return std::nullopt;
        }
        list = trimmed(list.substr(1));
    }
    return tags;
}

std::optional<std::int64_t> sequence_of(std::string_view tag) {
    const std::string_view digits = tag.substr(1, tag.size() - 2);
    const auto sequence = parse_whole<std::int64_t>(digits);
    return sequence && etag_of(*sequence) == tag ? sequence : std::nullopt;
}

}  // namespace

Language preferred_language(const Headers& headers) {
    const auto list = preferences(headers.joined("Accept-Language"));
    return language_weight(list, "en") > language_weight(list, "vi") ? Language::english
                                                                     : Language::vietnamese;
}

Result<void> expect_json_body(const Headers& headers) {
    const Error refusal(Errc::unsupported_media_type, "the body has to be application/json in UTF-8");
    const auto declared = headers.find("Content-Type");
    if (!declared || headers.count("Content-Type") != 1 || headers.count("Content-Encoding") != 0) {
        return refusal;
    }
    std::string_view rest = *declared;
    if (lowered(take_member(rest, ';')) != "application/json") {
        return refusal;
    }
    while (!rest.empty()) {
        const std::string parameter = lowered(take_member(rest, ';'));
        const bool another_charset = parameter.starts_with("charset=") && parameter != "charset=utf-8" &&
                                     parameter != "charset=\"utf-8\"";
        if (another_charset) {
            return refusal;
        }
    }
    return {};
}

bool accepts(const Headers& headers, std::string_view media_type) {
    const auto list = preferences(headers.joined("Accept"));
    if (list.empty()) {
        return true;
    }
    const std::string whole_kind = std::string(media_type.substr(0, media_type.find('/'))) + "/*";
    double any = 0;
    double kind = -1;
    for (const Preference& preference : list) {
        if (preference.value == media_type) {
            return preference.weight > 0;
        }
        if (preference.value == whole_kind) {
            kind = preference.weight;
        } else if (preference.value == "*/*") {
            any = preference.weight;
        }
    }
    return (kind >= 0 ? kind : any) > 0;
}

Result<std::string> idempotency_key(const Headers& headers) {
    constexpr const char* kName = "Idempotency-Key";
    const auto given = headers.find(kName);
    if (!given) {
        return std::string();
    }
    if (headers.count(kName) > 1) {
        return bad_header(kName, "duplicate", "Idempotency-Key is given more than once");
    }
    const std::string_view text = trimmed(*given);
    const auto key = text.starts_with('"') ? unquoted(text) : std::optional<std::string>(text);
    const bool visible = key && std::ranges::all_of(*key, [](char c) { return c > 0x20 && c < 0x7f; });
    if (!visible) {
        return bad_header(
            kName, "bad_format", "Idempotency-Key has to be a string of visible ASCII characters");
    }
    if (key->size() < kIdempotencyKeyMin || key->size() > kIdempotencyKeyMax) {
        return bad_header(kName, "out_of_range", "Idempotency-Key has to have 8 to 128 characters");
    }
    return *key;
}

std::string etag_of(std::int64_t sequence) {
    return '"' + std::to_string(sequence) + '"';
}

Result<std::int64_t> expected_sequence(const Headers& headers) {
    const std::string list = headers.joined("If-Match");
    if (list.empty()) {
        return Error(Errc::precondition_required, "name the version you have seen with If-Match: its ETag");
    }
    const auto tags = parse_tags(list);
    if (!tags) {
        return bad_header("If-Match", "bad_format", "If-Match has to be an entity tag in quotes");
    }
    if (tags->any) {
        return Error(Errc::precondition_required,
                     "If-Match: * names no version; send the ETag you have seen");
    }
    for (const std::string& tag : tags->strong) {
        if (const auto sequence = sequence_of(tag)) {
            return *sequence;
        }
    }
    return Error(Errc::precondition_failed, "If-Match names no version of this");
}

bool is_unchanged(const Headers& headers, std::string_view etag) {
    const std::string list = headers.joined("If-None-Match");
    const auto tags = list.empty() ? std::nullopt : parse_tags(list);
    if (!tags) {
        return false;
    }
    return tags->any || std::ranges::find(tags->strong, etag) != tags->strong.end() ||
           std::ranges::find(tags->weak, etag) != tags->weak.end();
}

}  // namespace lachan::http
