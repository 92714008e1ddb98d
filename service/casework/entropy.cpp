#include "lachan/casework/entropy.hpp"

#include <array>
#include <cstring>

#include "lachan/base/bytes.hpp"

namespace lachan::casework {
namespace {

std::uint64_t next64(Entropy& entropy) {
    std::array<std::uint8_t, 8> bytes{};
    entropy.fill(bytes);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
}

}  // namespace

std::uint64_t random_below(Entropy& entropy, std::uint64_t bound) {
    // Values from the last, incomplete run of `bound` numbers would make the small ones likelier: draw again.
    const std::uint64_t limit = bound * (UINT64_MAX / bound);
    std::uint64_t value = next64(entropy);
    while (value >= limit) {
        value = next64(entropy);
    }
    return value % bound;
}

std::string new_uuid(Entropy& entropy, Instant now) {
    std::array<std::uint8_t, 16> bytes{};
    entropy.fill(bytes);
    const auto ms = static_cast<std::uint64_t>(to_ms(now));
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x70U);  // version 7
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);  // variant of RFC 9562
    std::string text = to_hex(bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) {
        text.insert(at, 1, '-');
    }
    return text;
}

}  // namespace lachan::casework
