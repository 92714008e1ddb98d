#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"
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

/// What `WWW-Authenticate` says with a 401.
[[nodiscard]] std::string_view challenge(bool token_was_given) noexcept;

}  // namespace lachan::http
