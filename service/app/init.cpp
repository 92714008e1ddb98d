#include "init.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "console.hpp"
#include "files.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/keys.hpp"
#include "lachan/casework/people.hpp"
#include "lachan/delivery/egress_guard.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/sodium_vault.hpp"
#include "shipped.hpp"
#include "world_loader.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kConfigFile = "lachan.json";
constexpr std::string_view kMasterKeyFile = "secrets/master.key";
constexpr std::string_view kKeyStoreFile = "data/case-keys";
constexpr std::string_view kDatabaseFile = "data/lachan.sqlite3";
constexpr std::string_view kRulesFolder = "rules";
constexpr std::string_view kDirectoryFolder = "directory";
constexpr std::string_view kCalendarFile = "calendar/vietnam.json";
constexpr std::string_view kRetentionFile = "rules/retention/lai-chau.json";
constexpr std::string_view kDemoAgencies = "config/demo/directory/agencies.json";
constexpr std::string_view kAdministratorRole = "directory_owner";  ///< Whose administrator comes first.
constexpr std::string_view kActor = "init";

std::vector<std::string> demo_networks() {
    return {"127.0.0.0/8", "::1/128"};
}

/// Where a shipped file goes below the new folder; empty: it stays in the program.
std::string place_of(std::string_view path) {
    if (path.starts_with("rules/")) {
        return std::string(path);
    }
    for (const std::string_view folder : {"config/directory/", "config/calendar/"}) {
        if (path.starts_with(folder)) {
            return std::string(path.substr(std::string_view("config/").size()));
        }
    }
    return {};
}

std::string_view shipped(std::string_view path) {
    for (const EmbeddedFile& file : shipped_files()) {
        if (file.path == path) {
            return file.content();
        }
    }
    return {};
}

/// The sample directory's agencies behind the common ones.
std::string with_demo_agencies(std::string_view agencies) {
    auto document = ordered_json::parse(agencies);
    const auto more = ordered_json::parse(shipped(kDemoAgencies));
    for (const auto& agency : more.at("agencies")) {
        document.at("agencies").push_back(agency);
    }
    return document.dump(1) + "\n";
}

Result<void> write_shipped(const InitOptions& options) {
    for (const EmbeddedFile& file : shipped_files()) {
        const std::string place = place_of(file.path);
        if (place.empty()) {
            continue;
        }
        const bool extended = !options.demo_url.empty() && file.path == "config/directory/agencies.json";
        const std::string content =
            extended ? with_demo_agencies(file.content()) : std::string(file.content());
        if (auto written = write_new_file(options.folder / place, content, Privacy::open); !written) {
            return written;
        }
    }
    return {};
}

std::string configuration(const InitOptions& options) {
    ordered_json document;
    document["api"] = {{"listen", "127.0.0.1:8080"}};
    document["operations"] = {{"listen", "127.0.0.1:9464"}};
    document["store"] = {{"path", kDatabaseFile}};
    document["vault"] = {{"master_key_file", kMasterKeyFile}, {"key_store_file", kKeyStoreFile}};
    document["rules"] = {{"path", kRulesFolder}};
    document["directory"] = {{"path", kDirectoryFolder}};
    document["calendar"] = {{"path", kCalendarFile}};
    document["retention"] = {{"path", kRetentionFile}};
    document["egress"] = {{"allow_cidrs", ordered_json::array()}};
    if (!options.demo_url.empty()) {
        document["egress"]["allow_cidrs"] = demo_networks();
    }
    return document.dump(2) + "\n";
}

/// Makes keys and endpoints, and keeps what is to be printed.
class Maker {
public:
    Maker(casework::Tx& tx, casework::Vault& vault) : tx_(tx), vault_(vault) {}

    void key(domain::Role role, const domain::AgencyId& agency) {
        const std::string word(domain::text_of(role));
        const auto made = casework::make_key(
            tx_, vault_, {role, agency, std::nullopt}, domain::KeyId(agency.text() + "." + word), kActor);
        keys.push_back({{"id", made.id.text()},
                        {"role", word},
                        {"agency", agency.text()},
                        {"token", made.token.reveal()}});
    }

    void endpoint(const domain::AgencyId& agency, const std::string& base) {
        const auto secret = vault_.new_webhook_secret();
        const std::string url = base + "/" + agency.text();
        (void)casework::make_endpoint(tx_, vault_, agency, {domain::ChannelKind::webhook, url, 0}, secret);
        endpoints.push_back({{"agency", agency.text()}, {"url", url}, {"secret", secret.reveal()}});
    }

    ordered_json keys = ordered_json::array();
    ordered_json endpoints = ordered_json::array();

private:
    casework::Tx& tx_;
    casework::Vault& vault_;
};

constexpr auto kEveryRole = std::to_array({domain::Role::operator_,
                                           domain::Role::reporter,
                                           domain::Role::officer,
                                           domain::Role::supervisor,
                                           domain::Role::analyst,
                                           domain::Role::admin});

void make_demo(Maker& maker, const directory::Directory& directory, std::string base) {
    while (base.ends_with('/')) {
        base.pop_back();
    }
    std::set<domain::AgencyId> seen;  // an agency may have several periods
    for (const directory::Agency& agency : directory.agencies()) {
        if (!seen.insert(agency.id).second) {
            continue;
        }
        for (const domain::Role role : kEveryRole) {
            maker.key(role, agency.id);
        }
        maker.endpoint(agency.id, base);
    }
}

