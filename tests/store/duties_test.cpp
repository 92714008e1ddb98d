#include "fixture.hpp"

namespace lachan::store {
namespace {

using casework::DutyQuery;
using casework::Tx;
using casework::View;
using domain::DutyNo;
using domain::DutyState;

class DutiesTest : public StoreTest {
protected:
    DutiesTest() { number = insert_case(a_case()); }

    void keep(const domain::Duty& duty) {
        write([&](Tx& tx) { tx.duties.insert(duty); });
    }
    std::vector<DutyNo> list(const DutyQuery& query) {
        std::vector<DutyNo> numbers;
        read([&](const View& view) {
            for (const domain::Duty& duty : view.duties.list(query)) {
                numbers.push_back(duty.no);
            }
        });
        return numbers;
    }
    static DutyQuery everything() {
        DutyQuery query;
        query.scope.everything = true;
        return query;
    }

    domain::CaseNo number{};
};

TEST_F(DutiesTest, ComesBackAsItWasKept) {
    domain::Duty duty = a_duty(number, 3);
    duty.child = 1;
    duty.state = DutyState::accepted;
    duty.accepted_at = kMorning + std::chrono::minutes(1);
    duty.overdue_at = kMorning + std::chrono::hours(12);
    duty.predecessor = 2;
    duty.handed_over = kMorning + std::chrono::minutes(2);
    duty.fired = 0x8000000000000001;
    duty.repeats = 4;
    keep(duty);

    read([&](const View& view) {
        const auto found = view.duties.find({number, 3});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->no, duty.no);
        EXPECT_EQ(found->kind, duty.kind);
        EXPECT_EQ(found->rule, duty.rule);
        EXPECT_EQ(found->child, duty.child);
        EXPECT_EQ(found->holder, duty.holder);
        EXPECT_EQ(found->role, duty.role);
        EXPECT_EQ(found->area, duty.area);
        EXPECT_EQ(found->start, duty.start);
        EXPECT_EQ(found->due, duty.due);
        EXPECT_EQ(found->state, duty.state);
        EXPECT_EQ(found->accepted_at, duty.accepted_at);
        EXPECT_FALSE(found->ended_at);
        EXPECT_EQ(found->overdue_at, duty.overdue_at);
        EXPECT_EQ(found->predecessor, duty.predecessor);
        EXPECT_EQ(found->handed_over, duty.handed_over);
        EXPECT_EQ(found->fired, duty.fired);
        EXPECT_EQ(found->repeats, duty.repeats);
        EXPECT_EQ(found->next_at, duty.next_at);
    });
}

TEST_F(DutiesTest, IsDueFromItsVeryMillisecondAndEarliestFirst) {
    domain::Duty later = a_duty(number, 1);
    later.next_at = kMorning + std::chrono::seconds(20);
    domain::Duty sooner = a_duty(number, 2);
    sooner.next_at = kMorning + std::chrono::seconds(10);
    keep(later);
    keep(sooner);

    read([&](const View& view) {
        EXPECT_TRUE(view.duties.due(*sooner.next_at - Duration(1), 10).empty());
        EXPECT_EQ(view.duties.due(*sooner.next_at, 10), std::vector{sooner.no});
        EXPECT_EQ(view.duties.due(*later.next_at, 10), (std::vector{sooner.no, later.no}));
        EXPECT_EQ(view.duties.due(*later.next_at, 1), std::vector{sooner.no});
        EXPECT_EQ(view.duties.next_instant(), sooner.next_at);
    });
}

TEST_F(DutiesTest, AnEndedDutyIsNeverDue) {
    domain::Duty duty = a_duty(number, 1);
    keep(duty);
    duty.state = DutyState::done;
    duty.ended_at = kMorning;
    write([&](Tx& tx) { tx.duties.update(duty); });

    read([&](const View& view) {
        EXPECT_TRUE(view.duties.due(kMorning + std::chrono::days(9), 10).empty());
        EXPECT_FALSE(view.duties.next_instant());
    });
}

TEST_F(DutiesTest, ListsThePendingOnesOfAHolderByDueInstant) {
    domain::Duty late = a_duty(number, 1);
    late.due = kMorning + std::chrono::hours(48);
    domain::Duty ended = a_duty(number, 2);
    ended.state = DutyState::waived;
    domain::Duty soon = a_duty(number, 3);
    soon.state = DutyState::accepted;
    keep(late);
    keep(ended);
    keep(soon);
    keep(a_duty(number, 4, "bv-tinh"));

    DutyQuery query = everything();
    query.holder = domain::AgencyId("ubnd-03388");
    EXPECT_EQ(list(query), (std::vector{soon.no, late.no}));
    query.due_before = late.due;
    EXPECT_EQ(list(query), std::vector{soon.no});
    query.due_before.reset();
    query.state = DutyState::open;
    EXPECT_EQ(list(query), std::vector{late.no});
    query.state = DutyState::waived;
    EXPECT_EQ(list(query), std::vector{ended.no});
}

TEST_F(DutiesTest, PagesMeetWithoutGapOrRepetition) {
    for (int i = 1; i <= 5; ++i) {
        keep(a_duty(number, i));
    }
    DutyQuery query = everything();
    query.limit = 3;
    EXPECT_EQ(list(query), (std::vector<DutyNo>{{number, 1}, {number, 2}, {number, 3}}));
    query.after = casework::PageStart{to_ms(a_duty(number, 3).due), static_cast<std::int64_t>(number), 3};
    EXPECT_EQ(list(query), (std::vector<DutyNo>{{number, 4}, {number, 5}}));
}

TEST_F(DutiesTest, OfACaseTheOneDueFirstIsNextWhateverHasEnded) {
    domain::Duty ended = a_duty(number, 1);
    ended.state = DutyState::done;
    domain::Duty late = a_duty(number, 2);
    late.due = kMorning + std::chrono::hours(48);
    domain::Duty soon = a_duty(number, 3);
    read([&](const View& view) { EXPECT_FALSE(view.duties.next_pending(number)); });
    keep(ended);
    keep(late);
    keep(soon);
    domain::Duty of_another = a_duty(insert_case(a_case()), 1);
    of_another.due = kMorning;
    keep(of_another);

    read([&](const View& view) { EXPECT_EQ(view.duties.next_pending(number)->no, soon.no); });
}

// Whoever sees everything gets the duties of all holders as one list, however it is put together.
TEST_F(DutiesTest, DutiesOfManyHoldersMakeOneListPageByPage) {
    std::vector<DutyNo> wanted;
    for (int i = 1; i <= 40; ++i) {
        domain::Duty duty = a_duty(number, i, "holder-" + std::to_string(i * 7 % 9));
        duty.due = kMorning + std::chrono::minutes(i / 3);  // some at the same instant
        keep(duty);
        wanted.push_back(duty.no);
    }
    DutyQuery query = everything();
    query.limit = 7;
    std::vector<DutyNo> seen;
    for (auto page = list(query); !page.empty(); page = list(query)) {
        seen.insert(seen.end(), page.begin(), page.end());
        const DutyNo last = page.back();
        query.after = casework::PageStart{to_ms(kMorning + std::chrono::minutes(last.ordinal / 3)),
                                          static_cast<std::int64_t>(last.case_no),
                                          last.ordinal};
    }

    EXPECT_EQ(seen, wanted);
}

TEST_F(DutiesTest, AConflictedAgencySeesNoDutyOfTheCase) {
    domain::Case value = a_case();
    value.conflicted = {domain::AgencyId("ubnd-03388")};
    const auto hidden = insert_case(value);
    keep(a_duty(hidden, 1));
    keep(a_duty(number, 1));

    DutyQuery query = everything();
    query.scope.self = domain::AgencyId("ubnd-03388");
    EXPECT_EQ(list(query), (std::vector<DutyNo>{{number, 1}}));
}

TEST_F(DutiesTest, AScopeOfAreasLimitsTheList) {
    keep(a_duty(number, 1));
    keep(a_duty(insert_case(a_case("03400")), 1));

    DutyQuery query;
    query.scope.areas = {domain::AreaCode("03388")};
    EXPECT_EQ(list(query), (std::vector<DutyNo>{{number, 1}}));
    query.scope.areas.clear();
    EXPECT_TRUE(list(query).empty());
}

}  // namespace
}  // namespace lachan::store
