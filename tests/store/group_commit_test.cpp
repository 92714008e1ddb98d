#include <stdexcept>

#include "fixture.hpp"
#include "lachan/base/check.hpp"

namespace lachan::store {
namespace {

using casework::Lane;
using casework::Tx;

class GroupCommit : public StoreTest {
protected:
    static casework::WriteOp opens(const std::string& area) {
        return [area](Tx& tx) -> Result<void> {
            tx.events.append(an_event(tx.cases.insert(a_case(area), casework::KeySlot{1})));
            return {};
        };
    }
    std::size_t cases_in(const std::string& area) {
        std::size_t found = 0;
        read([&](const casework::View& view) {
            found = view.cases
                        .received_in(domain::AreaCode(area), kMorning, kMorning + std::chrono::hours(1), 100)
                        .size();
        });
        return found;
    }
};

TEST_F(GroupCommit, WaitingUnitsShareOneSync) {
    const std::int64_t before = disk.syncs();

    for (int i = 0; i < 20; ++i) {
        start(opens("03388"));
    }
    settle();

    EXPECT_EQ(disk.syncs(), before + 1);
    EXPECT_EQ(cases_in("03388"), 20U);
    EXPECT_EQ(store->figures().batches, 1);
    EXPECT_EQ(store->figures().units, 20);
}

TEST_F(GroupCommit, ARefusalUndoesItsOwnUnitOnly) {
    const auto first = start(opens("01"));
    const auto refused = start([](Tx& tx) -> Result<void> {
        tx.events.append(an_event(tx.cases.insert(a_case("02"), casework::KeySlot{1})));
        return Error(Errc::transition_not_allowed, "not now");
    });
    const auto last = start(opens("03"));
    settle();

    EXPECT_TRUE(*outcomes[first]);
    EXPECT_EQ(outcomes[refused]->error().code(), Errc::transition_not_allowed);
    EXPECT_TRUE(*outcomes[last]);
    EXPECT_EQ(cases_in("01"), 1U);
    EXPECT_EQ(cases_in("02"), 0U);
    EXPECT_EQ(cases_in("03"), 1U);
    const auto chain = store->verify_chain();
    ASSERT_TRUE(chain);
    EXPECT_FALSE(chain->fault);
    EXPECT_EQ(chain->entries, 2);
}

TEST_F(GroupCommit, ABugFailsItsOwnUnitOnly) {
    const auto first = start(opens("01"));
    const auto thrown = start([](Tx& tx) -> Result<void> {
        tx.cases.insert(a_case("02"), casework::KeySlot{1});
        throw std::out_of_range("a bug");
    });
    const auto broken = start([](Tx& tx) -> Result<void> {
        tx.cases.insert(a_case("02"), casework::KeySlot{1});
        LACHAN_CHECK(tx.now < Instant::min());
        return {};
    });
    const auto last = start(opens("03"));
    settle();

    EXPECT_EQ(outcomes[thrown]->error().code(), Errc::internal);
    EXPECT_EQ(outcomes[broken]->error().code(), Errc::internal);
    EXPECT_TRUE(*outcomes[first]);
    EXPECT_TRUE(*outcomes[last]);
    EXPECT_EQ(cases_in("02"), 0U);
}

TEST_F(GroupCommit, AViolatedConstraintFailsItsOwnUnitOnly) {
    const domain::CaseNo number = insert_case(a_case("01"));
    write([&](Tx& tx) { tx.duties.insert(a_duty(number, 1)); });

    const auto twice = start([&](Tx& tx) -> Result<void> {
        tx.duties.insert(a_duty(number, 2));
        tx.duties.insert(a_duty(number, 1));
        return {};
    });
    const auto other = start(opens("03"));
    settle();

    EXPECT_EQ(outcomes[twice]->error().code(), Errc::internal);
    EXPECT_TRUE(*outcomes[other]);
    read([&](const casework::View& view) { EXPECT_EQ(view.duties.of_case(number).size(), 1U); });
}

// Units run without savepoints first; what one leaves outside may be seen twice, but never what it did in the
// store.
TEST_F(GroupCommit, AUnitBesideAFailingOneIsInTheStoreOnce) {
    int runs = 0;
    const auto beside = start([&](Tx& tx) -> Result<void> {
        ++runs;
        tx.cases.insert(a_case("01"), casework::KeySlot{1});
        tx.events.append(an_event(std::nullopt, "once"));
        return {};
    });
    const auto failing = start([](Tx& tx) -> Result<void> {
        tx.cases.insert(a_case("02"), casework::KeySlot{1});
        return Error(Errc::transition_not_allowed, "after a change");
    });
    settle();

    EXPECT_TRUE(*outcomes[beside]);
    EXPECT_EQ(outcomes[failing]->error().code(), Errc::transition_not_allowed);
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(cases_in("01"), 1U);
    EXPECT_EQ(cases_in("02"), 0U);
    EXPECT_EQ(store->verify_chain()->entries, 1);
}

casework::LateWork late(std::string name, std::function<void()> work, std::string area) {
    return {std::move(name), std::move(work), [area = std::move(area)](Tx& tx) -> Result<void> {
                tx.cases.insert(a_case(area), casework::KeySlot{1});
                return {};
            }};
}

TEST_F(GroupCommit, LateWorkCommitsWithItsUnit) {
    bool worked = false;
    const auto done = start([&](Tx& tx) -> Result<void> {
        tx.later(late("a", [&] { worked = true; }, "01"));
        return {};
    });
    start(opens("02"));
    settle();

    EXPECT_TRUE(*outcomes[done]);
    EXPECT_TRUE(worked);
    EXPECT_EQ(cases_in("01"), 1U);
}

TEST_F(GroupCommit, AUnitSeesTheLateWorkItAsksForByName) {
    std::size_t seen = 0;
    start([](Tx& tx) -> Result<void> {
        tx.later(late("a", [] {}, "01"));
        return {};
    });
    const auto asks = start([&](Tx& tx) -> Result<void> {
        const auto settled = tx.settle("a");
        casework::CaseQuery everything;
        everything.scope.everything = true;
        seen = tx.cases.list(everything).size();
        return settled;
    });
    settle();

    EXPECT_TRUE(*outcomes[asks]);
    EXPECT_EQ(seen, 1U);
    EXPECT_EQ(cases_in("01"), 1U);
}

TEST_F(GroupCommit, LateWorkThatThrowsFailsItsOwnUnitOnly) {
    const auto before = start(opens("01"));
    const auto failing = start([](Tx& tx) -> Result<void> {
        tx.cases.insert(a_case("02"), casework::KeySlot{1});
        tx.later(late("a", [] { throw std::out_of_range("a bug"); }, "02"));
        return {};
    });
    const auto after = start([](Tx& tx) -> Result<void> {
        if (const auto settled = tx.settle("a"); !settled) {
            return settled;
        }
        tx.cases.insert(a_case("03"), casework::KeySlot{1});
        return {};
    });
    settle();

    EXPECT_TRUE(*outcomes[before]);
    EXPECT_EQ(outcomes[failing]->error().code(), Errc::internal);
    EXPECT_TRUE(*outcomes[after]);
    EXPECT_EQ(cases_in("01"), 1U);
    EXPECT_EQ(cases_in("02"), 0U);
    EXPECT_EQ(cases_in("03"), 1U);
}

TEST_F(GroupCommit, AUnitAloneThatFailsLateIsUndone) {
    const auto failed = commit([](Tx& tx) -> Result<void> {
        tx.cases.insert(a_case("02"), casework::KeySlot{1});
        tx.later(late("a", [] { throw std::out_of_range("a bug"); }, "02"));
        return {};
    });

    EXPECT_EQ(failed.error().code(), Errc::internal);
    EXPECT_EQ(cases_in("02"), 0U);
}

TEST_F(GroupCommit, AFullDiskFailsTheBatchAndNotTheNext) {
    disk.inject(simulation::SimDisk::Fault::full);
    const auto one = start(opens("01"));
    const auto two = start(opens("01"));
    settle();
    const auto later = start(opens("02"));
    settle();

    EXPECT_EQ(outcomes[one]->error().code(), Errc::storage);
    EXPECT_EQ(outcomes[two]->error().code(), Errc::storage);
    EXPECT_TRUE(*outcomes[later]);
    EXPECT_FALSE(store->broken());
    EXPECT_EQ(cases_in("01"), 0U);
    EXPECT_EQ(cases_in("02"), 1U);
    EXPECT_EQ(store->figures().failed_batches, 1);
}

TEST_F(GroupCommit, ARefusalThatSawAFailedBatchIsNoRefusal) {
    disk.inject(simulation::SimDisk::Fault::full);
    start(opens("01"));
    const auto refused = start(
        [](Tx&) -> Result<void> { return Error(Errc::transition_not_allowed, "because of the first one"); });
    settle();

    EXPECT_EQ(outcomes[refused]->error().code(), Errc::storage);
}

TEST_F(GroupCommit, AFailedSyncIsNeverRetried) {
    disk.inject(simulation::SimDisk::Fault::sync_fails);
    const auto failed = start(opens("01"));
    settle();
    const auto after = start(opens("02"));
    settle();

    EXPECT_EQ(outcomes[failed]->error().code(), Errc::storage);
    EXPECT_EQ(outcomes[after]->error().code(), Errc::storage);
    EXPECT_TRUE(store->broken());

    crash();
    open();
    EXPECT_FALSE(store->broken());
    EXPECT_TRUE(commit(opens("03")));
    EXPECT_EQ(cases_in("02"), 0U);
}

TEST_F(GroupCommit, AFullQueueRefusesRoutineWorkBeforeEmergencies) {
    constexpr std::size_t kRoutine = 4'096 - 409;
    for (std::size_t i = 0; i < kRoutine; ++i) {
        start(opens("01"));
    }
    const auto routine = start(opens("02"));
    const auto emergency = start(opens("02"), Lane::emergency);
    settle();

    EXPECT_EQ(outcomes[routine]->error().code(), Errc::overloaded);
    EXPECT_TRUE(*outcomes[emergency]);
    EXPECT_EQ(cases_in("02"), 1U);
    EXPECT_EQ(store->figures().queued, 0);
}

TEST_F(GroupCommit, StoppingCommitsWhatWaitsAndRefusesWhatComesLater) {
    const auto waiting = start(opens("01"));
    io.restart();
    while (store->figures().queued == 0) {
        ASSERT_EQ(io.poll_one(), 1U);
    }

    store->stop();
    const auto late = start(opens("02"));
    settle();

    EXPECT_TRUE(*outcomes[waiting]);
    EXPECT_EQ(outcomes[late]->error().code(), Errc::shutting_down);
    EXPECT_EQ(cases_in("01"), 1U);
    EXPECT_EQ(cases_in("02"), 0U);
}

TEST_F(GroupCommit, TimeOfUnitsNeverRunsBackwards) {
    Instant first{};
    Instant second{};
    write([&](Tx& tx) { first = tx.now; });
    clock.advance(-std::chrono::hours(1));
    write([&](Tx& tx) { second = tx.now; });

    EXPECT_EQ(first, kMorning);
    EXPECT_EQ(second, kMorning);
}

// Standing still would hold up every retry for as long as the clock was set back.
TEST_F(GroupCommit, TimeOfUnitsGoesOnAtHalfItsPaceUntilTheClockHasComeUp) {
    const auto now = [&] {
        Instant seen{};
        write([&](Tx& tx) { seen = tx.now; });
        return seen;
    };
    EXPECT_EQ(now(), kMorning);
    clock.advance(-std::chrono::hours(1));
    EXPECT_EQ(now(), kMorning);
    clock.advance(std::chrono::seconds(10));
    EXPECT_EQ(now(), kMorning + std::chrono::seconds(5));
    EXPECT_EQ(store->record_time(), kMorning + std::chrono::seconds(5));
    for (int i = 0; i < 4; ++i) {  // odd milliseconds are not lost, however often one is asked
        clock.advance(Duration(1));
        (void)now();
    }
    EXPECT_EQ(now(), kMorning + std::chrono::seconds(5) + Duration(2));
    clock.set(kMorning + std::chrono::hours(1));
    EXPECT_EQ(now(), kMorning + std::chrono::hours(1));
    EXPECT_EQ(store->record_time(), kMorning + std::chrono::hours(1));
}

TEST_F(GroupCommit, TimeOfUnitsIsNeverBeforeTheLastEventOfAnEarlierRun) {
    clock.advance(std::chrono::hours(2));
    write([&](Tx& tx) {
        domain::Event event = an_event(std::nullopt, "key.created");
        event.at = tx.now;
        tx.events.append(event);
    });
    close();
    clock.set(kMorning);
    open();

    Instant now{};
    write([&](Tx& tx) { now = tx.now; });

    EXPECT_EQ(now, kMorning + std::chrono::hours(2));
}

TEST_F(GroupCommit, OneUnitSeesWhatTheOneBeforeItDid) {
    std::size_t seen = 0;
    start(opens("01"));
    start([&](Tx& tx) -> Result<void> {
        seen = tx.cases.received_in(domain::AreaCode("01"), kMorning, kMorning + std::chrono::hours(1), 10)
                   .size();
        return {};
    });
    settle();

    EXPECT_EQ(seen, 1U);
}

TEST_F(GroupCommit, WorksWithoutCoroutinesToo) {
    const Result<void> outcome = store->commit_now(opens("01"));

    EXPECT_TRUE(outcome);
    EXPECT_EQ(cases_in("01"), 1U);
}

}  // namespace
}  // namespace lachan::store
