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
    value.earlier_attempts = 2;
    value.rescheduled_at = kMorning;
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
        EXPECT_EQ(found->earlier_attempts, value.earlier_attempts);
        EXPECT_EQ(found->rescheduled_at, value.rescheduled_at);
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

/// Once an endpoint is back its whole queue has one instant.
TEST_F(OutboxTest, OfOneInstantTheOldestGoesFirst) {
    domain::Notification younger = a_notification(one, 1);
    domain::Notification older = a_notification(two, 1);
    older.created_at = younger.created_at - std::chrono::hours(1);
    keep(younger);
    keep(older);
    write([&](Tx& tx) { tx.outbox.hurry(kHere, kMorning); });

    EXPECT_EQ(head(), older.no);
    deliver(older.no);
    EXPECT_EQ(head(), younger.no);
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

TEST_F(OutboxTest, OfACaseWaitsWhatIsScheduledOrWithAPerson) {
    for (const std::int32_t ordinal : {1, 2, 3, 4}) {
        keep(a_notification(one, ordinal));
    }
    keep(a_notification(two, 1));
    deliver({one, 1});
    change({one, 2}, [](domain::Notification& value) { value.state = NotificationState::human_task; });
    change({one, 3}, [](domain::Notification& value) { value.state = NotificationState::superseded; });

    std::vector<NotificationNo> waiting;
    read([&](const View& view) {
        for (const domain::Notification& value : view.outbox.waiting_of(one)) {
            waiting.push_back(value.no);
        }
    });
    EXPECT_EQ(waiting, (std::vector<NotificationNo>{{one, 2}, {one, 4}}));
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

TEST_F(OutboxTest, HurriesWhatWaitsAtAnEndpointAndNothingElse) {
    keep(a_notification(one, 1));
    keep(a_notification(two, 1, kElsewhere.text()));
    put_off({one, 1}, std::chrono::hours(5));
    put_off({two, 1}, std::chrono::hours(5));

    write([&](Tx& tx) { tx.outbox.hurry(kHere, kMorning); });

    EXPECT_EQ(head(), (NotificationNo{one, 1}));
    EXPECT_FALSE(head(kElsewhere));
}

TEST_F(OutboxTest, KnowsTheTasksOfAnAgencyInTheirOrder) {
    for (const std::int32_t ordinal : {1, 2, 3}) {
        keep(a_notification(one, ordinal));
    }
    keep(a_notification(two, 1));
    for (const NotificationNo task :
         {NotificationNo{one, 1}, NotificationNo{one, 3}, NotificationNo{two, 1}}) {
        change(task, [](domain::Notification& value) {
            value.state = NotificationState::human_task;
            value.next_attempt.reset();
        });
    }
    read([&](const View& view) {
        const domain::AgencyId agency("ubnd-03388");
        using List = std::vector<NotificationNo>;
        EXPECT_EQ(view.outbox.tasks_of(agency, {}, 10), (List{{one, 1}, {one, 3}, {two, 1}}));
        EXPECT_EQ(view.outbox.tasks_of(agency, {one, 1}, 1), (List{{one, 3}}));
        EXPECT_TRUE(view.outbox.tasks_of(domain::AgencyId("ca-03388"), {}, 10).empty());
        EXPECT_EQ(view.delivery().human_tasks, 3);
    });
}

TEST_F(OutboxTest, KnowsWhatWasTriedAtAnEndpointAndWhen) {
    keep(a_notification(one, 1));
    keep(a_notification(two, 1));
    const auto tried_at = [&](NotificationNo number, std::int32_t count, Duration by) {
        domain::Attempt attempt;
        attempt.notification = number;
        attempt.number = count;
        attempt.endpoint = kHere;
        attempt.at = kMorning + by;
        write([&](Tx& tx) { tx.outbox.insert_attempt(attempt); });
    };
    tried_at({two, 1}, 1, std::chrono::minutes(1));
    tried_at({one, 1}, 1, std::chrono::minutes(2));
    tried_at({one, 1}, 2, std::chrono::minutes(3));
    deliver({one, 1});
    deliver({two, 1});

    read([&](const View& view) {
        const auto within = [&](Duration from, Duration to, int limit = 10) {
            std::vector<NotificationNo> found;
            for (const auto& [number, at] : view.outbox.tried(
                     kHere, kMorning + from, kMorning + to, NotificationState::delivered, limit)) {
                found.push_back(number);
            }
            return found;
        };
        using List = std::vector<NotificationNo>;
        using std::chrono::minutes;
        EXPECT_EQ(within(minutes(0), minutes(9)), (List{{two, 1}, {one, 1}}));
        EXPECT_EQ(within(minutes(0), minutes(9), 1), (List{{two, 1}}));
        EXPECT_EQ(within(minutes(2), minutes(3)), (List{{one, 1}}));
        EXPECT_EQ(within(minutes(4), minutes(9)), List{});
        EXPECT_TRUE(
            view.outbox.tried(kHere, kMorning, kMorning + minutes(9), NotificationState::human_task, 10)
                .empty());
        const auto lately = view.outbox.lately(kHere, 2);
        ASSERT_EQ(lately.size(), 2U);
        EXPECT_EQ(lately[0].at, kMorning + minutes(3));
        EXPECT_EQ(lately[1].at, kMorning + minutes(2));
    });
}

TEST_F(OutboxTest, CountsWhatWaitsByUrgencyAndSinceWhen) {
    domain::Notification pressing = a_notification(one, 1);
    pressing.urgency = Urgency::emergency;
    pressing.created_at = kMorning - std::chrono::minutes(3);
    keep(pressing);
    keep(a_notification(two, 1));
    keep(a_notification(two, 2, kElsewhere.text()));
    deliver({two, 2});

    read([&](const View& view) {
        const auto figures = view.delivery();
        EXPECT_EQ(figures.scheduled[static_cast<std::size_t>(Urgency::emergency)], 1);
        EXPECT_EQ(figures.scheduled[static_cast<std::size_t>(domain::Urgency::normal)], 1);
        EXPECT_EQ(figures.oldest_scheduled, pressing.created_at);
        EXPECT_EQ(view.outbox.oldest(kHere), pressing.created_at);
        EXPECT_FALSE(view.outbox.oldest(kElsewhere));
    });
}

}  // namespace
}  // namespace lachan::store
