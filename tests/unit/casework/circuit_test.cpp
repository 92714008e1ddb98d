#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
#include "support/office.hpp"

/// An endpoint that fails and comes back, and what people do about what it missed.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::NotificationState;

constexpr const char* kStation = "tyt-03388";
const domain::EndpointId kChannel("tyt-03388-1");

class Circuit : public testing::Test {
protected:
    [[nodiscard]] Endpoint endpoint() {
        std::optional<Endpoint> found;
        office_.look([&](const View& view) -> Result<void> {
            found = view.endpoints.find(kChannel);
            return {};
        });
        return found.value();
    }
    [[nodiscard]] domain::Notification owed(const std::string& code) {
        for (const domain::Notification& each : office_.notifications(code)) {
            if (each.agency.text() == kStation) {
                return each;
            }
        }
        throw std::logic_error("the agency is owed nothing");
    }
    [[nodiscard]] std::size_t attempts(domain::NotificationNo number) {
        std::size_t found = 0;
        office_.look([&](const View& view) -> Result<void> {
            found = view.outbox.attempts(number).size();
            return {};
        });
        return found;
    }
    [[nodiscard]] std::size_t tries() const {
        return static_cast<std::size_t>(
            std::count_if(mailbox_.seen.begin(), mailbox_.seen.end(), [](const auto& seen) {
                return seen.first == kChannel.text();
            }));
    }
    /// Five cases that the station cannot be told of: its circuit is open then.
    std::vector<std::string> five_failures() {
        office_.connect(kStation);
        mailbox_.answers[kChannel.text()].failure = "refused";
        std::vector<std::string> codes;
        for (int i = 0; i < 5; ++i) {
            codes.push_back(office_.opened(small_accident()));
        }
        office_.send_all(mailbox_);
        return codes;
    }
    void exhaust(const std::string& code) {
        for (int i = 0; i < 200 && owed(code).state == NotificationState::scheduled; ++i) {
            office_.send_all(mailbox_);
            office_.pass(1h);
        }
        ASSERT_EQ(owed(code).state, NotificationState::human_task);
    }
    [[nodiscard]] Result<Redelivered> again(Instant from,
                                            Instant to,
                                            std::optional<NotificationState> state = {},
                                            const domain::Principal& caller = admin(),
                                            Repeat repeat = {}) {
        Redelivered done;
        const auto render = [&](const Redelivered& given) {
            done = given;
            return Answer{202, "", "", "{}", false};
        };
        auto answer = office_.run(redeliver_range(
            office_.context(), caller, kChannel, {from, to, state}, std::move(repeat), render));
        if (!answer) {
            return answer.error();
        }
        replayed_ = answer->replayed;
        return done;
    }

    Office office_;
    Mailbox mailbox_;
    bool replayed_ = false;
};

// The next try of anything there lies minutes away; the circuit is probed each minute all the same.
TEST_F(Circuit, IsProbedEachMinuteWhileAnythingWaitsThere) {
    const auto codes = five_failures();
    EXPECT_EQ(endpoint().failures, 5);
    office_.pass(6s);
    office_.send_all(mailbox_);  // the second tries, 5 s after the first, rest with the circuit
    const std::size_t before = tries();
    for (int minute = 1; minute <= 20; ++minute) {
        office_.pass(1min);
        office_.send_all(mailbox_);
        EXPECT_EQ(tries(), before + static_cast<std::size_t>(minute));
    }
}

TEST_F(Circuit, AProbeBeforeItsTimeDoesNotUseUpTheTriesOfAMessage) {
    const auto codes = five_failures();
    for (int minute = 0; minute < 4 * 60; ++minute) {
        office_.pass(1min);
        office_.send_all(mailbox_);
    }
    for (const std::string& code : codes) {
        EXPECT_EQ(owed(code).state, NotificationState::scheduled);
        EXPECT_LE(owed(code).attempts, 5) << "0, 5 s, 5 min, 30 min, 2 h";
        EXPECT_EQ(attempts(owed(code).no), static_cast<std::size_t>(owed(code).attempts));
    }
}

