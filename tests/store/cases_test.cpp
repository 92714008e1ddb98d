#include <array>

#include "fixture.hpp"

namespace lachan::store {
namespace {

using casework::CaseQuery;
using casework::PartyRelation;
using casework::Tx;
using casework::View;

constexpr std::array kTold = {PartyRelation::told};
constexpr std::array kHolder = {PartyRelation::holder};

class CasesTest : public StoreTest {
protected:
    static CaseQuery everything() {
        CaseQuery query;
        query.scope.everything = true;
        query.scope.self = domain::AgencyId("province");
        return query;
    }
    std::vector<domain::CaseNo> list(const CaseQuery& query) {
        std::vector<domain::CaseNo> numbers;
        read([&](const View& view) {
            for (const domain::Case& value : view.cases.list(query)) {
                numbers.push_back(value.no);
            }
        });
        return numbers;
    }
    domain::CaseNo due_in(int hours, const std::string& area = "03388") {
        domain::Case value = a_case(area);
        value.next_due = kMorning + std::chrono::hours(hours);
        return insert_case(value);
    }
    domain::CaseNo closed() {
        domain::Case value = a_case();
        value.status = domain::CaseStatus::closed;
        value.closed_at = kMorning;
        value.next_due.reset();
        return insert_case(value);
    }
};

TEST_F(CasesTest, ComesBackAsItWasKept) {
    domain::Case value = a_case();
    value.kind = domain::ReportStatus::exercise;
    value.categories = {domain::Category::sexual_abuse, domain::Category::self_harm};
    value.closed_at = kMorning + std::chrono::hours(1);
    value.overdue = true;
    value.duties = 6;
    value.notifications = 4;
    value.residences = {domain::AreaCode("03388"), domain::AreaCode(), domain::AreaCode("03400")};
    value.conflicted = {domain::AgencyId("truong-1"), domain::AgencyId("ca-03388")};
    value.no = insert_case(value);

    read([&](const View& view) {
        const auto found = view.cases.find(value.no);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->no, value.no);
        EXPECT_EQ(found->sequence, value.sequence);
        EXPECT_EQ(found->stage, value.stage);
        EXPECT_EQ(found->kind, value.kind);
        EXPECT_EQ(found->urgency, value.urgency);
        EXPECT_EQ(found->severity, value.severity);
        EXPECT_EQ(found->area, value.area);
        EXPECT_EQ(found->categories, value.categories);
        EXPECT_EQ(found->pack, value.pack);
        EXPECT_EQ(found->closed_at, value.closed_at);
        EXPECT_EQ(found->next_due, value.next_due);
        EXPECT_TRUE(found->overdue);
        EXPECT_EQ(found->duties, 6);
        EXPECT_EQ(found->notifications, 4);
        EXPECT_EQ(found->facts, value.facts);
        EXPECT_EQ(found->residences, value.residences);
        EXPECT_EQ(found->conflicted, value.conflicted);
        EXPECT_EQ(view.cases.key(value.no), casework::KeySlot{7});
    });
}

TEST_F(CasesTest, AnUpdateReachesEveryField) {
    domain::Case value = a_case();
    value.no = insert_case(value);
    value.sequence = 5;
    value.status = domain::CaseStatus::closed;
    value.area = domain::AreaCode("03400");
    value.received_at = kMorning - std::chrono::hours(1);
    value.next_due.reset();
    value.categories.clear();
    value.residences = {domain::AreaCode()};
    write([&](Tx& tx) { tx.cases.update(value); });

    read([&](const View& view) {
        const auto found = view.cases.find(value.no);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->sequence, 5);
        EXPECT_EQ(found->status, domain::CaseStatus::closed);
        EXPECT_EQ(found->area, value.area);
        EXPECT_EQ(found->received_at, value.received_at);
        EXPECT_FALSE(found->next_due);
        EXPECT_TRUE(found->categories.empty());
        EXPECT_EQ(found->residences, value.residences);
    });
}

