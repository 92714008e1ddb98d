#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

domain::Report suspecting(std::vector<std::string> agencies) {
    domain::Report report = violence_at_home();
    report.suspects.clear();
    for (const std::string& agency : agencies) {
        report.suspects.push_back({domain::Relation::official, "Giàng A Páo", domain::AgencyId(agency)});
    }
    return report;
}

bool holds(Office& office, const std::string& code, const std::string& agency) {
    const auto duties = office.duties(code);
    return std::any_of(duties.begin(), duties.end(), [&](const domain::Duty& duty) {
        return duty.pending() && duty.holder == domain::AgencyId(agency);
    });
}

bool is_told(Office& office, const std::string& code, const std::string& agency) {
    const auto owed = office.notifications(code);
    return std::any_of(owed.begin(), owed.end(), [&](const domain::Notification& each) {
        return each.agency == domain::AgencyId(agency) && each.state != domain::NotificationState::superseded;
    });
}

TEST(Conflict, ASuspectsAgencyIsNeitherHolderNorTold) {
    Office office;
    const std::string code = office.opened(suspecting({"ubnd-03388"}));
    EXPECT_FALSE(holds(office, code, "ubnd-03388"));
    EXPECT_FALSE(is_told(office, code, "ubnd-03388"));
    EXPECT_EQ(office.pending(code, "initial_assessment").holder, domain::AgencyId("so-y-te-12"));
    office.pass(30 * 24h);  // nor by any step of a ladder
    EXPECT_FALSE(is_told(office, code, "ubnd-03388"));
}

// The first to touch the case after a body has become one with a suspect's may be somebody who changes
// nothing: what opening the case did is kept all the same.
TEST(Conflict, ABodyThatTurnsOutToBeTheSuspectsIsTakenOutByAMereReading) {
    Office office;
    const std::string code = office.opened(suspecting({"ubnd-03390"}));
    ASSERT_TRUE(holds(office, code, "tyt-03388"));
    const auto present = office.worlds().current();
    auto next = std::make_shared<World>(*present);
    next->directory = std::make_shared<const directory::Directory>(
        present->directory
            ->with_agency(
                R"({"id": "tyt-03388", "name": "Trạm Y tế", "kind": "health_station", "area": "03388",
                              "roles": ["commune_health_station"], "part_of": "ubnd-03390",
                              "valid_from": "2025-07-01"})")
            .value());
    office.worlds().replace(next);

    ASSERT_TRUE(office.run(see_identity(office.context(), officer("ubnd-03388"), code, "kiểm tra tên")));
    EXPECT_FALSE(holds(office, code, "tyt-03388"));
    const auto newest = office.duties(code).back();
    EXPECT_EQ(office.case_of(code).duties, newest.no.ordinal);
    EXPECT_EQ(office.case_of(code).notifications, office.notifications(code).back().no.ordinal);
    EXPECT_TRUE(office.run(see_case(office.context(), officer(newest.holder.text()), code)));
    EXPECT_TRUE(office.add(hotline(), code, violence_at_home()));
}

// Whoever works for the committee sits beside its chair.
TEST(Conflict, ACommitteeAndItsChairAreOneBody) {
    for (const char* const suspected : {"ct-03388", "ubnd-03388"}) {
        Office office;
        const std::string code = office.opened(suspecting({suspected}));
        office.pass(30 * 24h);
        for (const char* const out : {"ct-03388", "ubnd-03388"}) {
            EXPECT_FALSE(holds(office, code, out)) << suspected;
            EXPECT_FALSE(is_told(office, code, out)) << suspected;
            EXPECT_FALSE(office.run(see_case(office.context(), supervisor(out), code))) << suspected;
        }
    }
}

TEST(Conflict, TheAgencySeesNothing) {
    Office office;
    const std::string code = office.opened(suspecting({"ubnd-03388"}));
    for (const domain::Principal& caller : {officer("ubnd-03388"), supervisor("ubnd-03388")}) {
        EXPECT_EQ(office.run(see_case(office.context(), caller, code)).error().code(), Errc::not_found);
        EXPECT_EQ(office.run(events_of(office.context(), caller, code, 0, 50)).error().code(),
                  Errc::not_found);
        EXPECT_EQ(office.run(notifications_of(office.context(), caller, code)).error().code(),
                  Errc::not_found);
        EXPECT_EQ(office.run(see_identity(office.context(), caller, code, "để xem")).error().code(),
                  Errc::not_found);
        EXPECT_EQ(office.add(caller, code, violence_at_home()).error().code(), Errc::not_found);
        EXPECT_TRUE(office.run(list_cases(office.context(), caller, {}))->items.empty());
        EXPECT_TRUE(office.run(list_duties(office.context(), caller, {}))->items.empty());
        EXPECT_TRUE(office.run(search_cases(office.context(), caller, {"Lò Thị Đào", "", code, "", 50}))
                        ->items.empty());
    }
    const auto deliveries = office.run(list_notifications(office.context(), supervisor("ubnd-03388"), {}));
    EXPECT_TRUE(deliveries->items.empty());
    EXPECT_TRUE(office.file(supervisor("ubnd-03388"), violence_at_home())->change->similar.empty());
}

