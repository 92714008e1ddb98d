#include <set>

#include "fixture.hpp"

namespace lachan::store {
namespace {

using casework::Tx;
using casework::View;

/// A run of batches that ends in a power cut at a seeded moment, often inside a COMMIT.
struct Trial {
    explicit Trial(std::uint64_t seed) : disk(seed), state(seed) {}

    /// Any sequence of numbers that only the seed decides.
    std::uint64_t random() {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        return state >> 33;
    }
    std::unique_ptr<SqliteStore> open() {
        auto opened = open_store("/data/lachan.db", StoreOptions{clock, io.get_executor(), disk.vfs()});
        EXPECT_TRUE(opened) << opened.error().detail();
        return opened ? std::move(*opened) : nullptr;
    }
    boost::asio::awaitable<void> keep_one(SqliteStore& store, int id) {
        casework::WriteOp op = [id](Tx& tx) -> Result<void> {
            const auto number = tx.cases.insert(a_case(), casework::KeySlot{id});
            tx.duties.insert(a_duty(number, 1));
            tx.outbox.insert(a_notification(number, 1));
            domain::Event event = an_event(number, "case.opened");
            event.data = {{"id", std::to_string(id)}};
            event.at = tx.now;
            tx.events.append(event);
            return {};
        };
        const Result<void> outcome = co_await store.commit(std::move(op), casework::Lane::routine);
        if (outcome) {
            acknowledged.insert(id);
        }
    }
    void work(SqliteStore& store, int batches) {
        for (int batch = 0; batch < batches && !disk.powerless(); ++batch) {
            const int units = 1 + static_cast<int>(random() % 5);
            for (int i = 0; i < units; ++i) {
                boost::asio::co_spawn(io, keep_one(store, ++last_id), [](const std::exception_ptr&) {});
            }
            clock.advance(std::chrono::seconds(1));
            io.restart();
            io.poll();
        }
    }
    /// Every acknowledged unit is there whole, once; the chain holds; the file is sound.
    void check(SqliteStore& store) {
        const auto findings = store.integrity_check();
        ASSERT_TRUE(findings);
        EXPECT_TRUE(findings->empty()) << findings->front();
        const auto chain = store.verify_chain();
        ASSERT_TRUE(chain);
        EXPECT_FALSE(chain->fault);
        std::multiset<int> found;
        const auto looked = store.read_now([&](const View& view) -> Result<void> {
            for (const domain::Event& event : view.events.since(0, 100'000)) {
                found.insert(std::stoi(event.data.front().second));
                EXPECT_EQ(view.duties.of_case(*event.case_no).size(), 1U);
                EXPECT_EQ(view.outbox.of_case(*event.case_no).size(), 1U);
            }
            return {};
        });
        ASSERT_TRUE(looked);
        for (const int id : acknowledged) {
            EXPECT_EQ(found.count(id), 1U) << "unit " << id;
        }
        for (const int id : found) {
            EXPECT_EQ(found.count(id), 1U) << "unit " << id;
        }
    }

    [[nodiscard]] static std::size_t events_in(SqliteStore& store) {
        const auto head = store.chain_head();
        EXPECT_TRUE(head);
        return head ? static_cast<std::size_t>(head->sequence) : 0;
    }

    boost::asio::io_context io;
    HandClock clock;
    simulation::SimDisk disk;
    std::uint64_t state;
    std::set<int> acknowledged;
    int last_id = 0;
};

class SeededCrashes : public ::testing::TestWithParam<int> {};

constexpr int kSeedsInOneTest = 50;
constexpr int kLives = 3;

TEST_P(SeededCrashes, LoseNoAcknowledgedUnit) {
    for (int i = 0; i < kSeedsInOneTest; ++i) {
        const int seed = GetParam() * kSeedsInOneTest + i;
        SCOPED_TRACE("seed " + std::to_string(seed));
        Trial trial(static_cast<std::uint64_t>(seed));
        for (int life = 0; life < kLives; ++life) {
            auto store = trial.open();
            ASSERT_TRUE(store);
            if (trial.random() % 2 == 0) {
                trial.disk.crash_in_sync(1 + static_cast<int>(trial.random() % 8));
            }
            trial.work(*store, 1 + static_cast<int>(trial.random() % 12));
            trial.disk.crash();
            store.reset();
        }
        auto store = trial.open();
        ASSERT_TRUE(store);
        trial.check(*store);
        if (HasFailure()) {
            break;
        }
    }
}
INSTANTIATE_TEST_SUITE_P(Seeds, SeededCrashes, ::testing::Range(0, 8));

TEST(PowerCutTest, TheSameSeedGivesTheSameRun) {
    const auto play = [](std::uint64_t seed) {
        Trial trial(seed);
        auto store = trial.open();
        trial.disk.crash_in_sync(5);
        trial.work(*store, 10);
        trial.disk.crash();
        store.reset();
        store = trial.open();
        const auto head = store->chain_head();
        return std::pair(trial.acknowledged, head ? head->hash : ChainHash{});
    };
    EXPECT_EQ(play(3), play(3));
    EXPECT_NE(play(3), play(4));
}

// The disk must be able to lose what was not synced, or the tests above would prove nothing.
TEST(PowerCutTest, WhatWasNotAcknowledgedMayBeLost) {
    int lost = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Trial trial(seed);
        auto store = trial.open();
        trial.disk.crash_in_sync(1);
        trial.work(*store, 1);
        EXPECT_TRUE(trial.acknowledged.empty());
        trial.disk.crash();
        store.reset();
        store = trial.open();
        const auto head = store->chain_head();
        ASSERT_TRUE(head);
        lost += head->sequence == 0 ? 1 : 0;
    }
    EXPECT_GT(lost, 0);
}

// After a sync that failed, the system may show parts of the log that are not on the disk, and believe that
// they are: what the next process shows must be there for good.
TEST(PowerCutTest, WhatWasSeenAfterAFailedSyncIsNotLostByAPowerCut) {
    std::size_t kept = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Trial trial(seed);
        auto store = trial.open();
        trial.work(*store, 3);
        const std::size_t acknowledged = Trial::events_in(*store);
        trial.disk.inject(simulation::SimDisk::Fault::sync_fails);
        trial.work(*store, 1);
        ASSERT_TRUE(store->broken());
        trial.disk.cut();
        store.reset();
        trial.disk.kill();

        store = trial.open();
        ASSERT_TRUE(store);
        const std::size_t seen = Trial::events_in(*store);
        trial.disk.cut();
        store.reset();
        trial.disk.crash();

        store = trial.open();
        ASSERT_TRUE(store);
        EXPECT_EQ(Trial::events_in(*store), seen);
        trial.check(*store);
        kept += seen - acknowledged;
    }
    EXPECT_GT(kept, 0U) << "nothing of a failed commit was ever seen: this shows nothing";
}

TEST(PowerCutTest, AStoreOfADeadProcessWritesNothingMore) {
    Trial trial(1);
    auto dead = trial.open();
    trial.work(*dead, 3);
    trial.disk.crash();
    auto alive = trial.open();
    const auto before = alive->chain_head();
    trial.work(*dead, 3);
    dead.reset();
    const auto after = alive->chain_head();

    ASSERT_TRUE(before);
    ASSERT_TRUE(after);
    EXPECT_EQ(*before, *after);
    trial.work(*alive, 3);
    trial.check(*alive);
}

}  // namespace
}  // namespace lachan::store
