#include "simulate_command.hpp"

#include <cstdio>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "console.hpp"
#include "data.hpp"
#include "files.hpp"
#include "lachan/base/log.hpp"
#include "lachan/base/number.hpp"
#include "lachan/config/config.hpp"
#include "lachan/simulation/simulate.hpp"
#include "serve.hpp"
#include "shipped.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr int kLongest = 36'525;     ///< Days: a century; the table of areas does not reach further.
constexpr int kMostCases = 100'000;  ///< A day: more than the country has.

struct Seeds {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

Result<Seeds> parse_seeds(std::string_view text) {
    const auto dots = text.find("..");
    const auto first = parse_whole<std::uint64_t>(text.substr(0, dots));
    const auto last =
        dots == std::string_view::npos ? first : parse_whole<std::uint64_t>(text.substr(dots + 2));
    if (!first || !last || *last < *first) {
        return Error(Errc::validation_failed, "--seeds is A..B, with A not above B");
    }
    return Seeds{*first, *last};
}

/// The law that this program came with.
simulation::LawTexts shipped_law() {
    simulation::LawTexts texts;
    for (const EmbeddedFile& file : shipped_files()) {
        const std::string content(file.content());
        if (file.path.starts_with("rules/") && file.path.ends_with("/pack.json")) {
            texts.packs.push_back(content);
        } else if (file.path == "config/directory/areas.json") {
            texts.areas = content;
        } else if (file.path == "config/directory/roles.json") {
            texts.roles = content;
        } else if (file.path == "config/directory/agencies.json") {
            texts.agencies = content;
        } else if (file.path == "config/calendar/vietnam.json") {
            texts.calendar = content;
        }
    }
    return texts;
}

/// The law of an installation, as its files have it now.
Result<simulation::LawTexts> law_of(const config::Config& config) {
    const auto loaded = load_world(sources_of(config), {});
    if (!loaded) {
        return loaded.error();
    }
    simulation::LawTexts texts;
    for (const auto& [key, text] : loaded->packs) {
        texts.packs.push_back(text);
    }
    texts.calendar = loaded->calendar;
    for (auto [name, text] : {std::pair("areas.json", &texts.areas),
                              std::pair("roles.json", &texts.roles),
                              std::pair("agencies.json", &texts.agencies)}) {
        auto content = read_file(config.directory.path / name);
        if (!content) {
            return content.error();
        }
        *text = std::move(*content);
    }
    return texts;
}

Result<std::shared_ptr<const simulation::Laws>> laws_for(const SimulateOptions& options) {
    if (options.config_file.empty()) {
        return simulation::read_laws(shipped_law());
    }
    const auto config = load_config(options.config_file, {});
    if (!config) {
        return config.error();
    }
    auto texts = law_of(*config);
    if (!texts) {
        return texts.error();
    }
    return simulation::read_laws(std::move(*texts));
}

std::string hex(std::uint64_t number) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
    return text;
}

std::string command_for(const SimulateOptions& options,
                        const simulation::SimulationPlan& plan,
                        std::uint64_t seed) {
    std::string command = "lachan simulate --seeds " + std::to_string(seed) + ".." + std::to_string(seed) +
                          " --days " + std::to_string(plan.days) + " --faults " + plan.troubles.text() +
                          " --cases-per-day " + std::to_string(plan.cases_per_day);
    return options.config_file.empty() ? command : command + " --config " + options.config_file;
}

ordered_json counts_of(const std::array<std::size_t, simulation::kKindsOfBroken>& broken) {
    ordered_json counts = ordered_json::object();
    for (std::size_t kind = 0; kind < broken.size(); ++kind) {
        counts[std::string(text_of(static_cast<simulation::Broken>(kind)))] = broken[kind];
    }
    return counts;
}

ordered_json to_json(const simulation::WorldReport& report) {
    return {{"seed", report.seed},
            {"digest", hex(report.digest)},
            {"cases", report.cases},
            {"events", report.events},
            {"messages", report.messages},
            {"crashes", report.crashes},
            {"broken", counts_of(report.broken)}};
}

void print_plain(const simulation::WorldReport& report) {
    print_line("seed " + std::to_string(report.seed) + "  " + hex(report.digest) + "  " +
               std::to_string(report.cases) + " cases, " + std::to_string(report.events) + " events, " +
               std::to_string(report.messages) + " messages, " + std::to_string(report.crashes) + " crashes" +
               (report.good() ? "" : "  BROKEN " + report.first_violation));
}

