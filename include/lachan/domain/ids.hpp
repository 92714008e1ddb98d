#pragma once

#include <compare>
#include <cstdint>

#include "lachan/base/id.hpp"

namespace lachan::domain {

using ReportId = Id<struct ReportIdTag>;  ///< The sender's own id of a report, or a UUIDv7 of ours.
using AgencyId = Id<struct AgencyIdTag>;  ///< Key of an agency in the directory, e.g. "ubnd-03388".
using AreaCode = Id<struct AreaCodeTag>;  ///< Official code of a unit; means something only with an instant.
using KeyId = Id<struct KeyIdTag>;        ///< Public name of an API key (not the token).
using AccountId = Id<struct AccountIdTag>;  ///< A person's account: random letters that say nothing of them.
using EndpointId = Id<struct EndpointIdTag>;  ///< One channel of one agency.
using RequestId = Id<struct RequestIdTag>;

/// The number of a case inside the store. People see its code ("LC-7K3M-Q9TX-4"), a keyed reversible form of
/// it.
enum class CaseNo : std::int64_t {};

/// Duties and notifications are counted within their case, so that their rows lie together and need no
/// further index. Outside they read "LC-7K3M-Q9TX-4.d3" and "LC-7K3M-Q9TX-4.n5".
struct DutyNo {
    CaseNo case_no{};
    std::int32_t ordinal = 0;
    auto operator<=>(const DutyNo&) const = default;
};
struct NotificationNo {
    CaseNo case_no{};
    std::int32_t ordinal = 0;
    auto operator<=>(const NotificationNo&) const = default;
};

}  // namespace lachan::domain
