#include "lachan/casework/heartbeat.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/office.hpp"
#include "support/troubled_store.hpp"

namespace lachan::casework {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace support;

/// Lets everything else on the loop have its turn.
asio::awaitable<void> give_way() {
    const auto executor = co_await asio::this_coro::executor;
    for (int turn = 0; turn < 100; ++turn) {
        co_await asio::post(executor, asio::use_awaitable);
    }
}

/// The runner runs until it has looked, and stops.
asio::awaitable<bool> look_once(OutboxRunner& outbox, StopSign& stop, Wakeup& work) {
    const auto executor = co_await asio::this_coro::executor;
    bool ended = false;
    asio::co_spawn(executor, outbox.run(), [&ended](const std::exception_ptr&) { ended = true; });
    co_await give_way();
    stop.stopping = true;
    work.notify();
    while (!ended) {
        co_await give_way();
    }
    stop.stopping = false;
    co_return true;
}

asio::awaitable<std::string> words(Heartbeat& heartbeat) {
    const auto outcome = co_await heartbeat.beat_once();
    co_return std::string(outcome);
}

class Heart : public testing::Test {
protected:
    void runners_look() {
        office_.run(watch_.catch_up()).value();
        office_.run(look_once(outbox_, stop_, office_.context().outbox_work));
    }
    std::string beat() { return office_.run(words(heartbeat_)); }
    /// The heartbeat's URL.
    asio::awaitable<bool> call() {
        ++calls_;
        co_return taken_;
    }

