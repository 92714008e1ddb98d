#include <algorithm>

#include "content.hpp"
#include "fact_sources.hpp"
#include "lachan/base/check.hpp"

namespace lachan::policy {
namespace {

constexpr std::uint16_t kEmpty = 0xFFFF;

bool is_shorter(const OrderedDuty& candidate, const OrderedDuty& present) {
    const Duration mine = least_time(candidate.limit, candidate.duty->immediately_within);
    const Duration theirs = least_time(present.limit, present.duty->immediately_within);
    if (mine != theirs) {
        return mine < theirs;
    }
    return candidate.rule->force == domain::Force::law && present.rule->force != domain::Force::law;
}

/// Why an unknown node applied: the unknown facts below it, each with the values that were taken to be so.
class Assumptions {
public:
    Assumptions(const Pack::Content& pack, std::size_t children)
        : pack_(pack), taken_(pack.facts.size(), 0), seen_(children * pack.program.nodes().size(), 0) {}

    void note(NodeIndex root, std::size_t child, const Facts& facts, std::span<const Verdict> verdicts) {
        const std::size_t count = pack_.program.nodes().size();
        visit(root, false, {facts, verdicts, std::span(seen_).subspan(child * count, count)});
    }

    /// A fact that a limit hung on.
    void take(std::size_t fact, ValueSet values) { taken_[fact] |= values; }

    [[nodiscard]] std::vector<ProtectiveAssumption> list() const {
        std::vector<ProtectiveAssumption> found;
        const bool no_category = category_is_open();
        if (no_category) {
            found.push_back({std::string(kCategoryFact), "any"});
        }
        for (std::size_t i = 0; i < taken_.size(); ++i) {
            const FactDomain& fact = pack_.facts[i];
            if (taken_[i] != 0 && !(no_category && fact.family == kCategoryFact)) {
                found.push_back({fact.name, text_of(fact, taken_[i])});
            }
        }
        return found;
    }

private:
    /// One child's answers, and which nodes were met with either sign, so that shared parts are walked once.
    struct View {
        const Facts& facts;
        std::span<const Verdict> verdicts;
        std::span<std::uint8_t> seen;
    };

    void visit(NodeIndex index, bool negated, const View& child) {
        const auto mark = static_cast<std::uint8_t>(negated ? 2 : 1);
        if (child.verdicts[index] != Verdict::unknown || (child.seen[index] & mark) != 0) {
            return;
        }
        child.seen[index] |= mark;
        const Node& node = pack_.program.nodes()[index];
        if (node.op == Op::among) {
            const ValueSet possible = child.facts[node.fact];
            taken_[node.fact] |= negated ? possible & ~node.set : possible & node.set;
            return;
        }
        for (const NodeIndex below : pack_.program.children(index)) {
            visit(below, negated != (node.op == Op::negation), child);
        }
    }

    /// Nobody said what it is about: one assumption says so better than one for each category.
    [[nodiscard]] bool category_is_open() const {
        std::size_t open = 0;
        for (std::size_t i = 0; i < taken_.size(); ++i) {
            open += pack_.facts[i].family == kCategoryFact && taken_[i] != 0 ? 1 : 0;
        }
        return open > 1;
    }

    [[nodiscard]] static std::string text_of(const FactDomain& fact, ValueSet taken) {
        if (taken == fact.all()) {
            return "any";
        }
        std::string text;
        for (std::size_t value = 0; value < fact.words.size(); ++value) {
            if ((taken >> value & 1U) != 0) {
                text += (text.empty() ? "" : "|") + fact.words[value];
            }
        }
        return text;
    }

    const Pack::Content& pack_;
    std::vector<ValueSet> taken_;
    std::vector<std::uint8_t> seen_;
};

/// Collects what the rules yield, one entry for each thing that can be owed.
class Deciding {
public:
    Deciding(const Pack::Content& pack, std::size_t children)
        : pack_(pack),
          assumptions_(pack, children),
          duty_at_(pack.duty_slot_count * (children + 1), kEmpty),
          notice_at_(pack.notice_slot_count, kEmpty),
          verdicts_(children * pack.program.nodes().size()),
          width_(children + 1) {}

    void evaluate(std::size_t child, const Facts& facts) {
        LACHAN_CHECK(facts.size() == pack_.facts.size());
        pack_.program.evaluate(facts, verdicts_of(child));
    }

    /// Applies one rule to those children for whom its predicate is not "no".
    void apply(std::size_t index, std::span<const Facts> children, std::size_t first, std::size_t last) {
        bool applied = false;
        for (std::size_t child = first; child < last; ++child) {
            const auto verdicts = verdicts_of(child);
            const NodeIndex root = pack_.roots[index];
            if (verdicts[root] == Verdict::no) {
                continue;
            }
            if (verdicts[root] == Verdict::unknown) {
                assumptions_.note(root, child, children[child], verdicts);
            }
            applied = true;
            order(index, child, children[child]);
        }
        if (applied) {
            yield(index);
        }
    }

