#include "lachan/casework/access.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/office.hpp"

namespace lachan::casework {
namespace {

using domain::Role;
using support::key_of;

constexpr auto kActions = std::to_array<std::pair<Action, std::string_view>>({
    {Action::submit_report, "submit_report"},
    {Action::add_report, "add_report"},
    {Action::see_case, "see_case"},
    {Action::see_casework, "see_casework"},
    {Action::see_identity, "see_identity"},
    {Action::see_informant, "see_informant"},
    {Action::open_in_emergency, "open_in_emergency"},
    {Action::list_openings, "list_openings"},
    {Action::see_notifications, "see_notifications"},
    {Action::respond, "respond"},
    {Action::record_step, "record_step"},
    {Action::close_case, "close_case"},
    {Action::reopen_case, "reopen_case"},
    {Action::link_cases, "link_cases"},
    {Action::list_deliveries, "list_deliveries"},
    {Action::redeliver, "redeliver"},
    {Action::see_directory, "see_directory"},
    {Action::manage_directory, "manage_directory"},
    {Action::manage_keys, "manage_keys"},
    {Action::see_rules, "see_rules"},
    {Action::see_statistics, "see_statistics"},
});

/// The policy as an auditor would write it down, one line a role.
const std::map<Role, std::set<std::string_view>> kPolicy = {
    {Role::operator_,
     {"submit_report",
      "add_report",
      "see_case",
      "see_casework",
      "see_identity",
      "open_in_emergency",
      "see_notifications",
      "respond",
      "record_step",
      "see_informant",
      "link_cases",
      "see_directory",
      "see_rules"}},
    {Role::reporter, {"submit_report", "add_report", "see_case", "see_rules"}},
    {Role::officer,
     {"submit_report",
      "add_report",
      "see_case",
      "see_casework",
      "see_identity",
      "open_in_emergency",
      "see_notifications",
      "respond",
      "record_step",
      "close_case",
      "reopen_case",
      "see_directory",
      "see_rules"}},
    {Role::supervisor,
     {"submit_report",
      "add_report",
      "see_case",
      "see_casework",
      "see_identity",
      "open_in_emergency",
      "see_notifications",
      "respond",
      "record_step",
      "close_case",
      "reopen_case",
      "see_informant",
      "list_openings",
      "link_cases",
      "list_deliveries",
      "redeliver",
      "see_directory",
      "see_rules",
      "see_statistics"}},
    {Role::analyst, {"see_directory", "see_rules", "see_statistics"}},
    {Role::admin,
     {"list_deliveries",
      "redeliver",
      "list_openings",
      "see_directory",
      "manage_directory",
      "manage_keys",
      "see_rules"}},
};

TEST(Allow, EveryRoleMayDoWhatThePolicySaysAndNothingElse) {
    for (const auto& [role, may] : kPolicy) {
        for (const auto& [action, name] : kActions) {
            const auto answer = allow(key_of(role, "ubnd-03388"), action);
            EXPECT_EQ(answer.has_value(), may.contains(name)) << domain::text_of(role) << " " << name;
            if (!answer) {
                EXPECT_EQ(answer.error().code(), Errc::forbidden);
            }
        }
    }
}

bool has(const Scope& scope, const char* code) {
    return std::find(scope.areas.begin(), scope.areas.end(), domain::AreaCode(code)) != scope.areas.end();
}

Scope scope(Role role, const std::string& agency) {
    return scope_of(key_of(role, agency), *support::shipped_world(), support::kMorning);
}

TEST(ScopeOf, AnOfficerSeesOnlyWhatTheAgencyIsAPartyTo) {
    for (const Role role : {Role::officer, Role::reporter}) {
        const Scope narrow = scope(role, "ubnd-03388");
        EXPECT_FALSE(narrow.everything);
        EXPECT_TRUE(narrow.areas.empty());
        EXPECT_EQ(narrow.party, domain::AgencyId("ubnd-03388"));
        EXPECT_EQ(narrow.self, domain::AgencyId("ubnd-03388"));
    }
}

TEST(ScopeOf, ASupervisorOfACommuneSeesTheCommuneAndWhatItWasMadeOf) {
    const Scope commune = scope(Role::supervisor, "ct-03388");
    EXPECT_FALSE(commune.everything);
    EXPECT_TRUE(has(commune, "03388"));
    EXPECT_TRUE(has(commune, "03389"));  // a former ward of it
    EXPECT_FALSE(has(commune, "03408"));
}

TEST(ScopeOf, ASupervisorOfAnAgencyThatDoesNotOverseeSeesOnlyItsCases) {
    for (const char* const agency : {"tyt-03388", "truong-thcs-doan-ket", "ca-12"}) {
        const Scope narrow = scope(Role::supervisor, agency);
        EXPECT_FALSE(narrow.everything) << agency;
        EXPECT_TRUE(narrow.areas.empty()) << agency;
        EXPECT_EQ(narrow.party, domain::AgencyId(agency));
    }
}

TEST(ScopeOf, TheProvinceAndTheHotlineSeeEveryArea) {
    EXPECT_TRUE(scope(Role::supervisor, "so-y-te-12").everything);
    EXPECT_TRUE(scope(Role::operator_, "tong-dai-111").everything);
    EXPECT_TRUE(scope(Role::admin, "ubnd-03388").everything);
}

TEST(ScopeOf, AnAgencyThatTheDirectoryDoesNotKnowHasNoArea) {
    const Scope stranger = scope(Role::supervisor, "nobody");
    EXPECT_FALSE(stranger.everything);
    EXPECT_TRUE(stranger.areas.empty());
}

TEST(ScopeOf, KeysWithoutAnAgencyHaveNoCasesInCommon) {
    EXPECT_FALSE(scope(Role::reporter, "").party);
}

class Sees : public testing::Test {
protected:
    bool sees_it(const Scope& scope) {
        bool result = false;
        const domain::Case value = office_.case_of(code_);
        office_.look([&](const View& view) -> Result<void> {
            result = sees(scope, value, view);
            return {};
        });
        return result;
    }