const directory::Agency* owner_of(const directory::Directory& directory, Instant now) {
    for (const directory::Agency& agency : directory.agencies()) {
        const bool owner =
            std::find(agency.roles.begin(), agency.roles.end(), kAdministratorRole) != agency.roles.end();
        if (owner && agency.valid_at(now)) {
            return &agency;
        }
    }
    return nullptr;
}

Result<void> fill(const InitOptions& options,
                  store::SqliteStore& store,
                  casework::Vault& vault,
                  ordered_json& printed) {
    const auto loaded = load_world(
        {options.folder / kRulesFolder, options.folder / kDirectoryFolder, options.folder / kCalendarFile},
        {});
    if (!loaded) {
        return loaded.error();
    }
    return store.commit_now([&](casework::Tx& tx) -> Result<void> {
        Maker maker(tx, vault);
        const directory::Agency* const owner = owner_of(*loaded->world->directory, tx.now);
        if (!options.demo_url.empty()) {
            make_demo(maker, *loaded->world->directory, options.demo_url);
        } else if (owner != nullptr) {
            maker.key(domain::Role::admin, owner->id);
        }
        if (owner != nullptr) {
            const auto first = casework::invite(tx, vault, domain::Role::admin, owner->id, kActor);
            printed["first_administrator"] = {{"agency", owner->id.text()},
                                              {"token", first.token.reveal()},
                                              {"expires_at", to_rfc3339(first.expires_at)}};
        }
        keep_world(tx, *loaded);
        printed["keys"] = std::move(maker.keys);
        printed["endpoints"] = std::move(maker.endpoints);
        return {};
    });
}

Result<void> make(const InitOptions& options, ordered_json& printed) {
    if (auto written = write_shipped(options); !written) {
        return written;
    }
    if (auto written = write_new_file(options.folder / kConfigFile, configuration(options), Privacy::open);
        !written) {
        return written;
    }
    operations::SystemClock clock;
    operations::SystemEntropy entropy;
    std::error_code failure;
    std::filesystem::create_directories((options.folder / kMasterKeyFile).parent_path(), failure);
    std::filesystem::create_directories((options.folder / kDatabaseFile).parent_path(), failure);
    std::filesystem::permissions(
        (options.folder / kMasterKeyFile).parent_path(), std::filesystem::perms::owner_all, failure);
    const auto master = vault::create_master_key_file(options.folder / kMasterKeyFile, entropy);
    if (!master) {
        return master.error();
    }
    auto medium = vault::open_key_file(options.folder / kKeyStoreFile, vault::KeyFileAccess::own);
    if (!medium) {
        return medium.error();
    }
    auto opened = vault::SodiumVault::open(*master, std::move(*medium), 1, entropy);
    if (!opened) {
        return opened.error();
    }
    auto store = store::open_store((options.folder / kDatabaseFile).string(), {clock, std::nullopt, {}});
    if (!store) {
        return store.error();
    }
    return fill(options, **store, **opened, printed);
}

/// Whether the service could send to agencies below it. Errors: `validation_failed`.
Result<void> check_demo_url(const std::string& base) {
    if (base.empty()) {
        return {};
    }
    const auto guard = delivery::EgressGuard::parse(demo_networks());
    if (!guard) {
        return guard.error();
    }
    const auto sound = delivery::validate_endpoint_url(base, *guard);
    if (sound && base.find('?') == std::string::npos) {
        return {};
    }
    return Error(Errc::validation_failed,
                 "--demo takes a URL to which every agency's name can be added: https, or http on loopback",
                 sound ? std::vector<Fault>() : sound.error().faults());
}

void print_plain(const ordered_json& printed) {
    print_line("Cấu hình / configuration: " + printed.at("config").get<std::string>());
    print_line("Khoá chủ / master key:    " + printed.at("master_key_file").get<std::string>());
    print_line("");
    print_line("Mã truy cập chỉ hiện một lần / tokens are shown this once:");
    std::vector<std::vector<std::string>> rows;
    for (const auto& key : printed.at("keys")) {
        rows.push_back({key.at("id").get<std::string>(),
                        key.at("role").get<std::string>(),
                        key.at("token").get<std::string>()});
    }
    print_table({"id", "role", "token"}, rows);
    if (printed.contains("first_administrator")) {
        const auto& first = printed.at("first_administrator");
        print_line("");
        print_line("Quản trị viên đầu tiên / first administrator, một lần / once, đến / until " +
                   first.at("expires_at").get<std::string>() + ":");
        print_line(first.at("token").get<std::string>());
    }
    print_line("");
    print_line("Chạy / run:  lachan serve --config " + printed.at("config").get<std::string>());
}

}  // namespace

int run_init(const InitOptions& options) {
    if (const auto usable = check_demo_url(options.demo_url); !usable) {
        return complain(usable.error());
    }
    std::error_code failure;
    if (std::filesystem::exists(options.folder, failure) &&
        !std::filesystem::is_empty(options.folder, failure)) {
        return complain(
            Error(Errc::validation_failed, "the folder is not empty: " + options.folder.string()));
    }
    const auto folder = std::filesystem::absolute(options.folder, failure);
    ordered_json printed;
    printed["config"] = (folder / kConfigFile).string();
    printed["master_key_file"] = (folder / kMasterKeyFile).string();
    InitOptions absolute = options;
    absolute.folder = folder;
    if (const auto made = make(absolute, printed); !made) {
        return complain(made.error());
    }
    if (options.json) {
        print_line(printed.dump());
    } else {
        print_plain(printed);
    }
    return kGood;
}

}  // namespace lachan::app
