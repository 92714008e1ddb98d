#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lachan/base/time.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {

/// What one entry of the record says beyond its kind: ids, codes, numbers and instants. Never a name or a
/// narrative.
using EventData = std::vector<std::pair<std::string, std::string>>;

/// An entry of the append-only, hash-chained record. `sequence`, `case_sequence` and the hashes are the
/// store's to give.
struct Event {
    std::int64_t sequence = 0;       ///< Position in the one chain of the whole record.
    std::optional<CaseNo> case_no;   ///< None: about the service itself (keys, directory, rules).
    std::int64_t case_sequence = 0;  ///< The sequence of the case after it.
    Instant at{};
    std::string kind;   ///< "duty.accepted", "identity.read", …
    std::string actor;  ///< Key id, "watch", "outbox", "system".
    EventData data;
};

}  // namespace lachan::domain
