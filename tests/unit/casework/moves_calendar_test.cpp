#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/casework/deadline_moves.hpp"
#include "lachan/deadlines/notice.hpp"
#include "support/office.hpp"
#include "support/shipped.hpp"
#include "support/troubled_store.hpp"

namespace lachan::support {
namespace {

using namespace std::chrono_literals;
using casework::CalendarChange;
using casework::DeadlineMove;

std::string notice(const std::string& version, const std::string& days) {
    return R"({"version": ")" + version + R"(", "source": "1/TB-UBND", "days": [)" + days + "]}";
}
const std::string kTuesdayOff = R"({"day": "2026-11-24", "working": false, "name": "Nghỉ đột xuất"})";
const std::string kSaturdayWorked = R"({"day": "2026-11-21", "working": true, "name": "Làm bù"})";

/// The plan of a case from Friday morning: five working days, to the end of Friday, 27 November.
class CalendarMoves : public testing::Test {
protected:
    CalendarMoves() : code_(office_.opened(violence_at_home())) {}

    CalendarChange change(const std::string& days, const std::string& version = "test.1") {
        const auto text =
            deadlines::next_calendar(shipped("config/calendar/vietnam.json"), notice(version, days));
        auto next = std::make_shared<casework::World>(*office_.worlds().current());
        next->calendar =
            std::make_shared<const deadlines::Calendar>(deadlines::Calendar::parse(text.value()).value());
        return {office_.worlds().current()->calendar, std::move(next)};
    }
    std::vector<DeadlineMove> planned(const CalendarChange& change) {
        std::vector<DeadlineMove> moves;
        office_.look([&](const casework::View& view) -> Result<void> {
            moves = casework::plan_moves(view, office_.vault(), change, office_.now());
            return {};
        });
        return moves;
    }
    std::size_t moved(const CalendarChange& change) {
        const casework::StopSign stop;
        return office_.run(casework::move_deadlines(office_.context(), change, stop)).value();
    }
    /// A case that has lost count of its messages: each unit in which it makes one more fails.
    std::string open_damaged() {
        std::string code = office_.opened(violence_at_home());
        office_.write([&](casework::Tx& tx) -> Result<void> {
            domain::Case value = tx.cases.find(office_.vault().case_no(code).value()).value();
            value.notifications = 0;
            tx.cases.update(value);
            return {};
        });
        return code;
    }
    domain::Duty plan() { return office_.pending(code_, "plan"); }