TEST(Conflict, WhoIsNotInTheDirectoryIsOnlyAWarning) {
    Office office;
    const auto filed = office.file(hotline(), suspecting({"truong-khong-co"}));
    ASSERT_TRUE(filed);
    EXPECT_TRUE(filed->change->value.conflicted.empty());
    EXPECT_EQ(filed->change->warnings.size(), 2u);
}

TEST(Conflict, ADutyCannotBeForwardedThereAndItDoesNotShowWhy) {
    Office office;
    const std::string code = office.opened(suspecting({"ubnd-03408"}));
    const auto forward = [&](const char* to) {
        return office.respond(officer("ubnd-03388"),
                              support::duty_name(code, office.pending(code, "specific_assessment")),
                              {domain::ResponseKind::forwarded, "", domain::AgencyId(to)});
    };
    const Error conflicted = forward("ubnd-03408").error();
    const Error unknown = forward("nobody").error();
    EXPECT_EQ(conflicted.code(), unknown.code());
    EXPECT_EQ(conflicted.faults(), unknown.faults());
}

// A case that nobody is left for would be lost: one of last resort stays, whoever was named.
TEST(Conflict, NoReportHidesACaseFromEverybody) {
    const std::vector<std::string> everybody = {"ubnd-03388",
                                                "so-y-te-12",
                                                "tong-dai-111",
                                                "ubnd-12",
                                                "so-noi-vu-12",
                                                "ca-12",
                                                "pccc-12",
                                                "ca-03388",
                                                "tyt-03388",
                                                "bvdk-12",
                                                "so-gddt-12",
                                                "cap-cuu-115-12"};
    Office office;
    office.connect("tong-dai-111");
    const std::string code = office.opened(suspecting(everybody));
    for (const domain::Duty& duty : office.duties(code)) {
        EXPECT_EQ(duty.holder, domain::AgencyId("tong-dai-111")) << duty.kind;
    }
    EXPECT_TRUE(office.run(see_case(office.context(), supervisor("tong-dai-111"), code)));
    EXPECT_FALSE(office.run(see_case(office.context(), supervisor("ubnd-12"), code)));
}

TEST(Conflict, NoLaterReportTakesTheLastOneAway) {
    Office office;
    const std::string code = office.opened(suspecting({"tong-dai-111"}));
    ASSERT_FALSE(office.run(see_case(office.context(), supervisor("tong-dai-111"), code)));
    ASSERT_TRUE(office.add(officer("ubnd-03388"), code, suspecting({"ubnd-12", "so-y-te-12"})));
    EXPECT_FALSE(office.run(see_case(office.context(), supervisor("tong-dai-111"), code)));
    EXPECT_TRUE(office.run(see_case(office.context(), supervisor("ubnd-12"), code)))
        << "who was kept out stays out, so the other of last resort remains";
}

// The committee of the former commune goes on in that of the new one.
TEST(Conflict, WhoTookOverFromASuspectsAgencyIsKeptOutToo) {
    Office office;
    const std::string code = office.opened(suspecting({"ubnd-03388-2024"}));
    for (const char* const out : {"ct-03388", "ubnd-03388"}) {
        EXPECT_FALSE(holds(office, code, out)) << out;
        EXPECT_FALSE(is_told(office, code, out)) << out;
    }
}

TEST(Conflict, DecliningPassesTheAgencyBy) {
    Office office;
    const std::string code = office.opened(suspecting({"ct-03388"}));
    std::set<domain::AgencyId> asked;
    for (auto duty = office.pending(code, "rescue"); asked.insert(duty.holder).second;
         duty = office.pending(code, "rescue")) {
        EXPECT_NE(duty.holder, domain::AgencyId("ct-03388"));
        office
            .respond(officer(duty.holder.text()),
                     support::duty_name(code, duty),
                     {domain::ResponseKind::declined, "x", {}})
            .value();
    }
    EXPECT_GT(asked.size(), 3u);
    EXPECT_FALSE(is_told(office, code, "ct-03388"));
}

