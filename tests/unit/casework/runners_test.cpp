#include "lachan/casework/runners.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/office.hpp"
#include "support/troubled_store.hpp"

/// The two that never sleep, when something is in their way.
namespace lachan::casework {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace support;
using domain::NotificationState;

class Runners : public testing::Test {
protected:
    [[nodiscard]] Result<void> catch_up() {
        const StopSign stop;
        WatchRunner watch(context_, stop);
        return office_.run(watch.catch_up());
    }
    /// The case has lost count of its messages: each unit in which it makes one more fails.
    void damage(const std::string& code) { count_messages(code, 0); }
    void mend(const std::string& code) {
        count_messages(code, static_cast<std::int32_t>(office_.notifications(code).size()));
    }
    [[nodiscard]] domain::Notification owed(const std::string& code, const char* agency) {
        for (domain::Notification& each : office_.notifications(code)) {
            if (each.agency.text() == agency) {
                return each;
            }
        }
        throw std::logic_error("the agency is owed nothing");
    }

    Office office_;
    TroubledStore store_{office_.context().store};
    Context context_{store_,
                     office_.context().clock,
                     office_.context().entropy,
                     office_.context().vault,
                     office_.context().worlds,
                     office_.context().outbox_work,
                     office_.context().watch_work};

private:
    void count_messages(const std::string& code, std::int32_t number) {
        office_.write([&](Tx& tx) -> Result<void> {
            domain::Case value = tx.cases.find(office_.vault().case_no(code).value()).value();
            value.notifications = number;
            tx.cases.update(value);
            return {};
        });
    }
};

class Watch : public Runners {
protected:
    static std::vector<std::string> kinds(const std::vector<domain::Event>& events) {
        std::vector<std::string> result;
        for (const domain::Event& event : events) {
            result.push_back(event.kind);
        }
        std::sort(result.begin(), result.end());
        return result;
    }
};

TEST_F(Watch, WhatCannotBeFiredDoesNotKeepTheOthersWaiting) {
    const std::string damaged = office_.opened(violence_at_home());
    const std::string sound = office_.opened(violence_at_home());
    damage(damaged);
    const Instant due = office_.pending(sound, "intake_record").due;
    office_.pass(due - office_.now());
    EXPECT_EQ(office_.pending(sound, "intake_record").overdue_at, due);
    const domain::Duty aside = office_.pending(damaged, "intake_record");
    EXPECT_FALSE(aside.overdue_at);
    EXPECT_EQ(aside.next_at, office_.now() + 60s);
    EXPECT_EQ(count(office_.events(damaged), "duty.overdue"), 0U);

    mend(damaged);
    office_.pass(60s);
    EXPECT_EQ(office_.pending(damaged, "intake_record").overdue_at, due);
}

TEST_F(Watch, AMessageThatCannotBeMovedOnDoesNotKeepTheOthersWaiting) {
    office_.connect("tyt-03388");
    Mailbox mailbox;
    mailbox.answers["tyt-03388-1"].failure = "refused";
    const std::string damaged = office_.opened(small_accident());
    const std::string sound = office_.opened(small_accident());
    office_.send_all(mailbox);
    damage(damaged);
    office_.pass(30min);
    EXPECT_EQ(count(office_.events(sound), "notification.undelivered"), 1U);
    EXPECT_EQ(count(office_.events(damaged), "notification.undelivered"), 0U);
    EXPECT_EQ(owed(damaged, "tyt-03388").reroute_at, office_.now() + 60s);

    mend(damaged);
    office_.pass(60s);
    EXPECT_EQ(count(office_.events(damaged), "notification.undelivered"), 1U);
}

// A disk that is full is no fault of the duties: nothing is set aside for it.
TEST_F(Watch, WhatTheStoreDoesNotTakeIsDoneWhenItTakesItAgain) {
    domain::Report late = violence_at_home();
    late.received_at = kMorning - 2h;
    Office calm;
    const std::string example = calm.opened(late);
    calm.pass(0s);

    const std::string damaged = office_.opened(late);
    const std::string code = office_.opened(late);
    damage(damaged);
    for (int nth = 1; nth < 100; ++nth) {
        const Errc refusal = nth % 2 == 0 ? Errc::storage : Errc::overloaded;
        store_.refuse(nth, refusal);
        const Result<void> done = catch_up();
        if (!store_.struck()) {
            EXPECT_TRUE(done);
            EXPECT_GT(nth, 4) << "look, all together, one by one";
            EXPECT_EQ(kinds(office_.events(code)), kinds(calm.events(example)))
                << "each alarm, and each once";
            return;
        }
        ASSERT_FALSE(done) << nth;
        EXPECT_EQ(done.error().code(), refusal);
    }
    FAIL() << "it never comes to an end";
}

/// An outbox at work on the office's loop.
class Outgoing : public Runners {
protected:
    ~Outgoing() override {
        stop_.stopping = true;
        while (started_ && !ended_) {
            context_.outbox_work.notify();
            office_.pass(1s);
        }
    }
    void start() {
        started_ = true;
        asio::co_spawn(
            office_.executor(), outbox_.run(), [this](const std::exception_ptr&) { ended_ = true; });
        office_.pass(0s);
    }
    /// Time goes by, from one instant that somebody waits for to the next.
    void wait(Duration time) {
        const Instant end = office_.now() + time;
        while (office_.now() < end) {
            office_.pass(end - office_.now());
        }
        office_.pass(0s);
    }

