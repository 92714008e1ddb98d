#include "lachan/casework/sign_in.hpp"

#include <utility>

#include "lachan/casework/people.hpp"
#include "sessions.hpp"
#include "tries.hpp"

namespace lachan::casework {
namespace {

namespace asio = boost::asio;

/// One answer for everything that can be wrong.
Error refused() {
    return Error(Errc::unauthenticated, "login, password or code is wrong");
}

Error no_session() {
    return Error(Errc::unauthenticated, "the session is not known, or is over");
}

/// The account as it stands when the try is looked at, or what stands in for it where there is none.
struct Subject {
    Account account;
    bool real = false;
};

/// Nobody's: with it the same work is done as with somebody's.
Subject nobody(Vault& vault) {
    Subject subject;
    subject.account.sealed_totp = vault.seal_own(totp_context({}), std::string(kTotpSecretBytes, '\0'));
    return subject;
}

asio::awaitable<Result<Subject>> subject_of(People& people, const Bytes& login_hash) {
    Subject subject = nobody(people.context.vault);  // made in any case: a miss costs what a hit costs
    std::optional<Account> found;
    ReadOp look = [&](const View& view) -> Result<void> {
        found = view.accounts.by_login(login_hash);
        return {};
    };
    const auto looked = co_await people.context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    if (found && !found->disabled_at && !found->password.empty()) {
        subject.account = std::move(*found);
        subject.real = true;
    }
    co_return subject;
}

std::optional<std::int64_t> step_of(const People& people, const Account& account, std::string_view code) {
    const auto secret = people.context.vault.open_own(totp_context(account.id), account.sealed_totp);
    if (!secret) {
        return std::nullopt;
    }
    return people.credentials.totp_step(as_bytes(*secret), code, people.context.clock.now());
}

/// Still the account whose password was looked at, and this code was not used before.
bool still_good(const std::optional<Account>& now, const Account& seen, std::int64_t step) {
    return now && !now->disabled_at && now->password == seen.password && now->totp_step < step;
}

}  // namespace

std::string totp_context(const domain::AccountId& id) {
    return "totp:" + id.text();
}

domain::Principal principal_of(const Account& account) {
    return {key_of(account.id), account.role, account.agency};
}

void tell(const People& people, SignInOutcome outcome) {
    if (people.on_try) {
        people.on_try(outcome);
    }
}

void note_about(Tx& tx,
                std::string_view kind,
                std::string_view actor,
                const domain::AccountId& account,
                domain::EventData more) {
    domain::Event event;
    event.at = tx.now;
    event.kind = kind;
    event.actor = actor;
    event.data = {{"account", account.text()}};
    event.data.insert(event.data.end(), more.begin(), more.end());
    tx.events.append(event);
}

SessionMade start_session(Tx& tx, Vault& vault, Entropy& entropy, const Account& account) {
    SessionMade made;
    made.token = vault.new_token();
    made.csrf = csrf_token(vault, made.token);
    made.device = new_device(vault, entropy, account.login_hash);
    made.principal = principal_of(account);
    made.ends_at = tx.now + kSessionLongest;
    Session session;
    session.token_hash = vault.token_hash(made.token.reveal());
    session.account = account.id;
    session.started_at = tx.now;
    session.used_at = tx.now;
    tx.accounts.end_sessions(account.id, kSessionsEach - 1);
    tx.accounts.insert(session);
    note_about(tx, "session.started", made.principal.key.text(), account.id);
    return made;
}

asio::awaitable<Result<SignInAnswer>> sign_in(People& people, SignIn attempt) {
    Context& context = people.context;
    const Bytes hash = login_hash(context.vault, normal_login(attempt.login));
    CountedTry counted(people, hash, attempt.address, attempt.device);
    if (const Duration wait = counted.wait(); wait > Duration::zero()) {
        tell(people, SignInOutcome::slowed);
        co_return SignInAnswer{std::nullopt, wait};
    }
    counted.count();
    const auto subject = co_await subject_of(people, hash);
    if (!subject) {
        counted.take_back();
        co_return subject.error();
    }
    const Account& account = subject->account;
    const auto fits = co_await people.credentials.is_password(account.password, std::move(attempt.password));
    if (!fits) {
        counted.take_back();
        tell(people, SignInOutcome::busy);
        co_return fits.error();
    }
    const auto step = step_of(people, account, attempt.code);
    const bool good = subject->real && *fits && step;
    std::optional<SessionMade> made;
    WriteOp op = [&](Tx& tx) -> Result<void> {
        made.reset();
        auto now = good ? tx.accounts.find(account.id) : std::nullopt;
        if (!good || !still_good(now, account, *step)) {
            counted.note_failure(tx, account.id);
            return {};
        }
        now->totp_step = *step;
        now->signed_in_at = tx.now;
        tx.accounts.update(*now);
        made = start_session(tx, context.vault, context.entropy, *now);
        return {};
    };
    const auto recorded = co_await context.store.commit(std::move(op));
    if (!recorded) {
        counted.take_back();
        co_return recorded.error();
    }
    if (!made) {
        tell(people, SignInOutcome::refused);
        counted.raise_alarm();
        co_return refused();
    }
    counted.succeed();
    tell(people, SignInOutcome::granted);
    co_return SignInAnswer{std::move(made), Duration::zero()};
}

asio::awaitable<Result<SessionFound>> look_at_session(People& people, Secret<std::string> token) {
    Context& context = people.context;
    const Bytes hash = context.vault.token_hash(token.reveal());
    std::optional<Session> session;
    std::optional<Account> account;
    ReadOp look = [&](const View& view) -> Result<void> {
        session = view.accounts.session(hash);
        account = session ? view.accounts.find(session->account) : std::nullopt;
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    if (!account || account->disabled_at) {
        co_return no_session();
    }
    const Instant now = context.clock.now();
    const Instant ends_at = session->started_at + kSessionLongest;
    const Instant used_at = people.uses.of_session(hash, session->used_at);
    if (now >= ends_at || now >= used_at + kSessionIdle) {
        co_return no_session();
    }
    co_return SessionFound{principal_of(*account), session->started_at, ends_at, used_at + kSessionIdle};
}

asio::awaitable<Result<SessionFound>> find_session(People& people, Secret<std::string> token) {
    auto found = co_await look_at_session(people, token);
    if (found) {
        const Instant now = people.context.clock.now();
        people.uses.note_session(people.context.vault.token_hash(token.reveal()), now);
        found->idle_ends_at = now + kSessionIdle;
    }
    co_return found;
}

asio::awaitable<Result<bool>> was_session(Context& context, Secret<std::string> token) {
    const Bytes hash = context.vault.token_hash(token.reveal());
    bool known = false;
    ReadOp look = [&](const View& view) -> Result<void> {
        known = view.accounts.session(hash).has_value();
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return known;
}

asio::awaitable<Result<void>> sign_out(People& people, Secret<std::string> token) {
    Context& context = people.context;
    const Bytes hash = context.vault.token_hash(token.reveal());
    WriteOp op = [&](Tx& tx) -> Result<void> {
        const auto session = tx.accounts.session(hash);
        if (!session) {
            return no_session();
        }
        tx.accounts.end_session(hash);
        note_about(tx, "session.ended", key_of(session->account).text(), session->account);
        return {};
    };
    const auto ended = co_await context.store.commit(std::move(op));
    co_return ended;
}

std::string csrf_token(const Vault& vault, const Secret<std::string>& session) {
    return to_hex(vault.fingerprint("csrf\n" + session.reveal()));
}

bool is_csrf_token(const Vault& vault, const Secret<std::string>& session, std::string_view given) {
    // Compared by their keyed digests: how long that takes says nothing of the token.
    return vault.fingerprint(csrf_token(vault, session)) == vault.fingerprint(given);
}

}  // namespace lachan::casework
