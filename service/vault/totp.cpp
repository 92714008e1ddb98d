#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>
#include <string>

#include "lachan/base/check.hpp"
#include "lachan/vault/argon2_credentials.hpp"

namespace lachan::vault {
namespace {

constexpr std::int64_t kStepMs = 30'000;  ///< What authenticators count in.
constexpr std::size_t kDigits = 6;
constexpr std::uint32_t kCodes = 1'000'000;
/// Codes of the step before and after are taken as well: clocks differ, and people type slowly.
constexpr std::int64_t kStepsAside = 1;

}  // namespace

std::int64_t totp_step_at(Instant now) {
    return to_ms(now) / kStepMs;
}

std::string totp_code(BytesView secret, std::int64_t step) {
    std::array<std::uint8_t, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i) {
        counter[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (8 * (7 - i)));
    }
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    const auto* const made = HMAC(EVP_sha1(),
                                  secret.data(),
                                  static_cast<int>(secret.size()),
                                  counter.data(),
                                  counter.size(),
                                  mac.data(),
                                  &size);
    LACHAN_CHECK(made != nullptr && size == 20);
    const std::size_t at = mac[size - 1] & 0x0fU;  // RFC 4226 §5.3: the code says itself where it lies
    const std::uint32_t number = (mac[at] & 0x7fU) << 24 | static_cast<std::uint32_t>(mac[at + 1]) << 16 |
                                 static_cast<std::uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
    const std::string digits = std::to_string(number % kCodes);
    return std::string(kDigits - digits.size(), '0') + digits;
}

/// Every step is tried whatever came, so that the time it takes says nothing.
std::optional<std::int64_t> Argon2Credentials::totp_step(BytesView secret,
                                                         std::string_view code,
                                                         Instant now) const {
    std::string given(code);
    const bool well_formed = given.size() == kDigits;
    given.resize(kDigits, ' ');
    std::optional<std::int64_t> found;
    const std::int64_t present = totp_step_at(now);
    for (std::int64_t step = present - kStepsAside; step <= present + kStepsAside; ++step) {
        const std::string expected = totp_code(secret, step);
        if (CRYPTO_memcmp(expected.data(), given.data(), kDigits) == 0) {
            found = step;
        }
    }
    return well_formed ? found : std::nullopt;
}

}  // namespace lachan::vault
