#pragma once

#include <string_view>

namespace lachan::casework {

/// Who read the names, or asked in vain, is for those who oversee: entries of these kinds are shown to nobody
/// else, neither in the record of a case nor as they happen.
[[nodiscard]] inline bool is_about_readers(std::string_view kind) noexcept {
    return kind == "identity.read" || kind == "identity.refused" || kind == "access.refused" ||
           kind == "case.opened_in_emergency";
}

}  // namespace lachan::casework
