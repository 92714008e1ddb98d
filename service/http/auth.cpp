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

}  // namespace

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
