#include "lachan/policy/lint.hpp"

#include <algorithm>
#include <set>

#include "space.hpp"

namespace lachan::policy {
namespace {

using Ref = Diagrams::Ref;

constexpr std::string_view kReceivingPlace = "receiving_place";
constexpr std::string_view kRegimeFact = "regime";

std::string rule_pointer(std::size_t rule) {
    return "/rules/" + std::to_string(rule);
}

/// True if one occasion can ask both rules.
bool share_an_occasion(const Trigger& a, const Trigger& b) {
    if (a.on != b.on || a.step != b.step) {
        return false;
    }
    const auto also_in_b = [&](const std::string& result) {
        return std::find(b.results.begin(), b.results.end(), result) != b.results.end();
    };
    return a.results.empty() || b.results.empty() ||
           std::any_of(a.results.begin(), a.results.end(), also_in_b);
}

/// True if every occasion that asks `a` asks `b` too; the two share one.
bool always_with(const Trigger& a, const Trigger& b) {
    if (b.explicit_result && !a.explicit_result) {
        return false;
    }
    return b.results.empty() ||
           (!a.results.empty() &&
            std::all_of(a.results.begin(), a.results.end(), [&](const std::string& result) {
                return std::find(b.results.begin(), b.results.end(), result) != b.results.end();
            }));
}

class Linter {
public:
    Linter(const Pack& pack, const HeldRoles* held) : pack_(pack.content()), held_(held), space_(pack_) {}

    std::vector<Finding> run() {
        for (std::size_t rule = 0; rule < pack_.rules.size(); ++rule) {
            look_for_reach(rule);
            look_for_certainty(rule);
            look_for_repeated_kind(rule);
            for (std::size_t other = 0; other < pack_.rules.size(); ++other) {
                look_for_contradiction(rule, other);
            }
            look_for_holders(rule);
        }
        look_for_tellers();
        look_for_unused();
        look_for_steps();
        return std::move(findings_);
    }

private:
    void error(std::string code, std::string where, std::string name, std::string detail) {
        findings_.push_back(
            {Finding::Grade::error, std::move(code), std::move(where), std::move(name), std::move(detail)});
    }
    void warning(std::string code, std::string where, std::string name, std::string detail) {
        findings_.push_back(
            {Finding::Grade::warning, std::move(code), std::move(where), std::move(name), std::move(detail)});
    }

    /// With every fact known the condition is never met: no report can be what the rule speaks of.
    void look_for_reach(std::size_t rule) {
        if (space_.diagrams().both(space_.surely(rule), space_.all_known()) == Diagrams::kFalse) {
            error("unreachable_rule",
                  rule_pointer(rule) + "/when",
                  pack_.rules[rule].id,
                  "no report can meet this condition");
        }
    }

    /// "certain" lets an unknown relax, which is for notices only (they disclose; duties protect).
    void look_for_certainty(std::size_t rule) {
        const Rule& asked = pack_.rules[rule];
        const bool protects = asked.urgency || asked.severity || !asked.duties.empty();
        if (protects && pack_.program.asks_for_certainty(pack_.roots[rule])) {
            error("unknown_relaxes",
                  rule_pointer(rule) + "/when",
                  asked.id,
                  "\"certain\" makes an unknown fact relax; only a rule that yields nothing but notices may "
                  "use it");
        }
    }

    void look_for_repeated_kind(std::size_t rule) {
        std::set<std::string> kinds;
        for (const DutyTemplate& duty : pack_.rules[rule].duties) {
            if (!kinds.insert(duty.kind).second) {
                error("repeated_kind",
                      rule_pointer(rule) + "/duties",
                      pack_.rules[rule].id,
                      "two duties of the kind \"" + duty.kind + "\": make two rules of it");
            }
        }
    }

    /// A duty whose condition implies another rule's condition for the same duty with a shorter limit never
    /// counts: the two rules contradict each other.
    void look_for_contradiction(std::size_t rule, std::size_t other) {
        const Rule& mine = pack_.rules[rule];
        const Rule& theirs = pack_.rules[other];
        if (rule == other || !share_an_occasion(mine.trigger, theirs.trigger) ||
            !always_with(mine.trigger, theirs.trigger)) {
            return;
        }
        for (std::size_t i = 0; i < mine.duties.size(); ++i) {
            for (std::size_t j = 0; j < theirs.duties.size(); ++j) {
                const bool same = pack_.duty_slots[rule][i] == pack_.duty_slots[other][j] &&
                                  mine.duties[i].per_child == theirs.duties[j].per_child;
                if (same && shorter(theirs.duties[j], mine.duties[i]) &&
                    space_.diagrams().implies(space_.applies(rule), space_.applies(other))) {
                    error("contradictory_limits",
                          rule_pointer(rule) + "/duties/" + std::to_string(i),
                          mine.id,
                          "the limit " + deadlines::to_text(mine.duties[i].limit) + " never counts: rule " +
                              theirs.id + " always applies too and gives " +
                              deadlines::to_text(theirs.duties[j].limit));
                }
            }
        }
    }

    static bool shorter(const DutyTemplate& a, const DutyTemplate& b) {
        return least_time(a.limit, a.immediately_within) < least_time(b.limit, b.immediately_within);
    }

