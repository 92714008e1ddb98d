#include "lachan/http/target.hpp"

#include <simdjson.h>

#include <cstdint>

namespace lachan::http {
namespace {

Error broken(std::string detail, std::string parameter = {}) {
    std::vector<Fault> faults;
    if (!parameter.empty()) {
        faults.push_back({std::move(parameter), "duplicate", detail});
    }
    return Error(Errc::malformed_request, std::move(detail), std::move(faults));
}

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

bool unreserved(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/// Takes the part up to `separator` off the front of `text`, and the separator.
std::string_view take_part(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

/// The origin form of an absolute-form target ("http://host/path"), which a server must understand.
std::string_view without_origin(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.starts_with(scheme)) {
            const std::size_t path = target.find_first_of("/?", scheme.size());
            return path == std::string_view::npos ? "/" : target.substr(path);
        }
    }
    return target;
}

Result<Parameters> parse_query(std::string_view query) {
    Parameters parameters;
    while (!query.empty()) {
        std::string_view pair = take_part(query, '&');
        if (pair.empty()) {
            continue;
        }
        auto name = percent_decoded(take_part(pair, '='));
        if (!name) {
            return name.error();
        }
        auto value = percent_decoded(pair);
        if (!value) {
            return value.error();
        }
        if (value->empty()) {
            continue;
        }
        if (!parameters.add(*name, std::move(*value))) {
            return broken("a query parameter is given twice", *name);
        }
    }
    return parameters;
}

}  // namespace

bool is_clean_text(std::string_view text) noexcept {
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        return false;
    }
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

Result<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return broken("a percent escape in the target is broken");
        }
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (!is_clean_text(decoded)) {
        return broken("the target is not clean UTF-8");
    }
    return decoded;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (unreserved(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(c);
        encoded += '%';
        encoded += kDigits[byte >> 4];
        encoded += kDigits[byte & 0x0f];
    }
    return encoded;
}

Result<Target> parse_target(std::string_view target) {
    std::string_view rest = without_origin(target);
    if (rest.find('#') != std::string_view::npos) {
        return broken("a fragment has no place in a request target");
    }
    Target result;
    const bool names_only_host = rest.starts_with('?') && !target.starts_with('?');
    std::string_view path = take_part(rest, '?');
    if (names_only_host) {
        path = "/";
    }
    if (!path.starts_with('/')) {
        return broken("the request target is no path");
    }
    if (!is_clean_text(path)) {  // its parts may be, once they are decoded
        return broken("the path is not UTF-8");
    }
    result.path = path;
    path.remove_prefix(1);
    while (true) {
        const bool last = path.find('/') == std::string_view::npos;
        auto segment = percent_decoded(take_part(path, '/'));
        if (!segment) {
            return segment.error();
        }
        result.segments.push_back(std::move(*segment));
        if (last) {
            break;
        }
    }
    auto query = parse_query(rest);
    if (!query) {
        return query.error();
    }
    result.query = std::move(*query);
    return result;
}

}  // namespace lachan::http