/// What led there goes to standard error, so that the lines of all worlds stay a table.
void print_finding(const SimulateOptions& options,
                   const simulation::SimulationPlan& plan,
                   const simulation::WorldReport& report) {
    std::fprintf(
        stderr, "%s\nagain: %s\n", report.replay.c_str(), command_for(options, plan, report.seed).c_str());
}

std::string total_line(const simulation::SimulationResult& result) {
    std::string line = std::to_string(result.seeds) + " worlds, " + std::to_string(result.cases) +
                       " cases, " + std::to_string(result.events) + " events, " +
                       std::to_string(result.messages) + " messages, " + std::to_string(result.crashes) +
                       " crashes:";
    for (std::size_t kind = 0; kind < result.broken.size(); ++kind) {
        line += " " + std::to_string(result.broken[kind]) + " " +
                std::string(text_of(static_cast<simulation::Broken>(kind)));
    }
    return line;
}

/// What struck, and where processes died: whoever reads only zeros above must see that something was tried.
std::string struck_line(const simulation::Struck& struck) {
    std::string line = "struck:";
    for (std::size_t each = 0; each < simulation::kTroubles; ++each) {
        line += " " + std::to_string(struck.troubles[each]) + " " +
                std::string(text_of(static_cast<simulation::Trouble>(each)));
    }
    line += "; died at:";
    for (std::size_t each = 0; each < simulation::kPoints; ++each) {
        line += " " + std::to_string(struck.points[each]) + " " +
                std::string(text_of(static_cast<simulation::Point>(each)));
    }
    return line;
}

ordered_json to_json(const simulation::Struck& struck) {
    ordered_json counts = ordered_json::object();
    for (std::size_t each = 0; each < simulation::kTroubles; ++each) {
        counts[std::string(text_of(static_cast<simulation::Trouble>(each)))] = struck.troubles[each];
    }
    ordered_json deaths = ordered_json::object();
    for (std::size_t each = 0; each < simulation::kPoints; ++each) {
        deaths[std::string(text_of(static_cast<simulation::Point>(each)))] = struck.points[each];
    }
    return {{"faults", counts}, {"deaths", deaths}};
}

ordered_json total_json(const SimulateOptions& options,
                        const simulation::SimulationPlan& plan,
                        const simulation::SimulationResult& result,
                        ordered_json worlds) {
    ordered_json findings = ordered_json::array();
    for (const simulation::WorldReport& failing : result.failing) {
        findings.push_back({{"seed", failing.seed},
                            {"first", failing.first_violation},
                            {"again", command_for(options, plan, failing.seed)}});
    }
    return {{"good", result.good()},
            {"days", plan.days},
            {"faults", plan.troubles.text()},
            {"cases_per_day", plan.cases_per_day},
            {"worlds", std::move(worlds)},
            {"cases", result.cases},
            {"events", result.events},
            {"messages", result.messages},
            {"crashes", result.crashes},
            {"struck", to_json(result.struck)},
            {"broken", counts_of(result.broken)},
            {"digest", hex(result.digest)},
            {"findings", findings}};
}

}  // namespace

int run_simulate(const SimulateOptions& options) {
    const auto seeds = parse_seeds(options.seeds);
    if (!seeds) {
        return complain(seeds.error());
    }
    const auto troubles = simulation::Troubles::parse(options.faults);
    if (!troubles) {
        return complain(troubles.error());
    }
    const bool sensible = options.days > 0 && options.days <= kLongest && options.cases_per_day > 0 &&
                          options.cases_per_day <= kMostCases;
    if (!sensible) {
        return complain(
            Error(Errc::validation_failed, "--days and --cases-per-day are positive, and not endless"));
    }
    const auto laws = laws_for(options);
    if (!laws) {
        return complain(laws.error());
    }
    log::set_level(log::Level::none);  // the simulated service complains of simulated faults
    ordered_json worlds = ordered_json::array();
    simulation::SimulationPlan plan;
    plan.first_seed = seeds->first;
    plan.last_seed = seeds->last;
    plan.days = options.days;
    plan.cases_per_day = options.cases_per_day;
    plan.troubles = *troubles;
    plan.laws = *laws;
    plan.told = [&](const simulation::WorldReport& report) {
        if (options.json) {
            worlds.push_back(to_json(report));
        } else {
            print_plain(report);
        }
        if (!report.good()) {
            print_finding(options, plan, report);
        }
    };
    const simulation::SimulationResult result = simulation::simulate(plan);
    if (options.json) {
        print_line(total_json(options, plan, result, std::move(worlds)).dump());
    } else {
        print_line(struck_line(result.struck));
        print_line(total_line(result));
    }
    return result.good() ? kGood : kFinding;
}

}  // namespace lachan::app
