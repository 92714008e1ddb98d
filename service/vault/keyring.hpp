#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "aead.hpp"
#include "case_keys.hpp"

namespace lachan::vault {

/// The keys of the service itself, each from the root secret for one purpose.
struct Keyring {
    using Bytes32 = std::array<std::uint8_t, kKeyBytes>;

    std::array<std::uint8_t, 16> case_code;  ///< SipHash key of the permutation.
    Bytes32 own;
    Bytes32 receipt;
    Bytes32 token;
    Bytes32 trace;
    Bytes32 fingerprint;
    std::array<std::uint8_t, 64> signing;
    std::array<std::uint8_t, 32> public_key;
};

[[nodiscard]] std::shared_ptr<const Keyring> derive_keyring(const RootSecret& root);

}  // namespace lachan::vault
