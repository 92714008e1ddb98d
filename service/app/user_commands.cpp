#include "user_commands.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "lachan/casework/people.hpp"
#include "lachan/vault/argon2_credentials.hpp"
#include "prompt.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kActor = "command line";

struct Place {
    std::optional<domain::Role> role;
    std::optional<domain::AgencyId> agency;
};

/// Role and agency as they were typed; an empty one is none.
Result<Place> parse(const std::string& role, const std::string& agency, const casework::World& world) {
    std::vector<Fault> faults;
    Place place;
    if (!role.empty()) {
        place.role = domain::parse_code<domain::Role>(role);
        if (!place.role) {
            faults.push_back(
                {"--role", "unknown_word", "one of operator, reporter, officer, supervisor, analyst, admin"});
        }
    }
    if (!agency.empty()) {
        place.agency = domain::AgencyId(agency);
        if (world.directory->agency_ever(*place.agency) == nullptr) {
            faults.push_back({"--agency", "unknown_agency", "no agency of the directory has this id"});
        }
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the account cannot be like this", std::move(faults));
    }
    return place;
}

Result<std::vector<casework::AccountItem>> all_accounts(Data& data) {
    std::vector<casework::AccountItem> items;
    const auto looked = data.store->read_now([&](const casework::View& view) -> Result<void> {
        auto all = casework::all_accounts(view, *data.vault);
        if (!all) {
            return all.error();
        }
        items = std::move(*all);
        return {};
    });
    if (!looked) {
        return looked.error();
    }
    return items;
}

/// Errors: `not_found`.
Result<domain::AccountId> find_account(Data& data, const std::string& who) {
    const auto items = all_accounts(data);
    if (!items) {
        return items.error();
    }
    const std::string login = casework::normal_login(who);
    const auto found = std::find_if(items->begin(), items->end(), [&](const casework::AccountItem& item) {
        return item.login == login || item.value.id.text() == who;
    });
    if (found == items->end()) {
        return Error(Errc::not_found, "no account has this login or id");
    }
    return found->value.id;
}

void print_invitation(const casework::InvitationMade& made, bool json) {
    if (json) {
        print_line(
            ordered_json{{"token", made.token.reveal()}, {"expires_at", to_rfc3339(made.expires_at)}}.dump());
        return;
    }
    print_line("Mã một lần, đến / one-time token, until " + to_rfc3339(made.expires_at) + ":");
    print_line(made.token.reveal());
}

int invite(Data& data, const Place& place, bool json) {
    std::optional<casework::InvitationMade> made;
    const auto committed = data.store->commit_now([&](casework::Tx& tx) -> Result<void> {
        made = casework::invite(tx, *data.vault, *place.role, *place.agency, kActor);
        return {};
    });
    if (!committed) {
        return complain(committed.error());
    }
    print_invitation(*made, json);
    return kGood;
}

/// Login and password are checked before the slow part.
Result<casework::NewAccount> new_account(Data& data, const UserCreateOptions& options, const Place& place) {
    casework::NewAccount wanted;
    wanted.login = casework::normal_login(options.login);
    if (auto fault = casework::check_login(wanted.login)) {
        return Error(Errc::validation_failed, "the account cannot be like this", {std::move(*fault)});
    }
    const auto password = ask_password(options.password_file);
    if (!password) {
        return password.error();
    }
    if (auto fault = casework::check_password(wanted.login, *password)) {
        return Error(Errc::validation_failed, "the password will not do", {std::move(*fault)});
    }
    auto hashed = vault::Argon2Credentials().hash_now(*password);
    if (!hashed) {
        return hashed.error();
    }
    wanted.password = std::move(*hashed);
    wanted.totp_secret.resize(casework::kTotpSecretBytes);
    data.entropy.fill(wanted.totp_secret);
    wanted.role = *place.role;
    wanted.agency = *place.agency;
    return wanted;
}

