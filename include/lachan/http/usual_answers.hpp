#pragma once

#include <string>

#include "lachan/casework/world.hpp"

namespace lachan::http {

/// What answers to changes say over and over in this world: every duty its packs can make with title and
/// clauses, every body's name. Holds nothing of any case. For a `Dictionary`.
[[nodiscard]] std::string usual_answers(const casework::World& world);

}  // namespace lachan::http