TEST_F(CasesTest, UpdatingACaseThatDoesNotExistIsABug) {
    const auto outcome = commit([](Tx& tx) -> Result<void> {
        tx.cases.update(a_case());
        return {};
    });
    EXPECT_EQ(outcome.error().code(), Errc::internal);
}

TEST_F(CasesTest, ListsTheMostPressingFirstAndClosedOnesLast) {
    const auto late = due_in(48);
    const auto done = closed();
    const auto soon = due_in(2);
    domain::Case idle = a_case();
    idle.next_due.reset();
    const auto nothing_due = insert_case(idle);

    EXPECT_EQ(list(everything()), (std::vector{soon, late, nothing_due, done}));
}

TEST_F(CasesTest, PagesMeetWithoutGapOrRepetition) {
    for (int i = 0; i < 5; ++i) {
        due_in(3);
        closed();
    }
    due_in(1);
    CaseQuery query = everything();
    const auto whole = list(query);

    std::vector<domain::CaseNo> paged;
    query.limit = 3;
    for (auto page = list(query); !page.empty(); page = list(query)) {
        paged.insert(paged.end(), page.begin(), page.end());
        read([&](const View& view) { query.after = view.cases.place(*view.cases.find(page.back())); });
    }

    EXPECT_EQ(whole.size(), 11U);
    EXPECT_EQ(paged, whole);
}

TEST_F(CasesTest, FiltersNarrowTheList) {
    domain::Case value = a_case("03400");
    value.urgency = domain::Urgency::emergency;
    value.categories = {domain::Category::drowning, domain::Category::neglect};
    value.overdue = true;
    const auto wanted = insert_case(value);
    const auto other = due_in(1);
    write([&](Tx& tx) {
        tx.duties.insert(a_duty(wanted, 1, "bv-tinh"));
        domain::Duty done = a_duty(other, 1, "bv-tinh");
        done.state = domain::DutyState::done;
        tx.duties.insert(done);
    });

    CaseQuery by_area = everything();
    by_area.areas = {domain::AreaCode("03400"), domain::AreaCode("03401")};
    EXPECT_EQ(list(by_area), std::vector{wanted});
    CaseQuery by_category = everything();
    by_category.category = domain::Category::neglect;
    EXPECT_EQ(list(by_category), std::vector{wanted});
    CaseQuery by_urgency = everything();
    by_urgency.urgency = domain::Urgency::emergency;
    EXPECT_EQ(list(by_urgency), std::vector{wanted});
    CaseQuery by_overdue = everything();
    by_overdue.overdue = false;
    EXPECT_EQ(list(by_overdue), std::vector{other});
    CaseQuery by_holder = everything();
    by_holder.holder = domain::AgencyId("bv-tinh");
    EXPECT_EQ(list(by_holder), std::vector{wanted});
    CaseQuery by_status = everything();
    by_status.status = domain::CaseStatus::closed;
    EXPECT_TRUE(list(by_status).empty());
}

TEST_F(CasesTest, ACallerSeesItsAreasAndTheCasesItIsAPartyTo) {
    const auto mine = due_in(1, "03388");
    const auto shared = due_in(2, "03400");
    due_in(3, "03401");
    write([&](Tx& tx) { tx.cases.add_party(shared, domain::AgencyId("ubnd-03388"), kTold); });

    CaseQuery query;
    query.scope.areas = {domain::AreaCode("03388")};
    query.scope.party = domain::AgencyId("ubnd-03388");
    query.scope.self = domain::AgencyId("ubnd-03388");
    EXPECT_EQ(list(query), (std::vector{mine, shared}));

    query.scope.areas.clear();
    EXPECT_EQ(list(query), std::vector{shared});
    query.scope.party.reset();
    EXPECT_TRUE(list(query).empty());
}

TEST_F(CasesTest, ACallerWithManyAreasSeesTheSame) {
    const auto mine = due_in(1, "03388");
    const auto shared = due_in(2, "99999");
    due_in(3, "99998");
    write([&](Tx& tx) { tx.cases.add_party(shared, domain::AgencyId("so-yt"), kHolder); });

    CaseQuery query;
    for (int code = 3'300; code < 3'400; ++code) {
        query.scope.areas.emplace_back("0" + std::to_string(code));
    }
    query.scope.party = domain::AgencyId("so-yt");
    EXPECT_EQ(list(query), (std::vector{mine, shared}));
}

