#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lachan/casework/ladders.hpp"
#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::DutyState;
using domain::NotificationState;
using domain::ResponseKind;

class Responses : public testing::Test {
protected:
    [[nodiscard]] std::string name(std::string_view kind) {
        return duty_name(code_, office_.pending(code_, kind));
    }
    Result<Acted> decline(const domain::Principal& caller, const std::string& duty) {
        return office_.respond(caller, duty, {ResponseKind::declined, "không đủ người", std::nullopt});
    }
    Result<Acted> forward(const domain::Principal& caller, const std::string& duty, const char* to) {
        return office_.respond(caller, duty, {ResponseKind::forwarded, "", domain::AgencyId(to)});
    }
    /// Each holder declines until one is asked who declined already; who they were, in order.
    std::vector<std::string> declined_by_all(std::string_view kind) {
        std::vector<std::string> asked;
        for (auto duty = office_.pending(code_, kind);
             std::find(asked.begin(), asked.end(), duty.holder.text()) == asked.end();
             duty = office_.pending(code_, kind)) {
            asked.push_back(duty.holder.text());
            EXPECT_TRUE(decline(officer(duty.holder.text()), duty_name(code_, duty)));
        }
        return asked;
    }
    [[nodiscard]] domain::Duty former(const domain::Duty& duty) {
        return office_.duties(code_).at(static_cast<std::size_t>(duty.predecessor.value()) - 1);
    }

    Office office_;
    std::string code_ = office_.opened(violence_at_home());
    domain::Principal commune_ = officer("ubnd-03388");
    domain::Principal chair_ = officer("ct-03388");
};

TEST_F(Responses, AcceptingStopsTheClockOfAcceptanceAndItsSends) {
    office_.connect("ubnd-03388");
    code_ = office_.opened(violence_at_home());
    const std::string duty = name("initial_assessment");
    const auto accepted = office_.accept(commune_, duty);
    ASSERT_TRUE(accepted);
    ASSERT_EQ(accepted->change->duties.size(), 1u);

    const domain::Duty after = office_.pending(code_, "initial_assessment");
    EXPECT_EQ(after.state, DutyState::accepted);
    EXPECT_EQ(after.accepted_at, office_.now());
    EXPECT_EQ(after.next_at, kMorning + 6h);  // half of its time; no more of acceptance
    for (const domain::Notification& owed : office_.notifications(code_)) {
        if (owed.duty == after.no.ordinal) {
            EXPECT_EQ(owed.state, NotificationState::superseded);
            EXPECT_FALSE(owed.next_attempt);
        }
    }
    office_.pass(3h);  // the instants at which nobody would have accepted it go by
    for (const domain::Notification& owed : office_.notifications(code_)) {
        EXPECT_FALSE(owed.duty == after.no.ordinal && owed.type == "vn.lachan.case.escalated.v1");
    }
}

TEST_F(Responses, WhatWasHeldUpBehindACancelledSendGoesOut) {
    office_.connect("ubnd-03388");
    code_ = office_.opened(small_accident());  // a case of its own, with one duty of the commune's
    Mailbox mailbox;
    mailbox.answers["ubnd-03388-1"].status = 404;
    office_.send_all(mailbox);  // the next try of the first message comes in hours
    office_.pass(1min);
    office_.send_all(mailbox);
    ASSERT_TRUE(office_.add(hotline(), code_, small_accident()));  // a second message, behind the first
    office_.send_all(mailbox);
    mailbox.answers.clear();
    mailbox.seen.clear();
    office_.send_all(mailbox);
    ASSERT_TRUE(mailbox.seen.empty());
    ASSERT_TRUE(office_.accept(commune_, name("statistics_entry")));  // the first is needed no more
    office_.send_all(mailbox);
    ASSERT_EQ(mailbox.seen.size(), 1u);
    EXPECT_EQ(mailbox.seen.front().second.type, "vn.lachan.report.received.v1");
}

TEST_F(Responses, AcceptingTwiceChangesNothing) {
    const std::string duty = name("initial_assessment");
    ASSERT_TRUE(office_.accept(commune_, duty));
    const auto sequence = office_.case_of(code_).sequence;
    ASSERT_TRUE(office_.accept(commune_, duty));
    EXPECT_EQ(office_.case_of(code_).sequence, sequence);
    EXPECT_EQ(count(office_.events(code_), "duty.accepted"), 1u);
}

