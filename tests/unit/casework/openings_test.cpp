#include "lachan/casework/openings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/casework/names.hpp"
#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

constexpr const char* kReason = "cháu bé đang ở trạm y tế xã bên, cần biết ngay tình trạng";

class EmergencyAccess : public testing::Test {
protected:
    Result<OpeningItem> open(const domain::Principal& caller,
                             const std::string& reason = kReason,
                             Duration length = kLongestOpening) {
        std::optional<OpeningItem> item;
        const auto answer = office_.run(open_in_emergency(office_.context(),
                                                          caller,
                                                          code_,
                                                          {reason, length},
                                                          {},
                                                          [&](const OpeningItem& made, const World&) {
                                                              item = made;
                                                              return Answer();
                                                          }));
        if (!answer) {
            return answer.error();
        }
        return std::move(*item);
    }
    bool sees_names(const domain::Principal& caller) {
        return office_.run(see_identity(office_.context(), caller, code_, "trực cấp cứu")).has_value();
    }

    Office office_;
    std::string code_ = office_.opened(violence_at_home());
    domain::Principal stranger_ = officer("tyt-03408");
};

TEST_F(EmergencyAccess, ShowsTheCaseToThisKeyAloneUntilItsTimeIsOver) {
    EXPECT_FALSE(sees_names(stranger_));
    const auto opened = open(stranger_);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->value.until - opened->value.from, 3h);
    EXPECT_TRUE(sees_names(stranger_));
    EXPECT_FALSE(sees_names(officer("tyt-03408", 2)));
    office_.pass(3h - 1s);
    EXPECT_TRUE(sees_names(stranger_));
    office_.pass(1s);
    EXPECT_FALSE(sees_names(stranger_));
}

TEST_F(EmergencyAccess, ASecondAgencyIsToldAndTheRecordSaysWho) {
    const auto opened = open(stranger_);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->value.told, domain::AgencyId("so-y-te-12"));
    const auto owed = office_.notifications(code_);
    EXPECT_TRUE(std::any_of(owed.begin(), owed.end(), [](const domain::Notification& each) {
        return each.rule == "emergency_access" && each.agency == domain::AgencyId("so-y-te-12");
    }));
    const auto events = office_.events(code_);
    const auto noted = std::find_if(events.begin(), events.end(), [](const domain::Event& event) {
        return event.kind == "case.opened_in_emergency";
    });
    ASSERT_NE(noted, events.end());
    EXPECT_EQ(noted->actor, stranger_.key.text());
    for (const auto& [name, text] : noted->data) {
        EXPECT_EQ(text.find("cháu"), std::string::npos) << name;  // the reason is sealed with the case
    }
}

TEST_F(EmergencyAccess, WhoWatchesOverItAskingIsWatchedByAnother) {
    const auto opened = open(officer("so-y-te-12"));
    ASSERT_TRUE(opened);
    EXPECT_NE(opened->value.told, domain::AgencyId("so-y-te-12"));
    EXPECT_FALSE(opened->value.told.empty());
}

// A committee and its chair are one pair of eyes.
TEST_F(EmergencyAccess, IsWatchedByAnotherBodyThanTheCallers) {
    domain::Report report = violence_at_home();
    report.suspects.front().agency = domain::AgencyId("so-y-te-12");
    const auto present = office_.worlds().current();
    auto next = std::make_shared<World>(*present);
    next->directory = std::make_shared<const directory::Directory>(
        present->directory
            ->with_agency(R"({"id": "ct-12", "name": "Chủ tịch UBND tỉnh", "kind": "people_committee_chair",
                              "area": "12", "roles": [], "part_of": "ubnd-12", "valid_from": "2024-01-01"})")
            .value());
    office_.worlds().replace(next);
    code_ = office_.opened(report);
    const auto by_stranger = open(stranger_);
    ASSERT_TRUE(by_stranger);
    ASSERT_EQ(by_stranger->value.told, domain::AgencyId("ubnd-12"));
    const auto by_the_chair = open(officer("ct-12"));
    ASSERT_TRUE(by_the_chair);
    EXPECT_EQ(by_the_chair->value.told, domain::AgencyId("tong-dai-111"));
}

TEST_F(EmergencyAccess, IsNotForAConflictedAgencyWhichDoesNotLearnOfTheCase) {
    domain::Report report = violence_at_home();
    report.suspects.front().agency = domain::AgencyId("tyt-03408");
    code_ = office_.opened(report);
    EXPECT_EQ(open(stranger_).error().code(), Errc::not_found);
    EXPECT_FALSE(sees_names(stranger_));
}

TEST_F(EmergencyAccess, WantsAReasonAndAtMostThreeHours) {
    EXPECT_EQ(open(stranger_, "cần").error().code(), Errc::validation_failed);
    EXPECT_EQ(open(stranger_, std::string(501, 'x')).error().code(), Errc::validation_failed);
    EXPECT_EQ(open(stranger_, kReason, 3h + 1min).error().code(), Errc::validation_failed);
    EXPECT_EQ(open(key_of(domain::Role::reporter, "tyt-03408")).error().code(), Errc::forbidden);
    EXPECT_EQ(open(key_of(domain::Role::analyst, "so-y-te-12")).error().code(), Errc::forbidden);
}

TEST_F(EmergencyAccess, LetsNobodyActOnTheCase) {
    ASSERT_TRUE(open(stranger_));
    EXPECT_TRUE(office_.run(list_cases(office_.context(), stranger_, {}))->items.empty());
    const auto duty = office_.pending(code_, "initial_assessment");
    EXPECT_EQ(office_.accept(stranger_, duty_name(code_, duty.no.ordinal)).error().code(), Errc::forbidden);
}

TEST_F(EmergencyAccess, IsListedForThoseWhoOversee) {
    ASSERT_TRUE(open(stranger_));
    const auto listed = [&](const domain::Principal& caller) {
        return office_.run(list_openings(office_.context(), caller, office_.now() - 24h, 50));
    };
    const auto seen = listed(supervisor("so-y-te-12"));
    ASSERT_EQ(seen->items.size(), 1U);
    EXPECT_EQ(seen->items.front().case_code, code_);
    EXPECT_EQ(seen->items.front().reason, kReason);
    ASSERT_EQ(listed(admin())->items.size(), 1U);
    EXPECT_EQ(listed(admin())->items.front().reason, "");
    EXPECT_TRUE(listed(supervisor("ubnd-03408"))->items.empty());
    EXPECT_FALSE(listed(stranger_));
}

TEST_F(EmergencyAccess, LastsFromFiveMinutesToThreeHours) {
    for (const Duration length : {Duration(5min - 1s), Duration(kLongestOpening + 1s)}) {
        const auto refused = open(stranger_, kReason, length);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().faults().front().pointer, "/minutes");
    }
    EXPECT_FALSE(sees_names(stranger_));
    ASSERT_TRUE(open(stranger_, kReason, 5min));
    EXPECT_TRUE(sees_names(stranger_));
}

}  // namespace
}  // namespace lachan::casework
