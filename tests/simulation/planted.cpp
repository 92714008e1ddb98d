#include "planted.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "lachan/casework/names.hpp"

namespace lachan::simulation::planted {
namespace {

using casework::Tx;
using casework::View;

/// A store of which a test changes what units of work and readings see.
class Tampered : public casework::Store {
public:
    Tampered(SimWorld& world, casework::Store& real) : world_(world), real_(real) {}

    boost::asio::awaitable<Result<void>> commit(casework::WriteOp op, casework::Lane lane) override {
        casework::WriteOp tampered = [&](Tx& tx) -> Result<void> { return unit(tx, op); };
        Result<void> done = co_await real_.commit(std::move(tampered), lane);
        after_commit();
        co_return done;
    }

    boost::asio::awaitable<Result<void>> read(casework::ReadOp op) override {
        casework::ReadOp tampered = [&](const View& view) -> Result<void> { return reading(view, op); };
        Result<void> done = co_await real_.read(std::move(tampered));
        co_return done;
    }

    [[nodiscard]] Instant record_time() const override { return real_.record_time(); }

protected:
    virtual Result<void> unit(Tx& tx, const casework::WriteOp& op) { return op(tx); }
    virtual Result<void> reading(const View& view, const casework::ReadOp& op) { return op(view); }
    virtual void after_commit() {}

    SimWorld& world_;

private:
    casework::Store& real_;
};

template <class Store>
Decorations with_store() {
    Decorations decorations;
    decorations.store = [](SimWorld& world, casework::Store& real) {
        return std::make_unique<Store>(world, real);
    };
    return decorations;
}

class Reports : public casework::Reports {
public:
    explicit Reports(casework::Reports& real) : real_(real) {}
    std::optional<casework::ReportRow> find(const domain::ReportId& id) const override {
        return real_.find(id);
    }
    std::vector<casework::ReportRow> of_case(domain::CaseNo number) const override {
        return real_.of_case(number);
    }
    std::optional<casework::ReportRow> by_receipt(BytesView hash) const override {
        return real_.by_receipt(hash);
    }
    void insert(const casework::ReportRow& row) override { real_.insert(row); }

protected:
    casework::Reports& real_;
};

class ReportsThatAcknowledge final : public Reports {
public:
    ReportsThatAcknowledge(SimWorld& world, casework::Reports& real) : Reports(real), world_(world) {}
    void insert(const casework::ReportRow& row) override {
        real_.insert(row);
        world_.told(row.id, world_.context().vault.case_code(row.case_no));
    }

private:
    SimWorld& world_;
};

class AcknowledgesBeforeCommit final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        ReportsThatAcknowledge reports(world_, tx.reports);
        Tx hasty{tx.cases,
                 reports,
                 tx.duties,
                 tx.steps,
                 tx.outbox,
                 tx.endpoints,
                 tx.events,
                 tx.replies,
                 tx.keys,
                 tx.documents,
                 tx.now};
        return op(hasty);
    }
};

/// Sends what is owed in the moment in which it comes to be owed.
class OutboxThatSends final : public casework::Outbox {
public:
    OutboxThatSends(SimWorld& world, casework::Outbox& real) : world_(world), real_(real) {}
    std::optional<domain::Notification> find(domain::NotificationNo number) const override {
        return real_.find(number);
    }
    std::vector<domain::Notification> of_case(domain::CaseNo number) const override {
        return real_.of_case(number);
    }
    std::vector<domain::Notification> list(const casework::NotificationQuery& query) const override {
        return real_.list(query);
    }
    std::vector<domain::Attempt> attempts(domain::NotificationNo number) const override {
        return real_.attempts(number);
    }
    std::optional<domain::Notification> head(const domain::EndpointId& endpoint, Instant now) const override {
        return real_.head(endpoint, now);
    }
    std::optional<Instant> next_attempt(const domain::EndpointId& endpoint) const override {
        return real_.next_attempt(endpoint);
    }
    std::int64_t scheduled(const domain::EndpointId& endpoint) const override {
        return real_.scheduled(endpoint);
    }
    std::vector<domain::NotificationNo> to_reroute(Instant now, int limit) const override {
        return real_.to_reroute(now, limit);
    }
    std::optional<Instant> next_reroute() const override { return real_.next_reroute(); }
    void update(const domain::Notification& value) override { real_.update(value); }
    void insert_attempt(const domain::Attempt& value) override { real_.insert_attempt(value); }

