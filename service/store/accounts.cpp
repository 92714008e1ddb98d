#include "accounts.hpp"

namespace lachan::store {
namespace {

using casework::Account;
using casework::Invitation;
using casework::Session;

constexpr char kColumns[] =
    "account_id, login_hash, sealed_login, role, agency, password, sealed_totp, totp_step, created_ms, "
    "password_ms, signed_in_ms, disabled_ms";

Account read_account(Row row) {
    Account account;
    account.id = row.id<domain::AccountId>();
    account.login_hash = row.bytes();
    account.sealed_login = row.bytes();
    account.role = row.code<domain::Role>();
    account.agency = row.id<domain::AgencyId>();
    account.password = row.text();
    account.sealed_totp = row.bytes();
    account.totp_step = row.integer();
    account.created_at = row.instant();
    account.password_at = row.instant();
    account.signed_in_at = row.maybe_instant();
    account.disabled_at = row.maybe_instant();
    return account;
}

/// Binds what `insert` and `update` have in common.
void bind_account(Query& query, const Account& account) {
    query.bind(":login_hash", account.login_hash)
        .bind(":sealed_login", account.sealed_login)
        .bind(":role", account.role)
        .bind(":agency", account.agency)
        .bind(":password", account.password)
        .bind(":sealed_totp", account.sealed_totp)
        .bind(":totp_step", account.totp_step)
        .bind(":password_ms", account.password_at)
        .bind(":signed_in_ms", account.signed_in_at)
        .bind(":disabled_ms", account.disabled_at)
        .bind(":account_id", account.id);
}

}  // namespace

std::optional<Account> SqliteAccounts::find(const domain::AccountId& id) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, " FROM account WHERE account_id = :account_id");
    Query query = connection_.query(kSql);
    query.bind(":account_id", id);
    return query.next() ? std::optional(read_account(query.row())) : std::nullopt;
}

std::optional<Account> SqliteAccounts::by_login(BytesView login_hash) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, " FROM account WHERE login_hash = :login_hash");
    Query query = connection_.query(kSql);
    query.bind(":login_hash", login_hash);
    return query.next() ? std::optional(read_account(query.row())) : std::nullopt;
}

std::vector<Account> SqliteAccounts::all() const {
    static constexpr auto kSql = joined("SELECT ", kColumns, " FROM account ORDER BY created_ms, account_id");
    Query query = connection_.query(kSql);
    std::vector<Account> found;
    while (query.next()) {
        found.push_back(read_account(query.row()));
    }
    return found;
}

std::optional<Session> SqliteAccounts::session(BytesView token_hash) const {
    Query query = connection_.query(
        "SELECT account_id, started_ms, used_ms FROM session WHERE token_hash = :token_hash");
    query.bind(":token_hash", token_hash);
    if (!query.next()) {
        return std::nullopt;
    }
    Row row = query.row();
    Session session;
    session.token_hash = Bytes(token_hash.begin(), token_hash.end());
    session.account = row.id<domain::AccountId>();
    session.started_at = row.instant();
    session.used_at = row.instant();
    return session;
}

std::optional<Invitation> SqliteAccounts::invitation(BytesView token_hash) const {
    Query query = connection_.query(
        "SELECT account_id, role, agency, expires_ms FROM invitation WHERE token_hash = :token_hash");
    query.bind(":token_hash", token_hash);
    if (!query.next()) {
        return std::nullopt;
    }
    Row row = query.row();
    Invitation invitation;
    invitation.token_hash = Bytes(token_hash.begin(), token_hash.end());
    if (auto account = row.id<domain::AccountId>(); !account.empty()) {
        invitation.account = std::move(account);
    }
    invitation.role = row.code<domain::Role>();
    invitation.agency = row.id<domain::AgencyId>();
    invitation.expires_at = row.instant();
    return invitation;
}

