#include "rerouting.hpp"

#include <algorithm>
#include <utility>

#include "lachan/casework/names.hpp"
#include "lachan/casework/retry_schedule.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kActor = "watch";

/// The agency's next channel after the present one, if it has any that works.
std::optional<domain::EndpointId> next_channel(const Tx& tx, const domain::Notification& value) {
    const auto channels = tx.endpoints.of_agency(value.agency);
    auto at = std::find_if(
        channels.begin(), channels.end(), [&](const Endpoint& each) { return each.id == value.endpoint; });
    if (at == channels.end()) {
        return std::nullopt;
    }
    const auto next =
        std::find_if(std::next(at), channels.end(), [](const Endpoint& each) { return !each.suspended; });
    return next == channels.end() ? std::nullopt : std::optional(next->id);
}

}  // namespace

void tell_next_in_line(CaseEdit& edit, const domain::Duty& duty) {
    const policy::Ladder& ladder = edit.ladder_of(duty);
    for (const policy::LadderStep& step : ladder.steps) {
        if (!step.tells.empty() &&
            edit.tell_roles(step.tells, "case.escalated", &duty, ladder.name + "/undelivered", duty.area)) {
            return;
        }
    }
    edit.gap(duty.role, duty.area, &duty);
}

Result<void> reroute(Context& context,
                     Tx& tx,
                     const std::shared_ptr<const World>& world,
                     domain::NotificationNo number) {
    auto value = tx.outbox.find(number);
    if (!value || value->state != domain::NotificationState::scheduled || !value->reroute_at ||
        *value->reroute_at > tx.now) {
        return {};
    }
    auto found = tx.cases.find(number.case_no);
    if (!found) {
        return Error(Errc::internal, "a notification without its case");
    }
    CaseEdit edit(tx, world, context.vault, std::move(*found), std::string(kActor));
    value->reroute_at.reset();
    if (const auto channel = next_channel(tx, *value)) {
        value->endpoint = *channel;
        value->next_attempt = tx.now;
        value->reroute_at = tx.now + reroute_after(value->urgency);
        tx.endpoints.call_at(*channel, tx.now);
        edit.note("notification.rerouted",
                  {{"notification", notification_name(edit.code(), number.ordinal)},
                   {"endpoint", channel->text()}});
    } else {
        const auto channel_now = tx.endpoints.find(value->endpoint);
        if (!channel_now || channel_now->suspended) {
            value->state = domain::NotificationState::human_task;
            value->next_attempt.reset();
        }
        edit.note("notification.undelivered",
                  {{"notification", notification_name(edit.code(), number.ordinal)},
                   {"agency", value->agency.text()}});
        domain::Duty* duty = value->duty ? edit.find(*value->duty) : nullptr;
        if (duty != nullptr && duty->pending() && duty->holder == value->agency) {
            tell_next_in_line(edit, *duty);
        }
    }
    tx.outbox.update(*value);
    edit.finish();
    return {};
}

}  // namespace lachan::casework
