#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "lachan/base/embedded.hpp"

namespace lachan {

/// What `rules/` and `config/` held when the program was built: what `lachan init` writes out.
[[nodiscard]] std::span<const EmbeddedFile> shipped_files();

}  // namespace lachan
