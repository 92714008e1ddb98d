#include "lachan/casework/retention.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "case_edit.hpp"

namespace lachan::casework {
namespace {

constexpr int kPage = 500;

/// What a closed case is still needed for; empty: nothing.
std::string hold_of(const View& view, domain::CaseNo number) {
    const auto duties = view.duties.of_case(number);
    if (std::any_of(duties.begin(), duties.end(), [](const domain::Duty& duty) { return duty.pending(); })) {
        return "a duty is pending";
    }
    for (const domain::CaseNo other : view.cases.linked(number)) {
        const auto linked = view.cases.find(other);
        if (linked && linked->status == domain::CaseStatus::open) {
            return "linked to an open case";
        }
    }
    return {};
}

std::optional<PastRetention> judge(const View& view,
                                   const Vault& vault,
                                   const policy::RetentionRules& rules,
                                   const domain::Case& value,
                                   Instant now) {
    if (!value.closed_at || !view.cases.key(value.no)) {
        return std::nullopt;
    }
    const auto steps = view.steps.of_case(value.no);
    const policy::RetentionRule& rule = rules.rule_for(value, steps);
    const Instant until = rule.kept_until(*value.closed_at);
    if (now < until) {
        return std::nullopt;
    }
    return PastRetention{
        value.no, vault.case_code(value.no), &rule, *value.closed_at, until, hold_of(view, value.no)};
}

}  // namespace

std::vector<PastRetention> past_retention(const View& view,
                                          const Vault& vault,
                                          const policy::RetentionRules& rules,
                                          Instant now) {
    CaseQuery query;
    query.scope.everything = true;
    query.status = domain::CaseStatus::closed;
    query.limit = kPage;
    std::vector<PastRetention> found;
    for (auto page = view.cases.list(query); !page.empty(); page = view.cases.list(query)) {
        for (const domain::Case& value : page) {
            if (auto past = judge(view, vault, rules, value, now)) {
                found.push_back(std::move(*past));
            }
        }
        query.after = view.cases.place(page.back());
    }
    std::sort(found.begin(), found.end(), [](const PastRetention& one, const PastRetention& other) {
        return std::pair(one.closed_at, one.number) < std::pair(other.closed_at, other.number);
    });
    return found;
}

Result<Erased> erase_past(Tx& tx,
                          Vault& vault,
                          const policy::RetentionRules& rules,
                          const PastRetention& past,
                          std::string_view actor) {
    const auto value = tx.cases.find(past.number);
    const bool closed = value && value->status == domain::CaseStatus::closed;
    const auto now = closed ? judge(view_of(tx), vault, rules, *value, tx.now) : std::nullopt;
    if (!now || now->closed_at != past.closed_at) {
        return Error(Errc::transition_not_allowed, "the case is not to be forgotten any more");
    }
    if (!now->hold.empty()) {
        return Error(Errc::transition_not_allowed, now->hold);
    }
    return erase_case(tx, vault, past.number, rules.id + "@" + rules.version + " " + now->rule->id, actor);
}

}  // namespace lachan::casework
