#pragma once

#include <string>
#include <string_view>

#include "lachan/domain/event.hpp"

/// What an event says, as one JSON object of texts in the order given. The text is what the chain hashes, so
/// the writer never chooses between two spellings, and the reader takes that one only.
namespace lachan::store {

[[nodiscard]] std::string to_json(const domain::EventData& data);

/// Throws `StorageFailure` for anything that `to_json` does not write.
[[nodiscard]] domain::EventData parse_event_data(std::string_view json);

}  // namespace lachan::store
