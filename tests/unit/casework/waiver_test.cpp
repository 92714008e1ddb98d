#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "lachan/casework/queries.hpp"
#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::CaseStatus;
using domain::DutyState;

constexpr const char* kAssessment = "initial_assessment";

class Waiving : public testing::Test {
protected:
    [[nodiscard]] std::string name_of(const char* kind) {
        return duty_name(code_, office_.pending(code_, kind));
    }
    static Result<Answer> waive_in(Office& office,
                                   const domain::Principal& caller,
                                   const std::string& name,
                                   std::string ground = "trẻ đã về với gia đình",
                                   Repeat repeat = {}) {
        return office.run(waive_duty(
            office.context(), caller, name, {std::move(ground)}, std::move(repeat), [](const CaseChange&) {
                return Answer{};
            }));
    }
    Result<Answer> ask(const domain::Principal& caller,
                       const std::string& name,
                       std::string ground = "trẻ đã về với gia đình",
                       Repeat repeat = {}) {
        return waive_in(office_, caller, name, std::move(ground), std::move(repeat));
    }
    /// 200, 202, or 0 where it is refused.
    int status(const domain::Principal& caller, const std::string& name) {
        const auto answer = ask(caller, name);
        return answer ? answer->status : 0;
    }
    [[nodiscard]] domain::Duty duty(std::int32_t ordinal) {
        return office_.duties(code_)[static_cast<std::size_t>(ordinal) - 1];
    }
    [[nodiscard]] std::vector<domain::Duty> pending() {
        auto duties = office_.duties(code_);
        std::erase_if(duties, [](const domain::Duty& each) { return !each.pending(); });
        return duties;
    }
    /// The wish of one overseer, granted by another one outside the holder's body.
    void waive(const domain::Duty& each) {
        const bool of_the_province = each.holder == domain::AgencyId("ubnd-12");
        const auto asks = supervisor(of_the_province ? "ubnd-12" : "so-y-te-12", 2);
        const auto grants =
            supervisor(each.holder == domain::AgencyId("so-y-te-12") ? "ubnd-12" : "so-y-te-12");
        const std::string name = duty_name(code_, each);
        ASSERT_EQ(status(asks, name), 202) << each.kind;
        ASSERT_EQ(status(grants, name), 200) << each.kind << " " << each.holder.text();
    }
    [[nodiscard]] domain::EventData data_of(std::string_view kind) {
        const auto events = office_.events(code_);
        const auto found =
            std::find_if(events.begin(), events.end(), [&](const auto& event) { return event.kind == kind; });
        return found == events.end() ? domain::EventData() : found->data;
    }

    Office office_;
    std::string code_ = office_.opened(violence_at_home());
    domain::Principal holder_ = officer("ubnd-03388");
    domain::Principal province_ = supervisor("so-y-te-12");
};

TEST_F(Waiving, TakesTheHoldersWishAndAnOverseersWord) {
    const domain::Duty assessment = office_.pending(code_, kAssessment);
    const std::string name = duty_name(code_, assessment);
    EXPECT_EQ(status(holder_, name), 202);
    EXPECT_EQ(status(holder_, name), 202);  // alone, however often
    EXPECT_EQ(duty(assessment.no.ordinal).state, DutyState::open);
    const auto owed = office_.notifications(code_);
    EXPECT_TRUE(std::any_of(owed.begin(), owed.end(), [](const domain::Notification& each) {
        return each.agency == domain::AgencyId("so-y-te-12") && each.rule == "waiver_request";
    }));

    office_.pass(5min);
    EXPECT_EQ(status(province_, name), 200);
    const domain::Duty waived = duty(assessment.no.ordinal);
    EXPECT_EQ(waived.state, DutyState::waived);
    EXPECT_EQ(waived.ended_at, office_.now());
    EXPECT_FALSE(waived.next_at);
    EXPECT_FALSE(waived.overdue_at);
    const domain::EventData data = {{"duty", name},
                                    {"kind", kAssessment},
                                    {"holder", "ubnd-03388"},
                                    {"asked_by", holder_.key.text()},
                                    {"approver", province_.key.text()},
                                    {"agency", "so-y-te-12"}};
    EXPECT_EQ(data_of("duty.waived"), data);
    EXPECT_EQ(count(office_.events(code_), "duty.waived"), 1u);
}

TEST_F(Waiving, TellsTheHolder) {
    const std::string name = name_of(kAssessment);
    const auto updates = [&] { return count(office_.notifications(code_), "ubnd-03388", "case.updated"); };
    const auto before = updates();
    ASSERT_EQ(status(province_, name), 202);
    EXPECT_EQ(updates(), before + 1);  // that somebody wants it
    ASSERT_EQ(status(supervisor("ubnd-12"), name), 200);
    EXPECT_EQ(updates(), before + 2);
}

