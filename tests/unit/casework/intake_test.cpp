#include "lachan/casework/intake.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

Repeat keyed(Office& office, const std::string& key, const std::string& body) {
    return {"POST /v1/reports", key, office.vault().fingerprint(body)};
}

TEST(Intake, AReportOpensACaseWithItsDutiesAndTheirHolders) {
    Office office;
    const std::string code = office.opened(violence_at_home());

    const domain::Case value = office.case_of(code);
    EXPECT_EQ(value.urgency, domain::Urgency::emergency);
    EXPECT_EQ(value.status, domain::CaseStatus::open);
    EXPECT_EQ(value.stage, "received");
    EXPECT_EQ(value.received_at, kMorning);
    EXPECT_EQ(value.next_due, kMorning + 30min);

    const domain::Duty assessment = office.pending(code, "initial_assessment");
    EXPECT_EQ(assessment.holder, domain::AgencyId("ubnd-03388"));
    EXPECT_EQ(assessment.due, kMorning + 12h);
    EXPECT_EQ(office.pending(code, "emergency_measure").holder, domain::AgencyId("ct-03388"));
    EXPECT_EQ(office.pending(code, "police_transfer").holder, domain::AgencyId("ca-03388"));
    EXPECT_EQ(office.pending(code, "relay").holder, domain::AgencyId("tong-dai-111"));
    for (const domain::Duty& duty : office.duties(code)) {
        EXPECT_TRUE(duty.next_at) << duty.kind;
    }
    EXPECT_EQ(count(office.events(code), "report.received"), 1u);
    EXPECT_EQ(count(office.events(code), "case.opened"), 1u);
}

TEST(Intake, EachHolderIsOwedAMessageForEachDuty) {
    Office office;
    office.connect("ubnd-03388");
    const std::string code = office.opened(violence_at_home());
    const auto owed = office.notifications(code);
    EXPECT_EQ(count(owed, "ubnd-03388", "duty.assigned"), 4u);
    EXPECT_EQ(count(owed, "ca-12", "case.opened"), 1u);
    for (const domain::Notification& value : owed) {
        const bool reachable = value.agency == domain::AgencyId("ubnd-03388");
        EXPECT_EQ(value.state,
                  reachable ? domain::NotificationState::scheduled : domain::NotificationState::human_task);
        EXPECT_EQ(value.next_attempt.has_value(), reachable);
        EXPECT_EQ(value.reroute_at.has_value(), reachable);
        EXPECT_EQ(value.urgency, domain::Urgency::emergency);
    }
}

TEST(Intake, AnAgencyThatCannotBeReachedIsToldToTheKeeperOfTheDirectoryOnce) {
    Office office;
    office.connect("so-y-te-12");
    const std::string code = office.opened(violence_at_home());
    EXPECT_EQ(count(office.notifications(code), "so-y-te-12", "directory.gap"), 1u);
    EXPECT_GE(count(office.events(code), "agency.unreachable"), 1u);
}

TEST(Intake, WhoIsNotToldIsNoParty) {
    Office office;  // nobody can be reached, the keeper of the directory neither
    const std::string code = office.opened(small_accident());
    EXPECT_EQ(count(office.notifications(code), "so-y-te-12", "directory.gap"), 0u);
    EXPECT_EQ(office.run(see_case(office.context(), officer("so-y-te-12"), code)).error().code(),
              Errc::not_found);
}

TEST(Intake, TheReceiptAnswersOnceAndIsKeptAsAHash) {
    Office office;
    const auto filed = office.file(hotline(), violence_at_home());
    const Filing& filing = filed.value().change.value();
    ASSERT_FALSE(filing.receipt.empty());
    const auto status = office.run(status_by_receipt(office.context(), filing.receipt));
    ASSERT_TRUE(status);
    EXPECT_EQ(status->next_due, kMorning + 30min);
    office.look([&](const View& view) -> Result<void> {
        const auto row = view.reports.find(filing.report).value();
        EXPECT_NE(row.receipt_hash, Bytes(filing.receipt.begin(), filing.receipt.end()));
        return {};
    });
}

