#include "keyring.hpp"

#include "secret_memory.hpp"

namespace lachan::vault {
namespace {

/// Numbers of subkeys: what was hashed or sealed with one has to be found again, so they never change.
enum class Purpose : std::uint64_t {
    case_code = 1,
    own = 2,
    receipt = 3,
    token = 4,
    trace = 5,
    fingerprint = 6,
    signing = 7
};

constexpr char kContext[] = "lachring";
static_assert(sizeof kContext == crypto_kdf_CONTEXTBYTES + 1);

void derive(const RootSecret& root, Purpose purpose, std::uint8_t* out, std::size_t size) {
    crypto_kdf_derive_from_key(out, size, static_cast<std::uint64_t>(purpose), kContext, root.data());
}

}  // namespace

std::shared_ptr<const Keyring> derive_keyring(const RootSecret& root) {
    auto ring = make_locked<Keyring>();
    derive(root, Purpose::case_code, ring->case_code.data(), ring->case_code.size());
    derive(root, Purpose::own, ring->own.data(), ring->own.size());
    derive(root, Purpose::receipt, ring->receipt.data(), ring->receipt.size());
    derive(root, Purpose::token, ring->token.data(), ring->token.size());
    derive(root, Purpose::trace, ring->trace.data(), ring->trace.size());
    derive(root, Purpose::fingerprint, ring->fingerprint.data(), ring->fingerprint.size());
    Wiped<crypto_sign_SEEDBYTES> seed;
    derive(root, Purpose::signing, seed.data(), crypto_sign_SEEDBYTES);
    crypto_sign_seed_keypair(ring->public_key.data(), ring->signing.data(), seed.data());
    return ring;
}

}  // namespace lachan::vault
