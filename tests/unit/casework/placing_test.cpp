#include "placing.hpp"

#include <gtest/gtest.h>

#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using support::kMorning;

/// A rule with one duty, of which each test sets what it speaks of.
struct Ordered {
    policy::Rule rule;
    policy::OrderedDuty duty(std::optional<std::int32_t> child = {}) {
        return {&rule, &rule.duties.front(), child, rule.duties.front().limit};
    }
    policy::DutyTemplate& wanted() { return rule.duties.front(); }
};

Ordered ordered(const char* kind, const char* role, const char* limit) {
    Ordered made;
    made.rule.id = "T.rule";
    policy::DutyTemplate wanted;
    wanted.kind = kind;
    wanted.role = role;
    wanted.limit = deadlines::parse_limit(limit).value();
    made.rule.duties = {wanted};
    return made;
}

domain::Case a_case() {
    domain::Case value;
    value.area = domain::AreaCode("03388");
    value.residences = {domain::AreaCode(), domain::AreaCode("03408")};
    value.children = 2;
    value.received_at = kMorning;
    return value;
}

domain::Duty plan(Ordered& wanted, const domain::Case& value = a_case(), Start start = {kMorning, {}, {}}) {
    return planned_duty(wanted.duty(), value, *support::shipped_world(), start);
}

TEST(AreaOf, TheEventsUnlessTheChildIsKnownToLiveElsewhere) {
    const domain::Case value = a_case();
    EXPECT_EQ(area_of(value, policy::Place::event, 1), domain::AreaCode("03388"));
    EXPECT_EQ(area_of(value, policy::Place::residence, 0), domain::AreaCode("03388"));
    EXPECT_EQ(area_of(value, policy::Place::residence, 1), domain::AreaCode("03408"));
    EXPECT_EQ(area_of(value, policy::Place::residence, 7), domain::AreaCode("03388"));
    EXPECT_EQ(area_of(value, policy::Place::residence, std::nullopt), domain::AreaCode("03388"));
}

TEST(PlannedDuty, GoesToTheFirstHolderOfItsRoleByItsLimit) {
    Ordered wanted = ordered("initial_assessment", "commune_child_worker", "PT12H");
    const domain::Duty duty = plan(wanted);
    EXPECT_EQ(duty.kind, "initial_assessment");
    EXPECT_EQ(duty.rule, "T.rule");
    EXPECT_EQ(duty.holder, domain::AgencyId("ubnd-03388"));
    EXPECT_EQ(duty.role, "commune_child_worker");
    EXPECT_EQ(duty.area, domain::AreaCode("03388"));
    EXPECT_EQ(duty.start, kMorning);
    EXPECT_EQ(duty.due, kMorning + 12h);
    EXPECT_EQ(duty.state, domain::DutyState::open);
}

TEST(PlannedDuty, IsLookedUpWhereTheChildLives) {
    Ordered wanted = ordered("plan", "commune_child_worker", "5 working days");
    wanted.wanted().place = policy::Place::residence;
    const auto duty =
        planned_duty(wanted.duty(1), a_case(), *support::shipped_world(), {kMorning, std::nullopt, {}});
    EXPECT_EQ(duty.holder, domain::AgencyId("ubnd-03408"));
    EXPECT_EQ(duty.child, 1);
}

TEST(PlannedDuty, SaysWhoStandsInWhereNobodyHoldsTheRole) {
    Ordered wanted = ordered("school_measure", "school", "immediately");
    domain::Case value = a_case();
    value.area = domain::AreaCode("03390");  // no school of it is in the directory
    const domain::Duty duty = plan(wanted, value);
    EXPECT_EQ(duty.holder, domain::AgencyId("so-gddt-12"));
    EXPECT_EQ(duty.role, "province_education");
}

TEST(PlannedDuty, WhoTookTheReportInIsTheReceivingPlace) {
    Ordered wanted = ordered("relay", "receiving_place", "immediately");
    EXPECT_EQ(plan(wanted, a_case(), {kMorning, {}, domain::AgencyId("tong-dai-111")}).holder,
              domain::AgencyId("tong-dai-111"));
    EXPECT_EQ(plan(wanted).holder, domain::AgencyId("ubnd-03388"));
}

TEST(PlannedDuty, AConflictedReceiverIsNotTheReceivingPlace) {
    Ordered wanted = ordered("relay", "receiving_place", "immediately");
    domain::Case value = a_case();
    value.conflicted = {domain::AgencyId("truong-thcs-doan-ket")};
    EXPECT_EQ(plan(wanted, value, {kMorning, {}, domain::AgencyId("truong-thcs-doan-ket")}).holder,
              domain::AgencyId("ubnd-03388"));
}

