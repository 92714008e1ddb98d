#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How numbers become something a person can read aloud: Crockford's letters with a check character for
/// cases, digits with a check digit for receipts. Pure text; what makes a code unguessable is the vault's.
namespace lachan::domain {

inline constexpr int kCaseCodeBits = 40;  ///< Eight letters of five bits.

/// "LC-7K3M-Q9TX-4" for a value below 2^40. The last letter is a check over GF(32): any one wrong letter and
/// any two swapped neighbours are found.
[[nodiscard]] std::string format_case_code(std::uint64_t value);

/// Reads a code as people write it: any case, O for 0, I and L for 1, with or without dashes. None: mistyped.
[[nodiscard]] std::optional<std::uint64_t> parse_case_code(std::string_view text);

/// "4831 0297 5546 1187" from 15 digits (a value below 10^15) and Damm's check digit.
[[nodiscard]] std::string format_receipt(std::uint64_t value);

/// Reads a receipt with or without blanks and dashes. None: mistyped.
[[nodiscard]] std::optional<std::uint64_t> parse_receipt(std::string_view text);

}  // namespace lachan::domain
