#include <gtest/gtest.h>

#include <algorithm>

#include "small.hpp"

namespace lachan::directory {
namespace {

/// "pointer code" of each fault, sorted.
std::vector<std::string> faults_of(const Result<Directory>& result) {
    std::vector<std::string> list;
    if (result) {
        return list;
    }
    const Error error = result.error();
    EXPECT_EQ(error.code(), Errc::rule_pack_invalid);
    for (const Fault& fault : error.faults()) {
        list.push_back(fault.pointer + ' ' + fault.code);
        EXPECT_FALSE(fault.detail.empty());
    }
    std::sort(list.begin(), list.end());
    return list;
}

using Lines = std::vector<std::string>;

TEST(DirectoryFaults, AreAllNamedAtOnceAcrossTheDocuments) {
    const auto areas = R"({"version": "1", "areas": [
        {"code": "12", "name": "Tỉnh", "level": "province", "parent": "VN", "valid_from": "2020-01-01"},
        {"code": "00001", "name": "", "level": "hamlet", "parent": "12", "valid_from": "2020-13-01", "remote": "maybe"}]})";
    const auto roles = R"({"version": "1", "roles": [
        {"name": "a", "title": "A", "level": "commune", "otherwise": ["b"], "colour": "red"},
        {"name": "a", "title": "A", "level": "commune", "expected": 1}]})";
    const auto agencies =
        R"({"agencies": [{"id": "x", "name": "X", "kind": "office", "area": "12", "roles": ["c"],
        "valid_from": "2020-01-01", "valid_to": "2020-01-01", "contacts": [{"kind": "fax", "value": "1"}]}, 5]})";
    EXPECT_EQ(faults_of(Directory::parse(areas, roles, agencies)),
              (Lines{"/agencies/0/contacts/0/kind invalid_value",
                     "/agencies/0/valid_to invalid_value",
                     "/agencies/1 invalid_value",
                     "/areas/0/parent not_found",
                     "/areas/1/level invalid_value",
                     "/areas/1/name invalid_value",
                     "/areas/1/remote invalid_value",
                     "/areas/1/valid_from invalid_value",
                     "/roles/0/colour unknown_field",
                     "/roles/0/otherwise/0 not_found",
                     "/roles/1/expected invalid_value",
                     "/roles/1/name duplicate",
                     "/version required"}));
}

TEST(DirectoryFaults, OfFormAreNamedWithTheirPlace) {
    const auto areas = R"({"version": "1", "areas": [
        {"code": "VN", "name": "Nước", "level": "nation", "valid_from": "2020-01-01", "made_of": "12"},
        {"code": "12", "name": 12, "parent": "VN", "valid_from": "2020-01-01", "made_of": ["", 5]}]})";
    const auto roles = R"({"version": "1", "roles": {"name": "a"}})";
    const auto agencies = R"({"version": "1", "agencies": [
        {"id": "x", "name": "X", "kind": "office", "area": "VN", "valid_from": "2020-01-01", "contacts": "phone"},
        {"id": "y", "name": "Y", "kind": "office", "area": "VN", "roles": [], "valid_from": "2020-01-01",
         "contacts": [{"kind": "post", "value": "1"}, {"kind": "", "value": "1"}], "part_of": null}]})";
    EXPECT_EQ(faults_of(Directory::parse(areas, roles, agencies)),
              (Lines{"/agencies/0/contacts invalid_value",
                     "/agencies/0/roles required",
                     "/agencies/1/contacts/1/kind invalid_value",
                     "/areas/0/made_of invalid_value",
                     "/areas/1/level required",
                     "/areas/1/made_of/0 invalid_value",
                     "/areas/1/made_of/1 invalid_value",
                     "/areas/1/name invalid_value",
                     "/roles invalid_value"}));
}

// What has no name is told so once, and not to be the same as the next one without.
TEST(DirectoryFaults, TwoRolesWithoutANameAreNoDuplicates) {
    const auto roles = R"({"version": "1", "roles": [
        {"name": "", "title": "A", "level": "commune"}, {"name": "", "title": "B", "level": "commune"}]})";
    EXPECT_EQ(faults_of(Directory::parse(kAreas, roles, R"({"version": "1", "agencies": []})")),
              (Lines{"/roles/0/name invalid_value", "/roles/1/name invalid_value"}));
}

TEST(DirectoryFaults, ADocumentWithoutItsListIsRefused) {
    EXPECT_EQ(faults_of(Directory::parse(R"({"version": "1"})",
                                         R"({"version": "1", "roles": []})",
                                         R"({"version": "1", "agencies": []})")),
              (Lines{"/areas required"}));
}

