#include "aead.hpp"

#include <sodium.h>

#include <algorithm>

namespace lachan::vault {
namespace {

/// First byte of everything sealed, so that another cipher can be told apart one day.
constexpr std::uint8_t kVersion = 1;

static_assert(kNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

}  // namespace

Bytes seal(const std::uint8_t* key, Nonce nonce, std::string_view associated, BytesView plain) {
    Bytes sealed(kSealOverhead + plain.size());
    sealed[0] = kVersion;
    std::copy(nonce.begin(), nonce.end(), sealed.begin() + 1);
    const BytesView extra = as_bytes(associated);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + 1 + kNonceBytes,
                                               nullptr,
                                               plain.data(),
                                               plain.size(),
                                               extra.data(),
                                               extra.size(),
                                               nullptr,
                                               nonce.data(),
                                               key);
    return sealed;
}

std::optional<Bytes> open(const std::uint8_t* key, std::string_view associated, BytesView sealed) {
    if (sealed.size() < kSealOverhead || sealed[0] != kVersion) {
        return std::nullopt;
    }
    Bytes plain(sealed.size() - kSealOverhead);
    const BytesView extra = as_bytes(associated);
    const BytesView cipher = sealed.subspan(1 + kNonceBytes);
    const int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(),
                                                                   nullptr,
                                                                   nullptr,
                                                                   cipher.data(),
                                                                   cipher.size(),
                                                                   extra.data(),
                                                                   extra.size(),
                                                                   sealed.data() + 1,
                                                                   key);
    return refused == 0 ? std::optional(std::move(plain)) : std::nullopt;
}

std::string associated_text(std::string_view kind, std::string_view context) {
    std::string text;
    text.reserve(kind.size() + 1 + context.size());
    text += kind;
    text += '\0';
    text += context;
    return text;
}

}  // namespace lachan::vault
