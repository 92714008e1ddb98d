#include <chrono>
#include <set>
#include <string_view>

#include "planted.hpp"
#include "tampered.hpp"

/// Bugs by which something is given up, forgotten or said twice in silence.
namespace lachan::simulation::planted {
namespace {

using namespace std::chrono_literals;
using domain::NotificationState;

constexpr int kEach = 10;  ///< A bug that shows always would be found by anybody.

/// Whether a person's act is among them.
bool holds_an_act(const std::vector<domain::Event>& events) {
    return std::any_of(events.begin(), events.end(), [](const domain::Event& event) {
        return event.kind == "duty.accepted" || event.kind == "step.recorded" || event.kind == "case.closed";
    });
}

class ForgetsActs final : public Tampered {
    using Tampered::Tampered;
    boost::asio::awaitable<Result<void>> commit(casework::WriteOp op, casework::Lane lane) override {
        bool undone = false;
        casework::WriteOp tampered = [&](Tx& tx) -> Result<void> {
            const std::int64_t before = tx.events.last_sequence();
            Result<void> done = op(tx);
            undone = done && holds_an_act(recorded(tx, before)) && ++acts_ % kEach == 0;
            return undone ? Result<void>(Error(Errc::overloaded, "undone")) : done;
        };
        Result<void> done = co_await real_.commit(std::move(tampered), lane);
        co_return undone ? Result<void>() : done;
    }
    int acts_ = 0;
};

/// A unit after which something happens to the cases of new reports.
class OfReports : public Tampered {
    using Tampered::Tampered;

protected:
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        const std::int64_t before = tx.events.last_sequence();
        Result<void> done = op(tx);
        for (const domain::Event& event : recorded(tx, before)) {
            if (done && event.kind == "report.received" && ++reports_ % kEach == 0) {
                done = tamper(tx, *event.case_no);
            }
        }
        return done;
    }
    virtual Result<void> tamper(Tx& tx, domain::CaseNo number) = 0;

private:
    int reports_ = 0;
};

class LosesWords final : public OfReports {
    using OfReports::OfReports;
    Result<void> tamper(Tx& tx, domain::CaseNo number) override {
        tx.reports.blank(number);
        return {};
    }
};

class RefusesReports final : public OfReports {
    using OfReports::OfReports;
    Result<void> tamper(Tx&, domain::CaseNo) override { return Error(Errc::validation_failed, "not today"); }
};

/// Hangs a reporter up for good: the same report is never taken.
class NeverAnswers final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        const std::int64_t before = tx.events.last_sequence();
        Result<void> done = op(tx);
        for (const domain::Event& event : recorded(tx, before)) {
            if (event.kind == "report.received" && value_of(event, "report").ends_with('7')) {
                return Error(Errc::overloaded, "later");
            }
        }
        return done;
    }
};

class TellsTwice final : public OfReports {
    using OfReports::OfReports;
    Result<void> tamper(Tx& tx, domain::CaseNo number) override {
        auto owed = tx.outbox.of_case(number);
        auto value = tx.cases.find(number);
        if (!owed.empty() && value) {
            domain::Notification again = owed.back();
            again.no.ordinal = ++value->notifications;
            tx.outbox.insert(again);
            tx.cases.update(*value);
        }
        return {};
    }
};

/// Does something to messages that are scheduled, once in a while.
class OfScheduled : public Tampered {
    using Tampered::Tampered;

protected:
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        Result<void> done = op(tx);
        if (!done || ++units_ % kEach != 0) {
            return done;
        }
        casework::NotificationQuery query;
        query.scope.everything = true;
        query.state = NotificationState::scheduled;
        for (domain::Notification& owed : tx.outbox.list(query)) {
            if (is_meant(owed)) {
                tamper(owed, tx.now);
                tx.outbox.update(owed);
                break;
            }
        }
        return done;
    }
    [[nodiscard]] virtual bool is_meant(const domain::Notification& owed) const { return owed.attempts > 0; }
    virtual void tamper(domain::Notification& owed, Instant now) = 0;

private:
    int units_ = 0;
};

class GivesUp final : public OfScheduled {
    using OfScheduled::OfScheduled;
    void tamper(domain::Notification& owed, Instant) override {
        owed.state = NotificationState::superseded;
        owed.next_attempt.reset();
        owed.reroute_at.reset();
    }
};

class PutsOff final : public OfScheduled {
    using OfScheduled::OfScheduled;
    void tamper(domain::Notification& owed, Instant now) override {
        owed.next_attempt = now + 24h * 400;
        owed.reroute_at.reset();
    }
};

class LeavesToPersons final : public OfScheduled {
    using OfScheduled::OfScheduled;
    bool is_meant(const domain::Notification& owed) const override { return owed.attempts == 0; }
    void tamper(domain::Notification& owed, Instant) override {
        owed.state = NotificationState::human_task;
        owed.next_attempt.reset();
        owed.reroute_at.reset();
    }
};

}  // namespace

Decorations acts_forgotten() {
    return with_store<ForgetsActs>();
}

Decorations words_lost() {
    return with_store<LosesWords>();
}

Decorations reports_refused() {
    return with_store<RefusesReports>();
}

Decorations reporters_unanswered() {
    return with_store<NeverAnswers>();
}

Decorations told_twice() {
    return with_store<TellsTwice>();
}

Decorations messages_given_up() {
    return with_store<GivesUp>();
}

Decorations messages_put_off() {
    return with_store<PutsOff>();
}

Decorations messages_left_to_persons() {
    return with_store<LeavesToPersons>();
}

}  // namespace lachan::simulation::planted
