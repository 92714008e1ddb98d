#include "key_commands.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "lachan/casework/keys.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "lachan/vault/master_key.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kActor = "command line";
/// A token that leaked must not go on for long because its owner is slow to change it.
constexpr Duration kLongestOverlap = std::chrono::hours(30 * 24);

std::string free_id(const std::vector<casework::ApiKey>& keys, const std::string& wanted) {
    const auto taken = [&](const std::string& id) {
        return std::any_of(
            keys.begin(), keys.end(), [&](const casework::ApiKey& key) { return key.id.text() == id; });
    };
    std::string id = wanted;
    for (int number = 2; taken(id); ++number) {
        id = wanted + "." + std::to_string(number);
    }
    return id;
}

Result<casework::NewKey> parse(const KeyCreateOptions& options, const casework::World& world, Instant now) {
    std::vector<Fault> faults;
    casework::NewKey wanted;
    const auto role = domain::parse_code<domain::Role>(options.role);
    if (!role) {
        faults.push_back(
            {"--role", "unknown_word", "one of operator, reporter, officer, supervisor, analyst, admin"});
    }
    wanted.role = role.value_or(domain::Role::reporter);
    wanted.agency = domain::AgencyId(options.agency);
    if (world.directory->agency_ever(wanted.agency) == nullptr) {
        faults.push_back({"--agency", "unknown_agency", "no agency of the directory has this id"});
    }
    if (!options.expires_at.empty()) {
        wanted.expires_at = parse_rfc3339(options.expires_at);
        if (!wanted.expires_at) {
            faults.push_back(
                {"--expires-at", "bad_instant", "an RFC 3339 instant, e.g. 2027-01-01T00:00:00+07:00"});
        } else if (*wanted.expires_at <= now) {
            faults.push_back({"--expires-at", "in_past", "a key that is over when it is made opens nothing"});
        }
    }
    wanted.purpose = options.purpose;
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the key cannot be made", std::move(faults));
    }
    return wanted;
}

ordered_json to_json(const casework::ApiKey& key) {
    ordered_json entry = {{"id", key.id.text()},
                          {"role", domain::text_of(key.role)},
                          {"agency", key.agency.text()},
                          {"created_at", to_rfc3339(key.created_at)}};
    const auto put = [&](const char* name, const std::optional<Instant>& at) {
        entry[name] = at ? ordered_json(to_rfc3339(*at)) : ordered_json();
    };
    put("expires_at", key.expires_at);
    put("revoked_at", key.revoked_at);
    put("last_used_at", key.last_used_at);
    put("old_token_until", key.old_until);
    return entry;
}

std::string state_of(const casework::ApiKey& key, Instant now) {
    if (key.revoked_at) {
        return "revoked";
    }
    if (key.expires_at) {
        return (*key.expires_at <= now ? "expired " : "until ") + to_rfc3339(*key.expires_at);
    }
    return "valid";
}

Result<casework::Renewal> parse(const KeyRotateOptions& options, Instant now) {
    std::vector<Fault> faults;
    casework::Renewal renewal;
    const auto overlap = parse_duration(options.overlap);
    if (!overlap || *overlap > kLongestOverlap) {
        faults.push_back(
            {"--overlap", "bad_duration", "an ISO 8601 duration of at most 30 days, e.g. PT24H"});
    }
    renewal.overlap = overlap.value_or(Duration::zero());
    renewal.purpose = options.purpose;
    if (!options.expires_at.empty()) {
        renewal.expires_at = parse_rfc3339(options.expires_at);
        if (!renewal.expires_at) {
            faults.push_back({"--expires-at", "bad_instant", "an RFC 3339 instant"});
        } else if (*renewal.expires_at <= now) {
            faults.push_back({"--expires-at", "in_past", "to end a key now, revoke it"});
        }
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the key cannot be rotated", std::move(faults));
    }
    return renewal;
}

}  // namespace

int run_key_create(const config::Config& config, const KeyCreateOptions& options) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    const auto wanted = parse(options, *loaded->world, (*data)->clock.now());
    if (!wanted) {
        return complain(wanted.error());
    }
    std::optional<casework::KeyMade> made;
    const auto committed = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        const std::string id = options.id.empty() ? options.agency + "." + options.role : options.id;
        made = casework::make_key(
            tx, *(*data)->vault, *wanted, domain::KeyId(free_id(tx.keys.all(), id)), kActor);
        return {};
    });
    if (!committed) {
        return complain(committed.error());
    }
    if (options.json) {
        print_line(ordered_json{{"id", made->id.text()},
                                {"role", options.role},
                                {"agency", options.agency},
                                {"token", made->token.reveal()}}
                       .dump());
    } else {
        print_line(made->id.text());
        print_line(made->token.reveal());
    }
    return kGood;
}

int run_key_list(const config::Config& config, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    std::vector<casework::ApiKey> keys;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        keys = view.keys.all();
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    ordered_json items = ordered_json::array();
    std::vector<std::vector<std::string>> rows;
    for (const casework::ApiKey& key : keys) {
        items.push_back(to_json(key));
        rows.push_back({key.id.text(),
                        std::string(domain::text_of(key.role)),
                        key.agency.text(),
                        key.last_used_at ? to_rfc3339(*key.last_used_at) : "never",
                        state_of(key, (*data)->clock.now())});
    }
    if (json) {
        print_line(ordered_json{{"items", items}}.dump());
    } else {
        print_table({"id", "role", "agency", "last used", "state"}, rows);
    }
    return kGood;
}

int run_key_rotate(const config::Config& config, const KeyRotateOptions& options) {
    const auto renewal = parse(options, operations::SystemClock().now());
    if (!renewal) {
        return complain(renewal.error());
    }
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    std::optional<casework::KeyMade> made;
    const auto rotated = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        auto renewed = casework::rotate_key(tx, *(*data)->vault, domain::KeyId(options.id), *renewal, kActor);
        if (!renewed) {
            return renewed.error();
        }
        made = std::move(*renewed);
        return {};
    });
    if (!rotated) {
        return complain(rotated.error());
    }
    if (options.json) {
        print_line(ordered_json{{"id", options.id}, {"token", made->token.reveal()}}.dump());
    } else {
        print_line(made->token.reveal());
    }
    return kGood;
}

int run_key_revoke(const config::Config& config,
                   const std::string& id,
                   const std::string& purpose,
                   bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto revoked = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        return casework::revoke_key(tx, *(*data)->vault, domain::KeyId(id), kActor, purpose);
    });
    if (!revoked) {
        return complain(revoked.error());
    }
    print_line(json ? ordered_json{{"revoked", id}}.dump() : "revoked " + id);
    return kGood;
}

int run_master_rotate(const config::Config& config, bool json) {
    operations::SystemEntropy entropy;
    if (const auto rotated =
            vault::rotate_master_key(config.vault.master_key_file, config.vault.key_store_file, entropy);
        !rotated) {
        return complain(rotated.error());
    }
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto noted = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        domain::Event event;
        event.at = tx.now;
        event.kind = "key.master_rotated";
        event.actor = kActor;
        tx.events.append(event);
        return {};
    });
    if (!noted) {
        return complain(noted.error());
    }
    const std::string file = config.vault.master_key_file.string();
    print_line(json ? ordered_json{{"rotated", true}, {"master_key_file", file}}.dump()
                    : "a new master key: " + file +
                          "; keep a copy of it away from the backups, and destroy the old ones");
    return kGood;
}

}  // namespace lachan::app
