#include "redelivery.hpp"

#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/retry_schedule.hpp"

/// What was sent, or could not be, sent again.
namespace lachan::casework {
namespace {

constexpr int kTasksInAUnit = 200;  ///< Some milliseconds of the writer.

/// Where the agency can be reached now: the channel it was for, if that works.
std::optional<domain::EndpointId> working_channel(const Tx& tx, const domain::Notification& value) {
    const auto channels = tx.endpoints.of_agency(value.agency);
    const auto works = [](const Endpoint& channel) { return !channel.suspended; };
    const auto same = std::find_if(channels.begin(), channels.end(), [&](const Endpoint& channel) {
        return channel.id == value.endpoint && works(channel);
    });
    const auto found = same != channels.end() ? same : std::find_if(channels.begin(), channels.end(), works);
    return found == channels.end() ? std::nullopt : std::optional(found->id);
}

Result<void> schedule_again(Tx& tx,
                            domain::Notification value,
                            const std::string& actor,
                            const std::string& name) {
    const auto channel = working_channel(tx, value);
    if (!channel) {
        return Error(Errc::transition_not_allowed, "the agency has no working endpoint");
    }
    if (!value.endpoint.empty() && value.endpoint != *channel) {
        tx.endpoints.call_at(value.endpoint, tx.now);  // what waited behind it there goes on
    }
    if (value.state == domain::NotificationState::human_task) {  // what was delivered once is not passed on
        value.reroute_at = tx.now + reroute_after(value.urgency);
    }
    value.endpoint = *channel;
    value.state = domain::NotificationState::scheduled;
    value.earlier_attempts = value.attempts;
    value.rescheduled_at = tx.now;
    value.next_attempt = tx.now;
    tx.outbox.update(value);
    tx.endpoints.call_at(value.endpoint, tx.now);
    const auto about = tx.cases.find(value.no.case_no);
    domain::Event event;
    event.case_no = value.no.case_no;
    event.case_sequence = about ? about->sequence : 0;
    event.at = tx.now;
    event.kind = "notification.redelivery";
    event.actor = actor;
    event.data = {{"notification", name}};
    tx.events.append(event);
    return {};
}

/// One task of an agency, if it may still be told. Whether it is scheduled now.
bool bring(Context& context, Tx& tx, domain::NotificationNo number, const std::string& actor) {
    auto value = tx.outbox.find(number);
    const auto about = tx.cases.find(number.case_no);
    if (!value || !about || about->keeps_out(value->agency)) {
        return false;
    }
    const std::string name = notification_name(context.vault.case_code(number.case_no), number.ordinal);
    return schedule_again(tx, std::move(*value), actor, name).has_value();
}

/// The messages of the range, by their first try in it, at most one more than a call takes.
std::vector<std::pair<domain::NotificationNo, Instant>> in_range(const Tx& tx,
                                                                 const domain::EndpointId& endpoint,
                                                                 const RedeliveryRange& range) {
    using domain::NotificationState;
    std::vector<std::pair<domain::NotificationNo, Instant>> found;
    for (const NotificationState state : {NotificationState::delivered, NotificationState::human_task}) {
        if (!range.state || *range.state == state) {
            const auto more = tx.outbox.tried(endpoint, range.from, range.to, state, kMostRedelivered + 1);
            found.insert(found.end(), more.begin(), more.end());
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& one, const auto& other) {
        return one.second < other.second;
    });
    return found;
}

}  // namespace

boost::asio::awaitable<void> bring_tasks(Context& context,
                                         domain::Principal caller,
                                         domain::AgencyId agency) {
    domain::NotificationNo last{};
    std::size_t found = kTasksInAUnit;
    while (found == kTasksInAUnit) {
        const domain::NotificationNo after = last;  // the unit may be run again
        WriteOp op = [&](Tx& tx) -> Result<void> {
            const auto tasks = tx.outbox.tasks_of(agency, after, kTasksInAUnit);
            for (const domain::NotificationNo number : tasks) {
                bring(context, tx, number, caller.key.text());
            }
            found = tasks.size();
            last = tasks.empty() ? after : tasks.back();
            return {};
        };
        const auto done = co_await context.store.commit(std::move(op));
        if (!done) {
            log::error("tasks.not_brought", {{"agency", agency.text()}, {"why", done.error().detail()}});
            co_return;
        }
        context.outbox_work.notify();
    }
}

boost::asio::awaitable<Result<Answer>> redeliver(
    Context& context, domain::Principal caller, std::string name, Repeat repeat, Answer done) {
    if (const auto allowed = allow(caller, Action::redeliver); !allowed) {
        co_return allowed.error();
    }
    const auto number = parse_notification_name(context.vault, name);
    if (!number) {
        co_return number.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto value = tx.outbox.find(*number);
        const auto about = tx.cases.find(number->case_no);
        const Relation relation =
            about ? relation_of(caller, *about, view_of(tx), *world, tx.now) : Relation::none;
        if (!value || relation == Relation::none) {
            return Error(Errc::not_found, "no such notification");
        }
        if (!may(caller.role, Action::redeliver, relation)) {
            return Error(Errc::forbidden, "only those who handle or oversee the case may do that");
        }
        if (about->keeps_out(value->agency)) {
            return Error(Errc::transition_not_allowed, "this message is not sent any more");
        }
        if (const auto scheduled = schedule_again(tx, *value, caller.key.text(), name); !scheduled) {
            return scheduled.error();
        }
        return done;
    };
    auto answer = co_await commit_once(context, caller, std::move(repeat), std::move(effect));
    co_return answer;
}

boost::asio::awaitable<Result<Answer>> redeliver_range(Context& context,
                                                       domain::Principal caller,
                                                       domain::EndpointId id,
                                                       RedeliveryRange range,
                                                       Repeat repeat,
                                                       RenderRedelivered render) {
    if (const auto allowed = allow(caller, Action::redeliver); !allowed) {
        co_return allowed.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        const auto endpoint = tx.endpoints.find(id);
        if (!endpoint) {
            return Error(Errc::not_found, "no such endpoint");
        }
        if (endpoint->suspended) {
            return Error(Errc::transition_not_allowed, "the endpoint is suspended");
        }
        Redelivered done;
        int looked_at = 0;
        for (const auto& [number, at] : in_range(tx, id, range)) {
            if (looked_at++ == kMostRedelivered) {
                done.next_from = at;
                break;
            }
            const auto about = tx.cases.find(number.case_no);
            const bool theirs =
                about &&
                may(caller.role, Action::redeliver, relation_of(caller, *about, view_of(tx), *world, tx.now));
            if (theirs && bring(context, tx, number, caller.key.text())) {
                ++done.scheduled;
            }
        }
        return render(done);
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect));
    context.outbox_work.notify();
    co_return answer;
}

}  // namespace lachan::casework
