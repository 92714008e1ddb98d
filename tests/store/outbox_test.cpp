#include "fixture.hpp"

namespace lachan::store {
namespace {

using casework::NotificationQuery;
using casework::Tx;
using casework::View;
using domain::NotificationNo;
using domain::NotificationState;
using domain::Urgency;

const domain::EndpointId kHere("ubnd-03388/0");
const domain::EndpointId kElsewhere("bv-tinh/0");

class OutboxTest : public StoreTest {
protected:
    OutboxTest() {
        one = insert_case(a_case());
        two = insert_case(a_case());
    }

    void keep(const domain::Notification& value) {
        write([&](Tx& tx) { tx.outbox.insert(value); });
    }
    void change(NotificationNo number, const std::function<void(domain::Notification&)>& how) {
        write([&](Tx& tx) {
            domain::Notification value = tx.outbox.find(number).value();
            how(value);
            tx.outbox.update(value);
        });
    }
    void deliver(NotificationNo number) {
        change(number, [](domain::Notification& value) {
            value.state = NotificationState::delivered;
            value.next_attempt.reset();
            value.reroute_at.reset();
        });
    }
    void put_off(NotificationNo number, Duration by) {
        change(number, [by](domain::Notification& value) { value.next_attempt = kMorning + by; });
    }
    std::optional<NotificationNo> head(const domain::EndpointId& endpoint = kHere, Instant now = kMorning) {
        std::optional<NotificationNo> found;
        read([&](const View& view) {
            if (const auto value = view.outbox.head(endpoint, now)) {
                found = value->no;
            }
        });
        return found;
    }

