#include "lachan/vault/sodium_vault.hpp"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "aead.hpp"
#include "case_keys.hpp"
#include "keyring.hpp"
#include "lachan/base/check.hpp"
#include "lachan/domain/case_code.hpp"
#include "lachan/domain/fold.hpp"
#include "permutation.hpp"
#include "report_parts.hpp"

namespace lachan::vault {
namespace {

using casework::KeySlot;
using domain::CaseNo;

/// What is looked up by index is kept short: 128 bits of a keyed hash cannot be forged without the key.
constexpr std::size_t kReceiptHashBytes = 16;
constexpr std::size_t kTokenHashBytes = 32;
constexpr std::size_t kFingerprintBytes = 16;
constexpr std::size_t kTraceHashBytes = 16;  ///< Shortest of BLAKE2b; the first half is kept.
constexpr std::size_t kRandomTokenBytes = 32;
constexpr std::uint64_t kReceiptCount = 1'000'000'000'000'000;  ///< Fifteen digits.

/// Kinds of sealed text: what was sealed as one cannot be passed off as another. Never changed.
constexpr std::string_view kIdentity = "report.identity";
constexpr std::string_view kInformant = "report.informant";
constexpr std::string_view kNarrative = "report.narrative";
constexpr std::string_view kCaseText = "case.text";
constexpr std::string_view kOwnText = "own.text";

Bytes keyed_hash(const Keyring::Bytes32& key, BytesView text, std::size_t size) {
    Bytes hash(size);
    crypto_generichash(hash.data(), size, text.data(), text.size(), key.data(), key.size());
    return hash;
}

Error foreign_ciphertext() {
    return Error(Errc::internal, "a sealed text does not belong to this key and place");
}

std::string fold_for(casework::TraceKind kind, std::string_view text) {
    switch (kind) {
        case casework::TraceKind::child_name:
        case casework::TraceKind::other_name:
        case casework::TraceKind::informant_name:
            return domain::fold_name(text);
        case casework::TraceKind::phone:
            return domain::fold_phone(text);
        case casework::TraceKind::reference:
            return domain::fold_reference(text);
    }
    return {};
}

/// One number for each kind, for ever: traces of one kind never equal those of another.
char letter_of(casework::TraceKind kind) {
    switch (kind) {
        case casework::TraceKind::child_name:
            return 'c';
        case casework::TraceKind::phone:
            return 'p';
        case casework::TraceKind::reference:
            return 'r';
        case casework::TraceKind::other_name:
            return 'o';
        case casework::TraceKind::informant_name:
            return 'i';
    }
    return '?';
}

/// Nonces for several seals, from one call to the system.
template <std::size_t Count>
class Nonces {
public:
    explicit Nonces(casework::Entropy& entropy) { entropy.fill(bytes_); }

