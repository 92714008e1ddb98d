#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"

/// JSON text to values.
namespace lachan::http {

using Json = nlohmann::json;

/// No message of ours is nested deeper; the bound keeps what walks over JSON from running deep.
inline constexpr std::size_t kJsonDepthMax = 16;

/// Reads one JSON text. Errors: `malformed_json` with line and column: no JSON, no UTF-8, a name twice in one
/// object (two readers could each believe another value), nested too deep.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

/// `name` as a part of a JSON pointer.
[[nodiscard]] std::string pointer_part(std::string_view name);

}  // namespace lachan::http
