#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/domain/ids.hpp"

/// Public names of what is counted within a case: "LC-7K3M-Q9TX-4.d3" is a duty, "LC-7K3M-Q9TX-4.n5" a
/// notification.
namespace lachan::casework {

[[nodiscard]] std::string duty_name(std::string_view case_code, std::int32_t ordinal);
[[nodiscard]] std::string notification_name(std::string_view case_code, std::int32_t ordinal);

/// Errors: `not_found` where the text is no such name, or its case code is mistyped.
[[nodiscard]] Result<domain::DutyNo> parse_duty_name(const Vault& vault, std::string_view text);
[[nodiscard]] Result<domain::NotificationNo> parse_notification_name(const Vault& vault,
                                                                     std::string_view text);

}  // namespace lachan::casework
