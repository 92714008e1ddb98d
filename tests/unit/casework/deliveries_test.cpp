#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
#include "support/office.hpp"

/// Endpoints, what is sent to them, and what happens where it does not arrive.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::NotificationState;

class Deliveries : public testing::Test {
protected:
    domain::EndpointId add_endpoint_of(const char* agency) {
        domain::EndpointId id;
        const auto render = [&](const EndpointMade& made) {
            id = made.id;
            secret_ = made.secret.reveal();
            return Answer{201, "", "", "{}", false};
        };
        office_
            .run(add_endpoint(office_.context(),
                              admin(),
                              domain::AgencyId(agency),
                              {domain::ChannelKind::webhook, "https://example.org/hook", 0},
                              {},
                              render))
            .value();
        return id;
    }
    [[nodiscard]] Target target(const domain::EndpointId& id) {
        std::optional<Target> found;
        office_.look([&](const View& view) -> Result<void> {
            found = target_of(office_.vault(), view.endpoints.find(id).value(), office_.now()).value();
            return {};
        });
        return *found;
    }
    [[nodiscard]] Endpoint endpoint(const std::string& id) {
        std::optional<Endpoint> found;
        office_.look([&](const View& view) -> Result<void> {
            found = view.endpoints.find(domain::EndpointId(id));
            return {};
        });
        return found.value();
    }
    [[nodiscard]] std::vector<domain::Notification> owed_to(const std::string& code, const char* agency) {
        auto owed = office_.notifications(code);
        std::erase_if(owed, [&](const domain::Notification& each) { return each.agency.text() != agency; });
        return owed;
    }
    void suspend(const std::string& id, bool suspended) {
        office_
            .run(suspend_endpoint(office_.context(), admin(), domain::EndpointId(id), suspended, "bảo trì"))
            .value();
    }
    Result<Answer> redeliver_first(const std::string& code, const char* agency) {
        const auto number = owed_to(code, agency).front().no;
        return office_.run(redeliver(office_.context(), admin(), notification_name(code, number.ordinal)));
    }
    [[nodiscard]] bool never_silent() {
        bool silent = false;
        office_.look([&](const View& view) -> Result<void> {
            const Counts counts = view.counts();
            silent = counts.scheduled_without_instant > 0 || counts.endpoints_not_called > 0 ||
                     counts.open_without_next_action > 0 || counts.pending_duties_without_instant > 0;
            return {};
        });
        return !silent;
    }

    Office office_;
    Mailbox mailbox_;
    std::string secret_;
};

TEST_F(Deliveries, WhatIsOwedIsSentInTheOrderOfTheCaseAndDelivered) {
    office_.connect("ubnd-03388");
    const std::string code = office_.opened(violence_at_home());
    office_.send_all(mailbox_);
    const auto owed = owed_to(code, "ubnd-03388");
    ASSERT_EQ(mailbox_.seen.size(), owed.size());
    for (std::size_t i = 0; i < owed.size(); ++i) {
        EXPECT_EQ(owed[i].state, NotificationState::delivered);
        EXPECT_EQ(owed[i].attempts, 1);
        EXPECT_EQ(mailbox_.seen[i].second.case_code, code);
        EXPECT_EQ(mailbox_.seen[i].second.id.find('.'), std::string::npos);
    }
    EXPECT_EQ(count(office_.events(code), "notification.delivered"), owed.size());
}

TEST_F(Deliveries, AnExerciseSaysSo) {
    office_.connect("ubnd-03388");
    domain::Report report = violence_at_home();
    report.status = domain::ReportStatus::exercise;
    office_.opened(report);
    office_.send_all(mailbox_);
    ASSERT_FALSE(mailbox_.seen.empty());
    EXPECT_TRUE(mailbox_.seen.front().second.exercise);
}

TEST_F(Deliveries, WhatDoesNotArriveGoesToTheNextChannel) {
    office_.connect("ubnd-03388");
    office_.connect("ubnd-03388");
    const std::string code = office_.opened(violence_at_home());
    mailbox_.answers["ubnd-03388-1"].failure = "refused";
    office_.send_all(mailbox_);
    office_.pass(5min);
    office_.send_all(mailbox_);
    for (const domain::Notification& owed : owed_to(code, "ubnd-03388")) {
        EXPECT_EQ(owed.endpoint, domain::EndpointId("ubnd-03388-2"));
        EXPECT_EQ(owed.state, NotificationState::delivered);
    }
    EXPECT_TRUE(never_silent());
}

