#include "permutation.hpp"

#include <sodium.h>

namespace lachan::vault {
namespace {

constexpr unsigned kHalfBits = 20;
constexpr std::uint32_t kHalfMask = (1U << kHalfBits) - 1;
/// Four rounds make a strong permutation of large halves; with only 20 bits attacks that compare many codes
/// exist, and eight rounds of SipHash still cost less than a microsecond.
constexpr std::uint8_t kRounds = 8;

static_assert(std::tuple_size_v<PermutationKey> == crypto_shorthash_KEYBYTES);

std::uint32_t round_value(std::uint8_t round, std::uint32_t half, const PermutationKey& key) noexcept {
    const std::array<std::uint8_t, 4> input = {round,
                                               static_cast<std::uint8_t>(half),
                                               static_cast<std::uint8_t>(half >> 8),
                                               static_cast<std::uint8_t>(half >> 16)};
    std::array<std::uint8_t, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(), input.data(), input.size(), key.data());
    return (hash[0] | static_cast<std::uint32_t>(hash[1]) << 8 | static_cast<std::uint32_t>(hash[2]) << 16) &
           kHalfMask;
}

}  // namespace

std::uint64_t permute(std::uint64_t value, const PermutationKey& key) noexcept {
    auto left = static_cast<std::uint32_t>(value >> kHalfBits) & kHalfMask;
    auto right = static_cast<std::uint32_t>(value) & kHalfMask;
    for (std::uint8_t round = 0; round < kRounds; ++round) {
        const std::uint32_t next = left ^ round_value(round, right, key);
        left = right;
        right = next;
    }
    return static_cast<std::uint64_t>(left) << kHalfBits | right;
}

std::uint64_t permute_back(std::uint64_t value, const PermutationKey& key) noexcept {
    auto left = static_cast<std::uint32_t>(value >> kHalfBits) & kHalfMask;
    auto right = static_cast<std::uint32_t>(value) & kHalfMask;
    for (std::uint8_t round = kRounds; round-- > 0;) {
        const std::uint32_t previous = right ^ round_value(round, left, key);
        right = left;
        left = previous;
    }
    return static_cast<std::uint64_t>(left) << kHalfBits | right;
}

}  // namespace lachan::vault
