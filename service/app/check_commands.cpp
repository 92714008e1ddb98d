#include "check_commands.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "chain_json.hpp"
#include "console.hpp"
#include "data.hpp"
#include "files.hpp"
#include "lachan/casework/erasure.hpp"
#include "lachan/casework/invariants.hpp"
#include "lachan/directory/coverage.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

/// A database is its file and what SQLite keeps beside it.
constexpr const char* kDatabaseParts[] = {"", "-wal", "-shm", "-journal"};

struct Health {
    std::vector<std::string> integrity;
    store::ChainReport chain;
    std::vector<casework::Finding> invariants;

    [[nodiscard]] bool good() const {
        return integrity.empty() && !chain.fault &&
               std::all_of(invariants.begin(), invariants.end(), [](const casework::Finding& each) {
                   return each.count == 0;
               });
    }
};

Result<Health> examine(store::SqliteStore& store, const casework::World& world) {
    Health health;
    auto integrity = store.integrity_check();
    if (!integrity) {
        return integrity.error();
    }
    health.integrity = std::move(*integrity);
    const auto chain = store.verify_chain();
    if (!chain) {
        return chain.error();
    }
    health.chain = *chain;
    const auto looked = store.read_now([&](const casework::View& view) -> Result<void> {
        health.invariants = casework::check_all(view, world);
        return {};
    });
    if (!looked) {
        return looked.error();
    }
    return health;
}

ordered_json to_json(const Health& health) {
    ordered_json invariants = ordered_json::object();
    for (const casework::Finding& finding : health.invariants) {
        invariants[finding.invariant] = finding.count;
    }
    return {{"good", health.good()},
            {"integrity", health.integrity},
            {"chain", chain_json(health.chain)},
            {"invariants", invariants}};
}

void print_plain(const Health& health) {
    print_line("integrity  " + (health.integrity.empty() ? std::string("ok") : health.integrity.front()));
    print_line(
        "chain      " + std::to_string(health.chain.entries) + " entries" +
        (health.chain.fault ? ", then " + std::string(store::text_of(*health.chain.fault)) : ", whole"));
    for (const casework::Finding& finding : health.invariants) {
        print_line(finding.invariant + " " + std::to_string(finding.count));
    }
}

/// Opens the file as a database of its own and looks at all of it.
Result<Health> examine_file(const config::Config& config, const std::filesystem::path& file, Data& data) {
    const auto loaded = load_world(config, data);
    if (!loaded) {
        return loaded.error();
    }
    auto copy = store::open_store(file.string(), {data.clock, std::nullopt, {}});
    if (!copy) {
        return copy.error();
    }
    auto health = examine(**copy, *loaded->world);
    (*copy)->stop();
    return health;
}

int answer(const Health& health, bool json) {
    if (json) {
        print_line(to_json(health).dump());
    } else {
        print_plain(health);
    }
    return health.good() ? kGood : kFinding;
}

/// Opens the copy with the keys of this installation (no service may be using them: it would go on in the
/// database that was moved away), does what erasures were asked for since it was made,
/// and looks at all of it.
Result<Health> examine_restored(const config::Config& config) {
    auto data = open_data(config, vault::KeyFileAccess::replace);
    if (!data) {
        return data.error();
    }
    const auto completed = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        const auto done = casework::complete_erasures(tx, *(*data)->vault, "restore");
        return done ? Result<void>() : done.error();
    });
    if (!completed) {
        return completed.error();
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return loaded.error();
    }
    auto health = examine(*(*data)->store, *loaded->world);
    (*data)->store->stop();
    std::error_code none;
    if (const auto left = std::filesystem::file_size(config.store.path.string() + "-wal", none);
        !none && left > 0) {
        return Error(Errc::storage, "what the erasures changed could not be written into the copy");
    }
    return health;
}

void remove_database(const std::filesystem::path& file) {
    std::error_code ignored;
    for (const char* const part : kDatabaseParts) {
        std::filesystem::remove(file.string() + part, ignored);
    }
}

}  // namespace

