#include <gtest/gtest.h>

#include <algorithm>

#include "small.hpp"

namespace lachan::directory {
namespace {

TEST(Holders, StandBeforeThoseWhoStandInForThem) {
    const Directory directory = small();
    const auto holders = directory.holders("office", code("00001"), k2026);
    EXPECT_EQ(ids(holders), "ubnd-1 so");
    EXPECT_EQ(holders[0].role, "office");
    EXPECT_EQ(holders[1].role, "province");
}

TEST(Holders, AreNamedOnceEvenIfTheyHoldTheStandInRoleToo) {
    EXPECT_EQ(ids(small().holders("worker", code("00001"), k2026)), "ubnd-1 so");
}

TEST(Holders, AreTheStandInsWhereNobodyHoldsTheRole) {
    const Directory directory = small();
    const auto holders = directory.holders("worker", code("00003"), k2026);
    ASSERT_EQ(ids(holders), "so");
    EXPECT_EQ(holders[0].role, "province");
}

TEST(Holders, DoNotIncludeTheAgencyOfASuspect) {
    const Directory directory = small();
    const std::vector<domain::AgencyId> office = {id("ubnd-1")};
    EXPECT_EQ(ids(directory.holders("worker", code("00001"), k2026, office)), "so");
    const std::vector<domain::AgencyId> both = {id("ubnd-1"), id("so")};
    EXPECT_EQ(ids(directory.holders("worker", code("00001"), k2026, both)), "");
}

TEST(Holders, AreNobodyForAnUnknownRoleOrUnit) {
    const Directory directory = small();
    EXPECT_TRUE(directory.holders("king", code("00001"), k2026).empty());
    EXPECT_TRUE(directory.holders("worker", code("09999"), k2026).empty());
    EXPECT_TRUE(directory.holders("worker", code("00002"), k2026).empty());  // it was merged before
    EXPECT_TRUE(Directory().holders("worker", code("00001"), k2026).empty());
}

TEST(Holders, OfACommuneRoleForAProvinceAreTheProvincesStandIns) {
    EXPECT_EQ(ids(small().holders("worker", code("12"), k2026)), "so");
}

TEST(Holders, ExistOnlyInTheirTime) {
    const std::vector<std::string> changes = {
        R"({"id": "ubnd-1", "name": "UBND Một", "kind": "office", "area": "00001", "roles": ["office"],
            "valid_from": "2026-03-01T08:00:00+07:00", "valid_to": "2026-03-02"})"};
    const Directory directory = small(changes);
    const auto holder_at = [&](const char* when) {
        return first(directory.holders("office", code("00001"), at(when)));
    };
    EXPECT_EQ(holder_at("2026-03-01T07:59:59.999+07:00"), "so");
    EXPECT_EQ(holder_at("2026-03-01T08:00:00+07:00"), "ubnd-1");
    EXPECT_EQ(holder_at("2026-03-01T23:59:59.999+07:00"), "ubnd-1");
    EXPECT_EQ(holder_at("2026-03-02T00:00:00+07:00"), "so");
}

TEST(Holders, MayServeOtherUnitsThanTheirOwn) {
    const std::vector<std::string> changes = {
        R"({"id": "tram", "name": "Trạm", "kind": "office", "area": "12", "roles": ["worker"], "valid_from": "2020-01-01",
            "serves": ["00003"]})"};
    const Directory directory = small(changes);
    EXPECT_EQ(first(directory.holders("worker", code("00003"), k2026)), "tram");
    EXPECT_EQ(first(directory.holders("worker", code("00001"), k2026)), "ubnd-1");
    EXPECT_EQ(ids(directory.holders("worker", code("12"), k2026)), "so");
}

TEST(Changes, ReplaceTheAgencyOfTheSameIdAndAddNewOnes) {
    const std::vector<std::string> changes = {
        R"({"id": "so", "name": "Sở mới", "kind": "office", "area": "12", "roles": ["province"], "valid_from": "2020-01-01"})",
        R"({"version": "2", "agencies": [{"id": "ubnd-3", "name": "UBND Ba", "kind": "office", "area": "00003",
            "roles": ["office"], "valid_from": "2026-01-01"}]})"};
    const Directory directory = small(changes);
    EXPECT_EQ(directory.agencies().size(), 3U);
    EXPECT_EQ(directory.agency(id("so"), k2026)->name, "Sở mới");
    EXPECT_EQ(first(directory.holders("worker", code("00003"), k2026)), "ubnd-3");
    EXPECT_NE(directory.version(), small().version());
}

TEST(Changes, MayBeTriedOneByOne) {
    const Directory before = small();
    const auto after = before.with_agency(
        R"({"id": "ubnd-3", "name": "UBND Ba", "kind": "office", "area": "00003", "roles": ["office"], "valid_from": "2026-01-01"})");
    ASSERT_TRUE(after);
    EXPECT_EQ(first(after->holders("office", code("00003"), k2026)), "ubnd-3");
    EXPECT_EQ(first(before.holders("office", code("00003"), k2026)), "so");
    const auto refused =
        before.with_agency(R"({"id": "ubnd-3", "name": "UBND Ba", "kind": "office", "area": "77777",
                                               "roles": ["king"], "valid_from": "2026-01-01"})");
    ASSERT_FALSE(refused);
    const Error error = refused.error();
    ASSERT_EQ(error.faults().size(), 2U);
    EXPECT_EQ(error.faults()[0].pointer, "/roles/0");
    EXPECT_EQ(error.faults()[1].pointer, "/area");
}

