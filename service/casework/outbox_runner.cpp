#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "lachan/base/log.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/retry_schedule.hpp"
#include "lachan/casework/runners.hpp"

namespace lachan::casework {

/// One try that is about to be made.
struct OutboxRunner::Claim {
    domain::Notification notification;
    Target target;
    Message message;
    Standing standing = Standing::sound;
    bool probe = false;  ///< Made before its time, to see whether the endpoint works again.
};

namespace {

using namespace std::chrono_literals;

constexpr Duration kLongestSleep =
    60s;  ///< However far the next instant is: a lost hint costs this much at most.
constexpr Duration kPauseAfterFailure = 1s;
constexpr Duration kLookAgain = 1s;  ///< The head of a queue waits for an earlier message of the same case.
constexpr Duration kSlowTry = 1s;  ///< Most answers come within; what takes longer may take all of its 15 s.
/// In one unit: a thousand endpoints that are probed in the same second must not hold the writer for so long
/// that the others notice.
constexpr int kDoubtfulAtOnce = 32;
constexpr std::string_view kActor = "outbox";

/// When the endpoint next wants a look: its queue's next try or, while its circuit is open and something
/// waits there at all, the next probe.
std::optional<Instant> next_look_at(const Outbox& outbox, const Endpoint& endpoint) {
    const auto next = outbox.next_attempt(endpoint.id);
    return next && endpoint.open_until ? endpoint.open_until : next;
}

/// The same after a try: whatever waits there already, the others have their turn first.
std::optional<Instant> next_turn(Tx& tx, const Endpoint& endpoint) {
    const auto next = next_look_at(tx.outbox, endpoint);
    return next ? std::optional(std::max(*next, tx.now)) : std::nullopt;
}

Message message_of(const Vault& vault, const domain::Notification& value, bool exercise, Instant now) {
    Message message;
    message.case_code = vault.case_code(value.no.case_no);
    message.id = notification_name(message.case_code, value.no.ordinal);
    std::replace(
        message.id.begin(), message.id.end(), '.', '-');  // the signature joins id and time with a dot
    message.type = value.type;
    message.case_sequence = value.case_sequence;
    message.urgency = value.urgency;
    message.duty = value.duty ? duty_name(message.case_code, *value.duty) : "";
    message.respond_by = value.respond_by;
    message.created_at = value.created_at;
    message.sent_at = now;
    message.exercise = exercise;
    return message;
}

/// A suspended endpoint delivers nothing: what waits there is called to the watch, which moves it on or makes
/// it a task for people. Should the watch not come to it, it is looked at again after `kLookAgain`.
void hand_to_watch(Tx& tx, domain::Notification value) {
    value.reroute_at = tx.now;
    value.next_attempt = tx.now + kLookAgain;
    tx.outbox.update(value);
}

void note(Tx& tx,
          const Vault& vault,
          const domain::Notification& value,
          std::string_view kind,
          domain::EventData data) {
    const auto found = tx.cases.find(value.no.case_no);
    domain::Event event;
    event.case_no = value.no.case_no;
    event.case_sequence = found ? found->sequence : 0;
    event.at = tx.now;
    event.kind = kind;
    event.actor = kActor;
    event.data = {{"notification", notification_name(vault.case_code(value.no.case_no), value.no.ordinal)},
                  {"agency", value.agency.text()},
                  {"endpoint", value.endpoint.text()}};
    event.data.insert(event.data.end(), data.begin(), data.end());
    tx.events.append(event);
}

void count_success(Endpoint& endpoint, Instant now) {
    endpoint.failures = 0;
    endpoint.open_until.reset();
    endpoint.last_success = now;
}

/// Whatever waits behind an open circuit need not wait for its own next try once the endpoint is back.
void close_circuit(Tx& tx, Endpoint& endpoint) {
    const bool was_open = endpoint.open_until.has_value();
    count_success(endpoint, tx.now);
    if (was_open) {
        tx.outbox.hurry(endpoint.id, tx.now);
    }
}

void count_failure(Endpoint& endpoint, Instant now) {
    ++endpoint.failures;
    if (endpoint.failures >= kFailuresToOpen) {
        endpoint.open_until = now + kProbeEvery;
    }
}

domain::Attempt attempt_of(const domain::Notification& value,
                           const domain::EndpointId& endpoint,
                           domain::AttemptOutcome outcome,
                           const SendOutcome& answer,
                           Instant sent_at) {
    domain::Attempt attempt;
    attempt.notification = value.no;
    attempt.number = value.attempts;
    attempt.endpoint = endpoint;
    attempt.at = sent_at;
    attempt.outcome = outcome;
    attempt.status = answer.status;
    attempt.failure = answer.failure;
    attempt.latency_ms = answer.latency_ms;
    attempt.excerpt = answer.excerpt;
    return attempt;
}

void judge_success(Context& context, Tx& tx, domain::Notification& value, Endpoint& endpoint) {
    close_circuit(tx, endpoint);
    if (value.endpoint != endpoint.id) {  // it was moved while under way, and another queue waits for it
        tx.endpoints.call_at(value.endpoint, tx.now);
    }
    value.delivered_at = tx.now;
    value.next_attempt.reset();
    value.reroute_at.reset();
    const bool superseded = value.state == domain::NotificationState::superseded;
    value.state = superseded ? value.state : domain::NotificationState::delivered;
    note(tx, context.vault, value, "notification.delivered", {{"attempt", std::to_string(value.attempts)}});
}

bool is_failure_of_endpoint(domain::AttemptOutcome outcome) {
    return outcome == domain::AttemptOutcome::retry || outcome == domain::AttemptOutcome::slow_retry;
}

void suspend(Context& context, Tx& tx, const domain::Notification& value, Endpoint& endpoint) {
    endpoint.suspended = true;
    endpoint.suspended_why = "answered 410";
    note(tx, context.vault, value, "endpoint.suspended", {{"why", endpoint.suspended_why}});
    log::error("endpoint.suspended", {{"endpoint", endpoint.id.text()}, {"why", endpoint.suspended_why}});
}

/// The receiver says that the message itself is wrong: something a person has to look at, said once.
void raise_refusal(Context& context, Tx& tx, const domain::Notification& value, const SendOutcome& answer) {
    const auto earlier = tx.outbox.attempts(value.no);
    const bool said = std::any_of(earlier.begin(), earlier.end(), [](const domain::Attempt& attempt) {
        return attempt.outcome == domain::AttemptOutcome::slow_retry;
    });
    if (!said) {
        const std::string status = std::to_string(answer.status.value_or(0));
        note(tx, context.vault, value, "notification.refused", {{"status", status}});
        log::error("webhook.refused", {{"endpoint", value.endpoint.text()}, {"status", status}});
    }
}

/// Moves the notification on according to the outcome. One that was superseded while under way stays
/// superseded; one that was moved to another channel has its next try there.
void judge(Context& context,
           Tx& tx,
           domain::Notification& value,
           Endpoint& endpoint,
           domain::AttemptOutcome outcome,
           const SendOutcome& answer) {
    if (outcome == domain::AttemptOutcome::delivered) {
        judge_success(context, tx, value, endpoint);
        return;
    }
    count_failure(endpoint, tx.now);
    if (outcome == domain::AttemptOutcome::suspended) {
        suspend(context, tx, value, endpoint);
    }
    if (outcome == domain::AttemptOutcome::slow_retry) {
        raise_refusal(context, tx, value, answer);
    }
    if (value.state != domain::NotificationState::scheduled || value.endpoint != endpoint.id) {
        return;
    }
    value.next_attempt = next_attempt(value, outcome, answer, tx.now, context.entropy);
    if (endpoint.suspended) {
        value.reroute_at = tx.now;  // the watch finds the next channel or holder now
        value.next_attempt = tx.now + kLookAgain;
        return;
    }
    if (!value.next_attempt) {
        value.state = domain::NotificationState::human_task;
        value.reroute_at.reset();
        note(tx,
             context.vault,
             value,
             "notification.exhausted",
             {{"attempts", std::to_string(value.attempts)}});
    }
}

}  // namespace

/// Tries that take long give their places up to others, as far as there is room beside.
OutboxRunner::Room OutboxRunner::room() const {
    const Instant now = context_.clock.now();
    int slow = 0;
    Room room;
    for (const Flight& flight : under_way_) {
        const bool is_slow = flight.standing == Standing::doubtful || now - flight.started >= kSlowTry;
        slow += is_slow ? 1 : 0;
        if (!is_slow) {
            const Instant then = flight.started + kSlowTry;
            room.more_at = std::min(room.more_at.value_or(then), then);
        }
    }
    const int beside = std::min(slow, limits_.slow);
    room.sound = limits_.parallel - (static_cast<int>(under_way_.size()) - beside);
    room.doubtful = limits_.slow - beside;
    return room;
}

boost::asio::awaitable<Result<OutboxRunner::Claimed>> OutboxRunner::claim_some() {
    Claimed claimed{{}, context_.clock.now()};
    auto& claims = claimed.claims;
    const Room free = room();
    bool rerouting = false;
    WriteOp claim = [&](Tx& tx) -> Result<void> {
        claims.clear();
        Room left = free;
        auto due = tx.endpoints.due(Standing::sound, tx.now, std::max(free.sound, 0));
        const auto doubtful =
            tx.endpoints.due(Standing::doubtful, tx.now, std::clamp(free.doubtful, 0, kDoubtfulAtOnce));
        due.insert(due.end(), doubtful.begin(), doubtful.end());
        for (const domain::EndpointId& id : due) {
            auto endpoint = tx.endpoints.find(id);
            if (!endpoint) {
                continue;
            }
            auto one = claim_one(tx, *endpoint);
            rerouting = rerouting || endpoint->suspended;
            tx.endpoints.put(*endpoint);
            if (one) {
                --(one->standing == Standing::sound ? left.sound : left.doubtful);
                claims.push_back(std::move(*one));
            }
        }
        left.more_at = std::min(left.more_at.value_or(Instant::max()), context_.clock.now() + kSlowTry);
        claimed.next = next_look(tx.endpoints, left);
        return {};
    };
    const auto committed = co_await context_.store.commit(std::move(claim), Lane::emergency);
    if (!committed) {
        co_return committed.error();
    }
    if (rerouting) {
        context_.watch_work.notify();
    }
    co_return claimed;
}

std::optional<OutboxRunner::Claim> OutboxRunner::claim_one(Tx& tx, Endpoint& endpoint) {
    auto head = tx.outbox.head(endpoint.id, tx.now);
    auto target = target_of(context_.vault, endpoint, tx.now);
    if (!target && !endpoint.suspended) {  // its own fault, and not to be the others'
        endpoint.suspended = true;
        endpoint.suspended_why = "its secret cannot be opened";
        log::error("endpoint.suspended", {{"endpoint", endpoint.id.text()}, {"why", endpoint.suspended_why}});
    }
    if (endpoint.suspended) {
        for (; head; head = tx.outbox.head(endpoint.id, tx.now)) {
            hand_to_watch(tx, *head);
        }
        endpoint.next_at = tx.outbox.next_attempt(endpoint.id);
        return std::nullopt;
    }
    const bool resting = endpoint.open_until && *endpoint.open_until > tx.now;
    const bool probe = endpoint.open_until && !resting && !head;
    if (probe) {
        head = tx.outbox.head(endpoint.id, Instant::max());
    }
    if (!head || resting) {
        const auto next = next_look_at(tx.outbox, endpoint);
        endpoint.next_at = next ? std::optional(std::max(*next, tx.now + kLookAgain)) : std::nullopt;
        return std::nullopt;
    }
    endpoint.leased_until = tx.now + limits_.lease;
    endpoint.last_attempt = tx.now;
    const auto about = tx.cases.find(head->no.case_no);
    const bool exercise = about && about->kind != domain::ReportStatus::actual;
    Message message = message_of(context_.vault, *head, exercise, tx.now);
    const Standing standing = endpoint.failures > 0 ? Standing::doubtful : Standing::sound;
    return Claim{std::move(*head), std::move(*target), std::move(message), standing, probe};
}

boost::asio::awaitable<void> OutboxRunner::deliver(Flights::iterator flight, Claim claim) {
    std::optional<Claim> next(std::move(claim));
    while (next) {
        *flight = {context_.clock.now(), next->standing, context_.clock.now()};
        next = co_await deliver_one(flight, std::move(*next));
    }
}

/// Where nobody waits for the place of this try, its endpoint keeps it: what it is to send next is claimed in
/// the unit that records what became of this one, and a queue costs the writer one unit for each message.
boost::asio::awaitable<std::optional<OutboxRunner::Claim>> OutboxRunner::deliver_one(Flights::iterator flight,
                                                                                     Claim claim) {
    const Instant sent_at = context_.clock.now();
    claim.message.sent_at = sent_at;  // is signed, and has to be the time of the day whatever the record's is
    const SendOutcome answer = co_await transport_.send(claim.target, claim.message);
    const domain::AttemptOutcome outcome = classify(claim.target.kind, answer);
    const bool keeps_place =
        outcome == domain::AttemptOutcome::delivered && !stop_.stopping && room().sound > 0;
    std::optional<Claim> next;
    std::optional<Instant> next_at;
    bool moved = false;
    WriteOp record = [&](Tx& tx) -> Result<void> {
        next.reset();
        auto endpoint = tx.endpoints.find(claim.target.endpoint);
        auto value = tx.outbox.find(claim.notification.no);
        if (!endpoint || !value) {
            return Error(Errc::internal, "a try without its notification");
        }
        moved = value->endpoint != endpoint->id;
        if (claim.probe && is_failure_of_endpoint(outcome)) {  // says nothing of the message
            count_failure(*endpoint, tx.now);
        } else {
            ++value->attempts;
            judge(context_, tx, *value, *endpoint, outcome, answer);
            tx.outbox.update(*value);
            tx.outbox.insert_attempt(attempt_of(*value, endpoint->id, outcome, answer, sent_at));
        }
        endpoint->leased_until.reset();
        endpoint->next_at = next_turn(tx, *endpoint);
        if (keeps_place && endpoint->next_at && *endpoint->next_at <= tx.now) {
            next = claim_one(tx, *endpoint);
        }
        tx.endpoints.put(*endpoint);
        next_at = endpoint->next_at;
        return {};
    };
    const auto recorded = co_await context_.store.commit(std::move(record), Lane::emergency);
    if (!recorded) {  // the lease runs out and the try is made again: the receiver knows the id
        log::error("webhook.attempt_not_recorded",
                   {{"message", claim.message.id}, {"why", recorded.error().detail()}});
        next.reset();
    } else {
        flight->next_at = next_at;
    }
    if (moved) {  // what waits for it at its new place may go out now
        context_.outbox_work.notify();
    }
    tell_observer(claim, outcome, sent_at);
    if (outcome != domain::AttemptOutcome::delivered) {
        log::warn("webhook.attempt_failed",
                  {{"message", claim.message.id},
                   {"endpoint", claim.target.endpoint.text()},
                   {"attempt", claim.notification.attempts + 1},
                   {"status", answer.status.value_or(0)},
                   {"failure", answer.failure}});
        context_.watch_work.notify();
    }
    co_return next;
}

void OutboxRunner::tell_observer(const Claim& claim, domain::AttemptOutcome outcome, Instant sent_at) {
    if (observer_ == nullptr) {
        return;
    }
    const domain::Notification& value = claim.notification;
    const bool first = value.attempts == 0 && !claim.probe;
    observer_->tried(
        claim.target.kind,
        outcome,
        first ? std::optional(std::max(sent_at - value.created_at, Duration::zero())) : std::nullopt);
}

boost::asio::awaitable<void> OutboxRunner::take_back_leases() {
    WriteOp take_back = [](Tx& tx) -> Result<void> {
        for (Endpoint& endpoint : tx.endpoints.all()) {
            if (endpoint.leased_until) {
                endpoint.leased_until.reset();
                tx.endpoints.put(endpoint);
            }
        }
        return {};
    };
    const auto taken = co_await context_.store.commit(std::move(take_back), Lane::emergency);
    if (!taken) {  // they run out by themselves
        log::warn("outbox.leases_left", {{"why", taken.error().detail()}});
    }
}

boost::asio::awaitable<void> OutboxRunner::run() {
    co_await take_back_leases();
    while (!stop_.stopping || !under_way_.empty()) {
        Instant until = context_.clock.now() + kPauseAfterFailure;
        sleeps_until_ = Instant::max();
        try {
            if (!stop_.stopping) {
                const auto planned = co_await start_some();
                until = planned ? *planned : until;
            }
        } catch (const std::exception& failure) {
            log::error("outbox.broken", {{"why", failure.what()}});
        }
        sleeps_until_ = until;
        co_await context_.clock.sleep_until(until, context_.outbox_work);
    }
}

/// Looks before it claims: most wakes find nothing to start, and a look leaves the writer to others. Where
/// the clock was set back the time of the record moves on only with what is written, so once in a while it
/// claims all the same.
boost::asio::awaitable<Result<Instant>> OutboxRunner::start_some() {
    const auto next = co_await look();
    const Instant now = context_.clock.now();
    const bool claimed_lately = claimed_at_ && *claimed_at_ <= now && now - *claimed_at_ < kLongestSleep;
    if (!next || (*next > context_.store.record_time() && claimed_lately)) {
        last_look_ = next ? now : last_look_;
        co_return next;
    }
    auto claimed = co_await claim_some();
    if (!claimed) {
        log::error("outbox.failed", {{"why", claimed.error().detail()}});
        co_return claimed.error();
    }
    claimed_at_ = last_look_ = context_.clock.now();
    const auto executor = co_await boost::asio::this_coro::executor;
    for (Claim& claim : claimed->claims) {
        start(executor, std::move(claim));
    }
    co_return claimed->next;
}

/// A try that is over wakes the runner where its place was wanted, or its endpoint wants a look before the
/// runner would look by itself.
void OutboxRunner::start(const boost::asio::any_io_executor& executor, Claim claim) {
    const auto flight =
        under_way_.insert(under_way_.end(), {context_.clock.now(), claim.standing, context_.clock.now()});
    auto finished = [this, flight](const std::exception_ptr& failure) {
        const Room before = room();
        const bool was_wanted = before.sound <= 0 || before.doubtful <= 0;
        const bool is_early = flight->next_at && *flight->next_at < sleeps_until_;
        under_way_.erase(flight);
        if (failure) {
            log::error("outbox.try_broken");
        }
        if (was_wanted || is_early || stop_.stopping) {
            context_.outbox_work.notify();
        }
    };
    boost::asio::co_spawn(executor, deliver(flight, std::move(claim)), finished);
}

Instant OutboxRunner::next_look(const Endpoints& endpoints, const Room& free) const {
    Instant next = context_.clock.now() + kLongestSleep;
    if (free.sound > 0) {
        next = std::min(next, endpoints.next_instant(Standing::sound).value_or(next));
    } else {
        next = std::min(next, free.more_at.value_or(next));
    }
    if (free.doubtful > 0) {
        next = std::min(next, endpoints.next_instant(Standing::doubtful).value_or(next));
    }
    return next;
}

boost::asio::awaitable<Result<Instant>> OutboxRunner::look() {
    Instant next;
    ReadOp look = [&, free = room()](const View& view) -> Result<void> {
        next = next_look(view.endpoints, free);
        return {};
    };
    const auto looked = co_await context_.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return next;
}

}  // namespace lachan::casework