    void insert(const domain::Notification& value) override {
        real_.insert(value);
        if (!value.endpoint.empty()) {
            casework::Target target;
            target.endpoint = value.endpoint;
            target.agency = value.agency;
            world_.agencies().put_on_the_wire(target, message_of(value));
        }
    }

private:
    casework::Message message_of(const domain::Notification& value) {
        casework::Message message;
        message.case_code = world_.context().vault.case_code(value.no.case_no);
        message.id = world_.message_id(value);
        message.type = value.type;
        message.case_sequence = value.case_sequence;
        message.urgency = value.urgency;
        message.duty = value.duty ? casework::duty_name(message.case_code, *value.duty) : "";
        message.created_at = value.created_at;
        return message;
    }

    SimWorld& world_;
    casework::Outbox& real_;
};

class TellsBeforeCommit final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        OutboxThatSends outbox(world_, tx.outbox);
        Tx hasty{tx.cases,
                 tx.reports,
                 tx.duties,
                 tx.steps,
                 outbox,
                 tx.endpoints,
                 tx.events,
                 tx.replies,
                 tx.keys,
                 tx.documents,
                 tx.now};
        return op(hasty);
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
        Tx forgetful{tx.cases,
                     tx.reports,
                     duties,
                     tx.steps,
                     tx.outbox,
                     tx.endpoints,
                     tx.events,
                     tx.replies,
                     tx.keys,
                     tx.documents,
                     tx.now};
        return op(forgetful);
    }
    Result<void> reading(const View& view, const casework::ReadOp& op) override {
        const RememberedDuties duties(view.duties, nullptr, memory_);
        const View forgetful{view.cases,
                             view.reports,
                             duties,
                             view.steps,
                             view.outbox,
                             view.endpoints,
                             view.events,
                             view.replies,
                             view.keys,
                             view.documents,
                             view.counts};
        return op(forgetful);
    }
    Remembered memory_;
};

/// As if nothing about a report were unique.
class ReportsWithoutGuard final : public Reports {
public:
    using Reports::Reports;
    std::optional<casework::ReportRow> find(const domain::ReportId&) const override { return std::nullopt; }
    void insert(const casework::ReportRow& row) override {
        casework::ReportRow other = row;
        while (real_.find(other.id)) {
            other.id = domain::ReportId(other.id.text() + "-again");
        }
        real_.insert(other);
    }
};

class RepliesNobodyKeeps final : public casework::Replies {
    std::optional<casework::KeptReply> find(const domain::KeyId&,
                                            std::string_view,
                                            std::string_view) const override {
        return std::nullopt;
    }
    void keep(const domain::KeyId&, std::string_view, std::string_view, const casework::KeptReply&) override {
    }
    int forget(Instant, int) override { return 0; }
};

class ForgetsRequests final : public Tampered {
    using Tampered::Tampered;
    Result<void> unit(Tx& tx, const casework::WriteOp& op) override {
        ReportsWithoutGuard reports(tx.reports);
        RepliesNobodyKeeps replies;
        Tx forgetful{tx.cases,
                     reports,
                     tx.duties,
                     tx.steps,
                     tx.outbox,
                     tx.endpoints,
                     tx.events,
                     replies,
                     tx.keys,
                     tx.documents,
                     tx.now};
        return op(forgetful);
    }
};

/// Once in a while another program writes an entry that continues from an older one.
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
    DeafClock(SimWorld&, casework::Clock& real) : real_(real) {}
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
    HopefulTransport(SimWorld&, casework::Transport& real) : real_(real) {}
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
    decorations.clock = [](SimWorld& world, casework::Clock& real) {
        return std::make_unique<DeafClock>(world, real);
    };
    return decorations;
}

Decorations hopeful_sender() {
    Decorations decorations;
    decorations.transport = [](SimWorld& world, casework::Transport& real) {
        return std::make_unique<HopefulTransport>(world, real);
    };
    return decorations;
}

}  // namespace lachan::simulation::planted