TEST_F(Deliveries, WhatWasMovedWhileUnderWayIsTriedAtItsNewPlace) {
    office_.connect("tyt-03388");
    office_.connect("tyt-03388");
    const std::string code = office_.opened(small_accident());
    const auto number = owed_to(code, "tyt-03388").front().no;
    const domain::EndpointId other("tyt-03388-2");
    mailbox_.answers["tyt-03388-1"].failure = "timeout";
    mailbox_.meanwhile = [&] {
        office_.write([&](Tx& tx) -> Result<void> {
            auto value = tx.outbox.find(number).value();
            value.endpoint = other;
            tx.outbox.update(value);
            tx.endpoints.call_at(other, tx.now);
            return {};
        });
    };
    office_.send_all(mailbox_);
    EXPECT_EQ(owed_to(code, "tyt-03388").front().state,
              NotificationState::delivered);  // not put off by the failure
    office_.look([&](const View& view) -> Result<void> {
        const auto attempts = view.outbox.attempts(number);
        EXPECT_EQ(attempts.size(), 2u);
        EXPECT_EQ(attempts.front().endpoint, domain::EndpointId("tyt-03388-1"));
        EXPECT_EQ(attempts.back().endpoint, other);
        return {};
    });
}

TEST_F(Deliveries, WhatWasCancelledWhileUnderWayStaysCancelled) {
    office_.connect("tyt-03388");
    const std::string code = office_.opened(small_accident());
    const auto number = owed_to(code, "tyt-03388").front().no;
    mailbox_.meanwhile = [&] {
        office_.write([&](Tx& tx) -> Result<void> {
            auto value = tx.outbox.find(number).value();
            value.state = NotificationState::superseded;
            value.next_attempt.reset();
            value.reroute_at.reset();
            tx.outbox.update(value);
            return {};
        });
    };
    office_.send_all(mailbox_);
    const auto owed = owed_to(code, "tyt-03388").front();
    EXPECT_EQ(owed.state, NotificationState::superseded);
    EXPECT_EQ(owed.delivered_at, office_.now());  // what arrived, arrived
}

TEST_F(Deliveries, WhereThereIsNoOtherChannelSomebodyElseIsToldOnce) {
    office_.connect("ct-03388");
    mailbox_.answers["ct-03388-1"].failure = "refused";
    const std::string code = office_.opened(violence_at_home());
    const Instant opened = office_.now();
    const auto passed_on = [&](const domain::Notification& each) {
        return each.rule.ends_with("/undelivered") && each.created_at > opened;
    };
    office_.send_all(mailbox_);
    auto undelivered = owed_to(code, "ct-03388");
    std::erase_if(undelivered, [](const auto& each) { return each.rule.ends_with("/undelivered"); });
    office_.pass(5min);
    auto told = office_.notifications(code);
    std::erase_if(told, [&](const auto& each) { return !passed_on(each); });
    EXPECT_EQ(told.size(), undelivered.size());
    for (const domain::Notification& owed : told) {  // the ladder names the chair, who is the holder
        EXPECT_NE(owed.agency, domain::AgencyId("ct-03388"));
    }
    for (const domain::Notification& owed : owed_to(code, "ct-03388")) {
        EXPECT_EQ(owed.state, NotificationState::scheduled);  // tried on beside that
    }
    office_.pass(20min);
    const auto owed = office_.notifications(code);
    EXPECT_EQ(std::count_if(owed.begin(), owed.end(), passed_on), static_cast<std::ptrdiff_t>(told.size()));
}

// To wait for a channel that does not exist helps nobody.
TEST_F(Deliveries, WhereAHolderCannotBeReachedAtAllTheNextInLineIsToldAtOnce) {
    office_.connect("ct-03388");
    const std::string code = office_.opened(violence_at_home());  // its committee has no endpoint
    const auto owed = owed_to(code, "ct-03388");
    EXPECT_TRUE(std::any_of(owed.begin(), owed.end(), [](const auto& each) {
        return each.type == "vn.lachan.case.escalated.v1" && each.rule == "emergency/undelivered";
    }));
}