TEST(Agencies, AreFoundAfterTheirTimeForNamesOfThePast) {
    const Directory directory = shipped_directory();
    EXPECT_EQ(directory.agency(id("so-ldtbxh-12"), k2026), nullptr);
    ASSERT_NE(directory.agency_ever(id("so-ldtbxh-12")), nullptr);
    EXPECT_EQ(directory.agency_ever(id("so-ldtbxh-12"))->kind, "child_affairs");
    EXPECT_EQ(directory.agency_ever(id("nobody")), nullptr);
}

TEST(Agencies, MayHaveSeveralEntriesOfWhichTheLatestNamesThem) {
    const std::vector<std::string> changes = {
        R"({"version": "2", "agencies": [
            {"id": "x", "name": "Tên mới", "kind": "office", "area": "12", "roles": [], "valid_from": "2026-01-01"},
            {"id": "x", "name": "Tên cũ", "kind": "office", "area": "12", "roles": [], "valid_from": "2024-01-01",
             "valid_to": "2026-01-01"}]})"};
    const Directory directory = small(changes);
    EXPECT_EQ(directory.agency(id("x"), k2024)->name, "Tên cũ");
    EXPECT_EQ(directory.agency(id("x"), k2026)->name, "Tên mới");
    EXPECT_EQ(directory.agency_ever(id("x"))->name, "Tên mới");
}

TEST(Successor, IsFoundThroughSeveralMergers) {
    const Directory directory = small();
    const Area* now = directory.successor(code("00002"), k2026);
    ASSERT_NE(now, nullptr);
    EXPECT_EQ(now->code, code("00003"));
    const Area* later = directory.successor(code("00002"), at("2028-01-01T00:00:00+07:00"));
    ASSERT_NE(later, nullptr);
    EXPECT_EQ(later->code, code("00004"));
    EXPECT_EQ(directory.successor(code("00002"), k2024), nullptr);
    EXPECT_EQ(directory.successor(code("00001"), k2026), nullptr);
}

TEST(Later, IsTheFirstUnitThatHasTheCodeAfterwards) {
    const Directory directory = small();
    const Area* const third = directory.later(code("00003"), k2024);
    ASSERT_NE(third, nullptr);
    EXPECT_EQ(third->name, "Xã Ba");
    EXPECT_EQ(directory.later(code("00003"), k2026), nullptr);  // it is there
    EXPECT_EQ(directory.later(code("00003"), third->valid_from), nullptr);
    EXPECT_EQ(directory.later(code("00002"), k2026), nullptr);  // it was
    EXPECT_EQ(directory.later(code("99999"), k2024), nullptr);
}

TEST(Later, LeadsToTheNextMeaningOfACodeThatIsUsedAgain) {
    const Directory directory = shipped_directory();
    EXPECT_EQ(directory.later(code("03388"), k2024)->name, "Phường Đoàn Kết");
    EXPECT_EQ(directory.meant(code("03388"), k2024)->name, "Phường Quyết Tiến");  // it had one then
    EXPECT_EQ(directory.meant(code("03388"), k2026)->name, "Phường Đoàn Kết");
    EXPECT_EQ(directory.meant(code("03424"), k2024)->name, "Xã Bản Bo");
    EXPECT_EQ(directory.meant(code("03386"), k2026), nullptr);
}

TEST(Directory, MayBeMovedAndKeepsItsEntriesInPlace) {
    Directory directory = small();
    const Agency* agency = directory.agency(id("so"), k2026);
    const Directory moved = std::move(directory);
    EXPECT_EQ(moved.agency(id("so"), k2026), agency);
}

TEST(Body, IsAnAgencyAndTheOfficesThatArePartOfIt) {
    const std::vector<std::string> changes = {
        R"({"id": "ct-1", "name": "Chủ tịch", "kind": "chair", "area": "00001", "roles": ["office"],
            "valid_from": "2020-01-01", "part_of": "ubnd-1"})"};
    const Directory directory = small(changes);
    const auto sorted = [&](const char* id) {
        auto body = directory.body_of(domain::AgencyId(id));
        std::sort(body.begin(), body.end());
        return body;
    };
    const std::vector<domain::AgencyId> both = {domain::AgencyId("ct-1"), domain::AgencyId("ubnd-1")};
    EXPECT_EQ(sorted("ct-1"), both);
    EXPECT_EQ(sorted("ubnd-1"), both);
    EXPECT_EQ(sorted("so"), std::vector{domain::AgencyId("so")});
    EXPECT_EQ(sorted("unknown"), std::vector{domain::AgencyId("unknown")});
}

TEST(Oversight, IsOfTheRolesThatTheDirectorySays) {
    const std::string roles = R"({"version": "1", "roles": [
        {"name": "worker", "title": "A", "level": "commune", "otherwise": ["office"]},
        {"name": "office", "title": "B", "level": "commune", "otherwise": ["province"]},
        {"name": "province", "title": "C", "level": "province", "otherwise": ["office"], "oversees": true}]})";
    const Directory directory = Directory::parse(kAreas, roles, kAgencies).value();
    EXPECT_TRUE(directory.oversees(*directory.agency_ever(domain::AgencyId("so"))));
    EXPECT_FALSE(directory.oversees(*directory.agency_ever(domain::AgencyId("ubnd-1"))));
}

}  // namespace
}  // namespace lachan::directory