TEST(DirectoryFaults, AUnitMayNeitherBeginBeforeNorEndAfterTheOneAboveIt) {
    const auto faults = [](const char* from, const char* to) {
        const std::string areas = R"({"version": "1", "areas": [
            {"code": "12", "name": "Tỉnh", "level": "nation", "valid_from": "2020-01-01", "valid_to": "2025-01-01"},
            {"code": "00001", "name": "Xã", "level": "commune", "parent": "12", "valid_from": ")" +
                                  std::string(from) + R"(", "valid_to": ")" + to + "\"}]}";
        return faults_of(Directory::parse(
            areas, R"({"version": "1", "roles": []})", R"({"version": "1", "agencies": []})"));
    };
    EXPECT_EQ(faults("2020-01-01", "2025-01-01"), Lines{});
    EXPECT_EQ(faults("2019-12-31", "2025-01-01"), (Lines{"/areas/1/parent not_found"}));
    EXPECT_EQ(faults("2020-01-01", "2025-01-02"), (Lines{"/areas/1/parent not_found"}));
}

TEST(DirectoryFaults, ACodeMeansOneUnitAtATime) {
    const std::string areas = R"({"version": "1", "areas": [
        {"code": "VN", "name": "Nước", "level": "nation", "valid_from": "2020-01-01"},
        {"code": "VN", "name": "Nước", "level": "nation", "valid_from": "2024-01-01"}]})";
    EXPECT_EQ(faults_of(Directory::parse(
                  areas, R"({"version": "1", "roles": []})", R"({"version": "1", "agencies": []})")),
              (Lines{"/areas/1/code duplicate"}));
}

TEST(DirectoryFaults, AUnitLiesUnderAHigherOneForItsWholeTime) {
    const std::string areas = R"({"version": "1", "areas": [
        {"code": "12", "name": "Tỉnh", "level": "province", "parent": "12", "valid_from": "2020-01-01", "valid_to": "2025-01-01"},
        {"code": "00001", "name": "Xã", "level": "commune", "parent": "12", "valid_from": "2020-01-01"},
        {"code": "00002", "name": "Xã", "level": "commune", "parent": "12", "valid_from": "2020-01-01", "valid_to": "2025-01-01"},
        {"code": "00003", "name": "Xã", "level": "commune", "valid_from": "2020-01-01"}]})";
    EXPECT_EQ(faults_of(Directory::parse(
                  areas, R"({"version": "1", "roles": []})", R"({"version": "1", "agencies": []})")),
              (Lines{"/areas/0/parent not_found", "/areas/1/parent not_found", "/areas/3/parent required"}));
}

TEST(DirectoryFaults, AnAgencyMayNotLiveThroughAChangeOfMeaningOfItsCode) {
    const std::vector<std::string> changes = {
        R"({"id": "truong", "name": "Trường", "kind": "school", "area": "03388", "roles": ["school"], "valid_from": "2024-09-01"})"};
    const auto result = Directory::parse(support::shipped("config/directory/areas.json"),
                                         support::shipped("config/directory/roles.json"),
                                         support::shipped("config/directory/agencies.json"),
                                         changes);
    EXPECT_EQ(faults_of(result), (Lines{"/changes/0/area ambiguous"}));
}

TEST(DirectoryFaults, AnIdMeansOneAgencyAtATime) {
    const std::vector<std::string> changes = {
        R"({"version": "2", "agencies": [
            {"id": "x", "name": "X", "kind": "office", "area": "12", "roles": [], "valid_from": "2026-01-01"},
            {"id": "x", "name": "X", "kind": "office", "area": "00002", "roles": [], "valid_from": "2027-01-01"}]})"};
    EXPECT_EQ(faults_of(Directory::parse(kAreas, kRoles, kAgencies, changes)),
              (Lines{"/changes/0/agencies/1/area not_found", "/changes/0/agencies/1/id duplicate"}));
}

TEST(DirectoryFaults, WhatIsNoDocumentIsRefused) {
    for (const char* text : {"", "[]", "null", "{", "7"}) {
        EXPECT_FALSE(Directory::parse(text, kRoles, kAgencies)) << text;
        EXPECT_FALSE(Directory::parse(kAreas, text, kAgencies)) << text;
        EXPECT_FALSE(Directory::parse(kAreas, kRoles, text)) << text;
        const std::vector<std::string> changes = {text};
        EXPECT_FALSE(Directory::parse(kAreas, kRoles, kAgencies, changes)) << text;
        EXPECT_FALSE(small().with_agency(text)) << text;
    }
    EXPECT_FALSE(small().with_agency("{}"));
}

TEST(DirectoryFaults, AnOfficeIsPartOfAKnownBodyThatIsNoOfficeItself) {
    const auto with = [](const char* id, const char* part_of) {
        return R"({"id": ")" + std::string(id) +
               R"(", "name": "A", "kind": "office", "area": "00001", "roles": [], "valid_from": "2020-01-01",
                 "part_of": ")" +
               part_of + "\"}";
    };
    const auto faults = [](std::vector<std::string> changes) {
        return faults_of(Directory::parse(kAreas, kRoles, kAgencies, changes));
    };
    EXPECT_EQ(faults({with("ct-1", "nobody")}), (Lines{"/changes/0/part_of not_found"}));
    EXPECT_EQ(faults({with("ct-1", "ct-1")}), (Lines{"/changes/0/part_of invalid_value"}));
    EXPECT_EQ(faults({with("ct-1", "ubnd-1"), with("ct-2", "ct-1")}),
              (Lines{"/changes/1/part_of invalid_value"}));
    EXPECT_EQ(faults({with("ct-1", "ubnd-1")}), Lines{});
}

}  // namespace
}  // namespace lachan::directory