    Office office_;
    const std::string code_;
    const Instant friday_night_ = parse_rfc3339("2026-11-28T00:00:00+07:00").value();
};

TEST_F(CalendarMoves, ANewHolidayWithinFiveWorkingDaysMovesThePlanByOneWorkingDay) {
    ASSERT_EQ(plan().due, friday_night_);
    const auto moves = planned(change(kTuesdayOff));
    const auto of_plan = std::find_if(
        moves.begin(), moves.end(), [](const DeadlineMove& each) { return each.kind == "plan"; });
    ASSERT_NE(of_plan, moves.end());
    EXPECT_EQ(of_plan->case_code, code_);
    EXPECT_EQ(of_plan->name, duty_name(code_, plan()));
    EXPECT_EQ(of_plan->from, friday_night_);
    EXPECT_EQ(of_plan->to, friday_night_ + 72h);  // over the weekend to the end of Monday
}

TEST_F(CalendarMoves, SayingWhatWouldMoveMovesNothing) {
    const auto before = office_.case_of(code_).sequence;
    ASSERT_FALSE(planned(change(kTuesdayOff)).empty());
    EXPECT_EQ(plan().due, friday_night_);
    EXPECT_EQ(office_.case_of(code_).sequence, before);
}

TEST_F(CalendarMoves, AMoveIsOnRecordWithBothInstantsAndBothCalendars) {
    const auto holiday = change(kTuesdayOff);
    const auto expected = planned(holiday).size();
    EXPECT_EQ(moved(holiday), expected);
    EXPECT_EQ(plan().due, friday_night_ + 72h);
    const auto events = office_.events(code_);
    EXPECT_EQ(count(events, "duty.due_moved"), expected);
    const auto event = std::find_if(events.begin(), events.end(), [&](const domain::Event& each) {
        return each.kind == "duty.due_moved" && each.data.front().second == duty_name(code_, plan());
    });
    ASSERT_NE(event, events.end());
    const domain::EventData data = {{"duty", duty_name(code_, plan())},
                                    {"kind", "plan"},
                                    {"from", "2026-11-28T00:00:00+07:00"},
                                    {"to", "2026-12-01T00:00:00+07:00"},
                                    {"calendar_from", holiday.before->version()},
                                    {"calendar_to", "test.1"}};
    EXPECT_EQ(event->data, data);
}

TEST_F(CalendarMoves, OnlyLimitsCountedInDaysMove) {
    const auto before = office_.duties(code_);
    moved(change(kTuesdayOff));
    const policy::Pack& pack = *office_.worlds().current()->pack(office_.case_of(code_).pack);
    for (const domain::Duty& duty : before) {
        const auto kind = pack.duty(duty.rule, duty.kind)->limit.kind;
        if (kind == deadlines::Limit::Kind::clock || kind == deadlines::Limit::Kind::immediately) {
            const auto after = office_.duties(code_)[static_cast<std::size_t>(duty.no.ordinal) - 1];
            EXPECT_EQ(after.due, duty.due) << duty.kind;
        }
    }
}

TEST_F(CalendarMoves, DoneASecondTimeItChangesNothing) {
    const auto holiday = change(kTuesdayOff);
    ASSERT_GT(moved(holiday), 0u);
    const auto sequence = office_.case_of(code_).sequence;
    EXPECT_EQ(moved(holiday), 0u);
    EXPECT_TRUE(planned(holiday).empty());
    EXPECT_EQ(office_.case_of(code_).sequence, sequence);
}

TEST_F(CalendarMoves, AMakeUpSaturdayPullsThePlanInAndItsHolderHears) {
    const std::string holder = plan().holder.text();
    const auto told = count(office_.notifications(code_), holder, "case.updated");
    moved(change(kSaturdayWorked));
    EXPECT_EQ(plan().due, friday_night_ - 24h);
    EXPECT_GT(count(office_.notifications(code_), holder, "case.updated"), told);
}

TEST_F(CalendarMoves, MoreTimeNeedsNoMessage) {
    const auto before = office_.notifications(code_).size();
    moved(change(kTuesdayOff));
    EXPECT_EQ(office_.notifications(code_).size(), before);
}

TEST_F(CalendarMoves, TheAlarmsFollowAndTheCaseKnowsItsNextDue) {
    moved(change(kTuesdayOff));
    office_.pass(friday_night_ - office_.now() + 1min);  // it would be overdue by the former calendar
    EXPECT_FALSE(plan().overdue_at);
    office_.pass(72h);
    EXPECT_EQ(plan().overdue_at, friday_night_ + 72h);
}

TEST_F(CalendarMoves, WhatHasFiredDoesNotFireAgain) {
    office_.pass(friday_night_ - 12h - office_.now());  // the reminder of one day left is out
    const auto fired = plan().fired;
    const auto reminders = [&] {
        const auto events = office_.events(code_);
        return std::count_if(events.begin(), events.end(), [&](const domain::Event& each) {
            return each.kind == "duty.due_soon" && each.data.front().second == duty_name(code_, plan());
        });
    };
    const auto before = reminders();
    ASSERT_EQ(before, 1);
    moved(change(R"({"day": "2026-11-27", "working": false, "name": "Nghỉ đột xuất"})"));
    ASSERT_EQ(plan().due, friday_night_ + 72h);
    EXPECT_EQ(plan().fired, fired);
    office_.pass(71h);
    EXPECT_EQ(reminders(), before);
}

TEST_F(CalendarMoves, WhatIsOverdueStaysOverdueForEver) {
    office_.pass(friday_night_ - office_.now() + 1h);
    ASSERT_TRUE(plan().overdue_at);
    moved(change(kTuesdayOff));
    EXPECT_EQ(plan().due, friday_night_);
    EXPECT_EQ(plan().overdue_at, friday_night_);
}

TEST_F(CalendarMoves, ADayThatHasGoneByCannotBecomeTheLastOne) {
    office_.pass(friday_night_ - 12h - office_.now());
    moved(change(kSaturdayWorked));  // it would have ended the night before
    EXPECT_EQ(plan().due, friday_night_);
    EXPECT_FALSE(plan().overdue_at);
}

TEST_F(CalendarMoves, AnUnknownFormerCalendarIsNoHindrance) {
    auto holiday = change(kTuesdayOff);
    holiday.before = nullptr;
    EXPECT_GT(moved(holiday), 0u);
    EXPECT_EQ(plan().due, friday_night_ + 72h);
}

TEST_F(CalendarMoves, BackToTheFormerCalendarIsAMoveLikeAnother) {
    const auto there = change(kTuesdayOff);
    moved(there);
    office_.worlds().replace(there.world);
    auto next = std::make_shared<casework::World>(*there.world);
    next->calendar = there.before;
    moved({there.world->calendar, next});
    EXPECT_EQ(plan().due, friday_night_);
    EXPECT_GE(count(office_.events(code_), "duty.due_moved"), 2u);
}

TEST_F(CalendarMoves, AreLookedThroughPageByPageToTheLastDuty) {
    std::size_t duties = office_.duties(code_).size();
    while (duties < 1200) {
        duties += office_.duties(office_.opened(violence_at_home())).size();
    }
    const auto next = change(kTuesdayOff);
    const auto moves = planned(next);
    const auto plans = static_cast<std::size_t>(std::count_if(
        moves.begin(), moves.end(), [](const DeadlineMove& each) { return each.kind == "plan"; }));
    EXPECT_EQ(plans, duties / office_.duties(code_).size());
    EXPECT_EQ(moved(next), moves.size());
    EXPECT_TRUE(planned(next).empty());
}

TEST_F(CalendarMoves, ACaseThatCannotBeChangedStaysAndTheOthersMove) {
    const std::string damaged = open_damaged();
    const auto all = planned(change(kSaturdayWorked)).size();
    EXPECT_EQ(moved(change(kSaturdayWorked)), all / 2);
    EXPECT_EQ(plan().due, friday_night_ - 24h);
    EXPECT_EQ(office_.pending(damaged, "plan").due, friday_night_);
}

TEST_F(CalendarMoves, WhatTheStoreDoesNotTakeIsMovedTheNextTime) {
    open_damaged();
    casework::Context& sound = office_.context();
    TroubledStore store(sound.store);
    casework::Context context{
        store, sound.clock, sound.entropy, sound.vault, sound.worlds, sound.outbox_work, sound.watch_work};
    const casework::StopSign stop;
    for (int nth = 1; nth < 100; ++nth) {
        store.refuse(nth);
        const auto done = office_.run(casework::move_deadlines(context, change(kSaturdayWorked), stop));
        if (!store.struck()) {
            EXPECT_TRUE(done);
            EXPECT_GT(nth, 3) << "the queue, the page, the unit, one by one";
            EXPECT_EQ(plan().due, friday_night_ - 24h);
            EXPECT_EQ(count(office_.events(code_), "duty.due_moved"),
                      planned(change(kSaturdayWorked)).size());  // of the damaged case, alike and not moved
            return;
        }
        ASSERT_FALSE(done) << nth;
        EXPECT_EQ(done.error().code(), Errc::storage);
    }
    FAIL() << "it never comes to an end";
}

TEST_F(CalendarMoves, WhetherTheStoreIsFullOrClosingItIsTheStoreThatIsAtFaultAndNoDuty) {
    casework::Context& sound = office_.context();
    TroubledStore store(sound.store);
    casework::Context context{
        store, sound.clock, sound.entropy, sound.vault, sound.worlds, sound.outbox_work, sound.watch_work};
    const casework::StopSign stop;
    for (const Errc code : {Errc::storage, Errc::overloaded, Errc::shutting_down}) {
        store.refuse(3, code);  // the unit
        const auto done = office_.run(casework::move_deadlines(context, change(kSaturdayWorked), stop));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code(), code);
        EXPECT_EQ(plan().due, friday_night_);
    }
}

TEST_F(CalendarMoves, APlanThatIsCarriedOutAlreadyOrIsOfNoCaseMovesNothing) {
    const auto next = change(kSaturdayWorked);
    auto moves = planned(next);
    const auto apply = [&](std::span<const DeadlineMove> wanted) {
        std::size_t done = 0;
        office_.write([&](casework::Tx& tx) -> Result<void> {
            done = casework::apply_moves(tx, office_.vault(), next, wanted);
            return {};
        });
        return done;
    };
    DeadlineMove of_nobody = moves.front();
    of_nobody.duty.case_no = domain::CaseNo{999};
    EXPECT_EQ(apply(std::span(&of_nobody, 1)), 0U);
    EXPECT_EQ(apply(moves), moves.size());
    EXPECT_EQ(apply(moves), 0U);
    EXPECT_EQ(count(office_.events(code_), "duty.due_moved"), moves.size());
}

TEST_F(CalendarMoves, WhatIsDoneOrComesFromNoKnownRuleDoesNotMove) {
    const auto next = change(kSaturdayWorked);
    const policy::Pack* pack = next.world->pack(office_.case_of(code_).pack);
    domain::Duty duty = plan();
    ASSERT_TRUE(casework::moved_due(duty, pack, next, office_.now()));
    EXPECT_FALSE(casework::moved_due(duty, nullptr, next, office_.now()));
    domain::Duty plain = duty;
    plain.rule = "";
    EXPECT_FALSE(casework::moved_due(plain, pack, next, office_.now()));
    duty.state = domain::DutyState::done;
    EXPECT_FALSE(casework::moved_due(duty, pack, next, office_.now()));
}

TEST_F(CalendarMoves, ADutyThatNobodyHoldsMovesAsWellAndNobodyIsToldInVain) {
    domain::Duty nobodys = plan();
    const std::string holder = nobodys.holder.text();
    nobodys.holder = domain::AgencyId();
    office_.write([&](casework::Tx& tx) -> Result<void> {
        tx.duties.update(nobodys);
        return {};
    });
    const auto by_plan = [&](const domain::Notification& each) { return each.duty == nobodys.no.ordinal; };
    const auto told = [&] {
        const auto owed = office_.notifications(code_);
        return std::count_if(owed.begin(), owed.end(), by_plan);
    };
    const auto before = told();
    moved(change(kSaturdayWorked));
    EXPECT_EQ(plan().due, friday_night_ - 24h);
    EXPECT_EQ(told(), before);
}

TEST_F(CalendarMoves, AStopLeavesTheRestForTheNextStart) {
    casework::StopSign stop;
    stop.stopping = true;
    EXPECT_EQ(office_.run(casework::move_deadlines(office_.context(), change(kSaturdayWorked), stop)).value(),
              0U);
    EXPECT_EQ(plan().due, friday_night_);
}

}  // namespace
}  // namespace lachan::support
