// Packed text: every text comes back, and bytes that are none are refused within bounds.
#include "lachan/base/packing.hpp"

#include "fuzz.hpp"

using namespace lachan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kLimit = 1 << 16;
    const auto text = fuzz::text_of(data, size);
    const std::size_t half = size / 2;
    const Dictionary dictionary(std::string(text.substr(0, half)));
    fuzz::expect(unpack_text(pack_text(text, nullptr), "", kLimit) == text || size > kLimit,
                 "a text comes back");
    fuzz::expect(unpack_text(pack_text(text.substr(half), &dictionary), dictionary.text(), kLimit) ==
                         text.substr(half) ||
                     size > kLimit,
                 "with a dictionary too");
    const auto odd = unpack_text(as_bytes(text), dictionary.text(), kLimit);
    fuzz::expect(!odd || odd->size() <= kLimit, "no text is longer than allowed");
    return 0;
}
