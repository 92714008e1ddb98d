#pragma once

#include <string_view>

/// Kinds of signed statement, the first member of each: what was signed as one cannot be passed off as
/// another. Never changed.
namespace lachan::casework {

inline constexpr std::string_view kReceiptStatement = "vn.lachan.receipt.v1";  ///< A report was received.
inline constexpr std::string_view kErasureStatement = "vn.lachan.erasure.v1";  ///< A key was destroyed.
inline constexpr std::string_view kHeadStatement = "vn.lachan.chain-head.v1";  ///< The record's newest entry.

}  // namespace lachan::casework
