#pragma once

#include <span>

#include "lachan/base/embedded.hpp"

namespace lachan {

/// What the API says about itself, compiled in (CMake writes the table).
[[nodiscard]] std::span<const EmbeddedFile> http_documents();

}  // namespace lachan
