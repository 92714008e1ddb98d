#include "lachan/simulation/seeded_entropy.hpp"

#include <algorithm>
#include <cstring>

namespace lachan::simulation {

std::uint64_t SeededEntropy::next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

void SeededEntropy::fill(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const std::uint64_t value = next();
        const std::size_t taken = std::min(bytes.size(), sizeof value);
        std::memcpy(bytes.data(), &value, taken);
        bytes = bytes.subspan(taken);
    }
}

Duration Dice::between(Duration least, Duration most) {
    return least + Duration(static_cast<Duration::rep>(
                       below(static_cast<std::uint64_t>((most - least).count()) + 1)));
}

}  // namespace lachan::simulation
