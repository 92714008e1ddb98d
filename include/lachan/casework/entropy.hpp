#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lachan/base/time.hpp"

namespace lachan::casework {

/// Randomness as a seam: the system's in production, seeded in the simulation. Callable from any thread.
class Entropy {
public:
    Entropy() = default;
    Entropy(const Entropy&) = delete;
    Entropy& operator=(const Entropy&) = delete;
    virtual ~Entropy() = default;

    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// A number below `bound` (> 0), each as likely as the others.
[[nodiscard]] std::uint64_t random_below(Entropy& entropy, std::uint64_t bound);

/// RFC 9562 UUID version 7: sorts by time, so that its index grows at one end.
[[nodiscard]] std::string new_uuid(Entropy& entropy, Instant now);

}  // namespace lachan::casework
