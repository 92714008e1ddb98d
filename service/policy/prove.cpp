#include "lachan/policy/prove.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "space.hpp"
#include "wording.hpp"

namespace lachan::policy {
namespace {

using Ref = Diagrams::Ref;
using Promise = CounterExample::Promise;

/// Something that rules give, and where in the space they give it.
struct Output {
    std::string name;
    std::vector<std::pair<std::size_t, Ref>> givers;  ///< Rule, and where it gives this or better.
};

/// The rules that answer one event.
struct Occasion {
    std::string name;
    std::vector<std::size_t> rules;
};

std::string duty_name(const DutyTemplate& duty, const deadlines::Limit& limit) {
    std::string text =
        "duty " + duty.kind + '/' + duty.role + (duty.place == Place::residence ? "@residence" : "@event");
    text += " within " + deadlines::to_text(limit);
    if (limit.kind == deadlines::Limit::Kind::immediately) {
        text += " (" + to_iso8601(duty.immediately_within) + ')';
    }
    return text;
}

class Prover {
public:
    explicit Prover(const Pack& pack) : pack_(pack.content()), space_(pack_) {}

    Proof run() {
        proof_.vectors = space_.size(space_.all_facts());
        for (const Occasion& occasion : occasions()) {
            for (const Output& output : outputs_of(occasion)) {
                prove_monotone(occasion, output);
                ++proof_.outputs;
            }
        }
        prove_complete();
        return std::move(proof_);
    }

private:
    [[nodiscard]] std::vector<Occasion> occasions() const {
        std::vector<Occasion> all{{"report", pack_.on_report}, {"closure", pack_.on_closure}};
        for (const auto& [step, rules] : pack_.on_step) {
            std::set<std::string> results{""};
            for (const std::size_t rule : rules) {
                results.insert(pack_.rules[rule].trigger.results.begin(),
                               pack_.rules[rule].trigger.results.end());
            }
            for (const std::string& result : results) {
                all.push_back(on_step(step, result, rules));
            }
        }
        return all;
    }

    [[nodiscard]] Occasion on_step(const std::string& step,
                                   const std::string& result,
                                   const std::vector<std::size_t>& rules) const {
        Occasion occasion{result.empty() ? step : step + '=' + result, {}};
        for (const std::size_t rule : rules) {
            const Trigger& trigger = pack_.rules[rule].trigger;
            const bool named =
                std::find(trigger.results.begin(), trigger.results.end(), result) != trigger.results.end();
            if (trigger.results.empty() || named || (result.empty() && !trigger.explicit_result)) {
                occasion.rules.push_back(rule);
            }
        }
        return occasion;
    }

    [[nodiscard]] std::vector<Output> outputs_of(const Occasion& occasion) {
        std::vector<Output> outputs;
        for (const auto level : {domain::Urgency::urgent, domain::Urgency::emergency}) {
            outputs.push_back(level_output(
                "urgency " + std::string(domain::text_of(level)), occasion, [level](const Rule& rule) {
                    return rule.urgency.value_or(domain::Urgency::normal) >= level;
                }));
        }
        for (const auto level : {domain::Severity::low,
                                 domain::Severity::medium,
                                 domain::Severity::high,
                                 domain::Severity::critical}) {
            outputs.push_back(level_output(
                "severity " + std::string(domain::text_of(level)), occasion, [level](const Rule& rule) {
                    return rule.severity.value_or(domain::Severity::unknown) >= level;
                }));
        }
        add_duties(occasion, outputs);
        std::erase_if(outputs, [](const Output& output) { return output.givers.empty(); });
        return outputs;
    }

    [[nodiscard]] Output level_output(std::string name,
                                      const Occasion& occasion,
                                      const std::function<bool(const Rule&)>& gives) const {
        Output output{std::move(name), {}};
        for (const std::size_t rule : occasion.rules) {
            if (gives(pack_.rules[rule])) {
                output.givers.emplace_back(rule, space_.applies(rule));
            }
        }
        return output;
    }

    /// One output for each duty and each limit of it that some rule gives: "this duty, within this time or
    /// less".
    void add_duties(const Occasion& occasion, std::vector<Output>& outputs) {
        std::set<std::pair<std::uint16_t, Duration>> done;
        for (const std::size_t rule : occasion.rules) {
            for (std::size_t i = 0; i < pack_.rules[rule].duties.size(); ++i) {
                const DutyTemplate& duty = pack_.rules[rule].duties[i];
                const std::uint16_t slot = pack_.duty_slots[rule][i];
                add_duty(occasion, slot, duty, duty.limit, done, outputs);
                if (duty.limit_if_remote) {
                    add_duty(occasion, slot, duty, *duty.limit_if_remote, done, outputs);
                }
            }
        }
    }

    void add_duty(const Occasion& occasion,
                  std::uint16_t slot,
                  const DutyTemplate& duty,
                  const deadlines::Limit& limit,
                  std::set<std::pair<std::uint16_t, Duration>>& done,
                  std::vector<Output>& outputs) {
        const Duration most = least_time(limit, duty.immediately_within);
        if (!done.emplace(slot, most).second) {
            return;
        }
        Output output{duty_name(duty, limit), {}};
        for (const std::size_t rule : occasion.rules) {
            for (std::size_t i = 0; i < pack_.rules[rule].duties.size(); ++i) {
                if (pack_.duty_slots[rule][i] == slot) {
                    output.givers.emplace_back(rule, gives_within(rule, pack_.rules[rule].duties[i], most));
                }
            }
        }
        outputs.push_back(std::move(output));
    }

