#include <array>
#include <tuple>

#include "fixture.hpp"

namespace lachan::store {
namespace {

using casework::Endpoint;
using casework::Tx;
using casework::View;
using domain::EndpointId;

class EndpointsTest : public StoreTest {
protected:
    static auto parts(const Endpoint& value) {
        return std::tuple(std::tuple(value.id, value.agency, value.rank, value.kind, value.address),
                          std::tuple(value.provider, value.sealed_secrets, value.old_secret_until),
                          std::tuple(value.suspended, value.suspended_why, value.failures, value.open_until),
                          std::tuple(value.last_success, value.last_attempt, value.leased_until),
                          std::tuple(value.next_at, value.exercise));
    }
    void put(const Endpoint& value) {
        write([&](Tx& tx) { tx.endpoints.put(value); });
    }
    std::vector<EndpointId> due(Instant now) {
        std::vector<EndpointId> found;
        read([&](const View& view) { found = view.endpoints.due(now, 10); });
        return found;
    }
    std::optional<Instant> next() {
        std::optional<Instant> found;
        read([&](const View& view) { found = view.endpoints.next_instant(); });
        return found;
    }
};

// What only the deliveries of an endpoint changed is written by a shorter way: it must miss nothing.
TEST_F(EndpointsTest, AnyOneChangeOfWhatWasReadIsKept) {
    const auto kChanges = std::to_array<void (*)(Endpoint&)>({
        [](Endpoint& value) { value.agency = domain::AgencyId("ubnd-03445"); },
        [](Endpoint& value) { value.rank = 7; },
        [](Endpoint& value) { value.kind = domain::ChannelKind::email; },
        [](Endpoint& value) { value.address = "https://elsewhere.example"; },
        [](Endpoint& value) { value.provider = "zalo"; },
        [](Endpoint& value) { value.sealed_secrets.push_back(1); },
        [](Endpoint& value) { value.old_secret_until = kMorning; },
        [](Endpoint& value) { value.suspended = true; },
        [](Endpoint& value) { value.suspended_why = "410"; },
        [](Endpoint& value) { value.failures = 5; },
        [](Endpoint& value) { value.open_until = kMorning; },
        [](Endpoint& value) { value.last_success = kMorning; },
        [](Endpoint& value) { value.last_attempt = kMorning; },
        [](Endpoint& value) { value.leased_until = kMorning; },
        [](Endpoint& value) { value.next_at = kMorning + std::chrono::hours(1); },
        [](Endpoint& value) { value.exercise = true; },
    });
    for (std::size_t i = 0; i < kChanges.size(); ++i) {
        SCOPED_TRACE("change " + std::to_string(i));
        Endpoint value = an_endpoint();
        put(value);
        kChanges[i](value);
        write([&](Tx& tx) {
            auto read = tx.endpoints.find(value.id);
            ASSERT_TRUE(read);
            kChanges[i](*read);
            tx.endpoints.put(*read);
        });
        read([&](const View& view) { EXPECT_EQ(parts(*view.endpoints.find(value.id)), parts(value)); });
    }
}

TEST_F(EndpointsTest, ComesBackAsItWasPutLast) {
    Endpoint value = an_endpoint();
    put(value);
    value.rank = 2;
    value.kind = domain::ChannelKind::email;
    value.provider = "sms";
    value.old_secret_until = kMorning;
    value.suspended = true;
    value.suspended_why = "410";
    value.failures = 5;
    value.open_until = kMorning + std::chrono::minutes(1);
    value.last_success = kMorning - std::chrono::hours(1);
    value.last_attempt = kMorning;
    value.exercise = true;
    put(value);

    read([&](const View& view) {
        const auto found = view.endpoints.find(value.id);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->agency, value.agency);
        EXPECT_EQ(found->rank, 2);
        EXPECT_EQ(found->kind, value.kind);
        EXPECT_EQ(found->address, value.address);
        EXPECT_EQ(found->provider, "sms");
        EXPECT_EQ(found->sealed_secrets, value.sealed_secrets);
        EXPECT_EQ(found->old_secret_until, value.old_secret_until);
        EXPECT_TRUE(found->suspended);
        EXPECT_EQ(found->suspended_why, "410");
        EXPECT_EQ(found->failures, 5);
        EXPECT_EQ(found->open_until, value.open_until);
        EXPECT_EQ(found->last_success, value.last_success);
        EXPECT_EQ(found->last_attempt, value.last_attempt);
        EXPECT_TRUE(found->exercise);
        EXPECT_EQ(view.endpoints.all().size(), 1U);
    });
}

TEST_F(EndpointsTest, AnAgencysChannelsComeByRank) {
    Endpoint second = an_endpoint("a-mail");
    second.rank = 1;
    put(second);
    put(an_endpoint("z-hook"));

    read([&](const View& view) {
        const auto found = view.endpoints.of_agency(second.agency);
        ASSERT_EQ(found.size(), 2U);
        EXPECT_EQ(found[0].id.text(), "z-hook");
        EXPECT_EQ(found[1].id.text(), "a-mail");
    });
}

TEST_F(EndpointsTest, IsDueWhenCalledAndNotBefore) {
    put(an_endpoint());
    EXPECT_FALSE(next());

    write([&](Tx& tx) { tx.endpoints.call_at(an_endpoint().id, kMorning); });

    EXPECT_EQ(next(), kMorning);
    EXPECT_TRUE(due(kMorning - Duration(1)).empty());
    EXPECT_EQ(due(kMorning), std::vector{an_endpoint().id});
}

TEST_F(EndpointsTest, AnEarlierCallWinsALaterOneDoesNot) {
    put(an_endpoint());
    const auto call = [&](Duration by) {
        write([&](Tx& tx) { tx.endpoints.call_at(an_endpoint().id, kMorning + by); });
    };
    call(std::chrono::minutes(5));
    call(std::chrono::minutes(9));
    EXPECT_EQ(next(), kMorning + std::chrono::minutes(5));
    call(std::chrono::minutes(1));
    EXPECT_EQ(next(), kMorning + std::chrono::minutes(1));
}

// Calls of one batch are remembered; one that was undone with its unit must not be.
TEST_F(EndpointsTest, ACallThatWasUndoneIsMadeByTheNextOneWhoCalls) {
    put(an_endpoint());
    start([](Tx& tx) -> Result<void> {
        tx.endpoints.call_at(an_endpoint().id, kMorning);
        return Error(Errc::transition_not_allowed, "after a change");
    });
    const auto second = start([](Tx& tx) -> Result<void> {
        tx.endpoints.call_at(an_endpoint().id, kMorning);
        return {};
    });
    settle();

    EXPECT_TRUE(*outcomes[second]);
    EXPECT_EQ(next(), kMorning);
}

TEST_F(EndpointsTest, AChannelIsTheFirstThatIsNotSuspended) {
    Endpoint first = an_endpoint("first");
    Endpoint second = an_endpoint("second");
    second.rank = 1;
    put(first);
    put(second);
    const auto channel = [&](Tx& tx) { return tx.endpoints.channel(first.agency); };

    write([&](Tx& tx) {
        EXPECT_EQ(channel(tx), first.id);
        first.suspended = true;
        tx.endpoints.put(first);
        EXPECT_EQ(channel(tx), second.id);
        second.suspended = true;
        tx.endpoints.put(second);
        EXPECT_FALSE(channel(tx));
    });
    read([&](const View& view) { EXPECT_FALSE(view.endpoints.channel(first.agency)); });
}

TEST_F(EndpointsTest, ALiveLeaseKeepsOthersAwayUntilItEnds) {
    Endpoint value = an_endpoint();
    value.next_at = kMorning;
    value.leased_until = kMorning + std::chrono::minutes(1);
    put(value);

    EXPECT_TRUE(due(kMorning).empty());
    EXPECT_EQ(next(), value.leased_until);
    EXPECT_EQ(due(*value.leased_until), std::vector{value.id});
}

TEST_F(EndpointsTest, ThatFailedLastTimeStandApart) {
    Endpoint failing = an_endpoint("failing");
    failing.failures = 1;
    failing.next_at = kMorning;
    put(failing);
    Endpoint sound = an_endpoint("sound");
    sound.next_at = kMorning + Duration(1);
    put(sound);

    read([&](const View& view) {
        using casework::Standing;
        const Instant later = kMorning + std::chrono::hours(1);
        EXPECT_EQ(view.endpoints.due(Standing::sound, later, 10), std::vector{sound.id});
        EXPECT_EQ(view.endpoints.due(Standing::doubtful, later, 10), std::vector{failing.id});
        EXPECT_EQ(view.endpoints.next_instant(Standing::sound), sound.next_at);
        EXPECT_EQ(view.endpoints.next_instant(Standing::doubtful), failing.next_at);
    });
    EXPECT_EQ(next(), failing.next_at);
}

TEST_F(EndpointsTest, AnOldLeaseDelaysNothing) {
    Endpoint value = an_endpoint();
    value.next_at = kMorning;
    value.leased_until = kMorning - std::chrono::minutes(1);
    put(value);

    EXPECT_EQ(next(), kMorning);
    EXPECT_EQ(due(kMorning), std::vector{value.id});
}

TEST_F(EndpointsTest, AreCountedForTheFigures) {
    Endpoint open = an_endpoint("open");
    open.open_until = kMorning;
    open.last_success = kMorning - std::chrono::hours(2);
    put(open);
    Endpoint gone = an_endpoint("gone");
    gone.open_until = kMorning;
    gone.suspended = true;
    gone.last_success = kMorning - std::chrono::hours(1);
    put(gone);
    Endpoint other = an_endpoint("other");
    other.agency = domain::AgencyId("ca-03388");
    put(other);

    read([&](const View& view) {
        const auto figures = view.delivery();
        EXPECT_EQ(figures.circuits_open, 1);
        EXPECT_EQ(figures.endpoints_suspended, 1);
        ASSERT_EQ(figures.last_success.size(), 1U) << "of an agency that never took anything there is none";
        EXPECT_EQ(figures.last_success[0].first, open.agency);
        EXPECT_EQ(figures.last_success[0].second, gone.last_success);
    });
}

}  // namespace
}  // namespace lachan::store
