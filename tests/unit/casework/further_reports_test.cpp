#include <gtest/gtest.h>

#include <algorithm>

#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

/// A further report on a small accident: it was violence, and goes on.
domain::Report worse(Instant received_at) {
    domain::Report report = violence_at_home();
    report.received_at = received_at;
    return report;
}

TEST(FurtherReport, AddsOnlyWhatIsNewAndItsClocksStartAnew) {
    Office office;
    const std::string code = office.opened(small_accident());
    const auto before = office.duties(code).size();
    office.pass(2h);
    const auto added = office.add(hotline(), code, worse(kMorning + 2h));
    ASSERT_TRUE(added);
    EXPECT_EQ(added->change->code, code);

    const domain::Duty assessment = office.pending(code, "initial_assessment");
    EXPECT_EQ(assessment.start, kMorning + 2h);
    EXPECT_EQ(assessment.due, kMorning + 14h);
    EXPECT_EQ(office.pending(code, "statistics_entry").start, kMorning);
    EXPECT_GT(office.duties(code).size(), before);
    EXPECT_EQ(count(office.events(code), "report.received"), 2u);
}

TEST(FurtherReport, ARealOneMakesAnExerciseReal) {
    Office office;
    domain::Report drill = small_accident();
    drill.status = domain::ReportStatus::exercise;
    const std::string code = office.opened(drill);
    ASSERT_TRUE(office.add(hotline(), code, drill));
    EXPECT_EQ(office.case_of(code).kind, domain::ReportStatus::exercise);
    ASSERT_TRUE(office.add(hotline(), code, worse(kMorning)));
    EXPECT_EQ(office.case_of(code).kind, domain::ReportStatus::actual);
    ASSERT_TRUE(office.add(hotline(), code, drill));
    EXPECT_EQ(office.case_of(code).kind, domain::ReportStatus::actual);
}

TEST(FurtherReport, SaidTwiceAddsNoDuty) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    const auto before = office.duties(code).size();
    ASSERT_TRUE(office.add(hotline(), code, violence_at_home()));
    EXPECT_EQ(office.duties(code).size(), before);
}

TEST(FurtherReport, RaisesTheUrgencyAndNeverLowersIt) {
    Office office;
    const std::string code = office.opened(small_accident());
    EXPECT_EQ(office.case_of(code).urgency, domain::Urgency::normal);
    ASSERT_TRUE(office.add(hotline(), code, worse(kMorning)));
    EXPECT_EQ(office.case_of(code).urgency, domain::Urgency::emergency);
    const auto duties = office.duties(code).size();
    ASSERT_TRUE(office.add(hotline(), code, small_accident()));
    EXPECT_EQ(office.case_of(code).urgency, domain::Urgency::emergency);
    EXPECT_GE(office.duties(code).size(), duties);
}

TEST(FurtherReport, WhatWasOwedAtLeisureIsOwedAtOnce) {
    Office office;
    office.connect("ubnd-03388");
    Mailbox mailbox;
    mailbox.answers["ubnd-03388-1"].status = 404;  // tried again in hours only
    const std::string code = office.opened(small_accident());
    office.send_all(mailbox);
    office.pass(10min);
    office.send_all(mailbox);

    ASSERT_TRUE(office.add(hotline(), code, worse(office.now())));
    for (const domain::Notification& owed : office.notifications(code)) {
        if (owed.state == domain::NotificationState::scheduled) {
            EXPECT_EQ(owed.urgency, domain::Urgency::emergency) << owed.type;
            EXPECT_EQ(owed.next_attempt, office.now()) << owed.type;
            EXPECT_LE(owed.reroute_at.value_or(office.now()), office.now() + 5min) << owed.type;
        }
    }
    mailbox.answers.clear();
    office.send_all(mailbox);
    for (const domain::Notification& owed : office.notifications(code)) {
        EXPECT_NE(owed.state, domain::NotificationState::scheduled) << owed.type;
    }
}

TEST(FurtherReport, LessTimeThanBeforeIsToldTheHolder) {
    Office office;
    domain::Report report = violence_at_home();
    report.categories = {domain::Category::violence};
    const std::string code = office.opened(report);
    const domain::Duty before = office.pending(code, "medical_care");
    ASSERT_EQ(before.due, kMorning + 12h);

    domain::Report sexual = report;
    sexual.categories = {domain::Category::sexual_abuse};
    ASSERT_TRUE(office.add(hotline(), code, sexual));
    const domain::Duty after = office.pending(code, "medical_care");
    EXPECT_LT(after.due, before.due);
    EXPECT_EQ(after.holder, before.holder);
    EXPECT_EQ(after.predecessor, before.no.ordinal);
}

TEST(FurtherReport, FillsInWhereAChildLives) {
    Office office;
    domain::Report report = violence_at_home();
    report.children.front().residence_area.reset();
    const std::string code = office.opened(report);
    report.children.front().residence_area = domain::AreaCode("03408");
    ASSERT_TRUE(office.add(hotline(), code, report));
    EXPECT_EQ(office.case_of(code).residences, std::vector{domain::AreaCode("03408")});
}

TEST(FurtherReport, MayNameMoreChildren) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    domain::Report report = violence_at_home();
    report.children.push_back(report.children.front());
    ASSERT_TRUE(office.add(hotline(), code, report));
    EXPECT_EQ(office.case_of(code).children, 2);
    const auto duties = office.duties(code);
    EXPECT_TRUE(std::any_of(duties.begin(), duties.end(), [](const domain::Duty& duty) {
        return duty.kind == "initial_assessment" && duty.child == 1;
    }));
    EXPECT_TRUE(office.step(officer("ubnd-03388"), code, {"initial_assessment", 1, {}, "emergency", "", {}}));
}

TEST(FurtherReport, HoldersHearOfIt) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    ASSERT_TRUE(office.add(hotline(), code, violence_at_home()));
    EXPECT_EQ(count(office.notifications(code), "ubnd-03388", "report.received"), 1u);
}

TEST(FurtherReport, OpensAClosedCaseAgainWithEverythingItAsksFor) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    office.work_off(code);
    ASSERT_TRUE(office.close(supervisor("ct-03388"), code));
    ASSERT_EQ(office.case_of(code).status, domain::CaseStatus::closed);
    office.pass(24h);

    ASSERT_TRUE(office.add(hotline(), code, worse(office.now())));
    const domain::Case value = office.case_of(code);
    EXPECT_EQ(value.status, domain::CaseStatus::open);
    EXPECT_EQ(value.stage, "received");
    EXPECT_FALSE(value.closed_at);
    EXPECT_EQ(office.pending(code, "initial_assessment").start, office.now());
    const auto duties = office.duties(code);
    EXPECT_TRUE(std::none_of(duties.begin(), duties.end(), [](const domain::Duty& duty) {
        return duty.kind == "archive" && duty.pending();  // it is owed when the case is closed again
    }));
}

TEST(FurtherReport, OnACaseOutOfSightIsOnACaseThatIsNotThere) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    EXPECT_EQ(office.add(officer("ubnd-03408"), code, violence_at_home()).error().code(), Errc::not_found);
}

}  // namespace
}  // namespace lachan::casework