TEST(Conflict, OneThatComesToLightTakesTheDutiesAwayAndStopsTheSends) {
    Office office;
    office.connect("ubnd-03388");
    office.connect("tyt-03388");
    const std::string code = office.opened(small_accident());  // the health station has a mere notice of it
    ASSERT_TRUE(holds(office, code, "ubnd-03388"));
    ASSERT_TRUE(is_told(office, code, "tyt-03388"));

    ASSERT_TRUE(office.add(hotline(), code, suspecting({"ubnd-03388", "tyt-03388"})));
    EXPECT_FALSE(holds(office, code, "ubnd-03388"));
    EXPECT_FALSE(is_told(office, code, "ubnd-03388"));
    EXPECT_FALSE(is_told(office, code, "tyt-03388"));
    Mailbox mailbox;
    office.send_all(mailbox);
    EXPECT_TRUE(mailbox.seen.empty());
    EXPECT_EQ(office.run(see_case(office.context(), officer("ubnd-03388"), code)).error().code(),
              Errc::not_found);
}

TEST(Conflict, OfTwoThatComeToLightTogetherNeitherSucceedsTheOther) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    ASSERT_TRUE(office.add(hotline(), code, suspecting({"ubnd-03388", "ct-03388"})));
    const domain::Duty assessment = office.pending(code, "initial_assessment");
    EXPECT_EQ(assessment.holder, domain::AgencyId("so-y-te-12"));
    const auto owed = office.notifications(code);
    EXPECT_EQ(count(owed, "ct-03388", "duty.assigned"), 3u);  // of the time before, cancelled since
    EXPECT_FALSE(is_told(office, code, "ct-03388"));
    EXPECT_EQ(assessment.due, kMorning + 12h);
}

TEST(Conflict, TheRecordDoesNotSayWhyADutyWasTaken) {
    Office office;
    const std::string code = office.opened(violence_at_home());
    ASSERT_TRUE(office.add(hotline(), code, suspecting({"ubnd-03388"})));
    EXPECT_GE(count(office.events(code), "duty.forwarded"), 1u);
    for (const domain::Event& event : office.events(code)) {
        for (const auto& [key, text] : event.data) {
            EXPECT_EQ(key.find("conflict"), std::string::npos);
            EXPECT_EQ(text.find("conflict"), std::string::npos);
        }
    }
}

TEST(Conflict, AMessageOfBeforeIsNotDeliveredAgain) {
    Office office;
    office.connect("ubnd-03388");
    const std::string code = office.opened(violence_at_home());
    Mailbox mailbox;
    office.send_all(mailbox);
    ASSERT_FALSE(mailbox.seen.empty());
    ASSERT_TRUE(office.add(hotline(), code, suspecting({"ubnd-03388"})));
    const auto owed = office.notifications(code);
    const auto old = std::find_if(owed.begin(), owed.end(), [](const domain::Notification& each) {
        return each.agency == domain::AgencyId("ubnd-03388");
    });
    const auto again =
        office.run(redeliver(office.context(), admin(), notification_name(code, old->no.ordinal)));
    EXPECT_EQ(again.error().code(), Errc::transition_not_allowed);
}

TEST(Conflict, ARepeatedReportDoesNotShowItsOwnAgencyWhatBecameOfTheCase) {
    Office office;
    domain::Report report = violence_at_home();
    report.id = domain::ReportId("0193a6c8-0000-7000-8000-000000000001");
    report.id_from_sender = true;
    const Repeat body{"POST /v1/reports", "", office.vault().fingerprint("body")};
    const auto filed = office.file(officer("ubnd-03388"), report, body);
    const std::string code = filed.value().change->code;
    ASSERT_TRUE(office.add(hotline(), code, suspecting({"ubnd-03388"})));
    office.pass(8 * 24h);  // the kept answer is gone, the guard of the id is not
    const auto again = office.file(officer("ubnd-03388"), report, body);
    ASSERT_TRUE(again && again->change);
    EXPECT_TRUE(again->change->duties.empty());
}

TEST(Conflict, ALinkToAHiddenCaseDoesNotShow) {
    Office office;
    const std::string open = office.opened(violence_at_home());
    const std::string hidden = office.opened(suspecting({"ubnd-03388"}));
    const auto render = [](const CaseChange&) { return Answer{}; };
    ASSERT_TRUE(office.run(
        link_cases(office.context(), hotline(), open, hidden, office.case_of(open).sequence, {}, render)));
    const auto seen = office.run(see_case(office.context(), officer("ubnd-03388"), open));
    EXPECT_TRUE(seen->linked.empty());
    const auto events = office.run(events_of(office.context(), officer("ubnd-03388"), open, 0, 200));
    EXPECT_EQ(count(events->items, "case.linked"), 0u);
    const auto all = office.run(events_of(office.context(), hotline(), open, 0, 200));
    EXPECT_EQ(count(all->items, "case.linked"), 1u);
}

}  // namespace
}  // namespace lachan::casework
