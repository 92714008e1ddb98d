#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/base/bytes.hpp"
#include "lachan/casework/ladders.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/queries.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kActor = "reporter";

Error unknown_receipt() {
    return {Errc::receipt_unknown, "no report has this receipt"};
}

/// The case that a receipt leads to, or, for a receipt of nobody's, another case: it is looked at all the
/// same and then not told of, so that the time of an answer says nothing about a guess.
struct Led {
    ReportRow row;
    domain::Case value;
    bool to_the_owner = false;
};

/// Looks at every byte, whichever differs first.
bool equal(BytesView one, BytesView other) {
    std::uint8_t difference = one.size() == other.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
        difference |= static_cast<std::uint8_t>(one[i] ^ other[i]);
    }
    return difference == 0;
}

std::optional<Led> follow(const Reports& reports, const Cases& cases, BytesView hash) {
    auto row = reports.nearest_receipt(hash);
    auto value = row ? cases.find(row->case_no) : std::nullopt;
    if (!value) {
        return std::nullopt;
    }
    const bool owner = equal(row->receipt_hash, hash);
    return Led{std::move(*row), std::move(*value), owner};
}

/// Those who hold a receipt have no key: their own repetitions are told apart by what the receipt is kept as.
domain::Principal bearer_of(BytesView receipt_hash) {
    domain::Principal bearer;
    bearer.key = domain::KeyId("receipt:" + to_hex(receipt_hash));
    return bearer;
}

/// Whom a duty's ladder tells when it is missed.
std::vector<std::string> roles_when_missed(const policy::Ladder& ladder) {
    const auto step = std::find_if(ladder.steps.begin(),
                                   ladder.steps.end(),
                                   [](const policy::LadderStep& each) { return each.marks_overdue; });
    return step == ladder.steps.end() ? std::vector<std::string>() : step->tells;
}

/// One nudge for each duty whose clock has passed: pushing twice escalates once.
bool nudge(CaseEdit& edit, Instant now) {
    bool escalated = false;
    for (std::size_t i = 0; i < edit.duties().size(); ++i) {
        domain::Duty& duty = edit.duties()[i];
        const bool passed = duty.pending() && now >= duty.due && (duty.fired & kNudged) == 0;
        if (!passed) {
            continue;
        }
        duty.fired |= kNudged;
        edit.record("case.nudged", {{"duty", duty_name(edit.code(), duty.no.ordinal)}});
        const policy::Ladder& ladder = edit.ladder_of(duty);
        const auto roles = roles_when_missed(ladder);
        if (!edit.tell_roles(roles, "case.escalated", duty, ladder.name + "/nudge")) {
            edit.gap(duty.role, duty.area, &duty);
        }
        edit.keep(duty);
        escalated = true;
    }
    return escalated;
}

}  // namespace

boost::asio::awaitable<Result<SafeStatus>> status_by_receipt(Context& context, std::string receipt) {
    const auto hash = context.vault.receipt_hash(receipt);
    if (!hash) {
        co_return hash.error();
    }
    SafeStatus result;
    const auto world = context.worlds.current();
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto led = follow(view.reports, view.cases, *hash);
        if (!led) {
            return unknown_receipt();
        }
        const domain::Case& value = led->value;
        result.stage = value.stage;
        result.status = value.status;
        result.received_at = led->row.received_at;
        result.overdue = value.overdue;
        if (const auto next = view.duties.next_pending(value.no)) {
            result.next_due = next->due;
            result.next_action = next->kind;
            const policy::Pack* pack = world->pack(value.pack);
            const policy::DutyTemplate* made_by =
                pack == nullptr ? nullptr : pack->duty(next->rule, next->kind);
            result.next_title = made_by == nullptr ? "" : made_by->title;
        }
        return led->to_the_owner ? Result<void>() : unknown_receipt();
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return result;
}

boost::asio::awaitable<Result<Answer>> nudge_by_receipt(Context& context,
                                                        std::string receipt,
                                                        Repeat repeat,
                                                        RenderNudge render) {
    const auto hash = context.vault.receipt_hash(receipt);
    if (!hash) {
        co_return hash.error();
    }
    const auto world = context.worlds.current();
    Effect push = [&](Tx& tx) -> Result<Answer> {
        auto led = follow(tx.reports, tx.cases, *hash);
        if (!led) {
            return unknown_receipt();
        }
        CaseEdit edit(tx, world, context.vault, std::move(led->value), std::string(kActor));
        if (!led->to_the_owner) {
            return unknown_receipt();
        }
        const bool escalated = nudge(edit, tx.now);
        if (escalated) {
            edit.finish();
        } else {
            edit.finish_if_changed();
        }
        return render(escalated);
    };
    auto answer = co_await commit_once(context, bearer_of(*hash), std::move(repeat), std::move(push));
    co_return answer;
}

boost::asio::awaitable<Result<FilingFact>> filing_by_receipt(Context& context, std::string receipt) {
    const auto hash = context.vault.receipt_hash(receipt);
    if (!hash) {
        co_return hash.error();
    }
    FilingFact fact;
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto led = follow(view.reports, view.cases, *hash);
        if (!led) {
            return unknown_receipt();
        }
        const ReportRow& row = led->row;
        fact = {row.id, row.received_at, row.recorded_at, row.fingerprint};
        return led->to_the_owner ? Result<void>() : unknown_receipt();
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return fact;
}

}  // namespace lachan::casework
