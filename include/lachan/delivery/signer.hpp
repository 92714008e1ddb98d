#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"
#include "lachan/base/time.hpp"

/// Standard Webhooks 1.0, symmetric scheme "v1": HMAC-SHA256 over "id.timestamp.body". Pure: keys and
/// instants are arguments.
namespace lachan::delivery {

/// How far a timestamp may lie from the receiver's clock, before or after: what the standard's own libraries
/// take. It bounds for how long a copied message could be played again.
inline constexpr std::chrono::minutes kSignatureTolerance{5};

using SecretView = std::span<const Secret<std::string>>;

/// The three headers of the standard, as they stand on the wire.
struct SignatureHeaders {
    std::string id;         ///< `webhook-id`
    std::string timestamp;  ///< `webhook-timestamp`: seconds since 1970.
    std::string signature;  ///< `webhook-signature`: "v1,…", several separated by blanks.
};

/// Signs a body with every secret in turn, so that a receiver holding either of two rotating secrets accepts
/// it. Errors: `validation_failed` where there is no secret, a secret is not "whsec_" and base 64 of 24 to 64
/// bytes, or the id could not stand in a header.
[[nodiscard]] Result<SignatureHeaders> sign(SecretView secrets,
                                            std::string_view id,
                                            Instant at,
                                            std::string_view body);

enum class SignatureFault : std::uint8_t {
    header_missing,
    header_malformed,
    too_old,
    too_new,
    secret_malformed,
    no_match
};
[[nodiscard]] std::string_view text_of(SignatureFault fault) noexcept;

/// Checks a received message against every secret; none: it is genuine. Compares in constant time. One secret
/// that cannot be read is a fault even if another one matches: a receiver should hear of it at once.
[[nodiscard]] std::optional<SignatureFault> verify(SecretView secrets,
                                                   const SignatureHeaders& headers,
                                                   std::string_view body,
                                                   Instant now);

}  // namespace lachan::delivery
