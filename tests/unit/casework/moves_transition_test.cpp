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
    /// As if the agency had been given the duty.
    void hold(domain::Duty& duty, const char* agency) {
        duty.holder = domain::AgencyId(agency);
        office_.write([&](casework::Tx& tx) -> Result<void> {
            tx.duties.update(duty);
            return {};
        });
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

TEST_F(Transition, APlanThatIsCarriedOutAlreadyOrIsOfNoCaseChangesNothing) {
    office_.pass(kSecondOfJuly - office_.now());
    const auto transfers = planned(kSecondOfJuly);
    auto of_nobody = transfers.front();
    of_nobody.duty.case_no = domain::CaseNo{999};
    const auto apply = [&](std::span<const Transfer> wanted) {
        std::size_t done = 0;
        office_.write([&](casework::Tx& tx) -> Result<void> {
            done = casework::apply_transfers(
                tx, office_.vault(), office_.worlds().current(), wanted, kSecondOfJuly);
            return {};
        });
        return done;
    };
    EXPECT_EQ(apply(std::span(&of_nobody, 1)), 0U);
    EXPECT_EQ(apply(transfers), transfers.size());
    const auto sequence = office_.case_of(code_).sequence;
    const auto events = office_.events(code_).size();
    EXPECT_EQ(apply(transfers), 0U);
    EXPECT_EQ(office_.case_of(code_).sequence, sequence);
    EXPECT_EQ(office_.events(code_).size(), events);
}

TEST_F(Transition, WhatIsDoneOrHasNoHolderIsHandedToNobody) {
    const domain::Case value = office_.case_of(code_);
    const casework::World& world = *office_.worlds().current();
    domain::Duty duty = office_.pending(code_, "plan");
    ASSERT_TRUE(casework::transfer_of(duty, value, world, kSecondOfJuly));
    duty.state = domain::DutyState::done;
    EXPECT_FALSE(casework::transfer_of(duty, value, world, kSecondOfJuly));
    duty.state = domain::DutyState::accepted;
    duty.holder = domain::AgencyId();
    EXPECT_FALSE(casework::transfer_of(duty, value, world, kSecondOfJuly));
}

TEST_F(Transition, ABodyThatTheDirectoryDoesNotKnowIsFollowedByWhoeverHoldsTheRole) {
    domain::Duty plan = office_.pending(code_, "plan");
    const domain::AgencyId proper = plan.holder;
    hold(plan, "khong-con-trong-danh-ba");
    const auto transfers = planned(kJune2024);
    ASSERT_EQ(transfers.size(), 1U);
    EXPECT_EQ(transfers.front().to, proper);
    EXPECT_FALSE(transfers.front().ended);
    EXPECT_EQ(transferred(kJune2024), 1U);
    EXPECT_EQ(office_.pending(code_, "plan").holder, proper);
    const auto events = office_.events(code_);
    const auto event = std::find_if(events.begin(), events.end(), [](const domain::Event& each) {
        return each.kind == "duty.transferred";
    });
    ASSERT_NE(event, events.end());
    EXPECT_TRUE(std::none_of(event->data.begin(), event->data.end(), [](const auto& entry) {
        return entry.first == "ended";  // when that was nobody knows
    }));
}

TEST_F(Transition, WhereNobodyCanFollowItIsSaidAsAGapAndNotPassedOver) {
    domain::Duty plan = office_.pending(code_, "plan");
    plan.rule = "";
    plan.role = "a_role_that_nobody_holds";
    hold(plan, "khong-con-trong-danh-ba");
    const auto transfers = planned(kJune2024);
    ASSERT_EQ(transfers.size(), 1U);
    EXPECT_TRUE(transfers.front().to.empty());
    EXPECT_EQ(transfers.front().role, "a_role_that_nobody_holds");
    const auto gaps = count(office_.events(code_), "directory.gap");
    EXPECT_EQ(transferred(kJune2024), 1U);
    EXPECT_EQ(count(office_.events(code_), "directory.gap"), gaps + 1);
}

TEST_F(Transition, IsPlannedToTheLastDutyHoweverManyThereAre) {
    std::size_t pending = 0;
    const auto add = [&](const std::string& code) {
        for (const domain::Duty& duty : office_.duties(code)) {
            pending += duty.pending() ? 1 : 0;
        }
    };
    add(code_);
    while (pending <= 500) {  // more than one page
        add(office_.opened(of_2024("03403")));
    }
    std::vector<std::string> names;
    for (const Transfer& each : planned(kSecondOfJuly)) {
        names.push_back(each.name);
    }
    std::size_t expected = 0;
    office_.look([&](const casework::View& view) -> Result<void> {
        casework::DutyQuery all;
        all.scope.everything = true;
        all.limit = 1000;
        for (const domain::Duty& duty : view.duties.list(all)) {
            const auto value = view.cases.find(duty.no.case_no);
            expected += casework::transfer_of(duty, value.value(), *office_.worlds().current(), kSecondOfJuly)
                            ? 1
                            : 0;
        }
        return {};
    });
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names.size(), expected);
    EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
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