    Office office_;
    Mailbox mailbox_;
    StopSign stop_;
    WatchRunner watch_{office_.context(), stop_};
    OutboxRunner outbox_{office_.context(), mailbox_, stop_};
    bool taken_ = true;
    int calls_ = 0;
    Heartbeat heartbeat_{
        office_.context(), watch_, outbox_, office_.context().watch_work, stop_, [this] { return call(); }};
};

TEST_F(Heart, BeatsWhileEverythingIsAlive) {
    runners_look();
    EXPECT_EQ(beat(), "sent");
    EXPECT_EQ(calls_, 1);
    office_.look([&](const View& view) -> Result<void> {
        EXPECT_EQ(view.documents.find("heartbeat", "last"), to_rfc3339(office_.now()))
            << "something was made durable";
        return {};
    });
}

TEST_F(Heart, SaysWhenNobodyHearsIt) {
    taken_ = false;
    runners_look();
    EXPECT_EQ(beat(), "not_taken");
}

TEST_F(Heart, IsSilentWhenARunnerNeverLooked) {
    EXPECT_EQ(beat(), "watch_stands_still");
    office_.run(watch_.catch_up()).value();
    EXPECT_EQ(beat(), "outbox_stands_still");
    EXPECT_EQ(calls_, 0);
}

TEST_F(Heart, IsSilentWhenARunnerStandsStill) {
    runners_look();
    office_.pass(91s);
    EXPECT_EQ(beat(), "watch_stands_still");
    office_.run(watch_.catch_up()).value();
    EXPECT_EQ(beat(), "outbox_stands_still");
    EXPECT_EQ(calls_, 0);
}

TEST_F(Heart, IsSilentWhenNothingCanBeMadeDurable) {
    runners_look();
    TroubledStore store(office_.context().store);
    Context& sound = office_.context();
    Context context{
        store, sound.clock, sound.entropy, sound.vault, sound.worlds, sound.outbox_work, sound.watch_work};
    Heartbeat heartbeat(context, watch_, outbox_, sound.watch_work, stop_, [this] { return call(); });
    store.refuse(1);
    EXPECT_EQ(office_.run(words(heartbeat)), "cannot_write");
    store.refuse(2);
    EXPECT_EQ(office_.run(words(heartbeat)), "invariant_broken") << "what cannot be read is not well";
    EXPECT_EQ(calls_, 0);
    EXPECT_EQ(office_.run(words(heartbeat)), "sent");
}

// A beat each minute; after one that was missed the next is tried soon.
TEST_F(Heart, BeatsOnItsOwnEachMinuteAndSoonAfterAMiss) {
    StopSign stop;
    Heartbeat heartbeat(
        office_.context(), watch_, outbox_, office_.context().watch_work, stop, [this] { return call(); });
    bool ended = false;
    asio::co_spawn(office_.executor(), heartbeat.run(), [&](const std::exception_ptr&) { ended = true; });
    const auto wait = [&](Duration time) {
        const Instant end = office_.now() + time;
        while (office_.now() < end) {
            office_.pass(end - office_.now());
            runners_look();
        }
        office_.pass(0s);
    };
    runners_look();
    wait(1s);
    EXPECT_EQ(calls_, 0) << "the runners look first";
    wait(1s);
    EXPECT_EQ(calls_, 1);
    wait(59s);
    EXPECT_EQ(calls_, 1);
    taken_ = false;
    wait(1s);
    EXPECT_EQ(calls_, 2);
    wait(5s);
    EXPECT_EQ(calls_, 3);
    taken_ = true;
    wait(5s);
    EXPECT_EQ(calls_, 4);
    wait(59s);
    EXPECT_EQ(calls_, 4);
    stop.stopping = true;
    office_.context().watch_work.notify();
    office_.pass(0s);
    EXPECT_TRUE(ended);
}

// Whoever counts the beats hears of those that did not go out as well.
TEST_F(Heart, TellsItsObserverWhatCameOfEachBeat) {
    class Listening final : public Observer {
    public:
        void beat(std::string_view outcome) override { heard.emplace_back(outcome); }
        std::vector<std::string> heard;
    };
    Listening listening;
    Heartbeat heartbeat(
        office_.context(),
        watch_,
        outbox_,
        office_.context().watch_work,
        stop_,
        [this] { return call(); },
        &listening);
    office_.run(words(heartbeat));
    runners_look();
    office_.run(words(heartbeat));
    taken_ = false;
    office_.run(words(heartbeat));
    EXPECT_EQ(listening.heard, (std::vector<std::string>{"watch_stands_still", "sent", "not_taken"}));
}

TEST_F(Heart, IsSilentWhenADutyHasNobody) {
    const std::string code = office_.opened(small_accident());
    runners_look();
    const auto put = [&](const domain::Duty& value) {
        office_.write([&](Tx& tx) -> Result<void> {
            tx.duties.update(value);
            return {};
        });
    };
    const domain::Duty duty = office_.duties(code).front();
    domain::Duty nobodys = duty;
    nobodys.holder = domain::AgencyId();
    put(nobodys);
    EXPECT_EQ(beat(), "invariant_broken");
    put(duty);
    EXPECT_EQ(beat(), "sent");
}

TEST_F(Heart, IsSilentWhenAnEndpointIsOwedMessagesAndIsNeverCalled) {
    office_.connect("tyt-03388");
    runners_look();
    office_.opened(small_accident());
    const auto call_at = [&](std::optional<Instant> instant) {
        office_.write([&](Tx& tx) -> Result<void> {
            Endpoint endpoint = tx.endpoints.find(domain::EndpointId("tyt-03388-1")).value();
            endpoint.next_at = instant;
            tx.endpoints.put(endpoint);
            return {};
        });
    };
    ASSERT_EQ(beat(), "sent");
    call_at(std::nullopt);
    EXPECT_EQ(beat(), "invariant_broken");
    call_at(office_.now());
    EXPECT_EQ(beat(), "sent");
}

TEST_F(Heart, IsSilentWhenAnInvariantIsBroken) {
    const std::string code = office_.opened(small_accident());
    runners_look();
    ASSERT_EQ(beat(), "sent");
    office_.write([&](Tx& tx) -> Result<void> {
        for (domain::Duty duty : tx.duties.of_case(office_.case_of(code).no)) {
            duty.state = domain::DutyState::cancelled;
            duty.next_at.reset();
            tx.duties.update(duty);
        }
        return {};
    });
    EXPECT_EQ(beat(), "invariant_broken");
    EXPECT_EQ(calls_, 1);
}

}  // namespace
}  // namespace lachan::casework
