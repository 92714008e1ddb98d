#include <algorithm>
#include <exception>
#include <utility>

#include "case_edit.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/ladders.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/runners.hpp"
#include "rerouting.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;

constexpr int kBatch = 100;  ///< Duties fired in one unit: some milliseconds of the writer.
constexpr Duration kLongestSleep =
    60s;  ///< However far the next instant is: a lost hint costs this much at most.
constexpr Duration kPauseAfterFailure = 1s;  ///< The disk failed or the queue is full: not a busy loop.
constexpr Duration kSetAside = 60s;          ///< What cannot be fired does not keep the others waiting.
constexpr std::string_view kActor = "watch";

std::string rule_of(const policy::Ladder& ladder, const policy::LadderStep& step) {
    return ladder.name + "/" + step.id;
}

/// The store cannot take anything now: nothing is wrong with what was to be fired.
bool is_stores_own(const Error& error) {
    return error.code() == Errc::storage || error.code() == Errc::overloaded ||
           error.code() == Errc::shutting_down;
}

/// What cannot be fired is looked at again later, and shows in the record as late until a person has mended
/// it.
Result<void> set_aside(Tx& tx, domain::DutyNo number) {
    if (auto duty = tx.duties.find(number); duty && duty->pending()) {
        log::error("duty.set_aside",
                   {{"case", static_cast<std::int64_t>(number.case_no)}, {"duty", number.ordinal}});
        duty->next_at = tx.now + kSetAside;
        tx.duties.update(*duty);
    }
    return {};
}

Result<void> set_aside(Tx& tx, domain::NotificationNo number) {
    if (auto value = tx.outbox.find(number); value && value->reroute_at) {
        log::error("notification.set_aside",
                   {{"case", static_cast<std::int64_t>(number.case_no)}, {"notification", number.ordinal}});
        value->reroute_at = tx.now + kSetAside;
        tx.outbox.update(*value);
    }
    return {};
}

/// Tells whom the step names. A step that finds nobody is skipped at once: the gap is told, and the next
/// escalation of the ladder takes its place now.
void tell_step(CaseEdit& edit, const policy::Ladder& ladder, std::size_t index, const domain::Duty& duty) {
    const policy::LadderStep& step = ladder.steps[index];
    if (step.tells_holder && !duty.holder.empty()) {
        edit.tell(duty.holder, step.event, &duty, rule_of(ladder, step));
    }
    if (step.tells.empty() || edit.tell_roles(step.tells, step.event, duty, rule_of(ladder, step))) {
        return;
    }
    edit.gap(step.tells.front(), duty.area, &duty);
    for (std::size_t next = index + 1; next < ladder.steps.size(); ++next) {
        const policy::LadderStep& stand_in = ladder.steps[next];
        if (!stand_in.tells.empty() &&
            edit.tell_roles(stand_in.tells, step.event, duty, rule_of(ladder, step))) {
            return;
        }
    }
}

void fire_step(
    Tx& tx, CaseEdit& edit, const policy::Ladder& ladder, const Alarm& alarm, std::int32_t ordinal) {
    const policy::LadderStep& step = ladder.steps[alarm.step];
    domain::Duty* duty = edit.find(ordinal);
    const bool missed_now = step.marks_overdue && !duty->overdue_at;
    if (missed_now) {
        duty->overdue_at = duty->due;
    }
    mark_fired(ladder, alarm, tx.now, *duty);
    edit.record(step.event,
                {{"duty", duty_name(edit.code(), ordinal)},
                 {"kind", duty->kind},
                 {"step", rule_of(ladder, step)},
                 {"instant", to_rfc3339(alarm.at)}});
    tell_step(edit, ladder, alarm.step, *duty);
}

/// Fires everything of one duty that is due. Returns the instant of the earliest, for the metric; none where
/// it was answered or fired in the meantime.
Result<std::optional<Instant>> fire_duty(Context& context,
                                         Tx& tx,
                                         const std::shared_ptr<const World>& world,
                                         domain::DutyNo number) {
    const auto duty = tx.duties.find(number);
    if (!duty || !duty->next_at || *duty->next_at > tx.now) {
        return std::optional<Instant>();
    }
    auto value = tx.cases.find(number.case_no);
    if (!value) {
        return Error(Errc::internal, "a duty without its case");
    }
    CaseEdit edit(tx, world, context.vault, std::move(*value), std::string(kActor));
    const policy::Ladder& ladder = edit.ladder_of(*duty);
    for (auto alarm = next_alarm(ladder, *edit.find(number.ordinal)); alarm && alarm->at <= tx.now;
         alarm = next_alarm(ladder, *edit.find(number.ordinal))) {
        fire_step(tx, edit, ladder, *alarm, number.ordinal);
    }
    edit.keep(*edit.find(number.ordinal));
    edit.finish();
    return duty->next_at;
}

}  // namespace

