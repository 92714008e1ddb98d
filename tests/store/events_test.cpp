#include <gtest/gtest-spi.h>

#include "fixture.hpp"

namespace lachan::store {
namespace {

using casework::Tx;
using casework::View;

class EventsTest : public StoreTest {
protected:
    void append(int count, std::optional<domain::CaseNo> number = std::nullopt) {
        write([&](Tx& tx) {
            for (int i = 0; i < count; ++i) {
                tx.events.append(an_event(number, "event." + std::to_string(i)));
            }
        });
    }
    ChainReport verify(const std::optional<ChainHead>& expected = {}) {
        auto report = store->verify_chain(expected ? std::vector{*expected} : std::vector<ChainHead>());
        EXPECT_TRUE(report);
        return report ? *report : ChainReport{};
    }
    void meddle_with_record(const std::string& sql) {
        meddle("DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_deleted; " + sql);
    }
};

TEST_F(EventsTest, ComesBackAsItWasAppended) {
    const auto number = insert_case(a_case());
    write([&](Tx& tx) { tx.events.append(an_event(number)); });

    read([&](const View& view) {
        const auto events = view.events.of_case(number, 0, 10);
        ASSERT_EQ(events.size(), 1U);
        EXPECT_EQ(events[0].sequence, 1);
        EXPECT_EQ(events[0].case_no, number);
        EXPECT_EQ(events[0].case_sequence, 1);
        EXPECT_EQ(events[0].at, kMorning);
        EXPECT_EQ(events[0].kind, "duty.assigned");
        EXPECT_EQ(events[0].actor, "watch");
        EXPECT_EQ(events[0].data, an_event(number).data);
    });
}

TEST_F(EventsTest, OneChainHoldsTheEntriesOfAllCases) {
    const auto one = insert_case(a_case());
    const auto two = insert_case(a_case());
    append(2, one);
    append(1);
    append(2, two);

    read([&](const View& view) {
        EXPECT_EQ(view.events.last_sequence(), 5);
        EXPECT_EQ(view.events.since(0, 10).size(), 5U);
        EXPECT_EQ(view.events.since(3, 1).front().sequence, 4);
        EXPECT_EQ(view.events.of_case(two, 0, 10).size(), 2U);
        EXPECT_EQ(view.events.of_case(two, 4, 10).size(), 1U);
        EXPECT_FALSE(view.events.since(2, 1).front().case_no);
    });
    EXPECT_EQ(verify().entries, 5);
}

TEST_F(EventsTest, AnEntryIsNeverOlderThanTheOneBeforeIt) {
    write([&](Tx& tx) {
        domain::Event event = an_event(std::nullopt);
        tx.events.append(event);
        event.at = kMorning - std::chrono::hours(1);
        tx.events.append(event);
    });
    read([&](const View& view) { EXPECT_EQ(view.events.since(1, 1).front().at, kMorning); });
}

TEST_F(EventsTest, AnEntryWithoutACaseSequenceGetsTheOneOfItsCase) {
    domain::Case value = a_case();
    value.sequence = 8;
    const auto number = insert_case(value);
    write([&](Tx& tx) {
        domain::Event event = an_event(number);
        event.case_sequence = 0;
        tx.events.append(event);
    });
    read([&](const View& view) { EXPECT_EQ(view.events.since(0, 1).front().case_sequence, 8); });
}

TEST_F(EventsTest, TheChainGoesOnAcrossARestart) {
    append(3);
    close();
    open();
    append(2);

    const ChainReport report = verify();
    EXPECT_FALSE(report.fault);
    EXPECT_EQ(report.entries, 5);
}

TEST_F(EventsTest, TheChainGoesOnAfterAnotherProgramAppended) {
    append(1);
    auto other = open_store(kPath, StoreOptions{clock, io.get_executor(), disk.vfs()});
    ASSERT_TRUE(other);
    ASSERT_TRUE((*other)->commit_now([](Tx& tx) -> Result<void> {
        tx.events.append(an_event(std::nullopt, "key.created"));
        return {};
    }));
    append(1);

    const ChainReport report = verify();
    EXPECT_FALSE(report.fault);
    EXPECT_EQ(report.entries, 3);
}

TEST_F(EventsTest, TheDatabaseItselfRefusesChangesAndDeletions) {
    append(1);
    const auto refused = [&](const std::string& sql) {
        EXPECT_NONFATAL_FAILURE(meddle(sql), "the record only grows");
    };
    refused("UPDATE event SET actor = 'x'");
    refused("DELETE FROM event");
    EXPECT_FALSE(verify().fault);
}

TEST_F(EventsTest, AnEmptyRecordHolds) {
    const ChainReport report = verify();
    EXPECT_FALSE(report.fault);
    EXPECT_EQ(report.entries, 0);
    EXPECT_EQ(report.head, ChainHead{});
}

TEST_F(EventsTest, AnAlteredEntryIsFound) {
    append(5);
    for (const std::string column : {"case_sequence = 9",
                                     "at_ms = at_ms + 1",
                                     "kind = 'x'",
                                     "actor = 'x'",
                                     "data = '{}'",
                                     "case_no = 1",
                                     "hash = zeroblob(32)"}) {
        StoreTest::close();
        meddle_with_record("CREATE TABLE kept AS SELECT * FROM event; UPDATE event SET " + column +
                           " WHERE sequence = 3");
        open();
        const ChainReport report = verify();
        EXPECT_EQ(report.fault, ChainFault::altered) << column;
        EXPECT_EQ(report.bad_sequence, 3) << column;
        EXPECT_EQ(report.entries, 2) << column;
        StoreTest::close();
        meddle(
            "DELETE FROM event; INSERT INTO event SELECT * FROM kept; DROP TABLE kept;"
            "CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN SELECT 1; END;"
            "CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN SELECT 1; END;");
        open();
        EXPECT_FALSE(verify().fault) << column;
    }
}

TEST_F(EventsTest, ADeletedEntryIsMissed) {
    append(5);
    meddle_with_record("DELETE FROM event WHERE sequence = 2");

    const ChainReport report = verify();
    EXPECT_EQ(report.fault, ChainFault::missing);
    EXPECT_EQ(report.bad_sequence, 2);
}

TEST_F(EventsTest, ADeletedEntryIsMissedEvenIfTheOthersCloseUp) {
    append(5);
    meddle_with_record(
        "DELETE FROM event WHERE sequence = 2;"
        "UPDATE event SET sequence = sequence - 1 WHERE sequence = 3;"
        "UPDATE event SET sequence = sequence - 1 WHERE sequence = 4;"
        "UPDATE event SET sequence = sequence - 1 WHERE sequence = 5;");

    const ChainReport report = verify();
    EXPECT_EQ(report.fault, ChainFault::altered);
    EXPECT_EQ(report.bad_sequence, 2);
}

TEST_F(EventsTest, SwappedEntriesAreFound) {
    append(5);
    meddle_with_record(
        "UPDATE event SET sequence = 99 WHERE sequence = 2;"
        "UPDATE event SET sequence = 2 WHERE sequence = 4;"
        "UPDATE event SET sequence = 4 WHERE sequence = 99;");

    const ChainReport report = verify();
    EXPECT_EQ(report.fault, ChainFault::reordered);
    EXPECT_EQ(report.bad_sequence, 2);
}

TEST_F(EventsTest, ACutOffEndIsSeenByWhoeverKeptTheHead) {
    append(5);
    const auto head = store->chain_head();
    ASSERT_TRUE(head);
    EXPECT_FALSE(verify(*head).fault);
    meddle_with_record("DELETE FROM event WHERE sequence > 3");

    EXPECT_FALSE(verify().fault);
    const ChainReport report = verify(*head);
    EXPECT_EQ(report.fault, ChainFault::truncated);
    EXPECT_EQ(report.bad_sequence, 4);
}

TEST_F(EventsTest, ARewrittenRecordIsSeenByWhoeverKeptTheHead) {
    append(5);
    const auto head = store->chain_head();
    ASSERT_TRUE(head);
    meddle_with_record("DELETE FROM event WHERE sequence > 3");
    append(3);  // a forger with the program in hand: every hash is right

    EXPECT_FALSE(verify().fault);
    const ChainReport report = verify(*head);
    EXPECT_EQ(report.fault, ChainFault::rewritten);
    EXPECT_EQ(report.bad_sequence, 5);
}

TEST_F(EventsTest, TheMoreHeadsWereKeptTheNearerARewritingIsFound) {
    std::vector<ChainHead> kept;
    for (int i = 0; i < 4; ++i) {
        append(2);
        kept.insert(kept.begin(), store->chain_head().value());  // the newest first: order does not matter
    }
    ASSERT_FALSE(store->verify_chain(kept)->fault);
    EXPECT_EQ(store->verify_chain(kept)->proved, 8);
    meddle_with_record("DELETE FROM event WHERE sequence > 4");
    write([&](Tx& tx) { tx.events.append(an_event(std::nullopt, "something.else")); });
    append(9);

    const ChainReport report = store->verify_chain(kept).value();
    EXPECT_EQ(report.fault, ChainFault::rewritten);
    EXPECT_EQ(report.proved, 4);
    EXPECT_EQ(report.bad_sequence, 6);
}

}  // namespace
}  // namespace lachan::store
