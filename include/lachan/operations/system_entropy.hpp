#pragma once

#include "lachan/casework/entropy.hpp"

namespace lachan::operations {

/// The kernel's random numbers, through libsodium. Never runs short and never fails.
class SystemEntropy final : public casework::Entropy {
public:
    SystemEntropy();

    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace lachan::operations
