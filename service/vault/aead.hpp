#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lachan/base/bytes.hpp"
#include "lachan/casework/entropy.hpp"

/// XChaCha20-Poly1305: its nonces are long enough to be random, so no counter has to survive a crash.
namespace lachan::vault {

inline constexpr std::size_t kNonceBytes = 24;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kSealOverhead = 1 + kNonceBytes + kTagBytes;

using Nonce = std::span<const std::uint8_t, kNonceBytes>;

/// Version, nonce, ciphertext, tag. `associated` is not in it, but has to be the same to open it. `key` has
/// `kKeyBytes` bytes.
[[nodiscard]] Bytes seal(const std::uint8_t* key, Nonce nonce, std::string_view associated, BytesView plain);

/// None where the key, the associated text or any byte is another.
[[nodiscard]] std::optional<Bytes> open(const std::uint8_t* key,
                                        std::string_view associated,
                                        BytesView sealed);

/// "kind", a zero byte, "context": two texts that cannot run into each other.
[[nodiscard]] std::string associated_text(std::string_view kind, std::string_view context);

}  // namespace lachan::vault