int create(Data& data, const UserCreateOptions& options, const Place& place) {
    const auto wanted = new_account(data, options, place);
    if (!wanted) {
        return complain(wanted.error());
    }
    domain::AccountId id;
    const auto committed = data.store->commit_now([&](casework::Tx& tx) -> Result<void> {
        const auto made = casework::make_account(tx, *data.vault, data.entropy, *wanted, kActor);
        if (!made) {
            return made.error();
        }
        id = made->id;
        return {};
    });
    if (!committed) {
        return complain(committed.error());
    }
    const auto totp = casework::totp_enrolment(wanted->totp_secret, wanted->login);
    if (options.json) {
        print_line(ordered_json{{"account", id.text()}, {"otpauth", totp.uri}}.dump());
    } else {
        print_line(id.text());
        print_line(totp.uri);
    }
    return kGood;
}

int change_one(Data& data, const std::string& who, const casework::AccountChange& change, bool json) {
    const auto id = find_account(data, who);
    if (!id) {
        return complain(id.error());
    }
    const auto changed = data.store->commit_now(
        [&](casework::Tx& tx) { return casework::change_account(tx, *id, change, kActor); });
    if (!changed) {
        return complain(changed.error());
    }
    print_line(json ? ordered_json{{"changed", id->text()}}.dump() : "changed " + id->text());
    return kGood;
}

}  // namespace

int run_user_create(const config::Config& config, const UserCreateOptions& options) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    const auto place = parse(options.role, options.agency, *loaded->world);
    if (!place) {
        return complain(place.error());
    }
    return options.login.empty() ? invite(**data, *place, options.json) : create(**data, options, *place);
}

int run_user_list(const config::Config& config, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto items = all_accounts(**data);
    if (!items) {
        return complain(items.error());
    }
    ordered_json list = ordered_json::array();
    std::vector<std::vector<std::string>> rows;
    for (const auto& [account, login] : *items) {
        const auto at = [](const std::optional<Instant>& instant) {
            return instant ? ordered_json(to_rfc3339(*instant)) : ordered_json();
        };
        const std::string role(domain::text_of(account.role));
        const std::string state = account.disabled_at        ? "disabled"
                                  : account.password.empty() ? "awaits a password"
                                                             : "valid";
        list.push_back({{"account", account.id.text()},
                        {"login", login},
                        {"role", role},
                        {"agency", account.agency.text()},
                        {"created_at", to_rfc3339(account.created_at)},
                        {"signed_in_at", at(account.signed_in_at)},
                        {"state", state}});
        rows.push_back({account.id.text(),
                        login,
                        role,
                        account.agency.text(),
                        account.signed_in_at ? to_rfc3339(*account.signed_in_at) : "never",
                        state});
    }
    if (json) {
        print_line(ordered_json{{"items", list}}.dump());
    } else {
        print_table({"account", "login", "role", "agency", "signed in", "state"}, rows);
    }
    return kGood;
}

int run_user_reset(const config::Config& config, const std::string& who, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto id = find_account(**data, who);
    if (!id) {
        return complain(id.error());
    }
    std::optional<casework::InvitationMade> made;
    const auto committed = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        auto recovery = casework::recover(tx, *(*data)->vault, *id, kActor);
        if (!recovery) {
            return recovery.error();
        }
        made = std::move(*recovery);
        return {};
    });
    if (!committed) {
        return complain(committed.error());
    }
    print_invitation(*made, json);
    return kGood;
}

int run_user_change(const config::Config& config, const UserChangeOptions& options) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    const auto place = parse(options.role, options.agency, *loaded->world);
    if (!place) {
        return complain(place.error());
    }
    return change_one(**data, options.who, {place->role, place->agency, std::nullopt}, options.json);
}

int run_user_disable(const config::Config& config, const std::string& who, bool disabled, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    return change_one(**data, who, {std::nullopt, std::nullopt, disabled}, json);
}

}  // namespace lachan::app
