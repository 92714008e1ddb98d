#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/domain/report.hpp"
#include "lachan/policy/facts.hpp"
#include "lachan/policy/pack.hpp"

namespace lachan::policy {

/// One duty that must be ordered. What is empty is not asked.
struct ExpectedDuty {
    std::string kind;
    std::string role;
    std::string limit;   ///< "PT12H", as `deadlines::to_text` writes it.
    std::string force;   ///< "law" or "target".
    std::string clause;  ///< "56/2017/NĐ-CP Điều 26 khoản 3": one of those that the rule cites.
    std::string place;   ///< "event" or "residence".
    std::optional<std::int32_t> child;
};

/// What the law says must come of a report (or of a recorded step, or of closing). What is empty is not
/// asked.
struct Expectation {
    std::string urgency;
    std::string severity;
    std::vector<ExpectedDuty> duties;
    std::vector<std::string> absent;  ///< Duties that must not be: "kind" or "kind/role".
    std::vector<std::string> told;    ///< Roles, or "role@residence" where the place matters.
    std::vector<std::string> not_told;
    std::vector<std::string> assumptions;  ///< Facts that must be named as taken in the child's favour.
    bool only = false;                     ///< No duty beside those named.
};

/// A case told in advance, with its expected outcome, written from the law and not from what the engine says.
struct Scenario {
    std::string name;
    std::string title;
    domain::Report report;
    Circumstances where;
    std::optional<std::string> step;  ///< The recorded step that is asked about instead of the report.
    std::string result;
    std::optional<std::int32_t> child;
    bool closure = false;
    Expectation expected;
};

struct ScenarioOutcome {
    std::string name;
    std::vector<std::string> failures;  ///< Sentences; empty: as expected.
    std::vector<std::string> rules;     ///< Ids of the rules that applied.
};

/// What a set of scenarios has exercised, counted exactly.
struct ScenarioRun {
    std::vector<ScenarioOutcome> outcomes;
    std::size_t failed = 0;
    std::size_t rules = 0;
    std::vector<std::string> rules_missed;
    std::size_t clauses = 0;
    std::vector<std::string> clauses_missed;  ///< "56/2017/NĐ-CP Điều 26 khoản 3"
};

/// Reads a scenario file. One entry with several regimes becomes a scenario for each. Every fault with its
/// pointer.
[[nodiscard]] Result<std::vector<Scenario>> parse_scenarios(std::string_view json);

[[nodiscard]] ScenarioOutcome run(const Pack& pack, const Scenario& scenario);
[[nodiscard]] ScenarioRun run(const Pack& pack, std::span<const Scenario> scenarios);

}  // namespace lachan::policy
