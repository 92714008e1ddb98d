#pragma once

#include <string>
#include <string_view>

/// How the record keeps what people say they need a name for.
namespace lachan::casework {

inline constexpr std::string_view kSealedPurpose = "sealed_purpose";         ///< By the key of the case.
inline constexpr std::string_view kOwnSealedPurpose = "sealed_purpose_own";  ///< By the service's own key.
inline constexpr std::string_view kOwnPurposeContext = "purpose";

[[nodiscard]] inline std::string purpose_context(const std::string& case_code) {
    return "purpose:" + case_code;
}

}  // namespace lachan::casework