TEST(PlannedDuty, HasNoHolderWhereEverybodyIsConflicted) {
    Ordered wanted = ordered("relay", "hotline_111", "immediately");
    domain::Case value = a_case();
    value.conflicted = {
        domain::AgencyId("tong-dai-111"), domain::AgencyId("so-y-te-12"), domain::AgencyId("ubnd-12")};
    EXPECT_TRUE(plan(wanted, value).holder.empty());
}

TEST(PlannedDuty, EndsWhereTheActItselfSaysSo) {
    Ordered wanted = ordered("review", "commune_child_worker", "until");
    wanted.wanted().immediately_within = 24h;
    EXPECT_EQ(plan(wanted, a_case(), {kMorning, kMorning + 90h, {}}).due, kMorning + 90h);
    EXPECT_EQ(plan(wanted).due, kMorning + 24h);
}

TEST(PlannedDuties, AreNumberedFromOne) {
    Ordered one = ordered("a", "commune_chair", "PT1H");
    Ordered two = ordered("b", "commune_police", "PT1H");
    policy::Decision decision;
    decision.duties = {one.duty(), two.duty()};
    const auto duties = planned_duties(decision, a_case(), *support::shipped_world(), {kMorning, {}, {}});
    ASSERT_EQ(duties.size(), 2u);
    EXPECT_EQ(duties[0].no.ordinal, 1);
    EXPECT_EQ(duties[1].no.ordinal, 2);
    EXPECT_EQ(duties[1].holder, domain::AgencyId("ca-03388"));
}

class AddedBy : public testing::Test {
protected:
    [[nodiscard]] static std::vector<std::string> added(std::vector<policy::OrderedDuty> had,
                                                        std::vector<policy::OrderedDuty> next) {
        policy::Decision earlier;
        policy::Decision later;
        earlier.duties = std::move(had);
        later.duties = std::move(next);
        std::vector<std::string> kinds;
        for (const auto& duty :
             added_by(earlier, later, *support::shipped_world()->calendar, kMorning).duties) {
            kinds.push_back(duty.duty->kind);
        }
        return kinds;
    }
    using Kinds = std::vector<std::string>;
};

TEST_F(AddedBy, OnlyWhatIsNew) {
    Ordered known = ordered("a", "commune_chair", "PT12H");
    Ordered fresh = ordered("b", "commune_chair", "PT12H");
    EXPECT_EQ(added({known.duty()}, {known.duty(), fresh.duty()}), Kinds{"b"});
}

TEST_F(AddedBy, TellsRolesPlacesAndChildrenApart) {
    Ordered known = ordered("a", "commune_chair", "PT12H");
    Ordered role = ordered("a", "commune_police", "PT12H");
    Ordered place = ordered("a", "commune_chair", "PT12H");
    place.wanted().place = policy::Place::residence;
    EXPECT_EQ(added({known.duty()}, {role.duty(), place.duty(), known.duty(1)}), (Kinds{"a", "a", "a"}));
}

TEST_F(AddedBy, LessTimeIsNewAndMoreTimeIsNot) {
    Ordered half_day = ordered("a", "commune_health_station", "PT12H");
    Ordered at_once = ordered("a", "commune_health_station", "immediately");
    at_once.wanted().immediately_within = 2h;
    Ordered days = ordered("a", "commune_health_station", "5 working days");
    EXPECT_EQ(added({half_day.duty()}, {at_once.duty()}), Kinds{"a"});
    EXPECT_EQ(added({half_day.duty()}, {days.duty()}), Kinds{});
    EXPECT_EQ(added({half_day.duty()}, {half_day.duty()}), Kinds{});
}

TEST_F(AddedBy, NoticesAreKnownByRolePlaceAndEvent) {
    policy::Rule rule;
    rule.notices = {{"commune_police", policy::Place::event, "case.opened"},
                    {"commune_police", policy::Place::event, "case.updated"}};
    policy::Decision earlier;
    policy::Decision next;
    earlier.notices = {{&rule, &rule.notices[0]}};
    next.notices = {{&rule, &rule.notices[0]}, {&rule, &rule.notices[1]}};
    const auto notices = added_by(earlier, next, *support::shipped_world()->calendar, kMorning).notices;
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_EQ(notices.front().notice->event, "case.updated");
}

}  // namespace
}  // namespace lachan::casework
