#pragma once

#include <nlohmann/json_fwd.hpp>

#include "data.hpp"
#include "lachan/casework/erasure.hpp"
#include "lachan/config/config.hpp"

namespace lachan::app {

[[nodiscard]] nlohmann::ordered_json extent_json(const casework::ErasureExtent& extent);

/// The signed statement that a key was destroyed.
[[nodiscard]] nlohmann::ordered_json certificate_of(const casework::Erased& erased,
                                                    const config::Config& config,
                                                    const Data& data);

}  // namespace lachan::app