TEST_F(Waiving, NobodyLetsTheOwnHouseOff) {
    const std::string name = name_of(kAssessment);
    ASSERT_EQ(status(holder_, name), 202);
    for (const auto& own : {supervisor("ubnd-03388"), supervisor("ct-03388")}) {  // they oversee the commune
        EXPECT_EQ(status(own, name), 202) << own.agency.text();
    }
    EXPECT_TRUE(office_.pending(code_, kAssessment).pending());
}

TEST_F(Waiving, OneOverseerIsNotTwoPersons) {
    const std::string name = name_of(kAssessment);
    EXPECT_EQ(status(province_, name), 202);
    EXPECT_EQ(status(province_, name), 202);
    EXPECT_EQ(status(supervisor("so-y-te-12", 2), name), 200);
}

TEST_F(Waiving, IsForTheHolderAndWhoOversees) {
    const std::string name = name_of(kAssessment);
    const auto refusal = [&](const domain::Principal& caller) { return ask(caller, name).error().code(); };
    EXPECT_EQ(refusal(officer("tyt-03388")), Errc::forbidden);   // has another duty of the case
    EXPECT_EQ(refusal(officer("so-y-te-12")), Errc::forbidden);  // was told of it
    EXPECT_EQ(refusal(hotline()), Errc::forbidden);
    EXPECT_EQ(refusal(admin()), Errc::forbidden);
    EXPECT_EQ(refusal(officer("ubnd-03390")), Errc::not_found);
    EXPECT_EQ(refusal(supervisor("ubnd-03390")), Errc::not_found);
    EXPECT_EQ(status(hotline(), name_of("relay")), 202);  // its own
    EXPECT_EQ(ask(province_, code_ + ".d99").error().code(), Errc::not_found);
    EXPECT_EQ(ask(province_, "nothing").error().code(), Errc::not_found);
}

TEST_F(Waiving, AWishForOneDutyIsNoneForAnother) {
    ASSERT_EQ(status(holder_, name_of(kAssessment)), 202);
    EXPECT_EQ(status(province_, name_of("plan")), 202);
}

TEST_F(Waiving, WantsAGround) {
    for (const std::string& ground : {std::string(), std::string(2001, 'a')}) {
        const auto refused = ask(holder_, name_of(kAssessment), ground);
        ASSERT_FALSE(refused);
        const Error refusal = refused.error();
        EXPECT_EQ(refusal.code(), Errc::validation_failed);
        EXPECT_EQ(refusal.faults().front().pointer, "/ground");
    }
}

TEST_F(Waiving, TheGroundsAreSealedWithTheCase) {
    const std::string name = name_of(kAssessment);
    ASSERT_TRUE(ask(holder_, name, "cháu Đào đã về quê"));
    ASSERT_TRUE(ask(province_, name, "mẹ cháu Đào xác nhận"));
    for (const domain::Event& event : office_.all_events()) {
        for (const auto& [key, text] : event.data) {
            EXPECT_EQ(text.find("Đào"), std::string::npos) << event.kind << " " << key;
        }
    }
    const auto seen = office_.run(see_identity(office_.context(), province_, code_, "xem lại"));
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->notes.size(), 2u);
    EXPECT_EQ(seen->notes[0].step.kind, "waiver_request");
    EXPECT_EQ(seen->notes[0].text, "cháu Đào đã về quê");
    EXPECT_EQ(seen->notes[1].step.kind, "waiver");
    EXPECT_EQ(seen->notes[1].step.result, name);
    EXPECT_EQ(seen->notes[1].text, "mẹ cháu Đào xác nhận");
}

TEST_F(Waiving, IsOfPendingDutiesOfOpenCasesOnly) {
    const std::string name = name_of(kAssessment);
    office_.work_off(code_);
    EXPECT_EQ(ask(holder_, name).error().code(), Errc::transition_not_allowed);
    const std::string goes_on = name_of("crime_classification");
    ASSERT_TRUE(office_.close(supervisor("ct-03388"), code_));
    EXPECT_EQ(ask(province_, goes_on).error().code(), Errc::transition_not_allowed);
}

TEST_F(Waiving, AWishFromBeforeAReopeningDoesNotCount) {
    office_.work_off(code_);
    const std::string goes_on = name_of("crime_classification");
    ASSERT_EQ(status(officer("ca-12"), goes_on), 202);
    ASSERT_TRUE(office_.close(supervisor("ct-03388"), code_));
    ASSERT_TRUE(office_.reopen(officer("ct-03388"), code_));
    EXPECT_EQ(status(province_, goes_on), 202);
    EXPECT_EQ(status(supervisor("ubnd-12"), goes_on), 200);
}