TEST(Intake, ARepeatedRequestIsAnsweredTheSameAndDoesNothing) {
    Office office;
    const auto first = office.file(hotline(), violence_at_home(), keyed(office, "k1", "body"));
    const auto again = office.file(hotline(), violence_at_home(), keyed(office, "k1", "body"));
    ASSERT_TRUE(first && again);
    EXPECT_FALSE(first->answer.replayed);
    EXPECT_TRUE(again->answer.replayed);
    EXPECT_FALSE(again->change);
    EXPECT_EQ(again->answer.status, 201);
    EXPECT_EQ(again->answer.location, first->answer.location);
    EXPECT_EQ(count(office.all_events(), "case.opened"), 1u);
}

TEST(Intake, TheSameKeyWithAnotherBodyIsRefused) {
    Office office;
    ASSERT_TRUE(office.file(hotline(), violence_at_home(), keyed(office, "k1", "body")));
    const auto other = office.file(hotline(), small_accident(), keyed(office, "k1", "other body"));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code(), Errc::idempotency_key_reused);
    EXPECT_EQ(count(office.all_events(), "case.opened"), 1u);
}

TEST(Intake, KeysOfDifferentCallersAreDifferentKeys) {
    Office office;
    ASSERT_TRUE(office.file(hotline(), violence_at_home(), keyed(office, "k1", "body")));
    const auto other = office.file(officer("ubnd-03388"), violence_at_home(), keyed(office, "k1", "body"));
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->answer.replayed);
}

TEST(Intake, AKeyIsForgottenAfterSevenDaysAndThenTheReportIdGuards) {
    Office office;
    domain::Report report = violence_at_home();
    report.id = domain::ReportId("0193a6c8-0000-7000-8000-000000000001");
    report.id_from_sender = true;
    const auto first = office.file(hotline(), report, keyed(office, "k1", "body"));
    office.pass(7 * 24h);
    const auto again = office.file(hotline(), report, keyed(office, "k1", "body"));
    ASSERT_TRUE(first && again);
    EXPECT_TRUE(again->answer.replayed);
    ASSERT_TRUE(again->change);  // answered anew, from the record
    EXPECT_TRUE(again->change->known_already);
    EXPECT_EQ(again->change->code, first->change->code);
    EXPECT_TRUE(again->change->receipt.empty());
    EXPECT_EQ(count(office.all_events(), "case.opened"), 1u);
}

TEST(Intake, AReportIdAloneGuardsToo) {
    Office office;
    domain::Report report = violence_at_home();
    report.id = domain::ReportId("0193a6c8-0000-7000-8000-000000000001");
    report.id_from_sender = true;
    const auto first = office.file(hotline(), report, keyed(office, "", "body"));
    const auto again = office.file(hotline(), report, keyed(office, "", "body"));
    ASSERT_TRUE(first && again);
    EXPECT_TRUE(again->answer.replayed);
    const auto other = office.file(hotline(), report, keyed(office, "", "other body"));
    EXPECT_EQ(other.error().code(), Errc::idempotency_key_reused);
    const auto stranger = office.file(officer("ubnd-03388"), report, keyed(office, "", "body"));
    EXPECT_EQ(stranger.error().code(), Errc::idempotency_key_reused);
    EXPECT_EQ(count(office.all_events(), "case.opened"), 1u);
}

TEST(Intake, AReportWithoutAnyGuardIsTakenWithAWarning) {
    Office office;
    const auto filed = office.file(hotline(), violence_at_home());
    ASSERT_TRUE(filed);
    EXPECT_EQ(filed->change->warnings.size(), 1u);
}

TEST(Intake, AnUnknownAreaIsNamedAndAFormerOneIsFollowed) {
    Office office;
    domain::Report report = violence_at_home();
    report.area = domain::AreaCode("99999");
    const auto unknown = office.file(hotline(), report);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code(), Errc::validation_failed);
    const Error refusal = unknown.error();
    ASSERT_EQ(refusal.faults().size(), 1u);
    EXPECT_EQ(refusal.faults().front().pointer, "/area");

    report.area = domain::AreaCode("03389");  // a ward that became part of 03388
    const auto former = office.file(hotline(), report);
    ASSERT_TRUE(former);
    EXPECT_EQ(former->change->value.area, domain::AreaCode("03388"));

    report.area = domain::AreaCode("12");
    EXPECT_EQ(office.file(hotline(), report).error().code(), Errc::validation_failed);
}