void WatchRunner::note_fired(const std::vector<Instant>& instants) {
    const Instant now = context_.clock.now();
    for (const Instant instant : instants) {
        const Duration late = std::max(now - std::max(instant, since_), Duration::zero());
        last_lag_ms_ = std::max<std::int64_t>(last_lag_ms_, late.count());
        if (observer_ != nullptr) {
            observer_->fired(late);
        }
    }
}

/// Most looks find nothing: what is next is asked before what is due.
boost::asio::awaitable<Result<WatchRunner::Due>> WatchRunner::look() {
    Due due;
    const Instant now = context_.clock.now();
    ReadOp look = [&](const View& view) -> Result<void> {
        const Instant recorded = context_.store.record_time();
        const auto duty = view.duties.next_instant();
        const auto message = view.outbox.next_reroute();
        if (duty && *duty <= now) {
            due.duties = view.duties.due(now, kBatch);
        }
        if (message && *message <= recorded) {
            due.undelivered = view.outbox.to_reroute(recorded, kBatch);
        }
        due.next = duty && message ? std::min(duty, message) : duty ? duty : message;
        return {};
    };
    const auto looked = co_await context_.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    last_look_ = now;
    last_lag_ms_ = 0;
    co_return due;
}

boost::asio::awaitable<Result<void>> WatchRunner::fire(const Due& due) {
    const auto world = context_.worlds.current();
    std::vector<Instant> instants;
    WriteOp together = [&](Tx& tx) -> Result<void> {
        instants.clear();
        for (const domain::DutyNo number : due.duties) {
            const auto fired = fire_duty(context_, tx, world, number);
            if (!fired) {
                return fired.error();
            }
            if (*fired) {
                instants.push_back(**fired);
            }
        }
        for (const domain::NotificationNo number : due.undelivered) {
            if (const auto done = reroute(context_, tx, world, number); !done) {
                return done.error();
            }
        }
        return {};
    };
    const auto all = co_await context_.store.commit(std::move(together), Lane::emergency);
    if (all) {
        note_fired(instants);
        context_.outbox_work.notify();
        co_return all;
    }
    if (is_stores_own(all.error())) {
        co_return all;
    }
    const auto one_by_one = co_await fire_one_by_one(due);
    co_return one_by_one;
}

boost::asio::awaitable<Result<void>> WatchRunner::fire_one_by_one(const Due& due) {
    const auto world = context_.worlds.current();
    for (const domain::DutyNo number : due.duties) {
        std::vector<Instant> instants;
        WriteOp fire = [&](Tx& tx) -> Result<void> {
            instants.clear();
            const auto fired = fire_duty(context_, tx, world, number);
            if (fired && *fired) {
                instants.push_back(**fired);
            }
            return fired ? Result<void>() : Result<void>(fired.error());
        };
        WriteOp later = [&](Tx& tx) -> Result<void> { return set_aside(tx, number); };
        const auto done = co_await commit_or(std::move(fire), std::move(later));
        if (!done) {
            co_return done;
        }
        note_fired(instants);
    }
    for (const domain::NotificationNo number : due.undelivered) {
        WriteOp move = [&](Tx& tx) -> Result<void> { return reroute(context_, tx, world, number); };
        WriteOp later = [&](Tx& tx) -> Result<void> { return set_aside(tx, number); };
        const auto done = co_await commit_or(std::move(move), std::move(later));
        if (!done) {
            co_return done;
        }
    }
    co_return Result<void>();
}

boost::asio::awaitable<Result<void>> WatchRunner::commit_or(WriteOp op, WriteOp otherwise) {
    const auto done = co_await context_.store.commit(std::move(op), Lane::emergency);
    if (done || is_stores_own(done.error())) {
        co_return done;
    }
    log::error("watch.cannot_be_fired", {{"why", done.error().detail()}});
    const auto put_off = co_await context_.store.commit(std::move(otherwise), Lane::emergency);
    co_return put_off;
}

boost::asio::awaitable<Result<std::optional<Instant>>> WatchRunner::fire_all() {
    while (!stop_.stopping) {
        const auto due = co_await look();
        if (!due) {
            co_return due.error();
        }
        if (due->empty()) {
            co_return due->next;
        }
        const auto fired = co_await fire(*due);
        if (!fired) {
            co_return fired.error();
        }
    }
    co_return std::optional<Instant>();
}

boost::asio::awaitable<Result<void>> WatchRunner::catch_up() {
    const auto done = co_await fire_all();
    co_return done ? Result<void>() : Result<void>(done.error());
}

boost::asio::awaitable<void> WatchRunner::run() {
    while (!stop_.stopping) {
        Instant until = context_.clock.now() + kPauseAfterFailure;
        try {
            const auto next = co_await fire_all();
            if (next) {
                const Instant latest = context_.clock.now() + kLongestSleep;
                until = std::min(next->value_or(latest), latest);
            } else {
                log::error("watch.failed", {{"why", next.error().detail()}});
            }
        } catch (const std::exception& failure) {
            log::error("watch.broken", {{"why", failure.what()}});
        }
        if (!stop_.stopping) {
            co_await context_.clock.sleep_until(until, context_.watch_work);
        }
    }
}

}  // namespace lachan::casework
