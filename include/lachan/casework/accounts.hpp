#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

/// What the record keeps of people who sign in.
namespace lachan::casework {

struct Account {
    domain::AccountId id;
    Bytes login_hash;    ///< Keyed: finds the account, says no name.
    Bytes sealed_login;  ///< For those who manage accounts.
    domain::Role role{};
    domain::AgencyId agency;
    std::string password;  ///< As `Credentials` made it; empty: none, until the person sets one.
    Bytes sealed_totp;
    std::int64_t totp_step = 0;  ///< The latest step whose code was used.
    Instant created_at{};
    Instant password_at{};
    std::optional<Instant> signed_in_at;
    std::optional<Instant> disabled_at;
};

struct Session {
    Bytes token_hash;
    domain::AccountId account;
    Instant started_at{};
    Instant used_at{};  ///< As last noted: see `LastUses`.
};

/// A one-time token with which a person sets a password: for a new account, or for the recovery of one.
struct Invitation {
    Bytes token_hash;
    std::optional<domain::AccountId> account;  ///< None: a new one is made.
    domain::Role role{};
    domain::AgencyId agency;
    Instant expires_at{};
};

class Accounts {
public:
    virtual ~Accounts() = default;
    [[nodiscard]] virtual std::optional<Account> find(const domain::AccountId& id) const = 0;
    [[nodiscard]] virtual std::optional<Account> by_login(BytesView login_hash) const = 0;
    [[nodiscard]] virtual std::vector<Account> all() const = 0;
    [[nodiscard]] virtual std::optional<Session> session(BytesView token_hash) const = 0;
    [[nodiscard]] virtual std::optional<Invitation> invitation(BytesView token_hash) const = 0;

    virtual void insert(const Account& account) = 0;
    /// Everything but its id and when it was made.
    virtual void update(const Account& account) = 0;

    virtual void insert(const Session& session) = 0;
    virtual void note_use(BytesView token_hash, Instant at) = 0;
    /// False where there is no such session.
    virtual bool end_session(BytesView token_hash) = 0;
    /// Ends the account's sessions but the `kept` latest; says how many those were.
    virtual int end_sessions(const domain::AccountId& id, int kept) = 0;

    virtual void insert(const Invitation& invitation) = 0;
    /// Takes it away: it works once. False where there is none.
    virtual bool take_invitation(BytesView token_hash) = 0;
    /// Takes away those that are for this account.
    virtual void withdraw_invitations(const domain::AccountId& id) = 0;

    /// Forgets sessions that started before, and invitations that ended before `now`.
    virtual void forget(Instant started_before, Instant now) = 0;
};

}  // namespace lachan::casework
