#include "lachan/policy/scenarios.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace lachan::policy {
namespace {

std::string clause_of(const Basis& basis) {
    return basis.source + ' ' + basis.clause;
}

std::string_view word_of(Place place) {
    return place == Place::residence ? "residence" : "event";
}

bool cites(const Rule& rule, const std::string& clause) {
    return std::any_of(
        rule.basis.begin(), rule.basis.end(), [&](const Basis& basis) { return clause_of(basis) == clause; });
}

std::string described(const OrderedDuty& ordered) {
    std::string text =
        ordered.duty->kind + '/' + ordered.duty->role + ' ' + deadlines::to_text(ordered.limit) + ' ';
    text += domain::text_of(ordered.rule->force);
    return text + " (rule " + ordered.rule->id + ')';
}

bool is_meant(const ExpectedDuty& expected, const OrderedDuty& ordered) {
    return ordered.duty->kind == expected.kind &&
           (expected.role.empty() || ordered.duty->role == expected.role) &&
           (!expected.child || ordered.child == expected.child);
}

/// What differs between an ordered duty and the expected one; empty: nothing.
std::string difference(const ExpectedDuty& expected, const OrderedDuty& ordered) {
    if (!expected.limit.empty() && deadlines::to_text(ordered.limit) != expected.limit) {
        return "the limit is not " + expected.limit;
    }
    if (!expected.force.empty() && domain::text_of(ordered.rule->force) != expected.force) {
        return "the force is not " + expected.force;
    }
    if (!expected.clause.empty() && !cites(*ordered.rule, expected.clause)) {
        return "the clause is not " + expected.clause;
    }
    if (!expected.place.empty() && word_of(ordered.duty->place) != expected.place) {
        return "the place is not " + expected.place;
    }
    return {};
}

void check_duty(const ExpectedDuty& expected, const Decision& decision, std::vector<std::string>& failures) {
    std::string nearest;
    for (const OrderedDuty& ordered : decision.duties) {
        if (!is_meant(expected, ordered)) {
            continue;
        }
        const std::string differs = difference(expected, ordered);
        if (differs.empty()) {
            return;
        }
        nearest = described(ordered) + ": " + differs;
    }
    const std::string wanted = expected.kind + (expected.role.empty() ? "" : '/' + expected.role);
    failures.push_back(nearest.empty() ? "no duty " + wanted : nearest);
}

void check_absent(const std::string& unwanted, const Decision& decision, std::vector<std::string>& failures) {
    for (const OrderedDuty& ordered : decision.duties) {
        if (ordered.duty->kind == unwanted || ordered.duty->kind + '/' + ordered.duty->role == unwanted) {
            failures.push_back("there should be no duty " + described(ordered));
        }
    }
}

/// "commune_people_committee", or "commune_people_committee@residence" where the place matters.
bool is_told(const Decision& decision, const std::string& wanted) {
    return std::any_of(decision.notices.begin(), decision.notices.end(), [&](const OrderedNotice& ordered) {
        const std::string& role = ordered.notice->role;
        return role == wanted || role + '@' + std::string(word_of(ordered.notice->place)) == wanted;
    });
}

void check_told(const Expectation& expected, const Decision& decision, std::vector<std::string>& failures) {
    for (const std::string& role : expected.told) {
        if (!is_told(decision, role)) {
            failures.push_back(role + " is not told");
        }
    }
    for (const std::string& role : expected.not_told) {
        if (is_told(decision, role)) {
            failures.push_back(role + " should not be told");
        }
    }
}

void check_only(const Expectation& expected, const Decision& decision, std::vector<std::string>& failures) {
    for (const OrderedDuty& ordered : decision.duties) {
        const auto meant = [&](const ExpectedDuty& duty) { return is_meant(duty, ordered); };
        if (std::none_of(expected.duties.begin(), expected.duties.end(), meant)) {
            failures.push_back("not expected: " + described(ordered));
        }
    }
}

void check_levels(const Expectation& expected, const Decision& decision, std::vector<std::string>& failures) {
    if (!expected.urgency.empty() && domain::text_of(decision.urgency) != expected.urgency) {
        failures.push_back("urgency is " + std::string(domain::text_of(decision.urgency)) + ", not " +
                           expected.urgency);
    }
    if (!expected.severity.empty() && domain::text_of(decision.severity) != expected.severity) {
        failures.push_back("severity is " + std::string(domain::text_of(decision.severity)) + ", not " +
                           expected.severity);
    }
}

void check_assumptions(const Expectation& expected,
                       const Decision& decision,
                       std::vector<std::string>& failures) {
    for (const std::string& fact : expected.assumptions) {
        const auto names = [&](const ProtectiveAssumption& assumption) { return assumption.fact == fact; };
        if (std::none_of(decision.assumptions.begin(), decision.assumptions.end(), names)) {
            failures.push_back(fact + " is not named as an assumption");
        }
    }
}

Decision decide(const Pack& pack, const Scenario& scenario, const std::vector<Facts>& facts) {
    if (scenario.step) {
        return pack.decide_step(facts, {*scenario.step, scenario.result}, scenario.child);
    }
    return scenario.closure ? pack.decide_closure(facts) : pack.decide(facts);
}

}  // namespace

ScenarioOutcome run(const Pack& pack, const Scenario& scenario) {
    ScenarioOutcome outcome;
    outcome.name = scenario.name;
    if (scenario.step && pack.step(*scenario.step) == nullptr) {
        outcome.failures.push_back("the pack has no step " + *scenario.step);
        return outcome;
    }
    const auto facts = facts_of(pack, scenario.report, scenario.where);
    if (scenario.child && (*scenario.child < 0 || std::cmp_greater_equal(*scenario.child, facts.size()))) {
        outcome.failures.push_back("the report has no child " + std::to_string(*scenario.child));
        return outcome;
    }
    const Decision decision = decide(pack, scenario, facts);
    for (const Rule* const rule : decision.applied) {
        outcome.rules.push_back(rule->id);
    }
    const Expectation& expected = scenario.expected;
    check_levels(expected, decision, outcome.failures);
    for (const ExpectedDuty& duty : expected.duties) {
        check_duty(duty, decision, outcome.failures);
    }
    for (const std::string& unwanted : expected.absent) {
        check_absent(unwanted, decision, outcome.failures);
    }
    check_told(expected, decision, outcome.failures);
    check_assumptions(expected, decision, outcome.failures);
    if (expected.only) {
        check_only(expected, decision, outcome.failures);
    }
    return outcome;
}

ScenarioRun run(const Pack& pack, std::span<const Scenario> scenarios) {
    ScenarioRun total;
    std::set<std::string> hit;
    for (const Scenario& scenario : scenarios) {
        total.outcomes.push_back(run(pack, scenario));
        total.failed += total.outcomes.back().failures.empty() ? 0 : 1;
        hit.insert(total.outcomes.back().rules.begin(), total.outcomes.back().rules.end());
    }
    std::set<std::string> clauses;
    std::set<std::string> clauses_hit;
    for (const Rule& rule : pack.rules()) {
        total.rules += 1;
        if (!hit.contains(rule.id)) {
            total.rules_missed.push_back(rule.id);
        }
        for (const Basis& basis : rule.basis) {
            clauses.insert(clause_of(basis));
            if (hit.contains(rule.id)) {
                clauses_hit.insert(clause_of(basis));
            }
        }
    }
    total.clauses = clauses.size();
    std::set_difference(clauses.begin(),
                        clauses.end(),
                        clauses_hit.begin(),
                        clauses_hit.end(),
                        std::back_inserter(total.clauses_missed));
    return total;
}

}  // namespace lachan::policy