    /// Where `rule` gives this duty within `most`: the longer limit of a remote commune counts only where it
    /// is known.
    [[nodiscard]] Ref gives_within(std::size_t rule, const DutyTemplate& duty, Duration most) {
        const auto short_enough = [&](const deadlines::Limit& limit) {
            return least_time(limit, duty.immediately_within) <= most;
        };
        Diagrams& diagrams = space_.diagrams();
        if (!duty.limit_if_remote) {
            return short_enough(duty.limit) ? space_.applies(rule) : Diagrams::kFalse;
        }
        const Ref remote = space_.is_known(pack_.remote_fact.value(), "yes");
        const Ref where_near = short_enough(duty.limit) ? diagrams.negation(remote) : Diagrams::kFalse;
        const Ref where_remote = short_enough(*duty.limit_if_remote) ? remote : Diagrams::kFalse;
        return diagrams.both(space_.applies(rule), diagrams.either(where_near, where_remote));
    }

    void prove_monotone(const Occasion& occasion, const Output& output) {
        Diagrams& diagrams = space_.diagrams();
        Ref given = Diagrams::kFalse;
        for (const auto& [rule, where] : output.givers) {
            given = diagrams.either(given, where);
        }
        for (const std::size_t fact : diagrams.support(given)) {
            std::vector<Ref> fixed;
            for (std::size_t state = 0; state < space_.states(fact).size(); ++state) {
                fixed.push_back(diagrams.restricted(given, fact, state));
            }
            for (const Space::Move& move : space_.moves(fact)) {
                ++proof_.changes;
                const Ref lost = diagrams.both(fixed[move.from], diagrams.negation(fixed[move.to]));
                if (lost != Diagrams::kFalse) {
                    report_loss(occasion, output, fact, move, lost);
                    break;  // one for each output and fact is enough to find the mistake
                }
            }
        }
    }

    void report_loss(
        const Occasion& occasion, const Output& output, std::size_t fact, const Space::Move& move, Ref lost) {
        Diagrams& diagrams = space_.diagrams();
        const auto inputs = diagrams.witness(lost);
        CounterExample example;
        example.promise = move.worse ? Promise::worse : Promise::less_known;
        example.trigger = occasion.name;
        example.lost = output.name;
        example.facts = known(inputs);
        example.changed = pack_.facts[fact].name;
        example.from = words_of(pack_.facts[fact], shown_values(fact, move.from));
        example.to = words_of(pack_.facts[fact], shown_values(fact, move.to));
        for (const auto& [rule, where] : output.givers) {
            Ref here = diagrams.restricted(where, fact, move.from);
            for (const auto& [variable, state] : inputs) {
                here = diagrams.restricted(here, variable, state);
            }
            if (here != Diagrams::kFalse) {
                example.rules.push_back(pack_.rules[rule].id);
            }
        }
        proof_.counter_examples.push_back(std::move(example));
    }

    /// A known block is shown by one value of it; the reader wants an example, not a class.
    [[nodiscard]] ValueSet shown_values(std::size_t fact, std::size_t state) const {
        const Space::State& shown = space_.states(fact)[state];
        return shown.known ? shown.values & (~shown.values + 1) : shown.values;
    }

    [[nodiscard]] std::vector<KnownFact> known(const Diagrams::Assignment& inputs) const {
        std::vector<KnownFact> facts;
        for (const auto& [fact, state] : inputs) {
            facts.push_back({pack_.facts[fact].name, words_of(pack_.facts[fact], shown_values(fact, state))});
        }
        return facts;
    }

    void prove_complete() {
        expect_everywhere(Promise::has_duty, "duty", [](const Rule& rule) {
            return std::any_of(rule.duties.begin(), rule.duties.end(), [](const DutyTemplate& duty) {
                return duty.blocks_closing;
            });
        });
        expect_everywhere(
            Promise::has_level, "urgency", [](const Rule& rule) { return rule.urgency.has_value(); });
        expect_everywhere(
            Promise::has_level, "severity", [](const Rule& rule) { return rule.severity.has_value(); });
    }

    void expect_everywhere(Promise promise,
                           const std::string& what,
                           const std::function<bool(const Rule&)>& gives) {
        Diagrams& diagrams = space_.diagrams();
        Ref given = Diagrams::kFalse;
        for (const std::size_t rule : pack_.on_report) {
            given = gives(pack_.rules[rule]) ? diagrams.either(given, space_.applies(rule)) : given;
        }
        ++proof_.outputs;
        if (given == Diagrams::kTrue) {
            return;
        }
        CounterExample example;
        example.promise = promise;
        example.trigger = "report";
        example.lost = what;
        example.facts = known(diagrams.witness(diagrams.negation(given)));
        proof_.counter_examples.push_back(std::move(example));
    }

    const Pack::Content& pack_;
    Space space_;
    Proof proof_;
};

}  // namespace

Proof prove(const Pack& pack) {
    return Prover(pack).run();
}

}  // namespace lachan::policy