TEST_F(Circuit, ThatClosesLetsItsWholeQueueGoAtOnce) {
    const auto codes = five_failures();
    for (int minute = 0; minute < 60; ++minute) {
        office_.pass(1min);
        office_.send_all(mailbox_);
    }
    mailbox_.answers.clear();
    office_.pass(1min);
    office_.send_all(mailbox_);
    for (const std::string& code : codes) {
        EXPECT_EQ(owed(code).state, NotificationState::delivered);
    }
    EXPECT_EQ(endpoint().failures, 0);
    EXPECT_FALSE(endpoint().open_until);
}

TEST_F(Circuit, IsLeftAloneWhenNothingWaitsThere) {
    const auto codes = five_failures();
    for (const std::string& code : codes) {
        exhaust(code);
    }
    const std::size_t before = tries();
    office_.pass(10min);
    office_.send_all(mailbox_);
    EXPECT_EQ(tries(), before);
    EXPECT_FALSE(endpoint().next_at);
}

TEST_F(Circuit, WhatOnlyAPersonCouldBringIsScheduledWhenTheEndpointResumes) {
    office_.connect(kStation);
    mailbox_.answers[kChannel.text()].status = 410;
    const std::string code = office_.opened(small_accident());
    for (int i = 0; i < 5; ++i) {
        office_.send_all(mailbox_);
        office_.pass(1s);
    }
    ASSERT_EQ(owed(code).state, NotificationState::human_task);
    mailbox_.answers.clear();
    office_.run(suspend_endpoint(office_.context(), admin(), kChannel, false, "")).value();
    EXPECT_EQ(owed(code).state, NotificationState::scheduled);
    office_.send_all(mailbox_);
    EXPECT_EQ(owed(code).state, NotificationState::delivered);
}

TEST_F(Circuit, WhatAnAgencyMissedIsScheduledWhenItGetsAChannel) {
    const std::string code = office_.opened(small_accident());
    ASSERT_EQ(owed(code).state, NotificationState::human_task) << "it has no channel yet";
    const auto render = [](const EndpointMade&) { return Answer{201, "", "", "{}", false}; };
    const NewEndpoint wanted{domain::ChannelKind::email, "tyt@example.vn", std::nullopt};
    office_.run(add_endpoint(office_.context(), admin(), domain::AgencyId(kStation), wanted, {}, render))
        .value();
    EXPECT_EQ(owed(code).endpoint, kChannel);
    office_.send_all(mailbox_);
    EXPECT_EQ(owed(code).state, NotificationState::delivered);
}

TEST_F(Circuit, WhatIsScheduledAgainHasAllItsTriesBeforeIt) {
    office_.connect(kStation);
    mailbox_.answers[kChannel.text()].failure = "timeout";
    const std::string code = office_.opened(small_accident());
    exhaust(code);
    const std::int32_t before = owed(code).attempts;
    office_.run(suspend_endpoint(office_.context(), admin(), kChannel, false, "")).value();
    office_.send_all(mailbox_);
    EXPECT_EQ(owed(code).attempts, before + 1);
    EXPECT_EQ(owed(code).state, NotificationState::scheduled) << "one more failure does not exhaust it";
}

TEST_F(Circuit, ARangeOfTriesIsMadeAgainInTheOrderOfTheCase) {
    office_.connect(kStation);
    const std::string first = office_.opened(small_accident());
    office_.send_all(mailbox_);
    const Instant after_first = office_.now() + 1ms;
    office_.pass(1h);
    const std::string second = office_.opened(small_accident());
    office_.send_all(mailbox_);
    mailbox_.seen.clear();

    EXPECT_EQ(again(after_first, office_.now() + 1ms)->scheduled, 1);
    office_.send_all(mailbox_);
    ASSERT_EQ(mailbox_.seen.size(), 1u);
    EXPECT_EQ(mailbox_.seen.front().second.case_code, second);
    EXPECT_EQ(owed(second).attempts, 2);
    EXPECT_EQ(owed(first).attempts, 1);
}

