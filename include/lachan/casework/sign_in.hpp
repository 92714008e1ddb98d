#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/casework/context.hpp"
#include "lachan/casework/credentials.hpp"
#include "lachan/casework/last_uses.hpp"
#include "lachan/casework/slow_down.hpp"
#include "lachan/domain/principal.hpp"

/// Signing in with a password and a one-time code, and the sessions that come of it.
namespace lachan::casework {

/// A session ends after this time without a request, and in any case a working day after it began.
inline constexpr std::chrono::minutes kSessionIdle{30};
inline constexpr std::chrono::hours kSessionLongest{8};
/// Sessions of one person at once: a desk, a telephone, and one forgotten elsewhere. One more ends the
/// oldest.
inline constexpr int kSessionsEach = 3;

/// Failures of one account, or of one browser that has signed in to it before. At five minutes a try, ten
/// thousand tries take over a month; nobody is ever shut out for longer than that.
inline constexpr Pace kAccountPace{.free = 3,
                                   .first = std::chrono::seconds(1),
                                   .longest = std::chrono::minutes(5),
                                   .memory = std::chrono::hours(24)};
/// Failures from one address, whatever the account. A whole office may share one, so more are free.
inline constexpr Pace kAddressPace{.free = 20,
                                   .first = std::chrono::seconds(1),
                                   .longest = std::chrono::minutes(5),
                                   .memory = std::chrono::hours(1)};
/// From so many failures on, and at each tenfold of it, a person is told: an event and a line of the log.
inline constexpr int kAlarmFrom = 10;

enum class SignInOutcome : std::uint8_t {
    granted,
    refused,
    slowed,  ///< Came before the wait was over; nothing was looked at.
    busy,    ///< The queue of passwords was full.
};

/// What signing in works with, beside what every use case does. Lives as long as the service.
struct People {
    Context& context;
    Credentials& credentials;
    SlowDown slow_down{};
    LastUses uses{};
    /// Told of each try, and of each alarm ("account", "address"), for metrics. May be empty.
    std::function<void(SignInOutcome)> on_try{};
    std::function<void(std::string_view)> on_alarm{};
};

struct SignIn {
    std::string login;
    Secret<std::string> password;
    std::string code;     ///< Of the authenticator: six digits.
    std::string address;  ///< Where it comes from.
    std::string device;   ///< What an earlier sign-in gave this browser; empty: nothing.
};

/// A session as its person gets it. `token` and `csrf` are not stored.
struct SessionMade {
    Secret<std::string> token;
    std::string csrf;
    std::string device;
    domain::Principal principal;
    Instant ends_at{};  ///< At the latest.
};

/// Either a session, or how long to wait before the next try.
struct SignInAnswer {
    std::optional<SessionMade> session;
    Duration wait{};
};

/// Errors: `unauthenticated` for a wrong login, password or code, whichever it was, after the same work;
/// `overloaded`.
[[nodiscard]] boost::asio::awaitable<Result<SignInAnswer>> sign_in(People& people, SignIn attempt);

struct SessionFound {
    domain::Principal principal;
    Instant started_at{};
    Instant ends_at{};       ///< At the latest.
    Instant idle_ends_at{};  ///< Without a further request.
};
/// Who this session belongs to; counts as a use of it. Errors: `unauthenticated`.
[[nodiscard]] boost::asio::awaitable<Result<SessionFound>> find_session(People& people,
                                                                        Secret<std::string> token);

/// The same, and no use of it: for what a page asks on its own.
[[nodiscard]] boost::asio::awaitable<Result<SessionFound>> look_at_session(People& people,
                                                                           Secret<std::string> token);

/// Whether this session was made here, be it over or not; no use of it. Errors: `storage`.
[[nodiscard]] boost::asio::awaitable<Result<bool>> was_session(Context& context, Secret<std::string> token);

/// Errors: `unauthenticated` where there is no such session.
[[nodiscard]] boost::asio::awaitable<Result<void>> sign_out(People& people, Secret<std::string> token);

/// What a page has to send along with each change, so that no other site can make one in the person's name.
[[nodiscard]] std::string csrf_token(const Vault& vault, const Secret<std::string>& session);
[[nodiscard]] bool is_csrf_token(const Vault& vault,
                                 const Secret<std::string>& session,
                                 std::string_view given);

}  // namespace lachan::casework
