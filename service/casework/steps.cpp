#include <algorithm>
#include <array>
#include <utility>

#include "afterwards.hpp"
#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/acts.hpp"
#include "lachan/casework/names.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;

constexpr Duration kClockTolerance = 5min;  ///< The contract's: how far a caller's clock may be ahead.
/// First aid or a separation may come before the report of it; what lies further back is a mistyped date.
constexpr Duration kLongestBefore = 24h * 30;
constexpr std::size_t kLongestNote = 20'000;  ///< Some pages; the body's own limit is the outer bound.
constexpr std::size_t kLongestResult = 200;   ///< A word of the pack, or a short phrase of one's own.

/// Kinds that the service records itself: the pack may declare them, so that rules can follow from them.
constexpr std::array<std::string_view, 6> kOwnKinds = {
    kIdle, "reopening", "closing_request", "closing", "waiver_request", "waiver"};

const policy::StepKind* recordable(const policy::Pack& pack, std::string_view kind) {
    const bool own = std::find(kOwnKinds.begin(), kOwnKinds.end(), kind) != kOwnKinds.end();
    return own ? nullptr : pack.step(kind);
}

std::string known_kinds(const policy::Pack& pack) {
    std::string list;
    for (const policy::StepKind& kind : pack.steps()) {
        if (recordable(pack, kind.kind) != nullptr) {
            list += (list.empty() ? "" : ", ") + kind.kind;
        }
    }
    return list;
}

Result<void> check(const NewStep& step, const policy::Pack& pack, const domain::Case& value, Instant now) {
    std::vector<Fault> faults;
    if (recordable(pack, step.kind) == nullptr) {
        faults.push_back({"/kind", "unknown_word", "one of: " + known_kinds(pack)});
    }
    const std::int32_t children = std::max(value.children, 1);
    if (step.child && (*step.child < 0 || *step.child >= children)) {
        faults.push_back(
            {"/child", "out_of_range", "the case has children 0 to " + std::to_string(children - 1)});
    }
    if (step.done_at && *step.done_at > now + kClockTolerance) {
        faults.push_back({"/done_at", "in_future", "an act is recorded when it is done"});
    }
    if (step.done_at && *step.done_at < value.received_at - kLongestBefore) {
        faults.push_back({"/done_at",
                          "too_early",
                          "more than 30 days before the case's first report: is the date right?"});
    }
    if (step.note.size() > kLongestNote) {
        faults.push_back({"/note", "too_long", "at most 20000 bytes"});
    }
    if (step.result.size() > kLongestResult) {
        faults.push_back({"/result", "too_long", "at most 200 bytes; use the note for more"});
    }
    if (step.until && *step.until < step.done_at.value_or(now)) {
        faults.push_back({"/until", "before_start", "ends before it was done"});
    }
    std::vector<Fault> all = step.misread;
    join_faults(all, std::move(faults));
    if (!all.empty()) {
        return Error(Errc::validation_failed, "the step cannot be recorded as it is", std::move(all));
    }
    return {};
}

bool concerns(const domain::Duty& duty, const NewStep& step) {
    return !step.child || !duty.child || *step.child == *duty.child;
}

