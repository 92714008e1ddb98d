#include "lachan/policy/diff.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "content.hpp"

namespace lachan::policy {
namespace {

/// A part of a pack, written out so that equal parts have equal text, aspect by aspect.
using Aspects = std::map<std::string, std::string>;

std::string joined_words(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

/// A condition in a fixed form: children sorted by their text, values by name.
std::string condition_text(const Pack::Content& pack, NodeIndex index) {
    const Node& node = pack.program.nodes()[index];
    std::vector<std::string> parts;
    if (node.op == Op::among) {
        for (std::size_t value = 0; value < pack.facts[node.fact].words.size(); ++value) {
            if ((node.set >> value & 1U) != 0) {
                parts.push_back(pack.facts[node.fact].words[value]);
            }
        }
        std::sort(parts.begin(), parts.end());
        return pack.facts[node.fact].name + " in {" + joined_words(parts) + '}';
    }
    for (const NodeIndex child : pack.program.children(index)) {
        parts.push_back(condition_text(pack, child));
    }
    std::sort(parts.begin(), parts.end());
    const std::string inside = '(' + joined_words(parts) + ')';
    switch (node.op) {
        case Op::all:
            return parts.empty() ? "always" : "all" + inside;
        case Op::any:
            return "any" + inside;
        case Op::negation:
            return "not" + inside;
        case Op::certain:
            return "certain" + inside;
        case Op::among:
            break;
    }
    return inside;
}

std::string_view word_of(Place place) {
    return place == Place::residence ? "residence" : "event";
}

std::string limit_words(const DutyTemplate& duty) {
    std::string text = deadlines::to_text(duty.limit);
    text += duty.immediately_within == Duration{} ? "" : " (" + to_iso8601(duty.immediately_within) + ')';
    return duty.limit_if_remote ? text + ", " + deadlines::to_text(*duty.limit_if_remote) + " if remote"
                                : text;
}

std::string basis_words(const std::vector<Basis>& basis) {
    std::vector<std::string> parts;
    for (const Basis& ground : basis) {
        parts.push_back(ground.source + ' ' + ground.clause + " [" +
                        std::string(domain::text_of(ground.reading)) + "] " + ground.note);
    }
    return joined_words(parts);
}

std::string trigger_words(const Trigger& trigger) {
    switch (trigger.on) {
        case Trigger::On::report:
            return "report";
        case Trigger::On::closure:
            return "closure";
        case Trigger::On::step:
            break;
    }
    return "step " + trigger.step + " {" + joined_words(trigger.results) + '}' +
           (trigger.explicit_result ? " explicit" : "");
}

Aspects aspects_of(const Pack::Content& pack, std::size_t index) {
    const Rule& rule = pack.rules[index];
    Aspects aspects{{"title", rule.title},
                    {"trigger", trigger_words(rule.trigger)},
                    {"condition", condition_text(pack, pack.roots[index])},
                    {"force", std::string(domain::text_of(rule.force))},
                    {"basis", basis_words(rule.basis)},
                    {"urgency", rule.urgency ? std::string(domain::text_of(*rule.urgency)) : ""},
                    {"severity", rule.severity ? std::string(domain::text_of(*rule.severity)) : ""}};
    for (const DutyTemplate& duty : rule.duties) {
        const std::string name =
            "duty " + duty.kind + '/' + duty.role + '@' + std::string(word_of(duty.place));
        aspects["limit of " + name] = limit_words(duty);
        aspects["ladder of " + name] = duty.ladder;
        aspects["closing with " + name] = duty.blocks_closing ? "blocked" : "possible";
        aspects["scope of " + name] = duty.per_child ? "each child" : "the case";
    }
    for (const NoticeTemplate& notice : rule.notices) {
        aspects["notice to " + notice.role + '@' + std::string(word_of(notice.place))] = notice.event;
    }
    return aspects;
}

Aspects aspects_of(const Ladder& ladder) {
    Aspects aspects;
    for (const LadderStep& step : ladder.steps) {
        std::string moment = step.percent ? std::to_string(*step.percent) + " %" : to_iso8601(step.offset);
        moment += step.from == LadderStep::From::due ? " from due" : " from start";
        moment += step.unless == LadderStep::Unless::accepted ? " unless accepted" : " unless done";
        moment += step.repeats ? ", each " + to_iso8601(*step.repeats) : "";
        aspects["step " + step.id] = moment + ", " + step.event + " to {" + joined_words(step.tells) + '}' +
                                     (step.tells_holder ? " and holder" : "") +
                                     (step.marks_overdue ? ", marks overdue" : "");
        aspects["force of step " + step.id] = std::string(domain::text_of(step.force));
        aspects["basis of step " + step.id] = basis_words(step.basis);
    }
    return aspects;
}

Aspects aspects_of(const StepKind& step) {
    return {{"title", step.title},
            {"results", joined_words(step.results)},
            {"discharges", joined_words(step.discharges)},
            {"stage", step.stage},
            {"supersedes", joined_words(step.supersedes)},
            {"supersedes on", joined_words(step.supersedes_on)}};
}

Aspects aspects_of(const FactDomain& fact) {
    Aspects aspects{{"values", joined_words(fact.words)}};
    for (std::size_t value = 0; value < fact.words.size(); ++value) {
        std::vector<std::string> worse;
        for (std::size_t other = 0; other < fact.words.size(); ++other) {
            if ((fact.worse[value] >> other & 1U) != 0) {
                worse.push_back(fact.words[other]);
            }
        }
        aspects["worse than " + fact.words[value]] = joined_words(worse);
    }
    return aspects;
}

/// All named parts of a pack: (what, id) → aspects.
std::map<std::pair<std::string, std::string>, Aspects> parts_of(const Pack& pack) {
    const Pack::Content& content = pack.content();
    std::map<std::pair<std::string, std::string>, Aspects> parts;
    for (const FactDomain& fact : content.facts) {
        parts[{"fact", fact.name}] = aspects_of(fact);
    }
    for (const Term& term : content.terms) {
        parts[{"term", term.name}] = {{"condition", condition_text(content, term.node)}};
    }
    for (const Ladder& ladder : content.ladders) {
        parts[{"ladder", ladder.name}] = aspects_of(ladder);
    }
    for (const StepKind& step : content.steps) {
        parts[{"step", step.kind}] = aspects_of(step);
    }
    for (std::size_t rule = 0; rule < content.rules.size(); ++rule) {
        parts[{"rule", content.rules[rule].id}] = aspects_of(content, rule);
    }
    parts[{"validity", pack.id()}] = {{"from", to_rfc3339(pack.valid_from())},
                                      {"to", pack.valid_to() ? to_rfc3339(*pack.valid_to()) : ""}};
    return parts;
}

std::string aspect(const Aspects& aspects, const std::string& name) {
    const auto found = aspects.find(name);
    return found == aspects.end() ? "" : found->second;
}

std::string shown(const std::string& text) {
    return text.empty() ? "–" : text;
}

void compare(const std::pair<std::string, std::string>& name,
             const Aspects& older,
             const Aspects& newer,
             std::vector<PackChange>& changes) {
    std::set<std::string> names;
    for (const auto& [key, value] : older) {
        names.insert(key);
    }
    for (const auto& [key, value] : newer) {
        names.insert(key);
    }
    for (const std::string& key : names) {
        const std::string before = aspect(older, key);
        const std::string after = aspect(newer, key);
        if (before != after) {
            changes.push_back({PackChange::Kind::changed,
                               name.first,
                               name.second,
                               key + ": " + shown(before) + " → " + shown(after)});
        }
    }
}

/// What a decision says, line by line: name → value.
Aspects outcome_of(const Pack& pack, const std::vector<Facts>& facts) {
    const Decision decision = pack.decide(facts);
    Aspects outcome{{"urgency", std::string(domain::text_of(decision.urgency))},
                    {"severity", std::string(domain::text_of(decision.severity))}};
    for (const OrderedDuty& ordered : decision.duties) {
        std::string name = "duty " + ordered.duty->kind + '/' + ordered.duty->role + '@' +
                           std::string(word_of(ordered.duty->place));
        name += ordered.child ? " of child " + std::to_string(*ordered.child + 1) : "";
        outcome[name] =
            deadlines::to_text(ordered.limit) + ", " + std::string(domain::text_of(ordered.rule->force));
    }
    for (const OrderedNotice& ordered : decision.notices) {
        outcome["notice to " + ordered.notice->role + '@' + std::string(word_of(ordered.notice->place))] =
            ordered.notice->event;
    }
    return outcome;
}

}  // namespace

std::vector<PackChange> diff(const Pack& older, const Pack& newer) {
    const auto before = parts_of(older);
    const auto after = parts_of(newer);
    std::vector<PackChange> changes;
    for (const auto& [name, aspects] : before) {
        const auto found = after.find(name);
        if (found == after.end()) {
            changes.push_back({PackChange::Kind::removed, name.first, name.second, ""});
        } else {
            compare(name, aspects, found->second, changes);
        }
    }
    for (const auto& [name, aspects] : after) {
        if (!before.contains(name)) {
            changes.push_back({PackChange::Kind::added, name.first, name.second, ""});
        }
    }
    return changes;
}

Result<OutcomeChange> compare_outcomes(const Pack& older, const Pack& newer, std::string_view facts) {
    const auto before = parse_facts(older, facts);
    if (!before) {
        return before.error();
    }
    const auto after = parse_facts(newer, facts);
    if (!after) {
        return after.error();
    }
    std::vector<PackChange> changes;
    compare({"case", ""}, outcome_of(older, *before), outcome_of(newer, *after), changes);
    OutcomeChange outcome;
    for (const PackChange& change : changes) {
        outcome.differences.push_back(change.detail);
    }
    return outcome;
}

}  // namespace lachan::policy
