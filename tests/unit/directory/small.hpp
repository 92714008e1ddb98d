#pragma once

#include "shipped_directory.hpp"

namespace lachan::directory {

inline constexpr const char* kAreas = R"({"version": "1", "areas": [
    {"code": "VN", "name": "Nước", "level": "nation", "valid_from": "2020-01-01"},
    {"code": "12", "name": "Tỉnh", "level": "province", "parent": "VN", "valid_from": "2020-01-01"},
    {"code": "00001", "name": "Xã Một", "level": "commune", "parent": "12", "valid_from": "2020-01-01"},
    {"code": "00002", "name": "Xã Hai", "level": "commune", "parent": "12", "valid_from": "2020-01-01",
     "valid_to": "2026-01-01"},
    {"code": "00003", "name": "Xã Ba", "level": "commune", "parent": "12", "valid_from": "2026-01-01",
     "valid_to": "2028-01-01", "made_of": ["00002"]},
    {"code": "00004", "name": "Xã Bốn", "level": "commune", "parent": "12", "valid_from": "2028-01-01",
     "made_of": ["00003"]}]})";

inline constexpr const char* kRoles = R"({"version": "1", "roles": [
    {"name": "worker", "title": "Người làm công tác trẻ em", "level": "commune", "otherwise": ["office", "province"],
     "expected": true},
    {"name": "office", "title": "UBND", "level": "commune", "otherwise": ["province"]},
    {"name": "province", "title": "Sở", "level": "province", "otherwise": ["office"]}]})";

inline constexpr const char* kAgencies = R"({"version": "1", "agencies": [
    {"id": "so", "name": "Sở", "kind": "office", "area": "12", "roles": ["province"], "valid_from": "2020-01-01",
     "contacts": [{"kind": "phone", "value": "111"}, {"kind": "email", "value": "so@example.org"}]},
    {"id": "ubnd-1", "name": "UBND Một", "kind": "office", "area": "00001", "roles": ["office", "worker"],
     "valid_from": "2020-01-01", "contacts": [{"kind": "phone", "value": "112", "valid_to": "2025-01-01"}]}]})";

inline Directory small(std::span<const std::string> changes = {}) {
    return Directory::parse(kAreas, kRoles, kAgencies, changes).value();
}

}  // namespace lachan::directory