TEST(Intake, AnUnknownResidenceIsAWarningNotARefusal) {
    Office office;
    domain::Report report = violence_at_home();
    report.children.front().residence_area = domain::AreaCode("99999");
    const auto filed = office.file(hotline(), report);
    ASSERT_TRUE(filed);
    EXPECT_EQ(filed->change->warnings.size(), 2u);
    EXPECT_TRUE(filed->change->value.residences.front().empty());
}

/// Taken down in a commune before it was one: only the list of units is of after the change.
domain::Report on_old_paper(Instant received) {
    domain::Report report = violence_at_home();
    report.received_at = received;
    report.area = domain::AreaCode("03424");
    report.children.front().residence_area = domain::AreaCode("03430");
    return report;
}

TEST(Intake, AUnitThatIsNewerThanThePaperIsTakenWithAWarningAndItsOwnBodies) {
    Office office;
    const Instant in_may = parse_rfc3339("2025-05-12T09:00:00+07:00").value();
    const auto filed = office.file(hotline(), on_old_paper(in_may));
    ASSERT_TRUE(filed);
    const auto& warnings = filed->change->warnings;
    for (const char* place : {"/area: 03424 (Xã Bản Bo)", "/children/0/residence_area: 03430 (Xã Khun Há)"}) {
        EXPECT_EQ(std::count_if(warnings.begin(),
                                warnings.end(),
                                [&](const std::string& warning) {
                                    return warning.starts_with(place) &&
                                           warning.find("only from 2025-07-01") != std::string::npos;
                                }),
                  1)
            << place;
    }
    const std::string& code = filed->change->code;
    EXPECT_EQ(office.case_of(code).area, domain::AreaCode("03424"));
    EXPECT_EQ(office.case_of(code).residences.front(), domain::AreaCode("03430"));

    EXPECT_EQ(office.pending(code, "initial_assessment").holder, domain::AgencyId("ubnd-03424"));
    EXPECT_EQ(office.pending(code, "initial_assessment").start, in_may);
    EXPECT_EQ(office.pending(code, "emergency_measure").holder, domain::AgencyId("ct-03424"));
    EXPECT_EQ(office.pending(code, "police_transfer").holder, domain::AgencyId("ca-03424"));
    const auto owed = office.notifications(code);
    EXPECT_TRUE(std::any_of(owed.begin(), owed.end(), [](const domain::Notification& each) {
        return each.agency == domain::AgencyId("ubnd-03430");  // the child's home
    }));
    EXPECT_EQ(count(office.events(code), "directory.gap"), 0u);
    for (const domain::Duty& duty : office.duties(code)) {  // in the regime of the unit
        EXPECT_NE(office.worlds().current()->directory->agency(duty.holder, office.now()), nullptr)
            << duty.kind << " " << duty.holder.text();
    }
    for (const char* body : {"ubnd-03424", "ct-03424"}) {
        EXPECT_TRUE(office.run(see_case(office.context(), supervisor(body), code))) << body;
    }
    EXPECT_TRUE(office.run(see_case(office.context(), officer("ubnd-03424"), code)));
    EXPECT_FALSE(office.run(see_case(office.context(), supervisor("ubnd-03388"), code)));
}

TEST(Intake, AUnitThatIsNewerThanThePaperIsEscalatedAndAddedToAsAnyOther) {
    Office office;
    const Instant in_may = parse_rfc3339("2025-05-12T09:00:00+07:00").value();
    const std::string code = office.opened(on_old_paper(in_may));
    const auto before = office.notifications(code).size();
    office.pass(48h);
    EXPECT_GT(office.notifications(code).size(), before);
    EXPECT_EQ(count(office.events(code), "directory.gap"), 0u);
    EXPECT_TRUE(office.add(hotline(), code, on_old_paper(in_may + 1h)));
    const auto declined = office.respond(officer("ubnd-03424"),
                                         duty_name(code, office.pending(code, "initial_assessment")),
                                         {domain::ResponseKind::declined, "quá tải", std::nullopt});
    ASSERT_TRUE(declined);
    EXPECT_EQ(office.pending(code, "initial_assessment").holder, domain::AgencyId("ct-03424"));
}

TEST(Intake, APreviewOfAUnitThatIsNewerThanThePaperShowsTheSame) {
    Office office;
    const domain::Report report = on_old_paper(parse_rfc3339("2025-05-12T09:00:00+07:00").value());
    const auto preview = office.run(preview_report(office.context(), hotline(), report));
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->warnings.size(), 2u);
    const auto real = office.duties(office.opened(report));
    ASSERT_EQ(preview->duties.size(), real.size());
    for (std::size_t i = 0; i < real.size(); ++i) {
        EXPECT_EQ(preview->duties[i].holder, real[i].holder) << real[i].kind;
    }
}

