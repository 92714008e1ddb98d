#include "lachan/http/auth.hpp"

#include <algorithm>

namespace lachan::http {
namespace {

constexpr std::string_view kScheme = "bearer";

bool names_scheme(std::string_view text) {
    return text.size() > kScheme.size() && text[kScheme.size()] == ' ' &&
           std::ranges::equal(text.substr(0, kScheme.size()), kScheme, [](char given, char wanted) {
               return (given | 0x20) == wanted;
           });
}

/// RFC 6750's b64token.
bool is_token_letter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

constexpr std::string_view kPrefix = "__Host-";
constexpr std::string_view kSessionCookie = "lachan-session";
constexpr std::string_view kDeviceCookie = "lachan-device";

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? ""
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "https://lachan.example:8443" without its scheme.
std::string_view authority_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? "" : origin.substr(scheme + 3);
}

}  // namespace

Cookies Cookies::named(bool secure) {
    const std::string prefix(secure ? kPrefix : "");
    return {secure, prefix + std::string(kSessionCookie), prefix + std::string(kDeviceCookie)};
}

std::string Cookies::set(const std::string& name, std::string_view value, Duration age) const {
    const auto seconds = value.empty() ? 0 : std::chrono::duration_cast<std::chrono::seconds>(age).count();
    std::string text = name + "=";
    text.append(value).append("; Path=/; Max-Age=").append(std::to_string(seconds));
    text.append("; HttpOnly; SameSite=Strict").append(secure ? "; Secure" : "");
    return text;
}

std::optional<std::string> cookie(const Headers& headers, std::string_view name) {
    for (const auto& [field, value] : headers) {
        if (!std::ranges::equal(field, std::string_view("cookie"), [](char given, char wanted) {
                return (given | 0x20) == wanted;
            })) {
            continue;
        }
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto end = rest.find(';');
            const std::string_view pair = without_blanks(rest.substr(0, end));
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name) {
                continue;
            }
            const std::string_view given = pair.substr(equals + 1);
            const bool sound =
                !given.empty() && given.size() <= kTokenMax && std::ranges::all_of(given, is_token_letter);
            return sound ? std::optional(std::string(given)) : std::nullopt;
        }
    }
    return std::nullopt;
}

Result<void> refuse_cross_site(const Headers& headers, std::string_view origin) {
    const Error refusal(Errc::cross_site, "a page of another site sent this");
    // "none" is a person's own doing, by an address typed or a bookmark: no page can make that.
    const auto site = headers.find("Sec-Fetch-Site");
    if (site && *site != "same-origin" && *site != "none") {
        return refusal;
    }
    const auto given = headers.find("Origin");
    if (!given || *given == origin) {
        return {};
    }
    const auto host = headers.find("Host");
    if (!host || host->empty() || authority_of(*given) != *host) {
        return refusal;
    }
    return {};
}

Result<std::optional<Secret<std::string>>> bearer_token(const Headers& headers) {
    const auto given = headers.find("Authorization");
    if (!given) {
        return std::optional<Secret<std::string>>();
    }
    const Error refusal(Errc::unauthenticated, "Authorization has to be: Bearer TOKEN");
    if (headers.count("Authorization") != 1 || !names_scheme(*given)) {
        return refusal;
    }
    std::string_view token = given->substr(kScheme.size());
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    if (token.empty() || token.size() > kTokenMax || !std::ranges::all_of(token, is_token_letter)) {
        return refusal;
    }
    return std::optional(Secret<std::string>(std::string(token)));
}

std::string_view challenge(bool token_was_given) noexcept {
    return token_was_given ? R"(Bearer realm="lachan", error="invalid_token")" : R"(Bearer realm="lachan")";
}

}  // namespace lachan::http