TEST_F(Deliveries, WhatIsSentAgainGoesToTheNextChannelToo) {
    const std::string code = office_.opened(violence_at_home());
    const auto task = owed_to(code, "ubnd-03388").front();
    ASSERT_EQ(task.state, NotificationState::human_task);
    office_.connect("ubnd-03388");
    ASSERT_TRUE(redeliver_first(code, "ubnd-03388"));
    const auto again = owed_to(code, "ubnd-03388").front();
    ASSERT_EQ(again.state, NotificationState::scheduled);
    EXPECT_EQ(again.reroute_at, office_.now() + 5min);
}

TEST_F(Deliveries, WhereNobodyIsReachedMessagesDoNotBreedMessages) {
    for (const char* agency :
         {"ubnd-03388", "ct-03388", "tyt-03388", "so-y-te-12", "ubnd-12", "ca-12", "ca-03388"}) {
        office_.connect(agency);
        mailbox_.answers[std::string(agency) + "-1"].failure = "refused";
    }
    const std::string code = office_.opened(violence_at_home());
    const auto first = office_.notifications(code).size();
    for (int i = 0; i < 5; ++i) {
        office_.pass(5min);
        office_.send_all(mailbox_);
    }
    const auto owed = office_.notifications(code);
    const auto passed_on = std::count_if(owed.begin(), owed.end(), [](const domain::Notification& each) {
        return each.rule.ends_with("/undelivered");
    });
    EXPECT_GT(passed_on, 0);
    EXPECT_LE(passed_on, static_cast<std::ptrdiff_t>(first));
    EXPECT_TRUE(never_silent());
}

TEST_F(Deliveries, ANoticeThatDoesNotArriveGoesToTheNextHolderOfTheRole) {
    office_.connect("tyt-03388");
    mailbox_.answers["tyt-03388-1"].failure = "refused";
    const std::string code = office_.opened(small_accident());
    office_.send_all(mailbox_);
    office_.pass(30min);
    const auto owed = office_.notifications(code);
    EXPECT_TRUE(std::any_of(owed.begin(), owed.end(), [](const domain::Notification& each) {
        return each.rule == "I1.statistics/undelivered" && each.agency == domain::AgencyId("bvdk-12");
    }));
}

TEST_F(Deliveries, AnEndpointThatIsGoneIsSuspendedAndItsQueueMovesOn) {
    office_.connect("ubnd-03388");
    office_.connect("ubnd-03388");
    mailbox_.answers["ubnd-03388-1"].status = 410;
    const std::string code = office_.opened(violence_at_home());
    office_.send_all(mailbox_);
    EXPECT_TRUE(endpoint("ubnd-03388-1").suspended);
    EXPECT_EQ(count(office_.events(code), "endpoint.suspended"), 1u);
    for (int i = 0; i < 5; ++i) {  // the watch and the outbox take turns
        office_.pass(1s);
        office_.send_all(mailbox_);
    }
    for (const domain::Notification& owed : owed_to(code, "ubnd-03388")) {
        EXPECT_EQ(owed.state, NotificationState::delivered) << owed.no.ordinal;
        EXPECT_EQ(owed.endpoint, domain::EndpointId("ubnd-03388-2"));
    }
}

TEST_F(Deliveries, WhatThereIsNoWayForBecomesATaskForPeople) {
    office_.connect("ubnd-03388");
    mailbox_.answers["ubnd-03388-1"].status = 410;
    const std::string code = office_.opened(violence_at_home());
    for (int i = 0; i < 8; ++i) {
        office_.send_all(mailbox_);
        office_.pass(1s);
    }
    for (const domain::Notification& owed : owed_to(code, "ubnd-03388")) {
        EXPECT_EQ(owed.state, NotificationState::human_task);
        EXPECT_FALSE(owed.next_attempt);
    }
    EXPECT_TRUE(never_silent());
    EXPECT_EQ(redeliver_first(code, "ubnd-03388").error().code(), Errc::transition_not_allowed);
    mailbox_.answers.clear();
    suspend("ubnd-03388-1", false);
    office_.send_all(mailbox_);
    for (const domain::Notification& owed : owed_to(code, "ubnd-03388")) {
        EXPECT_EQ(owed.state, NotificationState::delivered);
    }
    const std::size_t brought = owed_to(code, "ubnd-03388").size();
    EXPECT_EQ(count(office_.events(code), "notification.redelivery"), brought);
    ASSERT_TRUE(redeliver_first(code, "ubnd-03388"));
    office_.send_all(mailbox_);
    EXPECT_EQ(owed_to(code, "ubnd-03388").front().state, NotificationState::delivered);
    EXPECT_EQ(count(office_.events(code), "notification.redelivery"), brought + 1);
}