TEST_F(CasesTest, AConflictedAgencySeesNothingWhateverElseHolds) {
    domain::Case value = a_case();
    value.conflicted = {domain::AgencyId("truong-12"), domain::AgencyId("ubnd-03388")};
    const auto number = insert_case(value);
    write([&](Tx& tx) { tx.cases.add_party(number, domain::AgencyId("ubnd-03388"), kHolder); });

    CaseQuery query = everything();
    query.scope.self = domain::AgencyId("ubnd-03388");
    EXPECT_TRUE(list(query).empty());
    query.scope.self = domain::AgencyId("truong-1");  // part of another agency's name
    EXPECT_EQ(list(query), std::vector{number});
}

TEST_F(CasesTest, KnowsTheCasesOfAnAreaInAWindowNewestFirst) {
    domain::Case early = a_case();
    early.received_at = kMorning - std::chrono::hours(30);
    insert_case(early);
    const auto first = insert_case(a_case());
    domain::Case later = a_case();
    later.received_at = kMorning + std::chrono::minutes(5);
    const auto second = insert_case(later);
    insert_case(a_case("03400"));

    read([&](const View& view) {
        const auto from = kMorning - std::chrono::hours(24);
        const auto to = kMorning + std::chrono::minutes(6);
        EXPECT_EQ(view.cases.received_in(domain::AreaCode("03388"), from, to, 10),
                  (std::vector{second, first}));
        EXPECT_EQ(view.cases.received_in(domain::AreaCode("03388"), from, to, 1), std::vector{second});
        EXPECT_EQ(view.cases.received_in(domain::AreaCode("03388"), from, later.received_at, 10),
                  std::vector{first});
    });
}

TEST_F(CasesTest, FindsCasesByTheirTraces) {
    const auto one = insert_case(a_case());
    const auto two = insert_case(a_case());
    write([&](Tx& tx) {
        tx.cases.add_trace(one, casework::TraceKind::phone, -17);
        tx.cases.add_trace(one, casework::TraceKind::phone, -17);
        tx.cases.add_trace(two, casework::TraceKind::child_name, -17);
        tx.cases.add_trace(two, casework::TraceKind::child_name, 99);
    });

    read([&](const View& view) {
        using Found = std::vector<std::pair<casework::TraceHash, domain::CaseNo>>;
        EXPECT_EQ(view.cases.traced({-17}, 10), (Found{{-17, two}, {-17, one}}));
        EXPECT_EQ(view.cases.traced({99, -17}, 2), (Found{{99, two}, {-17, two}}));
        EXPECT_TRUE(view.cases.traced({5}, 10).empty());
    });
}

TEST_F(CasesTest, ALinkIsSeenFromBothEndsAndCanBeUndone) {
    const auto one = insert_case(a_case());
    const auto two = insert_case(a_case());
    write([&](Tx& tx) {
        tx.cases.link(one, two, kMorning);
        tx.cases.link(two, one, kMorning);
    });
    read([&](const View& view) {
        EXPECT_EQ(view.cases.linked(one), std::vector{two});
        EXPECT_EQ(view.cases.linked(two), std::vector{one});
    });

    write([&](Tx& tx) {
        EXPECT_TRUE(tx.cases.unlink(two, one));
        EXPECT_FALSE(tx.cases.unlink(one, two));
    });
    read([&](const View& view) { EXPECT_TRUE(view.cases.linked(one).empty()); });
}

TEST_F(CasesTest, ACaseCannotBeLinkedToOneThatDoesNotExist) {
    const auto one = insert_case(a_case());
    const auto outcome = commit([&](Tx& tx) -> Result<void> {
        tx.cases.link(one, domain::CaseNo{404}, kMorning);
        return {};
    });
    EXPECT_EQ(outcome.error().code(), Errc::internal);
}

}  // namespace
}  // namespace lachan::store
