#include "rules_commands.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "files.hpp"
#include "lachan/http/report_codec.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/policy/diff.hpp"
#include "lachan/policy/explain.hpp"
#include "lachan/policy/lint.hpp"
#include "lachan/policy/prove.hpp"
#include "lachan/policy/scenarios.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "shipped.hpp"
#include "world_loader.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kScenarioFolder = "scenarios";
constexpr std::string_view kReceivingPlace = "receiving_place";

std::filesystem::path pack_file(const std::filesystem::path& path) {
    std::error_code failure;
    return std::filesystem::is_directory(path, failure) ? path / "pack.json" : path;
}

std::string_view shipped(std::string_view path) {
    for (const EmbeddedFile& file : shipped_files()) {
        if (file.path == path) {
            return file.content();
        }
    }
    return {};
}

/// The pack that this program came with.
std::string_view shipped_pack() {
    for (const EmbeddedFile& file : shipped_files()) {
        if (file.path.starts_with("rules/") && file.path.ends_with("/pack.json")) {
            return file.content();
        }
    }
    return {};
}

/// Without a path the one that this program came with. Faults have pointers that begin with the file.
Result<policy::Pack> read_pack(const std::filesystem::path& path) {
    const auto file = path.empty() ? path : pack_file(path);
    const auto text = path.empty() ? Result<std::string>(std::string(shipped_pack())) : read_file(file);
    if (!text) {
        return text.error();
    }
    auto pack = policy::Pack::parse(*text);
    if (!pack) {
        std::vector<Fault> faults;
        const Error refusal = pack.error();
        for (const Fault& fault : refusal.faults()) {
            faults.push_back({file.string() + "#" + fault.pointer, fault.code, fault.detail});
        }
        return Error(refusal.code(), refusal.detail(), std::move(faults));
    }
    return pack;
}

Result<std::string> read_or_shipped(const std::filesystem::path& folder,
                                    const std::string& name,
                                    const std::string& shipped_path) {
    if (folder.empty()) {
        return std::string(shipped(shipped_path));
    }
    return read_file(name.empty() ? folder : folder / name);
}

Result<directory::Directory> read_directory(const std::filesystem::path& folder) {
    std::map<std::string, std::string> texts;
    for (const std::string name : {"areas.json", "roles.json", "agencies.json"}) {
        auto text = read_or_shipped(folder, name, "config/directory/" + name);
        if (!text) {
            return text.error();
        }
        texts[name] = std::move(*text);
    }
    return directory::Directory::parse(texts["areas.json"], texts["roles.json"], texts["agencies.json"]);
}

std::vector<std::string> roles_held(const directory::Directory& directory, Instant at) {
    std::vector<std::string> held;
    for (const directory::RoleDefinition& role : directory.roles()) {
        const bool by_somebody =
            std::any_of(directory.agencies().begin(), directory.agencies().end(), [&](const auto& agency) {
                return agency.valid_at(at) &&
                       std::find(agency.roles.begin(), agency.roles.end(), role.name) != agency.roles.end();
            });
        if (by_somebody || !role.otherwise.empty()) {
            held.push_back(role.name);
        }
    }
    return held;
}

/// One day in either regime: who holds what changes at 2025-07-01 only.
policy::HeldRoles held_roles(const directory::Directory& directory) {
    return {roles_held(directory, *parse_rfc3339("2024-06-03T08:00:00+07:00")),
            roles_held(directory, *parse_rfc3339("2026-06-01T08:00:00+07:00"))};
}

