#include <gtest/gtest.h>

#include <set>

#include "shipped_directory.hpp"

namespace lachan::directory {
namespace {

std::vector<const Area*> communes(const Directory& directory, Instant when) {
    std::vector<const Area*> list;
    for (const Area* area : directory.areas_at(when)) {
        if (area->level == Level::commune) {
            list.push_back(area);
        }
    }
    return list;
}

TEST(ShippedDirectory, AgreesWithItsSchemas) {
    for (const char* name : {"areas", "roles", "agencies"}) {
        const std::string stem = std::string("config/directory/") + name;
        const auto faults =
            support::schema_faults(support::shipped(stem + ".schema.json"), support::shipped(stem + ".json"));
        EXPECT_TRUE(faults.empty()) << name << ' ' << faults.front();
    }
}

TEST(ShippedDirectory, HasTheUnitsOfBothRegimes) {
    const Directory directory = shipped_directory();
    EXPECT_EQ(communes(directory, k2024).size(), 7U);
    EXPECT_EQ(communes(directory, k2026).size(), 38U);
    EXPECT_TRUE(directory.has_districts(k2024));
    EXPECT_FALSE(directory.has_districts(k2026));
}

TEST(ShippedDirectory, SomebodyHoldsEveryRoleInEveryCommune) {
    const Directory directory = shipped_directory();
    for (const Instant when : {k2024, at("2025-05-01T00:00:00+07:00"), k2026}) {
        for (const Area* area : communes(directory, when)) {
            for (const RoleDefinition& role : directory.roles()) {
                EXPECT_FALSE(directory.holders(role.name, area->code, when).empty())
                    << role.name << " of " << area->name << " at " << to_rfc3339(when);
            }
        }
    }
}

TEST(ShippedDirectory, SomebodyElseActsWhereTheFirstHolderIsInConflict) {
    const Directory directory = shipped_directory();
    for (const Area* area : communes(directory, k2026)) {
        for (const RoleDefinition& role : directory.roles()) {
            const auto holders = directory.holders(role.name, area->code, k2026);
            const domain::AgencyId suspect = holders.front().agency->id;
            const auto others = directory.holders(role.name, area->code, k2026, {&suspect, 1});
            ASSERT_FALSE(others.empty()) << role.name << " of " << area->name;
            EXPECT_NE(others.front().agency->id, suspect);
        }
    }
}

TEST(ShippedDirectory, CommuneAgenciesAreThoseOfTheUnitThatTheCodeMeansThen) {
    const Directory directory = shipped_directory();
    EXPECT_EQ(first(directory.holders("commune_people_committee", code("03388"), k2024)), "ubnd-03388-2024");
    EXPECT_EQ(first(directory.holders("commune_people_committee", code("03388"), k2026)), "ubnd-03388");
    EXPECT_EQ(first(directory.holders("commune_chair", code("03408"), k2026)), "ct-03408");
    EXPECT_EQ(first(directory.holders("commune_police", code("03386"), k2024)), "ca-03386-2024");
    EXPECT_EQ(first(directory.holders("commune_health_station", code("03549"), k2026)), "tyt-03549");
    EXPECT_EQ(directory.agency(id("ubnd-03388-2024"), k2026), nullptr);
    EXPECT_EQ(directory.agency(id("ubnd-03388"), k2024), nullptr);
}

TEST(ShippedDirectory, ReusedCodesMeanTheirOwnUnits) {
    const Directory directory = shipped_directory();
    EXPECT_EQ(directory.area(code("03388"), k2024)->name, "Phường Quyết Tiến");
    EXPECT_EQ(directory.area(code("03388"), k2026)->name, "Phường Đoàn Kết");
    EXPECT_EQ(directory.area(code("03389"), k2024)->name, "Phường Đoàn Kết");
    EXPECT_EQ(directory.area(code("03408"), k2024)->name, "Phường Đông Phong");
    EXPECT_EQ(directory.area(code("03408"), k2026)->name, "Phường Tân Phong");
    EXPECT_EQ(directory.area(code("03387"), k2026), nullptr);
}

TEST(ShippedDirectory, RegimesChangeAtMidnight) {
    const Directory directory = shipped_directory();
    const Instant last = at("2025-06-30T23:59:59.999+07:00");
    const Instant next = at("2025-07-01T00:00:00+07:00");
    EXPECT_EQ(directory.area(code("03388"), last)->name, "Phường Quyết Tiến");
    EXPECT_EQ(directory.area(code("03388"), next)->name, "Phường Đoàn Kết");
    EXPECT_EQ(first(directory.holders("commune_child_worker", code("03388"), last)), "ubnd-03388-2024");
    EXPECT_EQ(first(directory.holders("commune_child_worker", code("03388"), next)), "ubnd-03388");
    EXPECT_EQ(first(directory.holders("district_child_affairs", code("03388"), last)), "phong-ldtbxh-105");
    EXPECT_EQ(first(directory.holders("district_child_affairs", code("03388"), next)), "so-y-te-12");
    EXPECT_EQ(first(directory.holders("court", code("03388"), last)), "tand-105");
    EXPECT_EQ(first(directory.holders("court", code("03388"), next)), "tand-kv-12");
    EXPECT_TRUE(directory.has_districts(last));
    EXPECT_FALSE(directory.has_districts(next));
}

TEST(ShippedDirectory, TheHealthLineTakesOverFromLabourOnTheFirstOfMarch2025) {
    const Directory directory = shipped_directory();
    const Instant last = at("2025-02-28T23:59:59+07:00");
    const Instant next = at("2025-03-01T00:00:00+07:00");
    for (const char* role : {"province_child_affairs", "directory_owner"}) {
        EXPECT_EQ(first(directory.holders(role, code("03388"), last)), "so-ldtbxh-12") << role;
        EXPECT_EQ(first(directory.holders(role, code("03388"), next)), "so-y-te-12") << role;
    }
    EXPECT_EQ(first(directory.holders("province_labour", code("03388"), last)), "so-ldtbxh-12");
    EXPECT_EQ(first(directory.holders("province_labour", code("03388"), next)), "so-noi-vu-12");
}

TEST(ShippedDirectory, BorderGuardsAnswerInBorderCommunesOnly) {
    const Directory directory = shipped_directory();
    EXPECT_EQ(first(directory.holders("border_guard", code("03439"), k2026)), "bdbp-12");
    EXPECT_EQ(first(directory.holders("border_guard", code("03388"), k2026)), "ca-12");
    for (const Area* area : communes(directory, k2026)) {
        const auto holders = directory.holders("border_guard", area->code, k2026);
        EXPECT_EQ(holders.front().role == "border_guard", area->border == domain::Answer::yes) << area->name;
    }
}

TEST(ShippedDirectory, FormerUnitsLeadToTheirSuccessors) {
    const Directory directory = shipped_directory();
    for (const char* former : {"03386", "03388", "03389", "03391", "03403"}) {
        ASSERT_NE(directory.successor(code(former), k2026), nullptr) << former;
        EXPECT_EQ(directory.successor(code(former), k2026)->name, "Phường Đoàn Kết") << former;
    }
    for (const char* former : {"03387", "03408", "03409", "03415", "03418"}) {
        ASSERT_NE(directory.successor(code(former), k2026), nullptr) << former;
        EXPECT_EQ(directory.successor(code(former), k2026)->name, "Phường Tân Phong") << former;
    }
    EXPECT_EQ(directory.successor(code("03386"), k2024), nullptr);
    EXPECT_EQ(directory.successor(code("99999"), k2026), nullptr);
}

TEST(ShippedDirectory, UnitsLieInOneAnotherAsTheyDidThen) {
    const Directory directory = shipped_directory();
    EXPECT_TRUE(directory.contains(code("105"), code("03388"), k2024));
    EXPECT_FALSE(directory.contains(code("105"), code("03388"), k2026));
    EXPECT_TRUE(directory.contains(code("12"), code("03388"), k2024));
    EXPECT_TRUE(directory.contains(code("12"), code("03388"), k2026));
    EXPECT_TRUE(directory.contains(code("VN"), code("03388"), k2026));
    EXPECT_TRUE(directory.contains(code("03388"), code("03388"), k2026));
    EXPECT_FALSE(directory.contains(code("03388"), code("03408"), k2026));
    EXPECT_FALSE(directory.contains(code("03388"), code("12"), k2026));
    EXPECT_FALSE(directory.contains(code("03386"), code("03386"), k2026));
}

TEST(ShippedDirectory, NamesEveryRoleThatRulesMayCall) {
    const Directory directory = shipped_directory();
    std::set<std::string> names;
    for (const RoleDefinition& role : directory.roles()) {
        names.insert(role.name);
        EXPECT_FALSE(role.otherwise.empty()) << role.name;
    }
    for (const char* name : {"hotline_111",
                             "commune_people_committee",
                             "commune_chair",
                             "commune_deputy_chair",
                             "commune_child_worker",
                             "commune_police",
                             "commune_health_station",
                             "school",
                             "district_child_affairs",
                             "district_police",
                             "district_education",
                             "district_people_committee",
                             "district_health_center",
                             "procuracy",
                             "court",
                             "province_child_affairs",
                             "province_police",
                             "province_investigation",
                             "province_education",
                             "province_people_committee",
                             "province_hospital",
                             "province_labour",
                             "province_information",
                             "rescue_service",
                             "emergency_medical",
                             "border_guard",
                             "access_overseer",
                             "directory_owner"}) {
        EXPECT_TRUE(names.contains(name)) << name;
    }
    EXPECT_EQ(names.size(), 29U);
}

}  // namespace
}  // namespace lachan::directory