TEST_F(Deliveries, AReceiverThatRefusesTheMessageIsAnAlarmOnce) {
    office_.connect("tyt-03388");
    mailbox_.answers["tyt-03388-1"].status = 404;
    const std::string code = office_.opened(small_accident());
    for (int i = 0; i < 3; ++i) {
        office_.send_all(mailbox_);
        office_.pass(10min);
    }
    EXPECT_GE(owed_to(code, "tyt-03388").front().attempts, 2);
    EXPECT_EQ(count(office_.events(code), "notification.refused"), 1u);
}

TEST_F(Deliveries, AfterTheLastTryAPersonHasToAct) {
    office_.connect("tyt-03388");
    mailbox_.answers["tyt-03388-1"].failure = "timeout";
    const std::string code = office_.opened(small_accident());
    for (int i = 0; i < 12; ++i) {
        office_.send_all(mailbox_);
        office_.pass(30h);
    }
    const auto owed = owed_to(code, "tyt-03388").front();
    EXPECT_EQ(owed.state, NotificationState::human_task);
    EXPECT_EQ(owed.attempts, 10);
    EXPECT_EQ(count(office_.events(code), "notification.exhausted"), 1u);
    EXPECT_TRUE(never_silent());
}

TEST_F(Deliveries, ASuspendedEndpointIsPassedBy) {
    office_.connect("ubnd-03388");
    office_.connect("ubnd-03388");
    suspend("ubnd-03388-1", true);
    const std::string code = office_.opened(violence_at_home());
    for (const domain::Notification& owed : owed_to(code, "ubnd-03388")) {
        EXPECT_EQ(owed.endpoint, domain::EndpointId("ubnd-03388-2"));
    }
}

TEST_F(Deliveries, OneEndpointWhoseSecretIsBrokenDoesNotStopTheOthers) {
    office_.connect("ubnd-03388");
    office_.connect("ca-03388");
    const auto broken = [&](Tx& tx) -> Result<void> {
        auto value = tx.endpoints.find(domain::EndpointId("ubnd-03388-1")).value();
        value.sealed_secrets = {1, 2, 3};
        tx.endpoints.put(value);
        return {};
    };
    ASSERT_TRUE(office_.run(office_.context().store.commit(broken)));
    const std::string code = office_.opened(violence_at_home());
    office_.send_all(mailbox_);
    for (const domain::Notification& owed : owed_to(code, "ca-03388")) {
        EXPECT_EQ(owed.state, NotificationState::delivered);
    }
    EXPECT_TRUE(endpoint("ubnd-03388-1").suspended);
}

TEST_F(Deliveries, ASecretIsRotatedWithAnOverlap) {
    const domain::EndpointId id = add_endpoint_of("ubnd-03388");
    const std::string first = secret_;
    EXPECT_EQ(target(id).secrets.size(), 1u);
    std::string second;
    const auto render = [&](const EndpointMade& made) {
        second = made.secret.reveal();
        return Answer{200, "", "", "{}", false};
    };
    ASSERT_TRUE(office_.run(rotate_secret(office_.context(), admin(), id, 24h, {}, render)));
    ASSERT_EQ(target(id).secrets.size(), 2u);
    EXPECT_EQ(target(id).secrets[0].reveal(), second);
    EXPECT_EQ(target(id).secrets[1].reveal(), first);
    EXPECT_NE(first, second);
    office_.pass(24h);
    ASSERT_EQ(target(id).secrets.size(), 1u);
    EXPECT_EQ(target(id).secrets[0].reveal(), second);
}

