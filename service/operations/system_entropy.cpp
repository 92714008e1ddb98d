#include "lachan/operations/system_entropy.hpp"

#include <sodium.h>

#include "lachan/base/check.hpp"

namespace lachan::operations {

SystemEntropy::SystemEntropy() {
    LACHAN_CHECK(sodium_init() >= 0);
}

void SystemEntropy::fill(std::span<std::uint8_t> bytes) {
    if (!bytes.empty()) {  // libsodium takes no null pointer, not even for no bytes
        randombytes_buf(bytes.data(), bytes.size());
    }
}

}  // namespace lachan::operations
