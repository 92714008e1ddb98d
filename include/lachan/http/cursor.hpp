#pragma once

#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/casework/vault.hpp"

namespace lachan::http {

/// Where the next page begins, as opaque text: sealed, because it holds the inner number of a case, and bound
/// to `list` (the list and its filter), because it means nothing in another.
[[nodiscard]] std::string encode_cursor(casework::Vault& vault,
                                        std::string_view list,
                                        const casework::PageStart& start);
/// Errors: `malformed_request` where it is none of ours or belongs to another list.
[[nodiscard]] Result<casework::PageStart> decode_cursor(const casework::Vault& vault,
                                                        std::string_view list,
                                                        std::string_view cursor);

}  // namespace lachan::http
