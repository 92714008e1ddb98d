#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// The record proves itself: each entry carries a hash over its content and the hash of the entry before it,
/// so whoever holds an old head can tell whether anything up to it was changed.
namespace lachan::store {

using ChainHash = std::array<std::uint8_t, 32>;

/// The newest entry of the record. Kept elsewhere, it proves everything up to it.
struct ChainHead {
    std::int64_t sequence = 0;  ///< 0: the record is empty.
    ChainHash hash{};
    bool operator==(const ChainHead&) const = default;
};

enum class ChainFault : std::uint8_t {
    altered,    ///< The entry does not match its hash.
    missing,    ///< The entry is not there, though later ones are.
    reordered,  ///< Another entry of the record stands in this place.
    truncated,  ///< The record ends before the expected head.
    rewritten,  ///< The record is consistent in itself, but is not the one that had the expected head.
};

struct ChainReport {
    std::int64_t entries = 0;         ///< How many entries hold, from the first.
    ChainHead head;                   ///< The last one that holds.
    std::optional<ChainFault> fault;  ///< None: the whole record holds.
    std::int64_t bad_sequence = 0;    ///< Where the fault is.
    std::int64_t proved = 0;  ///< Up to here by the newest of the heads kept elsewhere that holds: a record
                              ///< that was rewritten was changed behind it, and not behind `bad_sequence`.
};

[[nodiscard]] std::string_view text_of(ChainFault fault) noexcept;

}  // namespace lachan::store
