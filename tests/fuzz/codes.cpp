// Case codes and receipts as people type them: what is read is what would be written, and nothing else is.
#include <cstring>

#include "fuzz.hpp"
#include "lachan/domain/case_code.hpp"

using namespace lachan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    if (const auto value = domain::parse_case_code(text)) {
        fuzz::expect(*value >> domain::kCaseCodeBits == 0, "a code has forty bits");
        fuzz::expect(domain::parse_case_code(domain::format_case_code(*value)) == value,
                     "a code is read as it is written");
    }
    if (const auto value = domain::parse_receipt(text)) {
        fuzz::expect(domain::parse_receipt(domain::format_receipt(*value)) == value,
                     "a receipt is read as it is written");
    }
    std::uint64_t number = 0;
    std::memcpy(&number, data, std::min(size, sizeof number));
    const std::uint64_t code = number & ((std::uint64_t{1} << domain::kCaseCodeBits) - 1);
    fuzz::expect(domain::parse_case_code(domain::format_case_code(code)) == code, "every number has a code");
    const std::uint64_t receipt = number % 1'000'000'000'000'000;
    fuzz::expect(domain::parse_receipt(domain::format_receipt(receipt)) == receipt,
                 "every number has a receipt");
    return 0;
}