TEST(Intake, AUnitThatIsYetToComeIsStoodForByTheOneAboveIt) {
    Office office(parse_rfc3339("2025-06-20T09:00:00+07:00").value());
    const auto filed = office.file(hotline(), on_old_paper(office.now()));
    ASSERT_TRUE(filed);
    const std::string& code = filed->change->code;
    for (const domain::Duty& duty : office.duties(code)) {
        EXPECT_NE(office.worlds().current()->directory->agency(duty.holder, office.now()), nullptr)
            << duty.kind << " " << duty.holder.text();
    }
    const auto there = parse_rfc3339("2025-07-02T09:00:00+07:00").value();
    office.pass(there - office.now());
    NewStep plan;
    plan.kind = "plan";
    ASSERT_TRUE(office.step(supervisor("so-y-te-12"), code, plan));
    EXPECT_EQ(office.pending(code, "plan_approval").holder.text(), "ct-03430");  // now it is there
}

TEST(Intake, TheClocksStartWhenTheReportWasReceivedNotWhenItWasTyped) {
    Office office;
    domain::Report report = violence_at_home();
    report.received_at = kMorning - 3h;
    const std::string code = office.opened(report);
    EXPECT_EQ(office.pending(code, "initial_assessment").start, kMorning - 3h);
    EXPECT_EQ(office.pending(code, "initial_assessment").due, kMorning + 9h);
    EXPECT_EQ(office.case_of(code).opened_at, kMorning);
}

TEST(Intake, OneKindOfDutyMayFallToSeveralRoles) {
    Office office;
    domain::Report report = violence_at_home();               // its first aid is the health station's
    report.categories.push_back(domain::Category::drowning);  // and the ambulance is called
    const std::string code = office.opened(report);
    std::vector<std::string> holders;
    for (const domain::Duty& duty : office.duties(code)) {
        if (duty.kind == "medical_care") {
            holders.push_back(duty.holder.text());
        }
    }
    EXPECT_NE(std::find(holders.begin(), holders.end(), "tyt-03388"), holders.end());
    EXPECT_NE(std::find(holders.begin(), holders.end(), "cap-cuu-115-12"), holders.end());
}

TEST(Intake, TheCommuneOfEachChildsHomeHears) {
    Office office;
    domain::Report report = violence_at_home();
    report.children.resize(3, report.children.front());
    report.children[1].residence_area = domain::AreaCode("03408");
    report.children[2].residence_area = domain::AreaCode("03390");
    const auto owed = office.notifications(office.opened(report));
    for (const char* home : {"ubnd-03408", "ubnd-03390"}) {
        const bool told = std::any_of(owed.begin(), owed.end(), [&](const domain::Notification& each) {
            return each.agency == domain::AgencyId(home);
        });
        EXPECT_TRUE(told) << home;
    }
}

TEST(Intake, APreviewShowsTheSameDutiesAndStoresNothing) {
    Office office;
    const auto preview = office.run(preview_report(office.context(), hotline(), violence_at_home()));
    ASSERT_TRUE(preview);
    EXPECT_TRUE(preview->dry_run);
    EXPECT_TRUE(preview->receipt.empty());
    EXPECT_TRUE(office.all_events().empty());
    const auto real = office.duties(office.opened(violence_at_home()));
    ASSERT_EQ(preview->duties.size(), real.size());
    for (std::size_t i = 0; i < real.size(); ++i) {
        EXPECT_EQ(preview->duties[i].kind, real[i].kind);
        EXPECT_EQ(preview->duties[i].holder, real[i].holder);
        EXPECT_EQ(preview->duties[i].due, real[i].due);
    }
}