TEST_F(Responses, DecliningHandsTheDutyToTheNextHolderWithTheSameLimit) {
    const domain::Duty before = office_.pending(code_, "initial_assessment");
    office_.pass(45min);
    ASSERT_TRUE(decline(commune_, duty_name(code_, before)));
    const domain::Duty after = office_.pending(code_, "initial_assessment");
    EXPECT_EQ(after.predecessor, before.no.ordinal);
    EXPECT_EQ(former(after).state, DutyState::declined);
    EXPECT_EQ(former(after).ended_at, office_.now());
    EXPECT_NE(after.holder, before.holder);
    EXPECT_FALSE(after.holder.empty());
    EXPECT_EQ(after.start, before.start);
    EXPECT_EQ(after.due, before.due);
    EXPECT_EQ(after.handed_over, office_.now());
    EXPECT_EQ(after.state, DutyState::open);
    EXPECT_EQ(count(office_.notifications(code_), after.holder.text(), "duty.assigned") > 0, true);
}

TEST_F(Responses, TheNewHolderIsAskedAnewAndNotRemindedTwice) {
    const std::string first = name("initial_assessment");
    office_.pass(7h);  // unaccepted for half an hour and two; half of the time is gone
    ASSERT_TRUE(decline(commune_, first));
    const domain::Duty successor = office_.pending(code_, "initial_assessment");
    EXPECT_EQ(successor.next_at, kMorning + 7h + 30min);
    const auto before = office_.notifications(code_).size();
    office_.pass(1min);
    EXPECT_EQ(office_.notifications(code_).size(), before);
}

TEST_F(Responses, WhoeverDeclinedIsNotAskedAgainWhileAnybodyElseIsLeft) {
    const auto asked = declined_by_all("initial_assessment");
    EXPECT_GT(asked.size(), 4u);
    const domain::Duty after = office_.pending(code_, "initial_assessment");
    EXPECT_TRUE(after.holder == domain::AgencyId("tong-dai-111") ||
                after.holder == domain::AgencyId("ubnd-12"))
        << after.holder.text();
    EXPECT_NE(after.holder.text(), asked.back());
}

TEST_F(Responses, ADutyThatNobodyWantsComesBackToTheLastResortAndIsAGap) {
    declined_by_all("rescue");
    const domain::Duty back = office_.pending(code_, "rescue");
    EXPECT_TRUE(back.next_at);
    EXPECT_GE(count(office_.events(code_), "directory.gap"), 1u);
    const auto escalations = count(office_.notifications(code_), "ct-03388", "case.escalated") +
                             count(office_.notifications(code_), "ct-03388", "duty.overdue");
    office_.pass(2h);  // it is watched like any other: its miss is told
    EXPECT_GT(count(office_.notifications(code_), "ct-03388", "case.escalated") +
                  count(office_.notifications(code_), "ct-03388", "duty.overdue"),
              escalations);
    EXPECT_TRUE(office_.accept(officer(back.holder.text()), duty_name(code_, back)));
}

// Where the directory names no last resort a duty can be nobody's; it is not nobody's any more when it is
// accepted.
TEST_F(Responses, WhoeverAcceptsWhatNobodyHeldHoldsIt) {
    domain::Duty nobodys = office_.pending(code_, "rescue");
    office_.write([&](Tx& tx) -> Result<void> {
        nobodys.holder = {};
        tx.duties.update(nobodys);
        return {};
    });
    ASSERT_TRUE(office_.accept(supervisor("ct-03388"), duty_name(code_, nobodys)));
    EXPECT_EQ(office_.pending(code_, "rescue").holder, domain::AgencyId("ct-03388"));
}

TEST_F(Responses, ForwardingGoesToTheNamedAgency) {
    const domain::Duty before = office_.pending(code_, "specific_assessment");
    ASSERT_TRUE(forward(commune_, duty_name(code_, before), "ubnd-03408"));
    const domain::Duty after = office_.pending(code_, "specific_assessment");
    EXPECT_EQ(after.holder, domain::AgencyId("ubnd-03408"));
    EXPECT_EQ(former(after).state, DutyState::forwarded);
    EXPECT_TRUE(office_.accept(officer("ubnd-03408"), duty_name(code_, after)));
}

TEST_F(Responses, AForwardNeedsAnotherAgencyOfTheDirectory) {
    const std::string duty = name("specific_assessment");
    for (const char* to : {"nobody", "ubnd-03388", "ubnd-03388-2024"}) {
        const auto refused = forward(commune_, duty, to);
        ASSERT_FALSE(refused) << to;
        EXPECT_EQ(refused.error().code(), Errc::validation_failed) << to;
    }
    const auto nowhere = office_.respond(commune_, duty, {ResponseKind::forwarded, "", std::nullopt});
    EXPECT_EQ(nowhere.error().code(), Errc::validation_failed);
}

