#include <utility>

#include "lachan/casework/people.hpp"
#include "sessions.hpp"
#include "tries.hpp"

/// What people do with their own accounts: accepting an invitation, and changing the password.
namespace lachan::casework {
namespace {

namespace asio = boost::asio;

Error no_invitation() {
    return Error(Errc::unauthenticated, "the token is not known, was used, or is too old");
}

/// The key for the authenticator comes from the invitation, so that it is the same each time the page is
/// loaded and nothing has to be stored before the person has shown to have it.
Bytes totp_secret(const Vault& vault, const Secret<std::string>& token) {
    Bytes secret = vault.token_hash("totp\n" + token.reveal());
    secret.resize(kTotpSecretBytes);
    return secret;
}

asio::awaitable<Result<Invitation>> find_invitation(Context& context, const Bytes& hash) {
    std::optional<Invitation> found;
    ReadOp look = [&](const View& view) -> Result<void> {
        found = view.accounts.invitation(hash);
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    if (!found || found->expires_at <= context.clock.now()) {
        co_return no_invitation();
    }
    co_return std::move(*found);
}

/// What the invitation makes of it: a new account, or the old one with everything new but its name.
Result<Account> account_for(
    Tx& tx, Context& context, const Invitation& invitation, const NewAccount& wanted, std::int64_t step) {
    if (!invitation.account) {
        auto made = make_account(tx, context.vault, context.entropy, wanted, "invitation");
        if (!made) {
            return made.error();
        }
        made->totp_step = step;
        made->signed_in_at = tx.now;
        tx.accounts.update(*made);
        return made;
    }
    auto account = tx.accounts.find(*invitation.account);
    if (!account || account->disabled_at) {
        return no_invitation();
    }
    account->password = wanted.password;
    account->password_at = tx.now;
    account->sealed_totp = context.vault.seal_own(totp_context(account->id), as_text(wanted.totp_secret));
    account->totp_step = step;
    account->signed_in_at = tx.now;
    tx.accounts.update(*account);
    tx.accounts.end_sessions(account->id, 0);
    note_about(tx, "account.recovered", key_of(account->id).text(), account->id);
    return std::move(*account);
}

std::vector<Fault> faults_of(const Invitation& invitation,
                             std::string_view login,
                             const Acceptance& acceptance,
                             bool code_fits) {
    std::vector<Fault> faults;
    if (auto fault = check_login(login); fault && !invitation.account) {
        faults.push_back(std::move(*fault));
    }
    if (auto fault = check_password(login, acceptance.password)) {
        faults.push_back(std::move(*fault));
    }
    if (!code_fits) {
        faults.push_back({"/totp", "wrong_code", "not the code that the authenticator shows now"});
    }
    return faults;
}

asio::awaitable<Result<Account>> account_of_session(Context& context, const Bytes& hash) {
    std::optional<Account> account;
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto session = view.accounts.session(hash);
        account = session ? view.accounts.find(session->account) : std::nullopt;
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    if (!account) {
        co_return Error(Errc::unauthenticated, "the session is not known, or is over");
    }
    co_return std::move(*account);
}

/// What is stored of the new password; empty where the present one is wrong. Errors: `overloaded`.
asio::awaitable<Result<std::string>> exchange(People& people, std::string stored, PasswordChange change) {
    const auto fits = co_await people.credentials.is_password(std::move(stored), std::move(change.password));
    if (!fits) {
        co_return fits.error();
    }
    if (!*fits) {
        co_return std::string();
    }
    auto hashed = co_await people.credentials.hash_password(std::move(change.new_password));
    co_return hashed;
}

}  // namespace

asio::awaitable<Result<Invited>> look_at_invitation(People& people,
                                                    Secret<std::string> token,
                                                    std::string login) {
    Context& context = people.context;
    const Bytes hash = context.vault.token_hash(token.reveal());
    const auto invitation = co_await find_invitation(context, hash);
    if (!invitation) {
        co_return invitation.error();
    }
    co_return Invited{invitation->role,
                      invitation->agency,
                      invitation->account.has_value(),
                      totp_enrolment(totp_secret(context.vault, token), normal_login(login))};
}

asio::awaitable<Result<SessionMade>> accept_invitation(People& people, Acceptance acceptance) {
    Context& context = people.context;
    const Bytes hash = context.vault.token_hash(acceptance.token.reveal());
    const auto invitation = co_await find_invitation(context, hash);
    if (!invitation) {
        co_return invitation.error();
    }
    NewAccount wanted;
    wanted.login = normal_login(acceptance.login);
    wanted.totp_secret = totp_secret(context.vault, acceptance.token);
    wanted.role = invitation->role;
    wanted.agency = invitation->agency;
    const auto step = people.credentials.totp_step(wanted.totp_secret, acceptance.code, context.clock.now());
    if (auto faults = faults_of(*invitation, wanted.login, acceptance, step.has_value()); !faults.empty()) {
        co_return Error(Errc::validation_failed, "the account cannot be made so", std::move(faults));
    }
    auto hashed = co_await people.credentials.hash_password(std::move(acceptance.password));
    if (!hashed) {
        co_return hashed.error();
    }
    wanted.password = std::move(*hashed);
    SessionMade made;
    WriteOp op = [&](Tx& tx) -> Result<void> {
        if (!tx.accounts.take_invitation(hash)) {
            return no_invitation();
        }
        const auto account = account_for(tx, context, *invitation, wanted, *step);
        if (!account) {
            return account.error();
        }
        made = start_session(tx, context.vault, context.entropy, *account);
        return {};
    };
    const auto recorded = co_await context.store.commit(std::move(op));
    if (!recorded) {
        co_return recorded.error();
    }
    tell(people, SignInOutcome::granted);
    co_return made;
}

asio::awaitable<Result<SignInAnswer>> change_password(People& people, PasswordChange change) {
    Context& context = people.context;
    const Bytes session = context.vault.token_hash(change.session.reveal());
    const auto account = co_await account_of_session(context, session);
    if (!account) {
        co_return account.error();
    }
    CountedTry counted(people, account->login_hash, change.address, change.device);
    if (const Duration wait = counted.wait(); wait > Duration::zero()) {
        tell(people, SignInOutcome::slowed);
        co_return SignInAnswer{std::nullopt, wait};
    }
    if (auto fault = check_password("", change.new_password)) {
        fault->pointer = "/new_password";
        co_return Error(Errc::validation_failed, "the new password will not do", {std::move(*fault)});
    }
    counted.count();
    const auto hashed = co_await exchange(people, account->password, std::move(change));
    if (!hashed) {
        counted.take_back();
        tell(people, SignInOutcome::busy);
        co_return hashed.error();
    }
    std::optional<SessionMade> started;
    WriteOp op = [&](Tx& tx) -> Result<void> {
        started.reset();
        auto now = hashed->empty() ? std::nullopt : tx.accounts.find(account->id);
        if (!now || now->password != account->password || !tx.accounts.session(session)) {
            counted.note_failure(tx, account->id);
            return {};
        }
        now->password = *hashed;
        now->password_at = tx.now;
        tx.accounts.update(*now);
        tx.accounts.end_sessions(now->id, 0);
        note_about(tx, "account.password", key_of(now->id).text(), now->id);
        started = start_session(tx, context.vault, context.entropy, *now);
        return {};
    };
    const auto recorded = co_await context.store.commit(std::move(op));
    if (!recorded) {
        counted.take_back();
        co_return recorded.error();
    }
    if (!started) {
        tell(people, SignInOutcome::refused);
        counted.raise_alarm();
        co_return Error(Errc::validation_failed,
                        "the present password is wrong",
                        {{"/password", "wrong_password", "not the password in use"}});
    }
    counted.succeed();
    co_return SignInAnswer{std::move(started), Duration::zero()};
}

}  // namespace lachan::casework