TEST_F(Deliveries, EndpointsAreTheAdministratorsAndTheirAddressesToo) {
    add_endpoint_of("ubnd-03388");
    const auto render = [](const EndpointMade&) { return Answer{}; };
    const domain::AgencyId agency("ubnd-03388");
    const NewEndpoint wanted{domain::ChannelKind::webhook, "https://example.org", 0};
    EXPECT_EQ(office_.run(add_endpoint(office_.context(), supervisor("ct-03388"), agency, wanted, {}, render))
                  .error()
                  .code(),
              Errc::forbidden);
    EXPECT_EQ(
        office_.run(add_endpoint(office_.context(), admin(), domain::AgencyId("nobody"), wanted, {}, render))
            .error()
            .code(),
        Errc::not_found);
    const auto listed = office_.run(endpoints_of(office_.context(), admin(), agency));
    ASSERT_EQ(listed->size(), 1u);
    EXPECT_EQ(listed->front().endpoint.address, "https://example.org/hook");
    EXPECT_TRUE(listed->front().endpoint.sealed_secrets.empty());
    const auto by_officer = office_.run(endpoints_of(office_.context(), officer("ubnd-03388"), agency));
    EXPECT_TRUE(by_officer->front().endpoint.address.empty());
}

// How much waits for an agency, and since when, tells what it has to do with.
TEST_F(Deliveries, HowItsQueueStandsIsForTheAgencysOwnBodyAlone) {
    add_endpoint_of("ubnd-03388");
    const auto asked = [&](const domain::Principal& caller) {
        return office_.run(endpoints_of(office_.context(), caller, domain::AgencyId("ubnd-03388")));
    };
    EXPECT_TRUE(asked(officer("ubnd-03388")));
    EXPECT_TRUE(asked(supervisor("ct-03388"))) << "a committee and its chair are one body";
    for (const auto& stranger : {officer("ubnd-03408"), supervisor("so-y-te-12"), hotline()}) {
        const auto refused = asked(stranger);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), Errc::forbidden);
    }
}

// Whoever merely reported a case has no part in what others are told of it.
TEST_F(Deliveries, WhatWasSentIsNotForWhoMerelyReported) {
    const domain::Principal school = supervisor("truong-thcs-doan-ket");
    const std::string code = office_.opened(violence_at_home());
    office_.write([&](Tx& tx) -> Result<void> {
        const std::array as{PartyRelation::reporter};
        tx.cases.add_party(office_.vault().case_no(code).value(), school.agency, as);
        return {};
    });
    ASSERT_TRUE(office_.run(see_case(office_.context(), school, code)));
    EXPECT_TRUE(office_.run(list_notifications(office_.context(), school, {}))->items.empty());
    EXPECT_FALSE(
        office_.run(list_notifications(office_.context(), supervisor("ct-03388"), {}))->items.empty());
    const std::string name = notification_name(code, office_.notifications(code).front().no.ordinal);
    EXPECT_EQ(office_.run(redeliver(office_.context(), school, name)).error().code(), Errc::forbidden);
}

TEST_F(Deliveries, APingSaysWhatCameBack) {
    const domain::EndpointId id = add_endpoint_of("ubnd-03388");
    mailbox_.answers[id.text()].status = 503;
    const auto ping = [&](const domain::EndpointId& endpoint) {
        const auto render = [](const SendOutcome& outcome) {
            return Answer{200, "", "", std::to_string(outcome.status.value_or(0)), false};
        };
        return office_.run(ping_endpoint(office_.context(), admin(), endpoint, mailbox_, {}, render));
    };
    EXPECT_EQ(ping(id)->body, "503");
    EXPECT_EQ(mailbox_.seen.front().second.type, "vn.lachan.endpoint.ping.v1");
    EXPECT_TRUE(mailbox_.seen.front().second.case_code.empty());
    EXPECT_EQ(ping(domain::EndpointId("no")).error().code(), Errc::not_found);
}

TEST_F(Deliveries, RedeliveryIsForWhoMaySeeTheCase) {
    const std::string code = office_.opened(violence_at_home());
    const std::string name = notification_name(code, 1);
    EXPECT_EQ(office_.run(redeliver(office_.context(), officer("ubnd-03388"), name)).error().code(),
              Errc::forbidden);
    EXPECT_EQ(office_.run(redeliver(office_.context(), supervisor("ubnd-03408"), name)).error().code(),
              Errc::not_found);
    EXPECT_EQ(office_.run(redeliver(office_.context(), admin(), code + ".n99")).error().code(),
              Errc::not_found);
}

}  // namespace
}  // namespace lachan::casework
