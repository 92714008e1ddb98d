#pragma once

#include <string>

#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"

namespace lachan::app {

/// A password from the first line of a file, or, where none is named, typed twice on the terminal without
/// being shown. Never from the command line: other users of the machine can read that. Errors:
/// `validation_failed`, `storage`.
[[nodiscard]] Result<Secret<std::string>> ask_password(const std::string& file);

}  // namespace lachan::app
