#include <algorithm>

#include "parsing.hpp"

namespace lachan::policy {
namespace {

std::optional<deadlines::Limit> read_limit(const Reader& declared, std::string_view key) {
    const auto written = declared.text(key);
    if (!written) {
        return std::nullopt;
    }
    const auto limit = deadlines::parse_limit(*written);
    if (!limit) {
        declared.fault_at(key,
                          "not_a_limit",
                          "\"" + *written + "\" is not a time limit (immediately, PT12H, 5 working days, …)");
    }
    return limit;
}

Place read_place(const Reader& declared) {
    const std::string place = declared.text("place").value_or("event");
    if (place != "event" && place != "residence") {
        declared.fault_at("place", "unknown_word", "event or residence is expected here");
    }
    return place == "residence" ? Place::residence : Place::event;
}

/// What has no number in the law, or no end yet, still needs an instant at which somebody looks.
bool needs_within(const deadlines::Limit& limit) {
    return limit.kind == deadlines::Limit::Kind::immediately || limit.kind == deadlines::Limit::Kind::until;
}

void expect_ladder(const Reader& declared, const std::string& name, const Pack::Content& content) {
    const auto same = [&](const Ladder& ladder) { return ladder.name == name; };
    if (!name.empty() && std::none_of(content.ladders.begin(), content.ladders.end(), same)) {
        declared.fault_at("ladder", "unknown_ladder", "\"" + name + "\" is not declared");
    }
}

/// A duty that no recorded act fulfils would keep its case open for ever; one that does not block ends with
/// the case.
void expect_discharged(const Reader& declared, const DutyTemplate& duty, const Pack::Content& content) {
    const auto discharges = [&](const StepKind& step) {
        return std::find(step.discharges.begin(), step.discharges.end(), duty.kind) != step.discharges.end();
    };
    if (duty.blocks_closing && !duty.kind.empty() &&
        std::none_of(content.steps.begin(), content.steps.end(), discharges)) {
        declared.fault_at(
            "kind", "never_discharged", "no step fulfils a duty of the kind \"" + duty.kind + "\"");
    }
}

DutyTemplate read_duty(const Reader& declared, const Pack::Content& content) {
    DutyTemplate duty;
    duty.kind = declared.required("kind");
    duty.title = declared.required("title");
    duty.title_en = declared.text("title_en").value_or(duty.kind);
    duty.role = declared.required("role");
    duty.place = read_place(declared);
    duty.per_child = declared.flag("per_child", false);
    duty.blocks_closing = declared.flag("blocks_closing", true);
    duty.ladder = declared.required("ladder");
    if (!declared.has("limit")) {
        declared.fault_at("limit", "missing", "every duty has a time limit");
    }
    const auto limit = read_limit(declared, "limit");
    duty.limit = limit.value_or(deadlines::Limit{});
    duty.limit_if_remote = read_limit(declared, "limit_if_remote");
    duty.immediately_within = declared.duration("within").value_or(Duration{});
    if (limit && needs_within(*limit) && duty.immediately_within <= Duration{}) {
        declared.fault_at("within", "missing", "say within which time it is watched");
    }
    expect_role(declared, "role", duty.role, content);
    expect_ladder(declared, duty.ladder, content);
    expect_discharged(declared, duty, content);
    return duty;
}

Trigger read_trigger(const Reader& rule, const Pack::Content& content) {
    Trigger trigger;
    if (!rule.has("on")) {
        rule.fault_at("on", "missing", "say what the rule waits for");
        return trigger;
    }
    const Reader on = rule.at("on");
    if (on.json() == "report") {
        return trigger;
    }
    if (on.json() == "closure") {
        trigger.on = Trigger::On::closure;
        return trigger;
    }
    trigger.on = Trigger::On::step;
    if (!on.is_object({"step", "results", "explicit_result"})) {
        return trigger;
    }
    trigger.step = on.required("step");
    trigger.results = on.texts("results");
    trigger.explicit_result = on.flag("explicit_result", false);
    const auto step = std::find_if(content.steps.begin(), content.steps.end(), [&](const StepKind& kind) {
        return kind.kind == trigger.step;
    });
    if (step == content.steps.end()) {
        on.fault_at("step", "unknown_step", "\"" + trigger.step + "\" is not declared");
        return trigger;
    }
    for (const std::string& result : trigger.results) {
        if (std::find(step->results.begin(), step->results.end(), result) == step->results.end()) {
            on.fault_at(
                "results", "unknown_result", "\"" + result + "\" is no result of the step " + trigger.step);
        }
    }
    return trigger;
}

Rule read_rule(const Reader& declared, const Pack::Content& content) {
    Rule rule;
    rule.id = declared.required("id");
    rule.title = declared.required("title");
    rule.title_en = declared.text("title_en").value_or(rule.id);
    rule.trigger = read_trigger(declared, content);
    if (!declared.has("force")) {
        declared.fault_at("force", "missing", "say whether this is law or a target of the house");
    }
    rule.force = declared.code<domain::Force>("force").value_or(domain::Force::target);
    rule.basis = read_basis(declared, content);
    rule.urgency = declared.code<domain::Urgency>("urgency");
    rule.severity = declared.code<domain::Severity>("severity");
    declared.each("duties", [&](const Reader& duty) {
        if (duty.is_object({"kind",
                            "title",
                            "title_en",
                            "role",
                            "place",
                            "per_child",
                            "limit",
                            "limit_if_remote",
                            "within",
                            "ladder",
                            "blocks_closing"})) {
            rule.duties.push_back(read_duty(duty, content));
        }
    });
    declared.each("notices", [&](const Reader& notice) {
        if (notice.is_object({"role", "place", "event"})) {
            rule.notices.push_back({notice.required("role"), read_place(notice), notice.required("event")});
            expect_role(notice, "role", rule.notices.back().role, content);
        }
    });
    expect_ground(declared, rule.force, rule.basis);
    if (!rule.urgency && !rule.severity && rule.duties.empty() && rule.notices.empty()) {
        declared.fault("yields_nothing", "a rule yields an urgency, a severity, a duty or a notice");
    }
    return rule;
}

}  // namespace

void read_rules(const Reader& pack, Pack::Content& content) {
    pack.each("rules", [&](const Reader& declared) {
        if (!declared.is_object({"id",
                                 "title",
                                 "title_en",
                                 "on",
                                 "when",
                                 "force",
                                 "basis",
                                 "urgency",
                                 "severity",
                                 "duties",
                                 "notices"})) {
            return;
        }
        const Reader named = declared.within("rule " + declared.text("id").value_or("?"));
        Rule rule = read_rule(named, content);
        const auto same = [&](const Rule& other) { return other.id == rule.id; };
        if (std::any_of(content.rules.begin(), content.rules.end(), same)) {
            named.fault_at("id", "duplicate", "it is used twice");
        }
        if (!named.has("when")) {
            named.fault_at("when", "missing", "say when it applies (\"always\" is an answer)");
            return;
        }
        content.roots.push_back(read_predicate(named.at("when"), content));
        content.rules.push_back(std::move(rule));
    });
    if (content.rules.empty()) {
        pack.fault_at("rules", "missing", "at least one rule is needed");
    }
    const auto remote = content.fact(kRemoteFact);
    for (const Rule& rule : content.rules) {
        const auto asks = [](const DutyTemplate& duty) { return duty.limit_if_remote.has_value(); };
        if (!remote && std::any_of(rule.duties.begin(), rule.duties.end(), asks)) {
            pack.fault_at(
                "facts", "missing", "rule " + rule.id + ": a limit by remoteness needs the fact area.remote");
        }
    }
}

}  // namespace lachan::policy