    Mailbox mailbox_;
    StopSign stop_;
    OutboxRunner outbox_{context_, mailbox_, stop_};

private:
    bool started_ = false;
    bool ended_ = false;
};

TEST_F(Outgoing, ATryThatCouldNotBeRecordedIsMadeAgainUnderTheSameId) {
    office_.connect("tyt-03388");
    const std::string code = office_.opened(small_accident());
    mailbox_.meanwhile = [this] { store_.refuse(1); };
    start();
    ASSERT_EQ(mailbox_.seen.size(), 1U);
    EXPECT_EQ(owed(code, "tyt-03388").attempts, 0);
    wait(59s);
    EXPECT_EQ(mailbox_.seen.size(), 1U) << "it may still be under way";
    wait(2s);
    ASSERT_EQ(mailbox_.seen.size(), 2U);
    EXPECT_EQ(mailbox_.seen[0].second.id, mailbox_.seen[1].second.id);
    EXPECT_EQ(owed(code, "tyt-03388").state, NotificationState::delivered);
    EXPECT_EQ(owed(code, "tyt-03388").attempts, 1);
}

TEST_F(Outgoing, ATryThatBreaksIsMadeAgainAndStopsNobody) {
    office_.connect("tyt-03388");
    const std::string code = office_.opened(small_accident());
    mailbox_.meanwhile = [] { throw std::runtime_error("a fault of ours"); };
    start();
    EXPECT_EQ(owed(code, "tyt-03388").state, NotificationState::scheduled);
    wait(61s);
    EXPECT_EQ(owed(code, "tyt-03388").state, NotificationState::delivered);
}

// What waits behind a message where that was moved to is free as soon as it arrives where it came from.
TEST_F(Outgoing, WhatWaitedBehindAMovedMessageGoesOutOnceThatHasArrived) {
    office_.connect("ubnd-03388");
    office_.connect("ubnd-03388");
    const std::string code = office_.opened(violence_at_home());
    const domain::EndpointId other("ubnd-03388-2");
    mailbox_.meanwhile = [&] {
        office_.write([&](Tx& tx) -> Result<void> {
            bool first = true;
            for (auto value : tx.outbox.waiting_of(office_.vault().case_no(code).value())) {
                if (value.agency.text() == "ubnd-03388") {
                    value.endpoint = other;
                    value.next_attempt = std::exchange(first, false) ? tx.now + 1h : tx.now;
                    tx.outbox.update(value);
                }
            }
            tx.endpoints.call_at(other, tx.now + 1h);
            return {};
        });
    };
    start();
    ASSERT_GE(mailbox_.seen.size(), 2U);
    for (const domain::Notification& each : office_.notifications(code)) {
        if (each.agency.text() == "ubnd-03388") {
            EXPECT_EQ(each.state, NotificationState::delivered) << each.no.ordinal;
            EXPECT_EQ(each.delivered_at, office_.now());
        }
    }
}

TEST_F(Outgoing, ALeaseOfAProcessThatDiedIsTakenBackAtTheStart) {
    office_.connect("tyt-03388");
    const std::string code = office_.opened(small_accident());
    office_.write([&](Tx& tx) -> Result<void> {
        auto endpoint = tx.endpoints.find(domain::EndpointId("tyt-03388-1")).value();
        endpoint.leased_until = office_.now() + 60s;
        tx.endpoints.put(endpoint);
        return {};
    });
    start();
    EXPECT_EQ(owed(code, "tyt-03388").state, NotificationState::delivered);
}

// Taking back, looking, claiming: whichever of them fails, a second later it is tried again.
TEST_F(Outgoing, WhereTheStoreFailsItLooksAgainASecondLater) {
    office_.connect("tyt-03388");
    for (int nth = 1; nth <= 3; ++nth) {
        const std::string code = office_.opened(small_accident());
        mailbox_.seen.clear();
        store_.refuse(nth);
        StopSign stop;
        OutboxRunner outbox(context_, mailbox_, stop);
        bool ended = false;
        asio::co_spawn(office_.executor(), outbox.run(), [&](const std::exception_ptr&) { ended = true; });
        office_.pass(0s);
        EXPECT_TRUE(store_.struck());
        wait(1s);
        EXPECT_EQ(owed(code, "tyt-03388").state, NotificationState::delivered) << nth;
        EXPECT_EQ(mailbox_.seen.size(), 1U) << nth;
        stop.stopping = true;
        context_.outbox_work.notify();
        office_.pass(0s);
        ASSERT_TRUE(ended);
    }
}

}  // namespace
}  // namespace lachan::casework
