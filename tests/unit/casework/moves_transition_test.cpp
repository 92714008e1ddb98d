#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/casework/transition.hpp"
#include "support/office.hpp"

namespace lachan::support {
namespace {

using namespace std::chrono_literals;
using casework::Transfer;

const Instant kJune2024 = parse_rfc3339("2024-06-12T09:00:00+07:00").value();
const Instant kSecondOfJuly = parse_rfc3339("2025-07-02T08:00:00+07:00").value();

domain::Report of_2024(const char* area) {
    domain::Report report = violence_at_home();
    report.received_at = kJune2024;
    report.area = domain::AreaCode(area);
    report.children.front().residence_area = domain::AreaCode(area);
    return report;
}

/// A case of June 2024 in the old commune San Thàng (03403), whose unit and bodies ended on 2025-07-01.
class Transition : public testing::Test {
protected:
    std::vector<Transfer> planned(Instant at) {
        std::vector<Transfer> transfers;
        office_.look([&](const casework::View& view) -> Result<void> {
            transfers = casework::plan_transfers(view, office_.vault(), *office_.worlds().current(), at);
            return {};
        });
        return transfers;
    }
    std::size_t transferred(Instant at) {
        const auto transfers = planned(at);
        std::size_t done = 0;
        casework::WriteOp op = [&](casework::Tx& tx) -> Result<void> {
            done = casework::apply_transfers(tx, office_.vault(), office_.worlds().current(), transfers, at);
            return {};
        };
        office_.run(office_.context().store.commit(std::move(op))).value();
        return done;
    }
    bool exists(const domain::AgencyId& agency) {
        return office_.worlds().current()->directory->agency(agency, office_.now()) != nullptr;
    }

