#include "lachan/casework/people.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lachan/casework/access.hpp"
#include "sessions.hpp"

namespace lachan::casework {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kKeyPrefix = "user:";
constexpr std::string_view kIssuer =
    "Lachan";                           ///< As authenticators show it: they do badly with other letters.
constexpr std::size_t kIdLetters = 10;  ///< 50 bits: never twice.
constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kDifferentLetters = 5;  ///< "aaaaaaaaaaaa" is no password.
constexpr std::string_view kTotpParameters = "&algorithm=SHA1&digits=6&period=30";

domain::AccountId new_id(Entropy& entropy) {
    std::array<std::uint8_t, kIdLetters> random{};
    entropy.fill(random);
    std::string id;
    for (const std::uint8_t byte : random) {
        id += kLetters[byte % kLetters.size()];
    }
    return domain::AccountId(std::move(id));
}

std::string login_context(const domain::AccountId& id) {
    return "login:" + id.text();
}

bool is_login_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@").find(c) != std::string_view::npos;
}

/// Code points, not bytes: Vietnamese letters take two or three.
std::size_t letters_in(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::size_t different_bytes(std::string text) {
    std::sort(text.begin(), text.end());
    return static_cast<std::size_t>(std::unique(text.begin(), text.end()) - text.begin());
}

std::string small(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

Invitation invitation_of(const Vault& vault, const Tx& tx, const Secret<std::string>& token) {
    Invitation invitation;
    invitation.token_hash = vault.token_hash(token.reveal());
    invitation.expires_at = tx.now + kInvitationLasts;
    return invitation;
}

}  // namespace

domain::KeyId key_of(const domain::AccountId& id) {
    return domain::KeyId(std::string(kKeyPrefix) + id.text());
}

std::string normal_login(std::string_view login) {
    const auto first = login.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return small(login.substr(first, login.find_last_not_of(" \t") - first + 1));
}

Bytes login_hash(const Vault& vault, std::string_view normal) {
    return vault.fingerprint("login\n" + std::string(normal));
}

std::optional<Fault> check_login(std::string_view normal_login) {
    const bool sound = normal_login.size() >= kLoginMin && normal_login.size() <= kLoginMax &&
                       std::all_of(normal_login.begin(), normal_login.end(), is_login_letter);
    if (sound) {
        return std::nullopt;
    }
    return Fault{
        "/login", "form", "3 to 64 of: letters without marks, digits, full stop, hyphen, underscore, @"};
}

std::optional<Fault> check_password(std::string_view normal_login, const Secret<std::string>& password) {
    const std::string& text = password.reveal();
    const auto fault = [](std::string code, std::string detail) {
        return Fault{"/password", std::move(code), std::move(detail)};
    };
    if (letters_in(text) < kPasswordMin) {
        return fault("too_short", "at least " + std::to_string(kPasswordMin) + " letters");
    }
    if (text.size() > kPasswordMax) {
        return fault("too_long", "at most " + std::to_string(kPasswordMax) + " bytes");
    }
    if (different_bytes(text) < kDifferentLetters) {
        return fault("too_simple", "too few different letters");
    }
    if (!normal_login.empty() && small(text).find(normal_login) != std::string::npos) {
        return fault("too_simple", "it contains the login");
    }
    return std::nullopt;
}

TotpEnrolment totp_enrolment(BytesView secret, std::string_view login) {
    TotpEnrolment enrolment;
    enrolment.secret = to_base32(secret);
    const std::string issuer(kIssuer);
    enrolment.uri = "otpauth://totp/" + issuer;
    if (!login.empty() && std::all_of(login.begin(), login.end(), is_login_letter)) {
        enrolment.uri.append(":").append(login);
    }
    enrolment.uri += "?secret=" + enrolment.secret + "&issuer=" + issuer;
    enrolment.uri += kTotpParameters;
    return enrolment;
}

Result<Account> make_account(
    Tx& tx, Vault& vault, Entropy& entropy, const NewAccount& wanted, std::string_view actor) {
    Account account;
    account.login_hash = login_hash(vault, wanted.login);
    if (tx.accounts.by_login(account.login_hash)) {
        return Error(Errc::validation_failed,
                     "the login is taken",
                     {{"/login", "taken", "another account has this login"}});
    }
    account.id = new_id(entropy);
    account.sealed_login = vault.seal_own(login_context(account.id), wanted.login);
    account.role = wanted.role;
    account.agency = wanted.agency;
    account.password = wanted.password;
    account.sealed_totp = vault.seal_own(totp_context(account.id), as_text(wanted.totp_secret));
    account.created_at = tx.now;
    account.password_at = tx.now;
    tx.accounts.insert(account);
    note_about(tx,
               "account.created",
               actor,
               account.id,
               {{"role", std::string(domain::text_of(account.role))}, {"agency", account.agency.text()}});
    return account;
}

InvitationMade invite(
    Tx& tx, Vault& vault, domain::Role role, const domain::AgencyId& agency, std::string_view actor) {
    InvitationMade made{vault.new_token(), tx.now + kInvitationLasts};
    Invitation invitation = invitation_of(vault, tx, made.token);
    invitation.role = role;
    invitation.agency = agency;
    tx.accounts.insert(invitation);
    domain::Event event;
    event.at = tx.now;
    event.kind = "account.invited";
    event.actor = actor;
    event.data = {{"role", std::string(domain::text_of(role))}, {"agency", agency.text()}};
    tx.events.append(event);
    return made;
}

Result<InvitationMade> recover(Tx& tx, Vault& vault, const domain::AccountId& id, std::string_view actor) {
    auto account = tx.accounts.find(id);
    if (!account) {
        return Error(Errc::not_found, "no such account");
    }
    account->password.clear();
    tx.accounts.update(*account);
    tx.accounts.end_sessions(id, 0);
    tx.accounts.withdraw_invitations(id);
    InvitationMade made{vault.new_token(), tx.now + kInvitationLasts};
    Invitation invitation = invitation_of(vault, tx, made.token);
    invitation.account = id;
    invitation.role = account->role;
    invitation.agency = account->agency;
    tx.accounts.insert(invitation);
    note_about(tx, "account.recovery", actor, id);
    return made;
}

Result<void> change_account(Tx& tx,
                            const domain::AccountId& id,
                            const AccountChange& change,
                            std::string_view actor) {
    auto account = tx.accounts.find(id);
    if (!account) {
        return Error(Errc::not_found, "no such account");
    }
    account->role = change.role.value_or(account->role);
    account->agency = change.agency.value_or(account->agency);
    if (change.disabled) {
        account->disabled_at = *change.disabled ? std::optional(tx.now) : std::nullopt;
    }
    tx.accounts.update(*account);
    tx.accounts.end_sessions(id, 0);
    note_about(tx,
               "account.changed",
               actor,
               id,
               {{"role", std::string(domain::text_of(account->role))},
                {"agency", account->agency.text()},
                {"disabled", account->disabled_at ? "yes" : "no"}});
    return {};
}

Result<std::vector<AccountItem>> all_accounts(const View& view, const Vault& vault) {
    std::vector<AccountItem> items;
    for (Account& account : view.accounts.all()) {
        auto login = vault.open_own(login_context(account.id), account.sealed_login);
        if (!login) {
            return login.error();
        }
        items.push_back({std::move(account), std::move(*login)});
    }
    return items;
}

asio::awaitable<Result<std::vector<AccountItem>>> list_accounts(Context& context, domain::Principal caller) {
    if (const auto allowed = allow(caller, Action::manage_keys); !allowed) {
        co_return allowed.error();
    }
    std::vector<AccountItem> items;
    ReadOp look = [&](const View& view) -> Result<void> {
        auto all = all_accounts(view, context.vault);
        if (!all) {
            return all.error();
        }
        items = std::move(*all);
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return items;
}

namespace {

Result<void> check_agency(const Context& context, const domain::AgencyId& agency) {
    if (context.worlds.current()->directory->agency_ever(agency) == nullptr) {
        return Error(Errc::validation_failed,
                     "the agency is not known",
                     {{"/agency", "unknown_agency", "no agency of the directory has this id"}});
    }
    return {};
}

}  // namespace

asio::awaitable<Result<Answer>> invite_person(Context& context,
                                              domain::Principal caller,
                                              domain::Role role,
                                              domain::AgencyId agency,
                                              Repeat repeat,
                                              RenderInvitation render) {
    if (const auto allowed = allow(caller, Action::manage_keys); !allowed) {
        co_return allowed.error();
    }
    if (const auto known = check_agency(context, agency); !known) {
        co_return known.error();
    }
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        return render(invite(tx, context.vault, role, agency, caller.key.text()));
    };
    auto answer = co_await commit_once(context, caller, std::move(repeat), std::move(effect));
    co_return answer;
}

asio::awaitable<Result<Answer>> recover_person(Context& context,
                                               domain::Principal caller,
                                               domain::AccountId id,
                                               Repeat repeat,
                                               RenderInvitation render) {
    if (const auto allowed = allow(caller, Action::manage_keys); !allowed) {
        co_return allowed.error();
    }
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        const auto made = recover(tx, context.vault, id, caller.key.text());
        if (!made) {
            return made.error();
        }
        return render(*made);
    };
    auto answer = co_await commit_once(context, caller, std::move(repeat), std::move(effect));
    co_return answer;
}

asio::awaitable<Result<void>> change_person(Context& context,
                                            domain::Principal caller,
                                            domain::AccountId id,
                                            AccountChange change) {
    if (const auto allowed = allow(caller, Action::manage_keys); !allowed) {
        co_return allowed.error();
    }
    if (caller.key == key_of(id)) {
        co_return Error(Errc::transition_not_allowed, "nobody changes their own account: ask another admin");
    }
    if (change.agency) {
        if (const auto known = check_agency(context, *change.agency); !known) {
            co_return known.error();
        }
    }
    WriteOp op = [&](Tx& tx) { return change_account(tx, id, change, caller.key.text()); };
    const auto changed = co_await context.store.commit(std::move(op));
    co_return changed;
}

}  // namespace lachan::casework