TEST_F(Waiving, NothingMoreIsSentOrCalledForIt) {
    Office office;
    office.connect("ubnd-03388");
    const std::string code = office.opened(violence_at_home());
    const domain::Duty assessment = office.pending(code, kAssessment);
    const auto waiting = [&] {
        const auto owed = office.notifications(code);
        return std::count_if(owed.begin(), owed.end(), [&](const domain::Notification& each) {
            return each.duty == assessment.no.ordinal && each.next_attempt.has_value();
        });
    };
    ASSERT_GT(waiting(), 0);
    const std::string name = duty_name(code, assessment);
    ASSERT_TRUE(waive_in(office, holder_, name));
    ASSERT_GT(waiting(), 0);
    ASSERT_TRUE(waive_in(office, province_, name));
    EXPECT_EQ(waiting(), 0);
    const auto speaks_of_it = [&] {
        const auto events = office.events(code);
        return std::count_if(events.begin(), events.end(), [&](const domain::Event& event) {
            return !event.data.empty() && event.data.front().second == name;
        });
    };
    const auto before = speaks_of_it();
    office.pass(10 * 24h);
    EXPECT_EQ(speaks_of_it(), before);
}

TEST_F(Waiving, WhatWasLateStaysLate) {
    const domain::Duty assessment = office_.pending(code_, kAssessment);
    office_.pass(13h);
    ASSERT_EQ(duty(assessment.no.ordinal).overdue_at, assessment.due);
    waive(assessment);
    const domain::Duty waived = duty(assessment.no.ordinal);
    EXPECT_EQ(waived.overdue_at, assessment.due);
    EXPECT_TRUE(waived.is_overdue(office_.now()));
    EXPECT_TRUE(office_.case_of(code_).overdue);
    EXPECT_EQ(data_of("duty.waived").back().second, to_rfc3339(assessment.due));
}

TEST_F(Waiving, IsLateEvenWhereNobodyHadTimeToNotice) {
    domain::Duty assessment = office_.pending(code_, kAssessment);
    office_.pass(13h);
    office_.write([&](Tx& tx) -> Result<void> {
        domain::Duty unnoticed = duty(assessment.no.ordinal);
        unnoticed.overdue_at.reset();
        tx.duties.update(unnoticed);
        return {};
    });
    ASSERT_FALSE(duty(assessment.no.ordinal).overdue_at);
    waive(assessment);
    EXPECT_EQ(duty(assessment.no.ordinal).overdue_at, assessment.due);
}

TEST_F(Waiving, ACaseWithNothingElseOpenCanBeClosedAndOpenedAgain) {
    for (const domain::Duty& each : pending()) {
        waive(each);
    }
    ASSERT_EQ(pending().size(), 1u);  // somebody has to say what comes next
    const std::int32_t decision = pending().front().no.ordinal;
    waive(pending().front());
    ASSERT_EQ(pending().size(), 1u);  // a case never falls silent
    EXPECT_NE(pending().front().no.ordinal, decision);

    ASSERT_EQ(office_.close(province_, code_)->answer.status, 202);
    ASSERT_EQ(office_.close(supervisor("ubnd-12"), code_)->answer.status, 200);
    EXPECT_EQ(office_.case_of(code_).status, CaseStatus::closed);
    ASSERT_TRUE(office_.reopen(supervisor("ct-03388"), code_));
    EXPECT_EQ(office_.pending(code_, kAssessment).state, DutyState::open);  // anew
}

TEST_F(Waiving, AFurtherReportMayBringItAnew) {
    for (const domain::Duty& each : pending()) {
        waive(each);
    }
    ASSERT_TRUE(office_.close(province_, code_));
    ASSERT_TRUE(office_.close(supervisor("ubnd-12"), code_));
    ASSERT_TRUE(office_.add(hotline(), code_, violence_at_home()));
    EXPECT_EQ(office_.case_of(code_).status, CaseStatus::open);
    EXPECT_EQ(office_.pending(code_, kAssessment).state, DutyState::open);
}

TEST_F(Waiving, ARepeatedRequestIsAnsweredTheSameAndDoesNothing) {
    const std::string name = name_of(kAssessment);
    const auto once = [&](const domain::Principal& caller, const std::string& key) {
        return ask(
            caller, name, "x", {"POST /v1/duties/{duty}/waiver", key, office_.vault().fingerprint(key)});
    };
    ASSERT_EQ(once(holder_, "k1")->status, 202);
    const auto sequence = office_.case_of(code_).sequence;
    const auto again = once(holder_, "k1");
    EXPECT_EQ(again->status, 202);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(office_.case_of(code_).sequence, sequence);
    ASSERT_EQ(once(province_, "k2")->status, 200);
    EXPECT_EQ(once(province_, "k2")->status, 200);
    EXPECT_EQ(count(office_.events(code_), "duty.waived"), 1u);
    EXPECT_EQ(ask(province_, name).error().code(), Errc::transition_not_allowed);
}

}  // namespace
}  // namespace lachan::casework
