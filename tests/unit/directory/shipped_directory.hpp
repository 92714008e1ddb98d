#pragma once

#include <string>

#include "lachan/directory/directory.hpp"
#include "support/shipped.hpp"

namespace lachan::directory {

/// The directory that every installation gets.
inline Directory shipped_directory(std::span<const std::string> changes = {}) {
    return Directory::parse(support::shipped("config/directory/areas.json"),
                            support::shipped("config/directory/roles.json"),
                            support::shipped("config/directory/agencies.json"),
                            changes)
        .value();
}

inline Instant at(const char* text) {
    return parse_rfc3339(text).value();
}
inline domain::AreaCode code(const char* text) {
    return domain::AreaCode(text);
}
inline domain::AgencyId id(const char* text) {
    return domain::AgencyId(text);
}

/// Of the three-tier regime, and of the present one.
inline const Instant k2024 = at("2024-06-01T00:00:00+07:00");
inline const Instant k2026 = at("2026-06-01T00:00:00+07:00");

/// The ids of holders in order, with a space between.
inline std::string ids(const std::vector<Holder>& holders) {
    std::string text;
    for (const Holder& holder : holders) {
        text += (text.empty() ? "" : " ") + holder.agency->id.text();
    }
    return text;
}

/// The first holder, or "nobody".
inline std::string first(const std::vector<Holder>& holders) {
    return holders.empty() ? "nobody" : holders.front().agency->id.text();
}

}  // namespace lachan::directory
