#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/time.hpp"
#include "lachan/directory/directory.hpp"

/// Whether somebody can be told, wherever and whatever happens: what an administrator checks before relying
/// on it.
namespace lachan::directory {

/// One thing that is missing. The first two break the promise of the directory; the others are to be put
/// right.
struct CoverageFinding {
    enum class Kind : std::uint8_t {
        nobody,           ///< Nobody holds the role for the unit, not even as a stand-in.
        unreachable,      ///< Somebody does, but none of them has a contact or an endpoint.
        stand_in_only,    ///< The unit should have a holder of its own for this role and has none.
        no_channel,       ///< An agency with roles has no contact and no endpoint.
        single_channel,   ///< It has only one: if that fails, the next holder has to be told.
        expired_contact,  ///< A contact of it is no longer valid.
    };

    Kind kind = Kind::nobody;
    domain::AreaCode area{};    ///< For the kinds of a unit.
    std::string role{};         ///< Likewise.
    domain::AgencyId agency{};  ///< For the kinds of an agency.

    bool operator==(const CoverageFinding&) const = default;
};

/// "nobody", "unreachable", "stand_in_only", "no_channel", "single_channel", "expired_contact".
[[nodiscard]] std::string_view word_of(CoverageFinding::Kind kind) noexcept;

struct Coverage {
    std::size_t pairs = 0;  ///< How many units × roles were looked at.
    std::vector<CoverageFinding> findings;

    /// True if every unit × role has a reachable holder.
    [[nodiscard]] bool complete() const noexcept;
};

/// How many endpoints in use each agency has; the store knows, the directory does not.
using EndpointCounts = std::map<domain::AgencyId, int>;

/// Looks at every unit below the nation and every role, at one instant.
[[nodiscard]] Coverage coverage(const Directory& directory, Instant at, const EndpointCounts& endpoints = {});

}  // namespace lachan::directory