TEST_F(Circuit, ARangeLeavesAloneWhatWaitsAlreadyAndOtherStates) {
    const auto codes = five_failures();
    EXPECT_EQ(again(kMorning, office_.now() + 1h)->scheduled, 0) << "all of it is scheduled";
    mailbox_.answers.clear();
    office_.pass(1min);
    office_.send_all(mailbox_);
    office_.pass(1s);
    EXPECT_EQ(again(kMorning, office_.now(), NotificationState::human_task)->scheduled, 0);
    EXPECT_EQ(again(kMorning, office_.now(), NotificationState::delivered)->scheduled, 5);
}

TEST_F(Circuit, ARangeIsMadeOnceForOneKey) {
    office_.connect(kStation);
    const std::string code = office_.opened(small_accident());
    office_.send_all(mailbox_);
    office_.pass(1s);
    const Repeat repeat{"redelivery", "key-1", Bytes{1, 2}};
    EXPECT_EQ(again(kMorning, office_.now(), {}, admin(), repeat)->scheduled, 1);
    office_.send_all(mailbox_);
    ASSERT_TRUE(again(kMorning, office_.now(), {}, admin(), repeat));
    EXPECT_TRUE(replayed_);
    EXPECT_EQ(owed(code).state, NotificationState::delivered);
}

TEST_F(Circuit, ARangeIsForThoseWhoMayAndOfAnEndpointThatWorks) {
    office_.connect(kStation);
    const std::string code = office_.opened(small_accident());
    office_.send_all(mailbox_);
    office_.pass(1s);
    EXPECT_EQ(again(kMorning, office_.now(), {}, officer(kStation)).error().code(), Errc::forbidden);
    EXPECT_EQ(again(kMorning, office_.now(), {}, supervisor("ubnd-03400"))->scheduled, 0)
        << "another commune's case";
    office_.run(suspend_endpoint(office_.context(), admin(), kChannel, true, "")).value();
    EXPECT_EQ(again(kMorning, office_.now()).error().code(), Errc::transition_not_allowed);
}

TEST_F(Circuit, TheChannelsOfAnAgencyTellHowTheyFare) {
    const auto codes = five_failures();
    office_.pass(90s);
    const auto views =
        office_.run(endpoints_of(office_.context(), admin(), domain::AgencyId(kStation))).value();
    ASSERT_EQ(views.size(), 1u);
    EXPECT_EQ(views[0].scheduled, 5);
    EXPECT_EQ(views[0].oldest, kMorning);
    ASSERT_EQ(views[0].lately.size(), 5u);
    EXPECT_EQ(views[0].lately[0].failure, "refused");
}

TEST_F(Circuit, EverythingAnAgencyMissedIsScheduledHoweverMuchItIs) {
    constexpr std::size_t kMoreThanAUnit = 201;
    for (std::size_t i = 0; i < kMoreThanAUnit; ++i) {
        office_.opened(small_accident());
    }
    const auto render = [](const EndpointMade&) { return Answer{201, "", "", "{}", false}; };
    ASSERT_TRUE(office_.run(add_endpoint(office_.context(),
                                         admin(),
                                         domain::AgencyId(kStation),
                                         {domain::ChannelKind::webhook, "https://example.org/hook", 0},
                                         {},
                                         render)));
    office_.send_all(mailbox_);
    EXPECT_EQ(tries(), kMoreThanAUnit);
}

TEST_F(Circuit, ALongRangeSaysWhereToGoOn) {
    office_.connect(kStation);
    for (int i = 0; i <= kMostRedelivered; ++i) {
        office_.opened(small_accident());
        office_.send_all(mailbox_);
        office_.pass(1ms);
    }
    const Instant end = office_.now();
    const auto first = again(kMorning, end);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->scheduled, kMostRedelivered);
    ASSERT_TRUE(first->next_from);
    const auto rest = again(*first->next_from, end);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->scheduled, 1);
    EXPECT_FALSE(rest->next_from);
}

}  // namespace
}  // namespace lachan::casework