void SqliteAccounts::insert(const Account& account) {
    Query query = connection_.query(R"sql(
        INSERT INTO account (login_hash, sealed_login, role, agency, password, sealed_totp, totp_step,
                             password_ms, signed_in_ms, disabled_ms, account_id, created_ms)
        VALUES (:login_hash, :sealed_login, :role, :agency, :password, :sealed_totp, :totp_step,
                :password_ms, :signed_in_ms, :disabled_ms, :account_id, :created_ms)
    )sql");
    bind_account(query, account);
    query.bind(":created_ms", account.created_at).run();
}

void SqliteAccounts::update(const Account& account) {
    Query query = connection_.query(R"sql(
        UPDATE account SET login_hash = :login_hash, sealed_login = :sealed_login, role = :role, agency = :agency,
                           password = :password, sealed_totp = :sealed_totp, totp_step = :totp_step,
                           password_ms = :password_ms, signed_in_ms = :signed_in_ms, disabled_ms = :disabled_ms
        WHERE account_id = :account_id
    )sql");
    bind_account(query, account);
    query.run();
}

void SqliteAccounts::insert(const Session& session) {
    Query query = connection_.query(R"sql(
        INSERT INTO session (token_hash, account_id, started_ms, used_ms)
        VALUES (:token_hash, :account_id, :started_ms, :used_ms)
    )sql");
    query.bind(":token_hash", session.token_hash)
        .bind(":account_id", session.account)
        .bind(":started_ms", session.started_at)
        .bind(":used_ms", session.used_at)
        .run();
}

void SqliteAccounts::note_use(BytesView token_hash, Instant at) {
    Query query = connection_.query(
        "UPDATE session SET used_ms = :at WHERE token_hash = :token_hash AND used_ms < :at");
    query.bind(":at", at).bind(":token_hash", token_hash).run();
}

bool SqliteAccounts::end_session(BytesView token_hash) {
    Query query = connection_.query("DELETE FROM session WHERE token_hash = :token_hash");
    query.bind(":token_hash", token_hash).run();
    return connection_.changes() > 0;
}

int SqliteAccounts::end_sessions(const domain::AccountId& id, int kept) {
    Query query = connection_.query(R"sql(
        DELETE FROM session WHERE account_id = :account_id AND token_hash NOT IN (
            SELECT token_hash FROM session WHERE account_id = :account_id
            ORDER BY started_ms DESC, token_hash LIMIT :kept)
    )sql");
    query.bind(":account_id", id).bind(":kept", kept).run();
    return static_cast<int>(connection_.changes());
}

void SqliteAccounts::insert(const Invitation& invitation) {
    Query query = connection_.query(R"sql(
        INSERT INTO invitation (token_hash, account_id, role, agency, expires_ms)
        VALUES (:token_hash, :account_id, :role, :agency, :expires_ms)
    )sql");
    query.bind(":token_hash", invitation.token_hash)
        .bind(":account_id", invitation.account)
        .bind(":role", invitation.role)
        .bind(":agency", invitation.agency)
        .bind(":expires_ms", invitation.expires_at)
        .run();
}

bool SqliteAccounts::take_invitation(BytesView token_hash) {
    Query query = connection_.query("DELETE FROM invitation WHERE token_hash = :token_hash");
    query.bind(":token_hash", token_hash).run();
    return connection_.changes() > 0;
}

void SqliteAccounts::withdraw_invitations(const domain::AccountId& id) {
    Query query = connection_.query("DELETE FROM invitation WHERE account_id = :account_id");
    query.bind(":account_id", id).run();
}

void SqliteAccounts::forget(Instant started_before, Instant now) {
    Query sessions = connection_.query("DELETE FROM session WHERE started_ms < :before");
    sessions.bind(":before", started_before).run();
    Query invitations = connection_.query("DELETE FROM invitation WHERE expires_ms <= :now");
    invitations.bind(":now", now).run();
}

}  // namespace lachan::store
