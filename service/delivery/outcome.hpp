#pragma once

#include <string_view>

#include "lachan/casework/transport.hpp"
#include "lachan/delivery/http_client.hpp"

namespace lachan::delivery {

/// What an answer over HTTP means to the runner; the body only as an excerpt.
[[nodiscard]] casework::SendOutcome outcome_of(HttpAnswer answer);

/// A try that never left this house.
[[nodiscard]] casework::SendOutcome failed(std::string_view word);

}  // namespace lachan::delivery
