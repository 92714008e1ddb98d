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

void tell_next_in_line(CaseEdit& edit, const domain::Notification& undelivered) {
    if (undelivered.rule.ends_with(kUndelivered)) {
        return;  // it was passed on once: where nobody can be reached, more messages reach nobody
    }
    if (!undelivered.duty) {
        edit.tell_next_of_notice(undelivered);
        return;
    }
    const domain::Duty* duty = edit.find(*undelivered.duty);
    if (duty != nullptr && duty->pending() && !edit.pass_on(*duty, undelivered.agency)) {
        edit.gap(duty->role, duty->area, duty);
    }
}

/// Moves it to another channel of the same agency. The queue it leaves may have waited for it.
void move_to(Tx& tx, CaseEdit& edit, domain::Notification& value, const domain::EndpointId& channel) {
    tx.endpoints.call_at(value.endpoint, tx.now);
    value.endpoint = channel;
    value.next_attempt = tx.now;
    value.reroute_at = tx.now + reroute_after(value.urgency);
    tx.endpoints.call_at(channel, tx.now);
    edit.note(
        "notification.rerouted",
        {{"notification", notification_name(edit.code(), value.no.ordinal)}, {"endpoint", channel.text()}});
}

void give_up_channel(Tx& tx, CaseEdit& edit, domain::Notification& value) {
    value.reroute_at.reset();
    const auto present = tx.endpoints.find(value.endpoint);
    if (!present || present->suspended) {
        value.state = domain::NotificationState::human_task;
        value.next_attempt.reset();
        tx.endpoints.call_at(value.endpoint, tx.now);
    }
    edit.note("notification.undelivered",
              {{"notification", notification_name(edit.code(), value.no.ordinal)},
               {"agency", value.agency.text()}});
}

}  // namespace

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
    if (const auto channel = next_channel(tx, *value)) {
        move_to(tx, edit, *value, *channel);
    } else {
        give_up_channel(tx, edit, *value);
        tell_next_in_line(edit, *value);
    }
    tx.outbox.update(*value);
    edit.finish();
    return {};
}

}  // namespace lachan::casework
