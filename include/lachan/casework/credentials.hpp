#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/base/bytes.hpp"
#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"
#include "lachan/base/time.hpp"

namespace lachan::casework {

/// Passwords and one-time codes as a seam. Hashing a password is slow on purpose, so it happens on a thread
/// of its own, behind a bounded queue: whoever signs in never holds up a report.
class Credentials {
public:
    Credentials() = default;
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;
    virtual ~Credentials() = default;

    /// What is stored of a password: hash, parameters and salt in one text. Errors: `overloaded`.
    virtual boost::asio::awaitable<Result<std::string>> hash_password(Secret<std::string> password) = 0;
    /// Whether this is the password. An empty `stored` is nobody's, and takes the same work. Errors:
    /// `overloaded`.
    virtual boost::asio::awaitable<Result<bool>> is_password(std::string stored,
                                                             Secret<std::string> password) = 0;

    /// Which time step of RFC 6238 this code is of, where it is one of about now.
    [[nodiscard]] virtual std::optional<std::int64_t> totp_step(BytesView secret,
                                                                std::string_view code,
                                                                Instant now) const = 0;
};

}  // namespace lachan::casework
