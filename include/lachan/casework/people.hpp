#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/casework/once.hpp"
#include "lachan/casework/sign_in.hpp"

/// Accounts of people: how they come to be, change and end.
namespace lachan::casework {

/// An invitation is used the same day or after a long weekend; later a new one is made.
inline constexpr std::chrono::hours kInvitationLasts{72};

/// As RFC 4226 asks for at least.
inline constexpr std::size_t kTotpSecretBytes = 20;

inline constexpr std::size_t kPasswordMin = 12;   ///< Letters. Length is what counts; no other rule of form.
inline constexpr std::size_t kPasswordMax = 256;  ///< Bytes: a long sentence of Vietnamese.
inline constexpr std::size_t kLoginMin = 3;
inline constexpr std::size_t kLoginMax = 64;

/// How an account is called in events, logs and lists of keys: says nothing of the person.
[[nodiscard]] domain::KeyId key_of(const domain::AccountId& id);
/// As it is stored and compared: without blanks around it, in small letters.
[[nodiscard]] std::string normal_login(std::string_view login);
[[nodiscard]] Bytes login_hash(const Vault& vault, std::string_view normal);

/// What is wrong with it, at `/login`; none: nothing.
[[nodiscard]] std::optional<Fault> check_login(std::string_view normal_login);
/// What is wrong with it, at `/password`; none: nothing. It must not contain the login, where one is given.
[[nodiscard]] std::optional<Fault> check_password(std::string_view normal_login,
                                                  const Secret<std::string>& password);

/// What goes into an authenticator: the address of the key, and the key alone for typing.
struct TotpEnrolment {
    std::string uri;
    std::string secret;
};
[[nodiscard]] TotpEnrolment totp_enrolment(BytesView secret, std::string_view login);

struct NewAccount {
    std::string login;     ///< Normal.
    std::string password;  ///< As `Credentials` made it.
    Bytes totp_secret;
    domain::Role role{};
    domain::AgencyId agency;
};
/// Within a unit of work; an event says so. Errors: `validation_failed` where the login is taken.
[[nodiscard]] Result<Account> make_account(
    Tx& tx, Vault& vault, Entropy& entropy, const NewAccount& wanted, std::string_view actor);

struct InvitationMade {
    Secret<std::string> token;  ///< Shown once; only its hash is stored.
    Instant expires_at{};
};
/// A one-time token for a new account, within a unit of work; an event says so.
[[nodiscard]] InvitationMade invite(
    Tx& tx, Vault& vault, domain::Role role, const domain::AgencyId& agency, std::string_view actor);
/// For somebody who lost the password or the authenticator: what they had works no more, sessions end, and a
/// one-time token lets them set both anew. Errors: `not_found`.
[[nodiscard]] Result<InvitationMade> recover(Tx& tx,
                                             Vault& vault,
                                             const domain::AccountId& id,
                                             std::string_view actor);

struct AccountChange {
    std::optional<domain::Role> role;
    std::optional<domain::AgencyId> agency;
    std::optional<bool> disabled;
};
/// Ends the account's sessions. Errors: `not_found`.
[[nodiscard]] Result<void> change_account(Tx& tx,
                                          const domain::AccountId& id,
                                          const AccountChange& change,
                                          std::string_view actor);

struct AccountItem {
    Account value;
    std::string login;
};
[[nodiscard]] Result<std::vector<AccountItem>> all_accounts(const View& view, const Vault& vault);

// the same for callers of the API; each is for those who manage keys. Errors: `forbidden`.

[[nodiscard]] boost::asio::awaitable<Result<std::vector<AccountItem>>> list_accounts(
    Context& context, domain::Principal caller);

using RenderInvitation = std::function<Answer(const InvitationMade&)>;
/// Errors: `validation_failed` for an agency that the directory does not know.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> invite_person(Context& context,
                                                                   domain::Principal caller,
                                                                   domain::Role role,
                                                                   domain::AgencyId agency,
                                                                   Repeat repeat,
                                                                   RenderInvitation render);
/// Errors: `not_found`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> recover_person(
    Context& context, domain::Principal caller, domain::AccountId id, Repeat repeat, RenderInvitation render);
/// Errors: `not_found`; `transition_not_allowed` for the caller's own account; `validation_failed`.
[[nodiscard]] boost::asio::awaitable<Result<void>> change_person(Context& context,
                                                                 domain::Principal caller,
                                                                 domain::AccountId id,
                                                                 AccountChange change);

// for the person

/// What an invitation is good for, and the key for the authenticator: the same as long as the invitation is
/// not used, so that a page can be loaded twice.
struct Invited {
    domain::Role role{};
    domain::AgencyId agency;
    bool recovery = false;
    TotpEnrolment totp;
};
/// Errors: `unauthenticated`.
[[nodiscard]] boost::asio::awaitable<Result<Invited>> look_at_invitation(People& people,
                                                                         Secret<std::string> token,
                                                                         std::string login);

struct Acceptance {
    Secret<std::string> token;
    std::string login;  ///< May be empty for a recovery: it stays as it was.
    Secret<std::string> password;
    std::string code;  ///< Shows that the authenticator has the key.
};
/// Makes or recovers the account, uses the invitation up, and signs in. Errors: `unauthenticated`;
/// `validation_failed`; `overloaded`.
[[nodiscard]] boost::asio::awaitable<Result<SessionMade>> accept_invitation(People& people,
                                                                            Acceptance acceptance);

struct PasswordChange {
    Secret<std::string> session;
    Secret<std::string> password;
    Secret<std::string> new_password;
    std::string address;
    std::string device;
};
/// Ends all sessions of the account and begins a new one. Errors: as for signing in; `validation_failed`.
[[nodiscard]] boost::asio::awaitable<Result<SignInAnswer>> change_password(People& people,
                                                                           PasswordChange change);

}  // namespace lachan::casework