int run_check_invariants(const config::Config& config, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    std::vector<casework::Finding> findings;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        findings = casework::check_all(view, *loaded->world);
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    ordered_json document = ordered_json::object();
    bool good = true;
    for (const casework::Finding& finding : findings) {
        document[finding.invariant] = finding.count;
        good = good && finding.count == 0;
        if (!json) {
            print_line(finding.invariant + " " + std::to_string(finding.count));
        }
    }
    if (json) {
        print_line(document.dump());
    }
    return good ? kGood : kFinding;
}

int run_directory_check(const config::Config& config, const std::string& at, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    const auto instant = at.empty() ? std::optional((*data)->clock.now()) : parse_rfc3339(at);
    if (!instant) {
        return complain(Error(Errc::validation_failed, "--at is not an RFC 3339 instant"));
    }
    directory::EndpointCounts endpoints;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        for (const casework::Endpoint& endpoint : view.endpoints.all()) {
            endpoints[endpoint.agency] += endpoint.suspended ? 0 : 1;
        }
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    const directory::Coverage coverage = directory::coverage(*loaded->world->directory, *instant, endpoints);
    ordered_json findings = ordered_json::array();
    std::map<std::string, std::size_t> counts;
    std::vector<std::vector<std::string>> rows;
    for (const auto& finding : coverage.findings) {
        const std::string kind(directory::word_of(finding.kind));
        ++counts[kind];
        findings.push_back({{"kind", kind},
                            {"area", finding.area.text()},
                            {"role", finding.role},
                            {"agency", finding.agency.text()}});
        rows.push_back({kind, finding.area.text(), finding.role, finding.agency.text()});
    }
    if (json) {
        print_line(
            ordered_json{{"complete", coverage.complete()}, {"pairs", coverage.pairs}, {"findings", findings}}
                .dump());
        return coverage.complete() ? kGood : kFinding;
    }
    if (!rows.empty()) {
        print_table({"finding", "area", "role", "agency"}, rows);
    }
    print_line(std::to_string(coverage.pairs) + " pairs of unit and role: " +
               (coverage.complete() ? "all" : "not all") + " have a reachable holder");
    return coverage.complete() ? kGood : kFinding;
}

int run_backup(const config::Config& config, const std::filesystem::path& out, bool verify, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    if (const auto copied = (*data)->store->backup_to(out.string()); !copied) {
        return complain(copied.error());
    }
    if (!verify) {
        print_line(json ? ordered_json{{"backup", out.string()}, {"verified", false}}.dump()
                        : "written, not verified: " + out.string());
        return kGood;
    }
    const auto health = examine_file(config, out, **data);
    if (!health) {
        return complain(health.error());
    }
    return answer(*health, json);
}

/// The copy takes its place only when it was found good: a bad one leaves nothing behind.
int run_restore(const config::Config& config, const std::filesystem::path& from, bool json) {
    std::error_code failure;
    // A log without its database would be taken for the copy's own, and written into it.
    for (const char* const part : kDatabaseParts) {
        const std::string there = config.store.path.string() + part;
        if (std::filesystem::exists(there, failure)) {
            return complain(
                Error(Errc::validation_failed, "a database is there already: move " + there + " away first"));
        }
    }
    config::Config apart = config;
    apart.store.path += ".restoring";
    remove_database(apart.store.path);  // of a restore that was ended half way
    std::filesystem::copy_file(from, apart.store.path, failure);
    if (failure) {
        return complain(Error(Errc::storage, "cannot copy " + from.string() + ": " + failure.message()));
    }
    const auto health = examine_restored(apart);
    const Result<void> moved =
        health && health->good() ? move_into_place(apart.store.path, config.store.path) : Result<void>();
    remove_database(apart.store.path);
    if (!health) {
        return complain(health.error());
    }
    if (!moved) {
        return complain(moved.error());
    }
    return answer(*health, json);
}

}  // namespace lachan::app