bool is_among(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// The pending duties that this act fulfils.
std::vector<std::int32_t> fulfilled(CaseEdit& edit, const policy::StepKind& kind, const NewStep& step) {
    std::vector<std::int32_t> ordinals;
    for (const domain::Duty& duty : edit.duties()) {
        if (duty.pending() && is_among(kind.discharges, duty.kind) && concerns(duty, step)) {
            ordinals.push_back(duty.no.ordinal);
        }
    }
    return ordinals;
}

/// An agency fulfils its own duties, and with them what the act makes needless of other kinds (a plan the
/// meeting for it), whoever holds that; a supervisor who oversees the case
/// those of others too.
Result<void> may_fulfil(CaseEdit& edit,
                        const domain::Principal& caller,
                        bool overseer,
                        std::string_view kind,
                        std::vector<std::int32_t>& ordinals) {
    const auto is_own = [&](std::int32_t ordinal) { return edit.find(ordinal)->holder == caller.agency; };
    if (overseer || ordinals.empty()) {
        return {};
    }
    if (std::none_of(ordinals.begin(), ordinals.end(), is_own)) {
        return Error(Errc::forbidden, "another agency holds the duty that this step fulfils");
    }
    std::erase_if(ordinals,
                  [&](std::int32_t ordinal) { return !is_own(ordinal) && edit.find(ordinal)->kind == kind; });
    return {};
}

void discharge(CaseEdit& edit, const std::vector<std::int32_t>& ordinals) {
    for (const std::int32_t ordinal : ordinals) {
        domain::Duty* duty = edit.find(ordinal);
        edit.end(*duty, domain::DutyState::done);
        edit.record("duty.done", {{"duty", duty_name(edit.code(), ordinal)}, {"kind", duty->kind}});
    }
}

/// An act that fulfils a duty of the caller's (or is an overseer's) makes the duties of others needless too.
/// Recorded beside that, by whoever is a party, it must not silence a case: then it ends only the caller's
/// own.
void cancel_superseded(CaseEdit& edit,
                       const policy::StepKind& kind,
                       const NewStep& step,
                       const domain::Principal& caller,
                       bool all) {
    if (!kind.supersedes_on.empty() && !is_among(kind.supersedes_on, step.result)) {
        return;
    }
    for (domain::Duty& duty : edit.duties()) {
        const bool own = duty.holder == caller.agency;
        if (duty.pending() && (all || own) && is_among(kind.supersedes, duty.kind) && concerns(duty, step)) {
            edit.end(duty, domain::DutyState::cancelled);
            edit.record("duty.cancelled",
                        {{"duty", duty_name(edit.code(), duty.no.ordinal)},
                         {"kind", duty.kind},
                         {"ground", step.kind + "/" + step.result}});
        }
    }
}

/// A result that the pack does not know is a person's own words and could hold a name: it is sealed with the
/// note.
bool move_own_words(const policy::StepKind& kind, NewStep& step) {
    if (step.result.empty() || is_among(kind.results, step.result)) {
        return false;
    }
    step.note = step.note.empty() ? step.result : step.result + "\n" + step.note;
    step.result.clear();
    return true;
}

domain::Step step_of(const NewStep& wanted, const domain::Principal& caller, Instant now) {
    domain::Step step = act_of(wanted.kind, caller, now);
    step.child = wanted.child;
    step.done_at = std::min(wanted.done_at.value_or(now), now);
    step.result = wanted.result;
    step.until = wanted.until;
    return step;
}

}  // namespace

boost::asio::awaitable<Result<Answer>> record_step(Context& context,
                                                   domain::Principal caller,
                                                   std::string case_code,
                                                   NewStep wanted,
                                                   Repeat repeat,
                                                   RenderChange render) {
    const auto number = context.vault.case_no(case_code);
    if (!number) {
        co_return number.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        NewStep step = wanted;  // changed below, and the unit may be run again
        auto found = find_related(caller, Action::record_step, *number, view_of(tx), *world, tx.now);
        if (!found) {
            return found.error();
        }
        const bool overseer = oversees(caller, found->relation);
        CaseEdit edit(tx, world, context.vault, std::move(found->value), caller.key.text());
        if (edit.pack() == nullptr) {
            return Error(Errc::internal, "the rule pack of this case is lost");
        }
        if (const auto checked = check(step, *edit.pack(), edit.value(), tx.now); !checked) {
            return checked.error();
        }
        const policy::StepKind& kind = *edit.pack()->step(step.kind);
        const bool own_words = move_own_words(kind, step);
        auto ordinals = fulfilled(edit, kind, step);
        if (edit.value().status == domain::CaseStatus::closed && ordinals.empty()) {
            return Error(Errc::transition_not_allowed, "the case is closed");
        }
        if (const auto may = may_fulfil(edit, caller, overseer, step.kind, ordinals); !may) {
            return may.error();
        }
        domain::Step kept = step_of(step, caller, tx.now);
        if (const auto recorded = keep_step(context.vault, tx, edit, kept, step.note); !recorded) {
            return recorded.error();
        }
        discharge(edit, ordinals);
        cancel_superseded(edit, kind, step, caller, overseer || !ordinals.empty());
        go_on_after(edit, kind, kept);
        edit.finish();
        CaseChange change = edit.change();
        if (own_words) {
            change.warnings.push_back(
                "/result: not one of the results that the rules know for this step; taken as "
                "unknown and kept with the note");
        }
        return render(change);
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::emergency);
    co_return answer;
}

}  // namespace lachan::casework
