#include "rerouting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
#include "support/office.hpp"
#include "support/shipped.hpp"

/// Moving a message on when its agency cannot be reached: once, and only what is still to be moved.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::NotificationState;

constexpr const char* kStation = "tyt-03388";

class Rerouting : public testing::Test {
protected:
    [[nodiscard]] domain::Notification owed() {
        for (const domain::Notification& each : office_.notifications(code_)) {
            if (each.agency.text() == kStation) {
                return each;
            }
        }
        throw std::logic_error("the agency is owed nothing");
    }
    /// What the watch does with a message that it found a moment ago.
    void reroute_now(domain::NotificationNo number) {
        office_.write([&](Tx& tx) -> Result<void> {
            return reroute(office_.context(), tx, office_.worlds().current(), number);
        });
    }
    /// Its endpoint refuses everything, and its time is up.
    void fail() {
        mailbox_.answers[std::string(kStation) + "-1"].failure = "refused";
        office_.send_all(mailbox_);
        office_.pass(reroute_at() - office_.now());
    }
    [[nodiscard]] Instant reroute_at() { return owed().reroute_at.value(); }
    [[nodiscard]] std::size_t undelivered() {
        return count(office_.events(code_), "notification.undelivered");
    }
    void open() {
        office_.connect(kStation);
        code_ = office_.opened(small_accident());
    }

    Office office_;
    Mailbox mailbox_;
    std::string code_;
};

TEST_F(Rerouting, WhatWasDeliveredMeanwhileOrIsNotYetToBeMovedStaysWhereItIs) {
    open();
    const domain::Notification fresh = owed();
    reroute_now(fresh.no);
    EXPECT_EQ(owed().state, NotificationState::scheduled);
    EXPECT_EQ(owed().reroute_at, fresh.reroute_at) << "its time is not up";
    office_.send_all(mailbox_);
    ASSERT_EQ(owed().state, NotificationState::delivered);
    reroute_now(fresh.no);
    EXPECT_EQ(owed().state, NotificationState::delivered);
    reroute_now({fresh.no.case_no, 99});
    EXPECT_EQ(undelivered(), 0U);
    EXPECT_EQ(count(office_.events(code_), "notification.rerouted"), 0U);
}

TEST_F(Rerouting, WhoIsNextIsToldOnceHoweverLongTheFirstOneCannotBeReached) {
    open();
    fail();
    ASSERT_EQ(undelivered(), 1U);
    ASSERT_EQ(owed().state, NotificationState::scheduled) << "it is tried on beside that";
    const auto messages = office_.notifications(code_).size();
    reroute_now(owed().no);
    EXPECT_EQ(undelivered(), 1U);
    EXPECT_EQ(office_.notifications(code_).size(), messages);
}

// Who was to hear of it beside the station only the pack knows; the message itself stays owed.
TEST_F(Rerouting, ANoticeOfALostPackStaysOwedToWhomItWasFor) {
    open();
    auto document = nlohmann::json::parse(shipped("rules/lai-chau/decision-27-2023/pack.json"));
    document["version"] = "9999";
    const auto pack = std::make_shared<const policy::Pack>(policy::Pack::parse(document.dump()).value());
    auto world = std::make_shared<World>(*shipped_world());
    world->packs.clear();
    world->packs.emplace(pack->key(), pack);
    office_.worlds().replace(std::move(world));
    fail();
    EXPECT_EQ(undelivered(), 1U);
    EXPECT_EQ(owed().state, NotificationState::scheduled);
    mailbox_.answers.clear();
    office_.pass(1h);
    office_.send_all(mailbox_);
    EXPECT_EQ(owed().state, NotificationState::delivered);
}

TEST_F(Rerouting, WhatAPersonSendsAgainGoesToTheChannelThatWorksNow) {
    office_.connect(kStation);
    open();
    office_.send_all(mailbox_);
    ASSERT_EQ(owed().endpoint.text(), "tyt-03388-1");
    office_
        .run(suspend_endpoint(office_.context(), admin(), domain::EndpointId("tyt-03388-1"), true, "bảo trì"))
        .value();
    mailbox_.seen.clear();
    ASSERT_TRUE(
        office_.run(redeliver(office_.context(), admin(), notification_name(code_, owed().no.ordinal))));
    EXPECT_EQ(owed().endpoint.text(), "tyt-03388-2");
    office_.send_all(mailbox_);
    ASSERT_EQ(mailbox_.seen.size(), 1U);
    EXPECT_EQ(mailbox_.seen.front().first, "tyt-03388-2");
}

TEST_F(Rerouting, AnEndpointThatNobodyHasIsNotFoundAndTheDirectoryIsNotForEverybodyToChange) {
    open();
    const domain::AgencyId station(kStation);
    EXPECT_TRUE(
        office_.run(expect_endpoint(office_.context(), admin(), station, domain::EndpointId("tyt-03388-1"))));
    EXPECT_EQ(
        office_.run(expect_endpoint(office_.context(), admin(), station, domain::EndpointId("tyt-03388-9")))
            .error()
            .code(),
        Errc::not_found);
    EXPECT_EQ(office_.run(put_agency(office_.context(), officer(kStation), station, R"({"id": "tyt-03388"})"))
                  .error()
                  .code(),
              Errc::forbidden);
}

}  // namespace
}  // namespace lachan::casework