    /// A role must be held in each regime in which the rule can apply.
    void look_for_holders(std::size_t rule) {
        if (held_ == nullptr) {
            return;
        }
        for (const std::string_view regime : {"three_tier", "two_tier"}) {
            if (!can_apply_in(rule, regime)) {
                continue;
            }
            for (const DutyTemplate& duty : pack_.rules[rule].duties) {
                if (!is_held(duty.role, regime)) {
                    error("unheld_role",
                          rule_pointer(rule) + "/duties",
                          pack_.rules[rule].id,
                          "nobody holds the role " + duty.role + " in the regime " + std::string(regime));
                }
            }
            for (const NoticeTemplate& notice : pack_.rules[rule].notices) {
                if (!is_held(notice.role, regime)) {
                    warning("unheld_role",
                            rule_pointer(rule) + "/notices",
                            pack_.rules[rule].id,
                            "nobody holds the role " + notice.role + " in the regime " + std::string(regime));
                }
            }
        }
    }

    [[nodiscard]] bool can_apply_in(std::size_t rule, std::string_view regime) {
        const auto fact = pack_.fact(kRegimeFact);
        return !fact || space_.diagrams().both(space_.applies(rule), space_.is_known(*fact, regime)) !=
                            Diagrams::kFalse;
    }

    [[nodiscard]] bool is_held(const std::string& role, std::string_view regime) const {
        const auto& held = regime == "three_tier" ? held_->three_tier : held_->two_tier;
        return role == kReceivingPlace || std::find(held.begin(), held.end(), role) != held.end();
    }

    /// A ladder whose every step tells only roles that nobody holds helps nobody.
    void look_for_tellers() {
        for (std::size_t i = 0; held_ != nullptr && i < pack_.ladders.size(); ++i) {
            for (const LadderStep& step : pack_.ladders[i].steps) {
                const auto told = [&](const std::string& role) {
                    return is_held(role, "three_tier") && is_held(role, "two_tier");
                };
                if (!step.tells_holder && std::none_of(step.tells.begin(), step.tells.end(), told)) {
                    error("unheld_role",
                          "/ladders/" + std::to_string(i),
                          pack_.ladders[i].name,
                          "the step " + step.id + " has nobody to tell in one of the regimes");
                }
            }
        }
    }

    void look_for_unused() {
        std::vector<bool> facts(pack_.facts.size(), false);
        for (const Node& node : pack_.program.nodes()) {
            facts[node.fact] = facts[node.fact] || node.op == Op::among;
        }
        for (std::size_t fact = 0; fact < facts.size(); ++fact) {
            if (!facts[fact] && pack_.remote_fact != fact) {
                warning("unused_fact", "/facts", pack_.facts[fact].name, "no condition asks for it");
            }
        }
        std::set<std::string> roles;
        std::set<std::string> ladders;
        std::set<std::string> sources;
        for (const Rule& rule : pack_.rules) {
            for (const DutyTemplate& duty : rule.duties) {
                roles.insert(duty.role);
                ladders.insert(duty.ladder);
            }
            for (const NoticeTemplate& notice : rule.notices) {
                roles.insert(notice.role);
            }
            for (const Basis& basis : rule.basis) {
                sources.insert(basis.source);
            }
        }
        for (const Ladder& ladder : pack_.ladders) {
            for (const LadderStep& step : ladder.steps) {
                roles.insert(step.tells.begin(), step.tells.end());
                for (const Basis& basis : step.basis) {
                    sources.insert(basis.source);
                }
            }
            if (!ladders.contains(ladder.name)) {
                warning("unused_ladder", "/ladders", ladder.name, "no duty uses it");
            }
        }
        for (const RoleTitle& role : pack_.roles) {
            if (!roles.contains(role.name)) {
                warning("unused_role", "/roles", role.name, "no rule and no ladder names it");
            }
        }
        for (const Document& document : pack_.documents) {
            if (!sources.contains(document.source)) {
                warning("unused_document", "/documents", document.source, "no rule stands on it");
            }
        }
    }

    void look_for_steps() {
        std::set<std::string> kinds;
        for (const Rule& rule : pack_.rules) {
            for (const DutyTemplate& duty : rule.duties) {
                kinds.insert(duty.kind);
            }
        }
        for (std::size_t i = 0; i < pack_.steps.size(); ++i) {
            const StepKind& step = pack_.steps[i];
            const std::string where = "/steps/" + std::to_string(i);
            for (const std::string& kind : step.discharges) {
                if (!kinds.contains(kind)) {
                    warning("unused_kind",
                            where + "/discharges",
                            step.kind,
                            "no rule yields a duty of the kind " + kind);
                }
            }
            for (const std::string& kind : step.supersedes) {
                if (!kinds.contains(kind)) {
                    error("unknown_kind",
                          where + "/supersedes",
                          step.kind,
                          "no rule yields a duty of the kind " + kind);
                }
            }
            if (step.discharges.empty() && !pack_.on_step.contains(step.kind)) {
                warning("idle_step", where, step.kind, "it fulfils nothing and starts nothing");
            }
        }
    }

    const Pack::Content& pack_;
    const HeldRoles* held_;
    Space space_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> lint(const Pack& pack, const HeldRoles* held) {
    return Linter(pack, held).run();
}

bool is_clean(const std::vector<Finding>& findings) noexcept {
    return std::none_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.grade == Finding::Grade::error;
    });
}

}  // namespace lachan::policy
