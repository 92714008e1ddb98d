#include "planted.hpp"

#include <sqlite3.h>

#include <boost/asio/this_coro.hpp>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lachan/casework/names.hpp"
#include "tampered.hpp"

namespace lachan::simulation::planted {
namespace {

class AcknowledgesBeforeCommit final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        const std::int64_t before = tx.events.last_sequence();
        Result<void> done = op(tx);
        for (const domain::Event& event : recorded(tx, before)) {
            if (done && event.kind == "report.received") {
                world_.told(domain::ReportId(std::string(value_of(event, "report"))),
                            world_.context().vault.case_code(*event.case_no));
            }
        }
        return done;
    }
};

class TellsBeforeCommit final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        const std::int64_t before = tx.events.last_sequence();
        Result<void> done = op(tx);
        std::set<domain::CaseNo> touched;
        for (const domain::Event& event : recorded(tx, before)) {
            if (event.case_no && event.actor != "outbox") {
                touched.insert(*event.case_no);
            }
        }
        for (const domain::CaseNo number : touched) {
            for (const domain::Notification& owed : tx.outbox.of_case(number)) {
                if (owed.created_at == tx.now && owed.attempts == 0 && !owed.endpoint.empty()) {
                    send(owed);
                }
            }
        }
        return done;
    }
    void send(const domain::Notification& owed) {
        casework::Target target;
        target.endpoint = owed.endpoint;
        target.agency = owed.agency;
        casework::Message message;
        message.case_code = world_.context().vault.case_code(owed.no.case_no);
        message.id = world_.message_id(owed);
        message.type = owed.type;
        message.case_sequence = owed.case_sequence;
        message.urgency = owed.urgency;
        message.duty = owed.duty ? casework::duty_name(message.case_code, *owed.duty) : "";
        message.created_at = owed.created_at;
        world_.agencies().put_on_the_wire(target, message);
    }
};

using Remembered = std::set<domain::DutyNo>;

/// Duties of which only those are ever due that this process has seen.
class RememberedDuties final : public casework::Duties {
public:
    RememberedDuties(const casework::Duties& seen, casework::Duties* real, Remembered& memory)
        : seen_(seen), real_(real), memory_(memory) {}
    std::optional<domain::Duty> find(domain::DutyNo number) const override { return seen_.find(number); }
    std::vector<domain::Duty> of_case(domain::CaseNo number) const override { return seen_.of_case(number); }
    std::optional<domain::Duty> next_pending(domain::CaseNo number) const override {
        return seen_.next_pending(number);
    }
    std::vector<domain::Duty> list(const casework::DutyQuery& query) const override {
        return seen_.list(query);
    }
    std::vector<domain::DutyNo> due(Instant now, int) const override {
        std::vector<domain::DutyNo> found;
        for (const domain::DutyNo number : memory_) {
            const auto duty = seen_.find(number);
            if (duty && duty->pending() && duty->next_at && *duty->next_at <= now) {
                found.push_back(number);
            }
        }
        return found;
    }
    std::optional<Instant> next_instant() const override {
        std::optional<Instant> next;
        for (const domain::DutyNo number : memory_) {
            const auto duty = seen_.find(number);
            if (duty && duty->pending() && duty->next_at && (!next || *duty->next_at < *next)) {
                next = duty->next_at;
            }
        }
        return next;
    }
    void insert(const domain::Duty& duty) override {
        real_->insert(duty);
        memory_.insert(duty.no);
    }
    void update(const domain::Duty& duty) override {
        real_->update(duty);
        memory_.insert(duty.no);
    }

private:
    const casework::Duties& seen_;
    casework::Duties* real_;
    Remembered& memory_;
};