    domain::CaseNo one{};
    domain::CaseNo two{};
};

TEST_F(OutboxTest, ComesBackAsItWasKept) {
    domain::Notification value = a_notification(one, 1);
    value.duty = 3;
    value.urgency = Urgency::emergency;
    value.respond_by = kMorning + std::chrono::hours(1);
    value.due = kMorning + std::chrono::hours(12);
    value.attempts = 2;
    value.delivered_at = kMorning;
    keep(value);

    read([&](const View& view) {
        const auto found = view.outbox.find({one, 1});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->no, value.no);
        EXPECT_EQ(found->agency, value.agency);
        EXPECT_EQ(found->endpoint, value.endpoint);
        EXPECT_EQ(found->type, value.type);
        EXPECT_EQ(found->duty, value.duty);
        EXPECT_EQ(found->rule, value.rule);
        EXPECT_EQ(found->case_sequence, value.case_sequence);
        EXPECT_EQ(found->urgency, value.urgency);
        EXPECT_EQ(found->created_at, value.created_at);
        EXPECT_EQ(found->respond_by, value.respond_by);
        EXPECT_EQ(found->due, value.due);
        EXPECT_EQ(found->state, value.state);
        EXPECT_EQ(found->attempts, value.attempts);
        EXPECT_EQ(found->next_attempt, value.next_attempt);
        EXPECT_EQ(found->delivered_at, value.delivered_at);
        EXPECT_EQ(found->reroute_at, value.reroute_at);
    });
}

TEST_F(OutboxTest, TheMostUrgentGoesFirstThenTheOneThatWaitsLongest) {
    domain::Notification calm = a_notification(one, 1);
    calm.next_attempt = kMorning - std::chrono::hours(1);
    domain::Notification pressing = a_notification(two, 1);
    pressing.urgency = Urgency::emergency;
    domain::Notification newer = a_notification(insert_case(a_case()), 1);
    keep(calm);
    keep(newer);
    keep(pressing);

    EXPECT_EQ(head(), pressing.no);
    deliver(pressing.no);
    EXPECT_EQ(head(), calm.no);
    deliver(calm.no);
    EXPECT_EQ(head(), newer.no);
    deliver(newer.no);
    EXPECT_FALSE(head());
}

TEST_F(OutboxTest, WaitsForTheInstantOfTheNextAttempt) {
    keep(a_notification(one, 1));
    put_off({one, 1}, std::chrono::seconds(5));

    EXPECT_FALSE(head());
    EXPECT_EQ(head(kHere, kMorning + std::chrono::seconds(5)), (NotificationNo{one, 1}));
    read([&](const View& view) {
        EXPECT_EQ(view.outbox.next_attempt(kHere), kMorning + std::chrono::seconds(5));
        EXPECT_FALSE(view.outbox.next_attempt(kElsewhere));
    });
}

TEST_F(OutboxTest, NeverOvertakesAnEarlierOneOfTheSameCase) {
    keep(a_notification(one, 1));
    domain::Notification pressing = a_notification(one, 2);
    pressing.urgency = Urgency::emergency;
    keep(pressing);
    put_off({one, 1}, std::chrono::minutes(5));

    EXPECT_FALSE(head());
    read([&](const View& view) {
        EXPECT_EQ(view.outbox.next_attempt(kHere), kMorning + std::chrono::minutes(5));
        EXPECT_EQ(view.outbox.scheduled(kHere), 2);
    });
    keep(a_notification(two, 1));
    EXPECT_EQ(head(), (NotificationNo{two, 1}));

    deliver({one, 1});
    EXPECT_EQ(head(), pressing.no);
}

TEST_F(OutboxTest, OrderIsKeptForEachEndpointAlone) {
    keep(a_notification(one, 1));
    keep(a_notification(one, 2, "bv-tinh/0"));
    put_off({one, 1}, std::chrono::minutes(5));

    EXPECT_EQ(head(kElsewhere), (NotificationNo{one, 2}));
}

TEST_F(OutboxTest, MovingToAnotherEndpointTakesItsPlaceThere) {
    keep(a_notification(one, 1));
    keep(a_notification(one, 2));
    keep(a_notification(one, 3, "bv-tinh/0"));
    EXPECT_EQ(head(kElsewhere), (NotificationNo{one, 3}));

    change({one, 1}, [](domain::Notification& value) { value.endpoint = kElsewhere; });

    EXPECT_EQ(head(kHere), (NotificationNo{one, 2}));
    EXPECT_EQ(head(kElsewhere), (NotificationNo{one, 1}));
    deliver({one, 1});
    EXPECT_EQ(head(kElsewhere), (NotificationNo{one, 3}));
}

TEST_F(OutboxTest, OneThatIsScheduledAgainStandsBeforeLaterOnes) {
    keep(a_notification(one, 1));
    deliver({one, 1});
    keep(a_notification(one, 2));
    EXPECT_EQ(head(), (NotificationNo{one, 2}));

    change({one, 1}, [](domain::Notification& value) {
        value.state = NotificationState::scheduled;
        value.next_attempt = kMorning;
    });

    EXPECT_EQ(head(), (NotificationNo{one, 1}));
    deliver({one, 1});
    EXPECT_EQ(head(), (NotificationNo{one, 2}));
}

TEST_F(OutboxTest, KnowsWhatIsToBeReroutedEarliestFirst) {
    domain::Notification later = a_notification(one, 1);
    later.reroute_at = kMorning + std::chrono::minutes(30);
    domain::Notification sooner = a_notification(two, 1);
    sooner.reroute_at = kMorning + std::chrono::minutes(5);
    domain::Notification never = a_notification(two, 2);
    never.reroute_at.reset();
    keep(later);
    keep(sooner);
    keep(never);

    read([&](const View& view) {
        EXPECT_EQ(view.outbox.next_reroute(), sooner.reroute_at);
        EXPECT_TRUE(view.outbox.to_reroute(*sooner.reroute_at - Duration(1), 10).empty());
        EXPECT_EQ(view.outbox.to_reroute(*later.reroute_at, 10), (std::vector{sooner.no, later.no}));
        EXPECT_EQ(view.outbox.to_reroute(*later.reroute_at, 1), std::vector{sooner.no});
    });
    deliver(sooner.no);
    read([&](const View& view) { EXPECT_EQ(view.outbox.next_reroute(), later.reroute_at); });
}

TEST_F(OutboxTest, ListsNewestFirstByStateAgencyAndPage) {
    keep(a_notification(one, 1));
    keep(a_notification(one, 2));
    domain::Notification human = a_notification(two, 1, "bv-tinh/0");
    human.agency = domain::AgencyId("bv-tinh");
    human.state = NotificationState::human_task;
    keep(human);
    const auto list = [&](const NotificationQuery& query) {
        std::vector<NotificationNo> numbers;
        read([&](const View& view) {
            for (const domain::Notification& value : view.outbox.list(query)) {
                numbers.push_back(value.no);
            }
        });
        return numbers;
    };

    NotificationQuery query;
    query.scope.everything = true;
    EXPECT_EQ(list(query), (std::vector<NotificationNo>{{two, 1}, {one, 2}, {one, 1}}));
    query.limit = 2;
    query.after = casework::PageStart{0, static_cast<std::int64_t>(two), 1};
    EXPECT_EQ(list(query), (std::vector<NotificationNo>{{one, 2}, {one, 1}}));
    query.after.reset();
    query.state = NotificationState::human_task;
    EXPECT_EQ(list(query), (std::vector<NotificationNo>{{two, 1}}));
    query.agency = domain::AgencyId("ubnd-03388");
    EXPECT_TRUE(list(query).empty());
    query.state = NotificationState::scheduled;
    EXPECT_EQ(list(query), (std::vector<NotificationNo>{{one, 2}, {one, 1}}));
}

TEST_F(OutboxTest, KeepsEveryAttempt) {
    keep(a_notification(one, 1));
    domain::Attempt first;
    first.notification = {one, 1};
    first.number = 1;
    first.endpoint = kHere;
    first.at = kMorning;
    first.outcome = domain::AttemptOutcome::slow_retry;
    first.status = 404;
    first.latency_ms = 120;
    first.excerpt = "not here";
    domain::Attempt second = first;
    second.number = 2;
    second.status.reset();
    second.failure = "timeout";
    write([&](Tx& tx) {
        tx.outbox.insert_attempt(first);
        tx.outbox.insert_attempt(second);
    });

    read([&](const View& view) {
        const auto attempts = view.outbox.attempts({one, 1});
        ASSERT_EQ(attempts.size(), 2U);
        EXPECT_EQ(attempts[0].outcome, domain::AttemptOutcome::slow_retry);
        EXPECT_EQ(attempts[0].status, 404);
        EXPECT_EQ(attempts[0].excerpt, "not here");
        EXPECT_EQ(attempts[1].number, 2);
        EXPECT_FALSE(attempts[1].status);
        EXPECT_EQ(attempts[1].failure, "timeout");
        EXPECT_TRUE(view.outbox.attempts({one, 2}).empty());
    });
}

}  // namespace
}  // namespace lachan::store