    Office office_{kJune2024};
    const std::string code_ = office_.opened(of_2024("03403"));
};

TEST_F(Transition, NothingIsDueWhileTheBodiesExist) {
    EXPECT_TRUE(planned(kJune2024).empty());
}

TEST_F(Transition, ListsWhatIsToComeWithoutChangingAnything) {
    const auto before = office_.case_of(code_).sequence;
    const auto transfers = planned(kSecondOfJuly);
    const auto plan = std::find_if(
        transfers.begin(), transfers.end(), [](const Transfer& each) { return each.kind == "plan"; });
    ASSERT_NE(plan, transfers.end());
    EXPECT_EQ(plan->from.text(), "ubnd-03403-2024");
    EXPECT_EQ(plan->to.text(), "ubnd-03388");
    EXPECT_EQ(plan->unit.text(), "03388");
    EXPECT_EQ(plan->ground, "regime change");
    EXPECT_EQ(plan->ended, parse_rfc3339("2025-07-01T00:00:00+07:00"));
    EXPECT_EQ(office_.case_of(code_).sequence, before);
}

TEST_F(Transition, HandsTheDutyToTheSuccessorWithItsClockAndSaysWhy) {
    office_.pass(kSecondOfJuly - office_.now());
    const domain::Duty before = office_.pending(code_, "plan");
    const auto told = count(office_.notifications(code_), "ubnd-03388", "duty.assigned");
    ASSERT_GT(transferred(kSecondOfJuly), 0u);

    const domain::Duty after = office_.pending(code_, "plan");
    EXPECT_EQ(after.holder.text(), "ubnd-03388");
    EXPECT_EQ(after.predecessor, before.no.ordinal);
    EXPECT_EQ(after.start, before.start);
    EXPECT_EQ(after.due, before.due);
    EXPECT_EQ(after.overdue_at, before.overdue_at);
    EXPECT_TRUE(after.next_at.has_value());
    EXPECT_EQ(office_.duties(code_)[static_cast<std::size_t>(before.no.ordinal) - 1].state,
              domain::DutyState::forwarded);
    EXPECT_GT(count(office_.notifications(code_), "ubnd-03388", "duty.assigned"), told);

    const auto events = office_.events(code_);
    const auto event = std::find_if(events.begin(), events.end(), [&](const domain::Event& each) {
        return each.kind == "duty.transferred" && each.data.front().second == duty_name(code_, before);
    });
    ASSERT_NE(event, events.end());
    const domain::EventData data = {{"duty", duty_name(code_, before)},
                                    {"kind", "plan"},
                                    {"from", "ubnd-03403-2024"},
                                    {"to", "ubnd-03388"},
                                    {"ground", "regime change"},
                                    {"at", to_rfc3339(kSecondOfJuly)},
                                    {"ended", "2025-07-01T00:00:00+07:00"},
                                    {"unit", "03388"}};
    EXPECT_EQ(event->data, data);
}

TEST_F(Transition, LeavesNoPendingDutyWithABodyThatIsNoMoreAndIsDoneOnce) {
    office_.pass(kSecondOfJuly - office_.now());
    transferred(kSecondOfJuly);
    for (const domain::Duty& duty : office_.duties(code_)) {
        EXPECT_TRUE(!duty.pending() || (!duty.holder.empty() && exists(duty.holder)))
            << duty.kind << " " << duty.holder.text();
    }
    EXPECT_EQ(office_.case_of(code_).area.text(), "03403");
    EXPECT_EQ(transferred(kSecondOfJuly), 0u);
}

TEST_F(Transition, ACaseOfAnEarlierRegimeEscalatesToBodiesThatExist) {
    office_.pass(kSecondOfJuly - office_.now());
    transferred(kSecondOfJuly);
    const auto before = office_.notifications(code_).size();
    office_.pass(48h);
    const auto after = office_.notifications(code_);
    ASSERT_GT(after.size(), before);
    for (std::size_t i = before; i < after.size(); ++i) {
        EXPECT_TRUE(exists(after[i].agency)) << after[i].agency.text() << " " << after[i].type;
    }
}

TEST_F(Transition, WhatFollowsInAnOldCaseGoesToThePresentBodies) {
    office_.pass(kSecondOfJuly - office_.now());
    transferred(kSecondOfJuly);
    casework::NewStep plan;
    plan.kind = "plan";
    ASSERT_TRUE(office_.step(officer("ubnd-03388"), code_, plan));
    const domain::Duty approval = office_.pending(code_, "plan_approval");
    EXPECT_EQ(approval.holder.text(), "ct-03388");
    EXPECT_EQ(approval.area.text(), "03403");  // the case's own unit
}

TEST_F(Transition, WhatADepartmentTookOnGoesToTheDepartmentThatFollowsIt) {
    const casework::Response to_department{
        domain::ResponseKind::forwarded, "", domain::AgencyId("so-ldtbxh-12")};
    const domain::Duty plan = office_.pending(code_, "plan");
    ASSERT_TRUE(office_.respond(officer(plan.holder.text()), duty_name(code_, plan), to_department));
    const auto transfers = planned(parse_rfc3339("2025-03-02T08:00:00+07:00").value());
    ASSERT_EQ(transfers.size(), 1u);
    EXPECT_EQ(transfers.front().from.text(), "so-ldtbxh-12");
    EXPECT_EQ(transfers.front().to.text(), "so-y-te-12");
    EXPECT_EQ(transfers.front().ground, "body ended");
    EXPECT_EQ(transfers.front().unit.text(), "03403");
}

TEST_F(Transition, LookingBackTakesNothingFromThePresentBodies) {
    office_.pass(kSecondOfJuly - office_.now());
    domain::Report fresh = violence_at_home();
    fresh.received_at = office_.now();
    const std::string other = office_.opened(fresh);
    const auto transfers = planned(kJune2024);
    EXPECT_TRUE(std::none_of(
        transfers.begin(), transfers.end(), [&](const Transfer& each) { return each.case_code == other; }));
}

}  // namespace
}  // namespace lachan::support