TEST(Intake, WhatCannotBeTakenIsRefusedAlikeInADryRunAndAsAFurtherReport) {
    Office office;
    Context& context = office.context();
    const std::string code = office.opened(violence_at_home());
    domain::Report nowhere = violence_at_home();
    nowhere.area = domain::AreaCode("99999");
    domain::Report lawless = violence_at_home();
    lawless.received_at = parse_rfc3339("2015-01-01T08:00:00+07:00").value();
    const auto before = office.all_events().size();
    for (const auto& [report, fault] :
         {std::pair(nowhere, "unknown_area"), std::pair(lawless, "no_rules_in_force")}) {
        for (const Error& refusal : {office.file(hotline(), report).error(),
                                     office.add(hotline(), code, report).error(),
                                     office.run(preview_report(context, hotline(), report)).error(),
                                     urgency_of(context, hotline(), report).error()}) {
            EXPECT_EQ(refusal.code(), Errc::validation_failed);
            EXPECT_TRUE(std::any_of(refusal.faults().begin(), refusal.faults().end(), [&](const Fault& each) {
                return each.code == fault;
            })) << fault;
        }
        EXPECT_EQ(faults_of(context, report).back().code, fault);
    }
    EXPECT_EQ(urgency_of(context, hotline(), violence_at_home()).value(), domain::Urgency::emergency);
    EXPECT_TRUE(faults_of(context, violence_at_home()).empty());
    const auto analyst = key_of(domain::Role::analyst, "so-y-te-12");
    EXPECT_EQ(urgency_of(context, analyst, violence_at_home()).error().code(), Errc::forbidden);
    EXPECT_EQ(office.add(analyst, code, violence_at_home()).error().code(), Errc::forbidden);
    EXPECT_EQ(office.run(preview_report(context, analyst, violence_at_home())).error().code(),
              Errc::forbidden);
    EXPECT_EQ(office.all_events().size(), before);
}

TEST(Intake, AFurtherReportIsKnownAgainByItsId) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    domain::Report further = small_accident();
    further.id = domain::ReportId("0193a6c8-0000-7000-8000-000000000002");
    further.id_from_sender = true;
    ASSERT_TRUE(office.add(hotline(), code, further, keyed(office, "k1", "body")));
    const auto sequence = office.case_of(code).sequence;
    const auto again = office.add(hotline(), code, further, keyed(office, "k2", "body"));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->answer.replayed);
    EXPECT_TRUE(again->change->known_already);
    EXPECT_EQ(office.add(hotline(), code, further, keyed(office, "k3", "other body")).error().code(),
              Errc::idempotency_key_reused);
    EXPECT_EQ(office.case_of(code).sequence, sequence);
}

TEST(Intake, OnlyTheRolesOfTheTableTakeReportsIn) {
    Office office;
    EXPECT_EQ(office.file(admin(), violence_at_home()).error().code(), Errc::forbidden);
    EXPECT_EQ(office.run(preview_report(office.context(), admin(), violence_at_home())).error().code(),
              Errc::forbidden);
    EXPECT_TRUE(office.file(key_of(domain::Role::reporter, "truong-thcs-doan-ket"), violence_at_home()));
}

TEST(Intake, SimilarCasesAreShownToWhoMaySeeThem) {
    Office office;
    const std::string first = office.opened(violence_at_home());
    const auto second = office.file(hotline(), violence_at_home());
    ASSERT_EQ(second->change->similar.size(), 1u);
    EXPECT_EQ(second->change->similar.front().case_code, first);
    const auto stranger = office.file(officer("ubnd-03408"), violence_at_home());
    EXPECT_TRUE(stranger->change->similar.empty());
}

TEST(Intake, NoEventHoldsAWordOfAPerson) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    office
        .step(officer("ubnd-03388"),
              code,
              {"verification", {}, {}, "Lò Thị Đào bị đánh", "mẹ là Giàng A Páo", {}})
        .value();
    office
        .respond(officer("ct-03388"),
                 duty_name(code, office.pending(code, "emergency_measure")),
                 {domain::ResponseKind::declined, "Vàng Thị Mỷ vắng nhà", std::nullopt})
        .value();
    (void)office.run(see_identity(office.context(), hotline(), code, "gọi cho Vàng Thị Mỷ"));
    (void)office.run(search_cases(office.context(), hotline(), {"Lò Thị Đào", "0912345678", "", "", 50}));
    for (const domain::Event& event : office.all_events()) {
        for (const auto& [key, text] : event.data) {
            for (const char* word : {"Đào", "Giàng", "Mỷ", "0912", "912345678"}) {
                EXPECT_EQ(text.find(word), std::string::npos) << event.kind << " " << key;
            }
        }
    }
}

}  // namespace
}  // namespace lachan::casework