class RemembersTimers final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        RememberedDuties duties(tx.duties, &tx.duties, memory_);
        Tx forgetful{.cases = tx.cases,
                     .reports = tx.reports,
                     .duties = duties,
                     .steps = tx.steps,
                     .outbox = tx.outbox,
                     .endpoints = tx.endpoints,
                     .events = tx.events,
                     .replies = tx.replies,
                     .openings = tx.openings,
                     .keys = tx.keys,
                     .accounts = tx.accounts,
                     .documents = tx.documents,
                     .now = tx.now,
                     .later = tx.later,
                     .settle = tx.settle};
        return op(forgetful);
    }
    Result<void> reading(const View& view, const casework::ReadOp& op) override {
        const RememberedDuties duties(view.duties, nullptr, memory_);
        const View forgetful{.cases = view.cases,
                             .reports = view.reports,
                             .duties = duties,
                             .steps = view.steps,
                             .outbox = view.outbox,
                             .endpoints = view.endpoints,
                             .events = view.events,
                             .replies = view.replies,
                             .openings = view.openings,
                             .keys = view.keys,
                             .accounts = view.accounts,
                             .documents = view.documents,
                             .counts = view.counts,
                             .delivery = view.delivery};
        return op(forgetful);
    }
    Remembered memory_;
};

class ForgetsRequests final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        (void)tx.replies.forget(Instant::max(), std::numeric_limits<int>::max());
        return op(tx);
    }
};

/// Once in a while another program writes an entry that does not continue from the last one.
class WithASecondWriter final : public Tampered {
    using Tampered::Tampered;
    void after_commit() override {
        constexpr int kEach = 40;
        if (++commits_ % kEach != 0) {
            return;
        }
        sqlite3* database = nullptr;
        if (sqlite3_open_v2("lachan.db", &database, SQLITE_OPEN_READWRITE, world_.disk().vfs().c_str()) ==
            SQLITE_OK) {
            (void)sqlite3_exec(
                database,
                "INSERT INTO event (sequence, case_no, case_sequence, at_ms, kind, actor, data, hash) "
                "SELECT sequence + 1, case_no, case_sequence, at_ms, kind, actor, data, hash "
                "FROM event ORDER BY sequence DESC LIMIT 1",
                nullptr,
                nullptr,
                nullptr);
        }
        sqlite3_close_v2(database);
    }
    int commits_ = 0;
};

class DeafClock final : public casework::Clock {
public:
    explicit DeafClock(casework::Clock& real) : real_(real) {}
    Instant now() const noexcept override { return real_.now(); }
    boost::asio::awaitable<void> sleep_until(Instant until, casework::Wakeup&) override {
        const auto executor = co_await boost::asio::this_coro::executor;
        casework::Wakeup nobody(executor);
        co_await real_.sleep_until(until, nobody);
    }

private:
    casework::Clock& real_;
};

class HopefulTransport final : public casework::Transport {
public:
    explicit HopefulTransport(casework::Transport& real) : real_(real) {}
    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override {
        casework::SendOutcome outcome = co_await real_.send(std::move(target), std::move(message));
        if (!outcome.status) {
            outcome.status = 204;
        }
        co_return outcome;
    }

private:
    casework::Transport& real_;
};

}  // namespace

Decorations acknowledgement_before_commit() {
    return with_store<AcknowledgesBeforeCommit>();
}

Decorations effect_before_state() {
    return with_store<TellsBeforeCommit>();
}

Decorations timer_in_memory() {
    return with_store<RemembersTimers>();
}

Decorations no_idempotency() {
    return with_store<ForgetsRequests>();
}

Decorations forked_chain() {
    return with_store<WithASecondWriter>();
}

Decorations deaf_sleeper() {
    Decorations decorations;
    decorations.clock = [](SimWorld&, casework::Clock& real) { return std::make_unique<DeafClock>(real); };
    return decorations;
}

Decorations hopeful_sender() {
    Decorations decorations;
    decorations.transport = [](SimWorld&, casework::Transport& real) {
        return std::make_unique<HopefulTransport>(real);
    };
    return decorations;
}

}  // namespace lachan::simulation::planted