    support::Office office_;
    std::string code_ = office_.opened(support::violence_at_home());
};

TEST_F(Sees, APartyByWhateverRelation) {
    for (const char* party : {"ubnd-03388", "ca-12", "tong-dai-111"}) {  // holder, told, reporter
        EXPECT_TRUE(sees_it(scope(Role::officer, party))) << party;
    }
    for (const char* stranger : {"ubnd-03408", "so-gddt-12", "nobody", ""}) {
        EXPECT_FALSE(sees_it(scope(Role::officer, stranger))) << stranger;
    }
}

TEST_F(Sees, WhoOverseesTheArea) {
    EXPECT_TRUE(sees_it(scope(Role::supervisor, "ubnd-12")));
    EXPECT_FALSE(sees_it(scope(Role::supervisor, "ubnd-03408")));
}

TEST_F(Sees, AConflictedAgencySeesNothingWhateverElseHolds) {
    domain::Report report = support::violence_at_home();
    report.suspects.front().agency = domain::AgencyId("ubnd-12");
    code_ = office_.opened(report);
    EXPECT_FALSE(sees_it(scope(Role::supervisor, "ubnd-12")));
    EXPECT_FALSE(sees_it(scope(Role::admin, "ubnd-12")));
    EXPECT_TRUE(sees_it(scope(Role::supervisor, "so-y-te-12")));
}

TEST_F(Sees, WhatMayBeDoneDependsOnTheRelation) {
    const World& world = *support::shipped_world();
    const auto code_of = [&](Role role, const char* agency, Action action) {
        std::optional<Errc> refused;
        office_.look([&](const View& view) -> Result<void> {
            const auto found = find_for(key_of(role, agency),
                                        action,
                                        office_.vault().case_no(code_).value(),
                                        view,
                                        world,
                                        office_.now());
            if (!found) {
                refused = found.error().code();
            }
            return {};
        });
        return refused;
    };
    EXPECT_EQ(code_of(Role::officer, "ubnd-03388", Action::see_identity), std::nullopt);  // it holds a duty
    EXPECT_EQ(code_of(Role::officer, "ca-12", Action::see_casework), std::nullopt);       // it was told
    EXPECT_EQ(code_of(Role::officer, "ca-12", Action::see_identity), Errc::forbidden);
    EXPECT_EQ(code_of(Role::reporter, "tong-dai-111", Action::see_case), std::nullopt);  // it reported
    EXPECT_EQ(code_of(Role::reporter, "tong-dai-111", Action::see_casework), Errc::forbidden);
    EXPECT_EQ(code_of(Role::supervisor, "ubnd-12", Action::see_informant), std::nullopt);  // it oversees
    EXPECT_EQ(code_of(Role::supervisor, "ubnd-03408", Action::see_case), Errc::not_found);
}

TEST_F(Sees, FindForTellsARefusedRoleFromACaseThatIsNotThere) {
    office_.look([&](const View& view) -> Result<void> {
        const World& world = *support::shipped_world();
        const domain::CaseNo number = office_.vault().case_no(code_).value();
        const auto find = [&](Role role, const char* agency, domain::CaseNo no) {
            return find_for(key_of(role, agency), Action::see_case, no, view, world, office_.now());
        };
        EXPECT_TRUE(find(Role::officer, "ubnd-03388", number));
        EXPECT_EQ(find(Role::analyst, "ubnd-03388", number).error().code(), Errc::forbidden);
        EXPECT_EQ(find(Role::officer, "ubnd-03408", number).error().code(), Errc::not_found);
        EXPECT_EQ(find(Role::officer, "ubnd-03388", domain::CaseNo{999}).error().code(), Errc::not_found);
        return {};
    });
}

}  // namespace
}  // namespace lachan::casework
