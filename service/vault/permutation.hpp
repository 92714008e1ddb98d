#pragma once

#include <array>
#include <cstdint>

namespace lachan::vault {

using PermutationKey = std::array<std::uint8_t, 16>;

/// A keyed bijection of the numbers below 2^40, so that a case code says nothing of how many cases there are
/// and needs no index. `value` is below 2^40.
[[nodiscard]] std::uint64_t permute(std::uint64_t value, const PermutationKey& key) noexcept;
[[nodiscard]] std::uint64_t permute_back(std::uint64_t value, const PermutationKey& key) noexcept;

}  // namespace lachan::vault