    [[nodiscard]] Decision take() {
        decision_.assumptions = assumptions_.list();
        return std::move(decision_);
    }

private:
    std::span<Verdict> verdicts_of(std::size_t child) {
        const std::size_t count = pack_.program.nodes().size();
        return std::span(verdicts_).subspan(child * count, count);
    }

    void order(std::size_t index, std::size_t child, const Facts& facts) {
        const Rule& rule = pack_.rules[index];
        for (std::size_t i = 0; i < rule.duties.size(); ++i) {
            const DutyTemplate& duty = rule.duties[i];
            OrderedDuty ordered{&rule, &duty, std::nullopt, limit_of(duty, facts)};
            if (duty.per_child) {
                ordered.child = static_cast<std::int32_t>(child);
            }
            const std::size_t column = duty.per_child ? child + 1 : 0;
            merge(ordered, pack_.duty_slots[index][i] * width_ + column);
        }
    }

    /// The longer limit only where the commune is known to be remote; where that is not known, it is taken as
    /// near.
    [[nodiscard]] deadlines::Limit limit_of(const DutyTemplate& duty, const Facts& facts) {
        if (!duty.limit_if_remote) {
            return duty.limit;
        }
        const std::size_t fact = pack_.remote_fact.value();  // no pack has such a limit without it
        const FactDomain& remote = pack_.facts[fact];
        const ValueSet yes = ValueSet{1} << *remote.index_of("yes");
        if (facts[fact] == yes) {
            return *duty.limit_if_remote;
        }
        if (facts[fact] == remote.all()) {
            assumptions_.take(fact, remote.all() & ~yes);
        }
        return duty.limit;
    }

    void merge(const OrderedDuty& ordered, std::size_t slot) {
        if (duty_at_[slot] == kEmpty) {
            duty_at_[slot] = static_cast<std::uint16_t>(decision_.duties.size());
            decision_.duties.push_back(ordered);
            return;
        }
        OrderedDuty& present = decision_.duties[duty_at_[slot]];
        if (is_shorter(ordered, present)) {
            present = ordered;
        }
    }

    void yield(std::size_t index) {
        const Rule& rule = pack_.rules[index];
        decision_.applied.push_back(&rule);
        decision_.urgency = std::max(decision_.urgency, rule.urgency.value_or(domain::Urgency::normal));
        decision_.severity = std::max(decision_.severity, rule.severity.value_or(domain::Severity::unknown));
        for (std::size_t i = 0; i < rule.notices.size(); ++i) {
            std::uint16_t& at = notice_at_[pack_.notice_slots[index][i]];
            if (at == kEmpty) {
                at = static_cast<std::uint16_t>(decision_.notices.size());
                decision_.notices.push_back({&rule, &rule.notices[i]});
            }
        }
    }

    const Pack::Content& pack_;
    Assumptions assumptions_;
    std::vector<std::uint16_t> duty_at_;
    std::vector<std::uint16_t> notice_at_;
    std::vector<Verdict> verdicts_;
    std::size_t width_;
    Decision decision_;
};

Decision decide_with(const Pack::Content& pack,
                     std::span<const Facts> children,
                     std::span<const std::size_t> rules,
                     std::optional<std::int32_t> only) {
    const std::size_t first = only ? static_cast<std::size_t>(*only) : 0;
    const std::size_t last = only ? first + 1 : children.size();
    LACHAN_CHECK(first < last && last <= children.size());
    Deciding deciding(pack, children.size());
    for (std::size_t child = first; child < last; ++child) {
        deciding.evaluate(child, children[child]);
    }
    for (const std::size_t rule : rules) {
        deciding.apply(rule, children, first, last);
    }
    return deciding.take();
}

/// A result that was not given, or that this pack does not know, may have been any of those the rule waits
/// for.
bool waits_for(const Trigger& trigger, const StepKind& kind, std::string_view result) {
    if (trigger.results.empty()) {
        return true;
    }
    const bool known = std::find(kind.results.begin(), kind.results.end(), result) != kind.results.end();
    if (!known) {
        return !trigger.explicit_result;
    }
    return std::find(trigger.results.begin(), trigger.results.end(), result) != trigger.results.end();
}

}  // namespace

Decision Pack::decide(std::span<const Facts> children) const {
    return decide_with(*content_, children, content_->on_report, std::nullopt);
}

Decision Pack::decide_step(std::span<const Facts> children,
                           StepView recorded,
                           std::optional<std::int32_t> child) const {
    const StepKind* const kind = step(recorded.kind);
    const auto waiting = content_->on_step.find(recorded.kind);
    if (kind == nullptr || waiting == content_->on_step.end()) {
        return {};
    }
    std::vector<std::size_t> rules;
    for (const std::size_t rule : waiting->second) {
        if (waits_for(content_->rules[rule].trigger, *kind, recorded.result)) {
            rules.push_back(rule);
        }
    }
    return decide_with(*content_, children, rules, child);
}

Decision Pack::decide_closure(std::span<const Facts> children) const {
    return decide_with(*content_, children, content_->on_closure, std::nullopt);
}

}  // namespace lachan::policy