std::vector<std::filesystem::path> scenario_files(const std::filesystem::path& pack) {
    std::vector<std::filesystem::path> files;
    std::error_code failure;
    const auto folder = pack_file(pack).parent_path() / kScenarioFolder;
    for (std::filesystem::directory_iterator it(folder, failure), end; !failure && it != end;
         it.increment(failure)) {
        if (it->path().extension() == ".json") {
            files.push_back(it->path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

ordered_json to_json(const policy::Finding& finding) {
    return {{"grade", finding.grade == policy::Finding::Grade::error ? "error" : "warning"},
            {"code", finding.code},
            {"where", finding.where},
            {"rule", finding.rule},
            {"detail", finding.detail}};
}

/// A pack that cannot be read as one is a finding in it; a file that cannot be read is not.
int refuse(const RulesOptions& options, const Error& error) {
    if (error.code() != Errc::rule_pack_invalid) {
        return complain(error);
    }
    const auto faults =
        error.faults().empty() ? std::vector<Fault>{{"", "invalid", error.detail()}} : error.faults();
    ordered_json findings = ordered_json::array();
    for (const Fault& fault : faults) {
        findings.push_back(to_json(
            policy::Finding{policy::Finding::Grade::error, fault.code, fault.pointer, "", fault.detail}));
    }
    if (options.json) {
        print_line(ordered_json{{"pack", nullptr}, {"clean", false}, {"findings", findings}}.dump());
        return kFinding;
    }
    (void)complain(error);
    return kFinding;
}

policy::Language language_of(const RulesOptions& options) {
    return options.language == "en" ? policy::Language::english : policy::Language::vietnamese;
}

std::string_view word_of(policy::PackChange::Kind kind) {
    switch (kind) {
        case policy::PackChange::Kind::added:
            return "added";
        case policy::PackChange::Kind::removed:
            return "removed";
        case policy::PackChange::Kind::changed:
            return "changed";
    }
    return "changed";
}

struct Replayed {
    std::int64_t cases = 0;
    std::vector<std::pair<std::int64_t, std::vector<std::string>>> changed;  ///< By case number.
};

/// Decides every kept case again under both packs.
Result<Replayed> replay(const std::filesystem::path& database,
                        const policy::Pack& older,
                        const policy::Pack& newer) {
    std::error_code failure;
    if (!std::filesystem::exists(database, failure)) {
        return Error(Errc::storage, "there is no database at " + database.string());
    }
    operations::SystemClock clock_for_store;
    auto store = store::open_store(database.string(), {clock_for_store, std::nullopt, {}});
    if (!store) {
        return store.error();
    }
    Replayed result;
    const auto looked = (*store)->read_now([&](const casework::View& view) -> Result<void> {
        casework::CaseQuery query;
        query.scope.everything = true;
        query.limit = 200;
        for (auto page = view.cases.list(query); !page.empty(); page = view.cases.list(query)) {
            for (const domain::Case& value : page) {
                ++result.cases;
                auto compared = policy::compare_outcomes(older, newer, value.facts);
                const auto differences =
                    compared ? compared->differences : std::vector{compared.error().detail()};
                if (!differences.empty()) {
                    result.changed.emplace_back(static_cast<std::int64_t>(value.no), differences);
                }
            }
            query.after = view.cases.place(page.back());
        }
        return {};
    });
    if (!looked) {
        return looked.error();
    }
    return result;
}

}  // namespace

int run_rules_lint(const RulesOptions& options) {
    const auto pack = read_pack(options.pack);
    if (!pack) {
        return refuse(options, pack.error());
    }
    const auto directory = read_directory(options.directory);
    if (!directory) {
        return complain(directory.error());
    }
    const policy::HeldRoles held = held_roles(*directory);
    const auto findings = policy::lint(*pack, &held);
    ordered_json items = ordered_json::array();
    for (const policy::Finding& finding : findings) {
        items.push_back(to_json(finding));
        if (!options.json) {
            const bool error = finding.grade == policy::Finding::Grade::error;
            print_line((error ? "error    " : "warning  ") + pack_file(options.pack).string() + "#" +
                       finding.where + " " + finding.rule + ": " + finding.detail + " (" + finding.code +
                       ")");
        }
    }
    if (options.json) {
        print_line(
            ordered_json{{"pack", pack->key()}, {"clean", policy::is_clean(findings)}, {"findings", items}}
                .dump());
    } else {
        print_line(pack->key() + ": " + std::to_string(pack->rules().size()) + " rules, " +
                   std::to_string(findings.size()) + " findings");
    }
    return policy::is_clean(findings) ? kGood : kFinding;
}

int run_rules_prove(const RulesOptions& options) {
    const auto pack = read_pack(options.pack);
    if (!pack) {
        return refuse(options, pack.error());
    }
    const policy::Proof proof = policy::prove(*pack);
    std::size_t gaps = 0;
    ordered_json examples = ordered_json::array();
    for (const policy::CounterExample& example : proof.counter_examples) {
        using Promise = policy::CounterExample::Promise;
        gaps += example.promise == Promise::has_duty || example.promise == Promise::has_level ? 1 : 0;
        examples.push_back(example.text(*pack, language_of(options)));
    }
    const std::size_t violations = proof.counter_examples.size() - gaps;
    if (options.json) {
        print_line(ordered_json{
            {"pack", pack->key()},
            {"vectors", proof.vectors},
            {"outputs", proof.outputs},
            {"changes", proof.changes},
            {"gaps", gaps},
            {"monotonicity_violations", violations},
            {"counter_examples",
             examples}}.dump());
        return proof.holds() ? kGood : kFinding;
    }
    for (const auto& text : examples) {
        print_line(text.get<std::string>());
        print_line("");
    }
    print_line("vectors " + proof.vectors);
    print_line("outputs " + std::to_string(proof.outputs) + "  changes " + std::to_string(proof.changes));
    print_line("gaps " + std::to_string(gaps) + "  monotonicity violations " + std::to_string(violations));
    return proof.holds() ? kGood : kFinding;
}

int run_rules_test(const RulesOptions& options) {
    const auto pack = read_pack(options.pack);
    if (!pack) {
        return refuse(options, pack.error());
    }
    std::vector<policy::Scenario> scenarios;
    for (const auto& file : scenario_files(options.pack)) {
        const auto text = read_file(file);
        auto parsed =
            text ? policy::parse_scenarios(*text) : Result<std::vector<policy::Scenario>>(text.error());
        if (!parsed) {
            return complain(parsed.error());
        }
        scenarios.insert(scenarios.end(),
                         std::make_move_iterator(parsed->begin()),
                         std::make_move_iterator(parsed->end()));
    }
    const policy::ScenarioRun run = policy::run(*pack, scenarios);
    const bool covered = run.rules_missed.empty() && run.clauses_missed.empty();
    const bool good = run.failed == 0 && !scenarios.empty() && (covered || !options.coverage);
    ordered_json failures = ordered_json::array();
    for (const policy::ScenarioOutcome& outcome : run.outcomes) {
        for (const std::string& failure : outcome.failures) {
            failures.push_back({{"scenario", outcome.name}, {"failure", failure}});
        }
    }
    if (options.json) {
        print_line(ordered_json{{"pack", pack->key()},
                                {"scenarios", scenarios.size()},
                                {"failed", run.failed},
                                {"failures", failures},
                                {"rules", run.rules},
                                {"rules_missed", run.rules_missed},
                                {"clauses", run.clauses},
                                {"clauses_missed", run.clauses_missed}}
                       .dump());
        return good ? kGood : kFinding;
    }
    for (const auto& entry : failures) {
        print_line(entry.at("scenario").get<std::string>() + ": " + entry.at("failure").get<std::string>());
    }
    for (const std::string& missed : run.rules_missed) {
        print_line("rule not hit: " + missed);
    }
    for (const std::string& missed : run.clauses_missed) {
        print_line("clause not hit: " + missed);
    }
    print_line(std::to_string(scenarios.size()) + " scenarios, " + std::to_string(run.failed) +
               " failed; rules hit " + std::to_string(run.rules - run.rules_missed.size()) + "/" +
               std::to_string(run.rules) + "; clauses hit " +
               std::to_string(run.clauses - run.clauses_missed.size()) + "/" + std::to_string(run.clauses));
    return good ? kGood : kFinding;
}

int run_rules_explain(const RulesOptions& options) {
    const auto pack = read_pack(options.pack);
    const auto text = read_file(options.report);
    if (!pack || !text) {
        return complain(pack ? text.error() : pack.error());
    }
    const auto directory = read_directory(options.directory);
    const auto calendar_text = read_or_shipped(options.calendar, "", "config/calendar/vietnam.json");
    if (!directory || !calendar_text) {
        return complain(directory ? calendar_text.error() : directory.error());
    }
    const auto calendar = deadlines::Calendar::parse(*calendar_text);
    if (!calendar) {
        return complain(calendar.error());
    }
    const Instant now = operations::SystemClock().now();
    const auto report = http::decode_report(*text, now);
    if (!report) {
        return complain(report.error());
    }
    const directory::Area* area = directory->meant(report->area, report->received_at);
    if (area == nullptr) {
        return complain(Error(Errc::validation_failed,
                              "no commune has the code " + report->area.text() + " at that time or later"));
    }
    const Instant in_being = std::max(report->received_at, area->valid_from);  // the paper may be older
    const auto facts =
        policy::facts_of(*pack, *report, {area->remote, area->border, directory->has_districts(in_being)});
    policy::ExplainContext context;
    context.language = language_of(options);
    context.start = report->received_at;
    context.calendar = &*calendar;
    context.holder = [&](std::string_view role, policy::Place) {
        if (role == kReceivingPlace) {
            return std::string();  // whoever takes the report in; a file does not say
        }
        const auto holders = directory->holders(role, report->area, in_being);
        return holders.empty() ? std::string() : holders.front().agency->name;
    };
    const std::string explanation = policy::explain(*pack, facts, pack->decide(facts), context);
    print_line(options.json ? ordered_json{{"pack", pack->key()}, {"explanation", explanation}}.dump()
                            : explanation);
    return kGood;
}

int run_rules_diff(const RulesOptions& options) {
    const auto older = read_pack(options.pack);
    const auto newer = read_pack(options.other);
    if (!older || !newer) {
        return complain(older ? newer.error() : older.error());
    }
    const auto changes = policy::diff(*older, *newer);
    ordered_json items = ordered_json::array();
    for (const policy::PackChange& change : changes) {
        items.push_back({{"kind", word_of(change.kind)},
                         {"what", change.what},
                         {"id", change.id},
                         {"detail", change.detail}});
        if (!options.json) {
            print_line(std::string(word_of(change.kind)) + "  " + change.what + " " + change.id + "  " +
                       change.detail);
        }
    }
    ordered_json document = {{"older", older->key()}, {"newer", newer->key()}, {"changes", items}};
    if (!options.database.empty()) {
        const auto replayed = replay(options.database, *older, *newer);
        if (!replayed) {
            return complain(replayed.error());
        }
        ordered_json cases = ordered_json::array();
        for (const auto& [number, differences] : replayed->changed) {
            cases.push_back({{"case_no", number}, {"differences", differences}});
            for (const std::string& difference : differences) {
                if (!options.json) {
                    print_line("case " + std::to_string(number) + "  " + difference);
                }
            }
        }
        document["replayed"] = {{"cases", replayed->cases}, {"changed", cases}};
        if (!options.json) {
            print_line(std::to_string(replayed->cases) + " cases replayed, " +
                       std::to_string(replayed->changed.size()) + " would change");
        }
    }
    if (options.json) {
        print_line(document.dump());
    }
    return kGood;
}

}  // namespace lachan::app
