#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/principal.hpp"
#include "lachan/http/message.hpp"

namespace lachan::http {

/// Longer ones are no tokens of ours.
inline constexpr std::size_t kTokenMax = 256;

/// Who a token belongs to. Errors: `unauthenticated`.
using Identify = std::function<boost::asio::awaitable<Result<domain::Principal>>(Secret<std::string>)>;

/// The token of `Authorization: Bearer TOKEN`; none where the header is missing. Errors: `unauthenticated`
/// where it is there but is no bearer token.
[[nodiscard]] Result<std::optional<Secret<std::string>>> bearer_token(const Headers& headers);

/// A page sends the session's token against forged requests in this header with each change.
inline constexpr std::string_view kCsrfHeader = "Lachan-CSRF";

/// The cookies of people. Over TLS they carry the prefix that makes browsers refuse them from anywhere else;
/// without TLS browsers would not keep such cookies, so only a listener on loopback goes without.
struct Cookies {
    bool secure = true;
    std::string session;
    std::string device;  ///< Tells a browser that has signed in before from strangers who guess.

    [[nodiscard]] static Cookies named(bool secure);
    /// A value of `Set-Cookie`; an empty `value` takes the cookie away.
    [[nodiscard]] std::string set(const std::string& name, std::string_view value, Duration age) const;
};

/// The value of this cookie; none where it is missing, or no token of ours.
[[nodiscard]] std::optional<std::string> cookie(const Headers& headers, std::string_view name);

/// Errors: `cross_site` where the browser says that a page of another origin sent this. `origin` is ours; the
/// host that the request was sent to counts as ours as well.
[[nodiscard]] Result<void> refuse_cross_site(const Headers& headers, std::string_view origin);

/// How callers are known: by a key's token, or by the cookie of a session.
struct Authentication {
    Identify by_token;
    Identify by_session;
    Identify by_session_unused;  ///< The same, but no use of the session.
    /// Whether a session that names nobody any more was one of ours.
    std::function<boost::asio::awaitable<Result<bool>>(Secret<std::string>)> was_session;
    std::function<bool(const Secret<std::string>& session, std::string_view given)> is_csrf_token;
    std::string origin;  ///< Of our own pages: "https://lachan.example".
    Cookies cookies;
};

/// What `WWW-Authenticate` says with a 401.
[[nodiscard]] std::string_view challenge(bool token_was_given) noexcept;

}  // namespace lachan::http
