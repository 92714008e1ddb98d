#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lachan/base/time.hpp"
#include "lachan/casework/entropy.hpp"

namespace lachan::simulation {

/// Randomness that a seed decides (SplitMix64: small, and the same everywhere). Not for keys that guard
/// anything.
class SeededEntropy final : public casework::Entropy {
public:
    explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}

    void fill(std::span<std::uint8_t> bytes) override;

    [[nodiscard]] std::uint64_t next();

private:
    std::uint64_t state_;
};

/// The decisions of a simulated world: who calls when, what breaks, how long an answer takes.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : entropy_(seed) {}

    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return entropy_.next() % bound; }
    [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
    /// From `least` to `most`, both included.
    [[nodiscard]] Duration between(Duration least, Duration most);
    template <class List>
    [[nodiscard]] const auto& pick(const List& list) {
        return list[static_cast<std::size_t>(below(std::size(list)))];
    }
    [[nodiscard]] std::uint64_t seed() { return entropy_.next(); }

private:
    SeededEntropy entropy_;
};

}  // namespace lachan::simulation