    [[nodiscard]] Nonce at(std::size_t index) const {
        return Nonce(bytes_.data() + index * kNonceBytes, kNonceBytes);
    }

private:
    std::array<std::uint8_t, Count * kNonceBytes> bytes_{};
};

Result<std::string> as_string(const std::optional<Bytes>& plain) {
    if (!plain) {
        return foreign_ciphertext();
    }
    return std::string(as_text(*plain));
}

/// Opens one part of a report and reads it.
template <class Part>
Result<Part> open_part(const CaseKeys& keys,
                       KeySlot slot,
                       std::string_view associated,
                       BytesView sealed,
                       std::optional<Part> (*read)(BytesView)) {
    const auto key = keys.find(slot);
    if (!key) {
        return key.error();
    }
    const auto plain = open(key->data(), associated, sealed);
    if (!plain) {
        return foreign_ciphertext();
    }
    auto part = read(*plain);
    if (!part) {
        return foreign_ciphertext();
    }
    return std::move(*part);
}

}  // namespace

SodiumVault::SodiumVault(std::unique_ptr<CaseKeys> keys, casework::Entropy& entropy)
    : keys_(std::move(keys)), ring_(derive_keyring(keys_->root())), entropy_(entropy) {}

SodiumVault::~SodiumVault() = default;

Result<std::unique_ptr<SodiumVault>> SodiumVault::open(const MasterKey& master,
                                                       std::shared_ptr<KeyMedium> medium,
                                                       std::optional<std::int64_t> first_free,
                                                       casework::Entropy& entropy,
                                                       std::int64_t keys_ahead) {
    LACHAN_CHECK(sodium_init() >= 0);
    auto keys = CaseKeys::open(master, std::move(medium), first_free, keys_ahead, entropy);
    if (!keys) {
        return keys.error();
    }
    return std::unique_ptr<SodiumVault>(new SodiumVault(std::move(*keys), entropy));
}

std::string SodiumVault::case_code(CaseNo number) const {
    const auto value = static_cast<std::uint64_t>(number);
    LACHAN_CHECK(value >> domain::kCaseCodeBits == 0);
    return domain::format_case_code(permute(value, ring_->case_code));
}

Result<CaseNo> SodiumVault::case_no(std::string_view code) const {
    const auto value = domain::parse_case_code(code);
    if (!value) {
        return Error(Errc::case_code_invalid, "the check letter of this case code does not fit");
    }
    return CaseNo(static_cast<std::int64_t>(permute_back(*value, ring_->case_code)));
}

Result<KeySlot> SodiumVault::new_key() {
    return keys_->take();
}

Result<void> SodiumVault::refill() {
    return keys_->refill();
}

Result<bool> SodiumVault::destroyed(KeySlot slot) const {
    return keys_->destroyed(slot);
}

Result<void> SodiumVault::destroy(KeySlot slot) {
    return keys_->destroy(slot);
}

Result<domain::SealedReport> SodiumVault::seal(KeySlot slot, const domain::Report& report) {
    const auto key = keys_->find(slot);
    if (!key) {
        return key.error();
    }
    const Nonces<3> nonces(entropy_);
    const auto seal_part = [&](std::size_t index, std::string_view kind, const FieldWriter& part) {
        return vault::seal(
            key->data(), nonces.at(index), associated_text(kind, report.id.text()), part.bytes());
    };
    return domain::SealedReport{.identity = seal_part(0, kIdentity, write_identity(report)),
                                .informant = seal_part(1, kInformant, write_informant(report)),
                                .narrative = seal_part(2, kNarrative, write_narrative(report))};
}

Result<casework::OpenedIdentity> SodiumVault::open_identity(KeySlot slot,
                                                            const domain::ReportId& report,
                                                            BytesView sealed) const {
    return open_part(*keys_, slot, associated_text(kIdentity, report.text()), sealed, read_identity);
}

Result<std::optional<domain::InformantStatement>> SodiumVault::open_informant(KeySlot slot,
                                                                              const domain::ReportId& report,
                                                                              BytesView sealed) const {
    return open_part(*keys_, slot, associated_text(kInformant, report.text()), sealed, read_informant);
}

Result<casework::OpenedNarrative> SodiumVault::open_narrative(KeySlot slot,
                                                              const domain::ReportId& report,
                                                              BytesView sealed) const {
    return open_part(*keys_, slot, associated_text(kNarrative, report.text()), sealed, read_narrative);
}

Result<Bytes> SodiumVault::seal_text(KeySlot slot, std::string_view context, std::string_view text) {
    const auto key = keys_->find(slot);
    if (!key) {
        return key.error();
    }
    const Nonces<1> nonces(entropy_);
    return vault::seal(key->data(), nonces.at(0), associated_text(kCaseText, context), as_bytes(text));
}

Result<std::string> SodiumVault::open_text(KeySlot slot, std::string_view context, BytesView sealed) const {
    const auto key = keys_->find(slot);
    if (!key) {
        return key.error();
    }
    return as_string(vault::open(key->data(), associated_text(kCaseText, context), sealed));
}

Bytes SodiumVault::seal_own(std::string_view context, std::string_view text) {
    const Nonces<1> nonces(entropy_);
    return vault::seal(ring_->own.data(), nonces.at(0), associated_text(kOwnText, context), as_bytes(text));
}

Result<std::string> SodiumVault::open_own(std::string_view context, BytesView sealed) const {
    return as_string(vault::open(ring_->own.data(), associated_text(kOwnText, context), sealed));
}

casework::Receipt SodiumVault::issue_receipt() {
    std::string text = domain::format_receipt(casework::random_below(entropy_, kReceiptCount));
    Bytes hash = receipt_hash(text).value();
    return {.text = std::move(text), .hash = std::move(hash)};
}

Result<Bytes> SodiumVault::receipt_hash(std::string_view text) const {
    const auto value = domain::parse_receipt(text);
    if (!value) {
        return Error(Errc::receipt_invalid, "the check digit of this receipt does not fit");
    }
    return keyed_hash(ring_->receipt, as_bytes(std::to_string(*value)), kReceiptHashBytes);
}

Secret<std::string> SodiumVault::new_token() {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    Wiped<kRandomTokenBytes> random;
    entropy_.fill({random.data(), kRandomTokenBytes});
    std::string letters(sodium_base64_ENCODED_LEN(kRandomTokenBytes, kVariant), '\0');
    sodium_bin2base64(letters.data(), letters.size(), random.data(), kRandomTokenBytes, kVariant);
    letters.pop_back();  // the terminating zero
    return Secret("lck_" + letters);
}

Bytes SodiumVault::token_hash(std::string_view token) const {
    return keyed_hash(ring_->token, as_bytes(token), kTokenHashBytes);
}

Secret<std::string> SodiumVault::new_webhook_secret() {
    Wiped<kRandomTokenBytes> random;
    entropy_.fill({random.data(), kRandomTokenBytes});
    return Secret("whsec_" + to_base64({random.data(), kRandomTokenBytes}));
}

std::optional<casework::TraceHash> SodiumVault::trace(casework::TraceKind kind, std::string_view text) const {
    const std::string folded = fold_for(kind, text);
    if (folded.empty()) {
        return std::nullopt;
    }
    const Bytes hash = keyed_hash(ring_->trace, as_bytes(letter_of(kind) + folded), kTraceHashBytes);
    std::uint64_t trace = 0;
    for (std::size_t i = 0; i < sizeof trace; ++i) {
        trace = trace << 8 | hash[i];
    }
    return static_cast<casework::TraceHash>(trace);
}

Bytes SodiumVault::fingerprint(std::string_view text) const {
    return keyed_hash(ring_->fingerprint, as_bytes(text), kFingerprintBytes);
}

Bytes SodiumVault::sign(std::string_view text) const {
    const BytesView message = as_bytes(text);
    Bytes signature(crypto_sign_BYTES);
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), ring_->signing.data());
    return signature;
}

PublicKey SodiumVault::public_key() const {
    return ring_->public_key;
}

bool SodiumVault::verify(const PublicKey& key, std::string_view text, BytesView signature) {
    const BytesView message = as_bytes(text);
    return signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

}  // namespace lachan::vault