TEST_F(Responses, DecliningNeedsAReason) {
    const auto refused =
        office_.respond(commune_, name("initial_assessment"), {ResponseKind::declined, "", std::nullopt});
    EXPECT_EQ(refused.error().code(), Errc::validation_failed);
}

TEST_F(Responses, AReasonIsAFewSentencesAndNoNarrative) {
    const auto decline_for = [&](std::size_t length) {
        return office_.respond(commune_,
                               name("initial_assessment"),
                               {ResponseKind::declined, std::string(length, 'x'), std::nullopt});
    };
    const auto refused = decline_for(2001);
    ASSERT_FALSE(refused);
    const Error refusal = refused.error();
    EXPECT_EQ(refusal.faults().front().pointer, "/reason");
    EXPECT_TRUE(decline_for(2000));
}

// Accepted first, and then it turns out that somebody else has to do it.
TEST_F(Responses, AnAcceptedDutyMayStillBeHandedOn) {
    ASSERT_TRUE(office_.accept(commune_, name("initial_assessment")));
    ASSERT_TRUE(decline(commune_, name("initial_assessment")));
    const domain::Duty next = office_.pending(code_, "initial_assessment");
    EXPECT_NE(next.holder, commune_.agency);
    EXPECT_EQ(next.state, DutyState::open);
}

TEST_F(Responses, OnlyTheHolderAnswers) {
    const std::string duty = name("initial_assessment");
    EXPECT_EQ(office_.accept(chair_, duty).error().code(), Errc::forbidden);
    EXPECT_EQ(office_.accept(supervisor("tyt-03388"), duty).error().code(), Errc::forbidden);
    EXPECT_EQ(office_.accept(officer("ubnd-03408"), duty).error().code(), Errc::not_found);
    EXPECT_EQ(office_.accept(key_of(domain::Role::reporter, "ubnd-03388"), duty).error().code(),
              Errc::forbidden);
    EXPECT_TRUE(office_.accept(supervisor("so-y-te-12"), duty));  // who oversees the province
}

TEST_F(Responses, ADutyThatIsPendingNoMoreTakesNoAnswer) {
    const std::string duty = name("initial_assessment");
    ASSERT_TRUE(decline(commune_, duty));
    for (const ResponseKind kind : {ResponseKind::accepted, ResponseKind::declined}) {
        EXPECT_EQ(office_.respond(commune_, duty, {kind, "x", std::nullopt}).error().code(),
                  Errc::transition_not_allowed);
    }
}

TEST_F(Responses, AnUnknownDutyIsNotFound) {
    EXPECT_EQ(office_.accept(commune_, code_ + ".d99").error().code(), Errc::not_found);
    EXPECT_EQ(office_.accept(commune_, "no such name").error().code(), Errc::not_found);
}

TEST_F(Responses, ARepeatedAnswerIsGivenOnce) {
    const Repeat repeat{"POST /v1/duties", "k1", office_.vault().fingerprint("decline")};
    const std::string duty = name("initial_assessment");
    const Response response{ResponseKind::declined, "x", std::nullopt};
    ASSERT_TRUE(office_.respond(commune_, duty, response, repeat));
    const auto again = office_.respond(commune_, duty, response, repeat);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->answer.replayed);
    EXPECT_EQ(count(office_.events(code_), "duty.declined"), 1u);
}

TEST_F(Responses, AnEscalationReachesSomebodyElseThanTheSilentHolder) {
    const auto before = office_.notifications(code_).size();
    office_.pass(30min);  // the chair has not accepted; the ladder would tell the chair
    const domain::Duty silent = office_.pending(code_, "emergency_measure");
    const auto owed = office_.notifications(code_);
    const bool somebody_else =
        std::any_of(owed.begin() + static_cast<std::ptrdiff_t>(before),
                    owed.end(),
                    [&](const domain::Notification& each) {
                        return each.duty == silent.no.ordinal && each.agency != silent.holder;
                    });
    EXPECT_TRUE(somebody_else);
}

TEST_F(Responses, AMissIsMarkedOnceAndForEver) {
    const std::string duty = name("rescue");
    office_.pass(1h);
    domain::Duty late = office_.pending(code_, "rescue");
    EXPECT_EQ(late.overdue_at, kMorning + 1h);
    EXPECT_TRUE(office_.case_of(code_).overdue);
    office_.pass(24h);
    ASSERT_TRUE(office_.step(officer("ca-03388"), code_, {"rescue", {}, {}, "done", "", {}}));
    for (const domain::Duty& each : office_.duties(code_)) {
        if (duty_name(code_, each) == duty) {
            EXPECT_EQ(each.state, DutyState::done);
            EXPECT_EQ(each.overdue_at, kMorning + 1h);
        }
    }
}

}  // namespace
}  // namespace lachan::casework
