#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lachan/simulation/sim_disk.hpp"
#include "lachan/store/sqlite_store.hpp"

namespace lachan::store {

inline constexpr Instant kMorning = from_ms(1'795'050'900'000);  // 2026-11-19T08:15:00+07:00

/// Time that only the test moves.
class HandClock final : public casework::Clock {
public:
    [[nodiscard]] Instant now() const noexcept override { return now_; }
    boost::asio::awaitable<void> sleep_until(Instant until, casework::Wakeup&) override {
        now_ = std::max(now_, until);
        co_return;
    }
    void set(Instant now) { now_ = now; }
    void advance(Duration by) { now_ += by; }

private:
    Instant now_ = kMorning;
};

inline domain::Case a_case(const std::string& area = "03388") {
    domain::Case value;
    value.sequence = 1;
    value.stage = "received";
    value.urgency = domain::Urgency::urgent;
    value.severity = domain::Severity::high;
    value.area = domain::AreaCode(area);
    value.categories = {domain::Category::family_violence};
    value.pack = "national/child-protection@1";
    value.received_at = kMorning;
    value.opened_at = kMorning;
    value.next_due = kMorning + std::chrono::hours(12);
    value.children = 1;
    value.facts = R"({"death":"no"})";
    return value;
}

inline domain::Duty a_duty(domain::CaseNo number,
                           std::int32_t ordinal,
                           const std::string& holder = "ubnd-03388") {
    domain::Duty duty;
    duty.no = {number, ordinal};
    duty.kind = "initial_assessment";
    duty.rule = "r-1";
    duty.holder = domain::AgencyId(holder);
    duty.role = "commune_committee";
    duty.area = domain::AreaCode("03388");
    duty.start = kMorning;
    duty.due = kMorning + std::chrono::hours(12);
    duty.next_at = kMorning + std::chrono::hours(6);
    return duty;
}

inline domain::Notification a_notification(domain::CaseNo number,
                                           std::int32_t ordinal,
                                           const std::string& endpoint = "ubnd-03388/0") {
    domain::Notification value;
    value.no = {number, ordinal};
    value.agency = domain::AgencyId("ubnd-03388");
    value.endpoint = domain::EndpointId(endpoint);
    value.type = "vn.lachan.duty.assigned.v1";
    value.rule = "r-1";
    value.case_sequence = 1;
    value.created_at = kMorning;
    value.next_attempt = kMorning;
    value.reroute_at = kMorning + std::chrono::minutes(30);
    return value;
}

inline casework::Endpoint an_endpoint(const std::string& id = "ubnd-03388/0") {
    casework::Endpoint value;
    value.id = domain::EndpointId(id);
    value.agency = domain::AgencyId("ubnd-03388");
    value.address = "https://agency.example/hook";
    value.sealed_secrets = {1, 2, 3};
    return value;
}

inline domain::Event an_event(std::optional<domain::CaseNo> number, std::string kind = "duty.assigned") {
    domain::Event event;
    event.case_no = number;
    event.case_sequence = 1;
    event.at = kMorning;
    event.kind = std::move(kind);
    event.actor = "watch";
    event.data = {{"duty", "LC-1.d1"}, {"note", "quote \" slash \\ break \n"}};
    return event;
}

/// A store on a simulated disk, its writer on the test's own executor.
class StoreTest : public ::testing::Test {
protected:
    explicit StoreTest(std::uint64_t seed = 1) : disk(seed) { open(); }

    void open() {
        auto opened = open_store(kPath, StoreOptions{clock, io.get_executor(), disk.vfs()});
        ASSERT_TRUE(opened) << opened.error().detail();
        store = std::move(*opened);
    }
    void close() {
        store->stop();
        store.reset();
    }
    /// The power goes out; nothing that the old process still does reaches the disk.
    void crash() {
        disk.crash();
        store.reset();
    }

    /// Starts a commit; its outcome appears in `outcomes` at `place` once it is settled.
    std::size_t start(casework::WriteOp op, casework::Lane lane = casework::Lane::routine) {
        const std::size_t place = outcomes.size();
        outcomes.emplace_back();
        boost::asio::co_spawn(
            io, wait_for(std::move(op), lane, place), [](const std::exception_ptr& failure) {
                if (failure) {
                    std::rethrow_exception(failure);
                }
            });
        return place;
    }
    void settle() {
        io.restart();
        io.poll();
    }
    Result<void> commit(casework::WriteOp op) {
        const std::size_t place = start(std::move(op));
        settle();
        EXPECT_TRUE(outcomes[place].has_value());
        return outcomes[place].value_or(Error(Errc::internal, "not settled"));
    }
    /// A unit that cannot refuse.
    void write(const std::function<void(casework::Tx&)>& op) {
        const Result<void> outcome = commit([&](casework::Tx& tx) -> Result<void> {
            op(tx);
            return {};
        });
        ASSERT_TRUE(outcome) << outcome.error().detail();
    }
    void read(const std::function<void(const casework::View&)>& op) {
        const Result<void> outcome = store->read_now([&](const casework::View& view) -> Result<void> {
            op(view);
            return {};
        });
        ASSERT_TRUE(outcome) << outcome.error().detail();
    }
    domain::CaseNo insert_case(const domain::Case& value) {
        domain::CaseNo number{};
        write([&](casework::Tx& tx) { number = tx.cases.insert(value, casework::KeySlot{7}); });
        return number;
    }

    /// SQL as a stranger with the file in hand would run it.
    void meddle(const std::string& sql);

    static constexpr const char* kPath = "/data/lachan.db";

    boost::asio::io_context io;
    HandClock clock;
    simulation::SimDisk disk;
    std::unique_ptr<SqliteStore> store;
    std::vector<std::optional<Result<void>>> outcomes;

private:
    boost::asio::awaitable<void> wait_for(casework::WriteOp op, casework::Lane lane, std::size_t place) {
        const Result<void> outcome = co_await store->commit(std::move(op), lane);
        outcomes[place] = outcome;
    }
};

}  // namespace lachan::store
