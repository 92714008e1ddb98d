#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "lachan/casework/observer.hpp"
#include "lachan/casework/runners.hpp"
#include "support/office.hpp"

/// What whoever counts the runners' work is told: it becomes the numbers that an operator looks at.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::AttemptOutcome;

class Counting final : public Observer {
public:
    struct Try {
        AttemptOutcome outcome{};
        std::optional<Duration> waited;
    };
    void fired(Duration late) override { lateness.push_back(late); }
    void tried(domain::ChannelKind kind, AttemptOutcome outcome, std::optional<Duration> waited) override {
        EXPECT_EQ(kind, domain::ChannelKind::webhook);
        tries.push_back({outcome, waited});
    }

    std::vector<Duration> lateness;
    std::vector<Try> tries;
};

class Observers : public testing::Test {
protected:
    void send() {
        StopSign stop;
        OutboxRunner outbox(office_.context(), mailbox_, stop, {}, &counting_);
        bool ended = false;
        boost::asio::co_spawn(
            office_.executor(), outbox.run(), [&](const std::exception_ptr&) { ended = true; });
        office_.pass(0s);
        stop.stopping = true;
        office_.context().outbox_work.notify();
        office_.pass(0s);
        ASSERT_TRUE(ended);
    }

    Counting counting_;
    Mailbox mailbox_;
    Office office_;
};

TEST_F(Observers, AreToldHowLateEachAlarmWasAndNothingFromBeforeTheStartCounts) {
    const StopSign stop;
    WatchRunner watch(office_.context(), stop, &counting_);
    office_.pass(10min);
    domain::Report late = violence_at_home();
    late.received_at = kMorning - 24h;
    office_.opened(late);
    ASSERT_TRUE(office_.run(watch.catch_up()));
    ASSERT_FALSE(counting_.lateness.empty());
    EXPECT_EQ(*std::max_element(counting_.lateness.begin(), counting_.lateness.end()), 10min)
        << "since the program started, not since the night before";
}

TEST_F(Observers, AreToldHowLongAMessageWaitedForItsFirstTryAndNotOfTheOthers) {
    office_.connect("tyt-03388");
    mailbox_.answers["tyt-03388-1"].failure = "refused";
    office_.opened(small_accident());
    office_.pass(3s);
    send();
    ASSERT_EQ(counting_.tries.size(), 1U);
    EXPECT_NE(counting_.tries[0].outcome, AttemptOutcome::delivered);
    EXPECT_EQ(counting_.tries[0].waited, 3s);
    mailbox_.answers.clear();
    office_.pass(5min);
    send();
    ASSERT_EQ(counting_.tries.size(), 2U);
    EXPECT_EQ(counting_.tries[1].outcome, AttemptOutcome::delivered);
    EXPECT_FALSE(counting_.tries[1].waited);
}

}  // namespace
}  // namespace lachan::casework
