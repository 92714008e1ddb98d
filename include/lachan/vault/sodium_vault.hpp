#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/casework/entropy.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"

namespace lachan::vault {

class CaseKeys;
struct Keyring;

/// How many case keys are made and synced at once, so that a report waits for no sync of its own: at 100
/// reports a second one block lasts 40 seconds, and takes some milliseconds to make.
inline constexpr std::int64_t kKeysAhead = 4096;

using PublicKey = std::array<std::uint8_t, 32>;

/// The vault on libsodium.
///
/// The master key seals the key store. In the key store lie a root secret, from which come all keys of the
/// service itself (codes, receipts, tokens, traces, signature), and one slot for each case. So a new master
/// key changes no code, token or receipt, and a copy of the database without the key store says no name.
class SodiumVault final : public casework::Vault {
public:
    /// `first_free` is the highest slot in the database + 1 (1 where there is none): slots below it are never
    /// handed out again. None: for commands that only read, `new_key` refuses. An empty medium becomes a new
    /// key store, but only where no slot was ever used. `entropy` outlives the vault.
    /// Errors: `storage` where the key store is damaged, sealed by another master key, missing, or older than
    /// the database.
    [[nodiscard]] static Result<std::unique_ptr<SodiumVault>> open(const MasterKey& master,
                                                                   std::shared_ptr<KeyMedium> medium,
                                                                   std::optional<std::int64_t> first_free,
                                                                   casework::Entropy& entropy,
                                                                   std::int64_t keys_ahead = kKeysAhead);
    ~SodiumVault() override;

    [[nodiscard]] std::string case_code(domain::CaseNo number) const override;
    [[nodiscard]] Result<domain::CaseNo> case_no(std::string_view code) const override;

    [[nodiscard]] Result<casework::KeySlot> new_key() override;
    [[nodiscard]] Result<bool> destroyed(casework::KeySlot slot) const override;
    [[nodiscard]] Result<void> destroy(casework::KeySlot slot) override;
    [[nodiscard]] Result<domain::SealedReport> seal(casework::KeySlot slot,
                                                    const domain::Report& report) override;
    [[nodiscard]] Result<casework::OpenedIdentity> open_identity(casework::KeySlot slot,
                                                                 const domain::ReportId& report,
                                                                 BytesView sealed) const override;
    [[nodiscard]] Result<std::optional<domain::InformantStatement>> open_informant(
        casework::KeySlot slot, const domain::ReportId& report, BytesView sealed) const override;
    [[nodiscard]] Result<casework::OpenedNarrative> open_narrative(casework::KeySlot slot,
                                                                   const domain::ReportId& report,
                                                                   BytesView sealed) const override;
    [[nodiscard]] Result<Bytes> seal_text(casework::KeySlot slot,
                                          std::string_view context,
                                          std::string_view text) override;
    [[nodiscard]] Result<std::string> open_text(casework::KeySlot slot,
                                                std::string_view context,
                                                BytesView sealed) const override;

    [[nodiscard]] Bytes seal_own(std::string_view context, std::string_view text) override;
    [[nodiscard]] Result<std::string> open_own(std::string_view context, BytesView sealed) const override;

    [[nodiscard]] casework::Receipt issue_receipt() override;
    [[nodiscard]] Result<Bytes> receipt_hash(std::string_view text) const override;
    [[nodiscard]] Secret<std::string> new_token() override;
    [[nodiscard]] Bytes token_hash(std::string_view token) const override;
    [[nodiscard]] Secret<std::string> new_webhook_secret() override;
    [[nodiscard]] std::optional<casework::TraceHash> trace(casework::TraceKind kind,
                                                           std::string_view text) const override;
    [[nodiscard]] Bytes fingerprint(std::string_view text) const override;

    /// Makes the next block of keys when half of the present one is used. For a thread that may wait for the
    /// disk; whoever never calls it lets `new_key` wait once in a block. Errors: `storage`.
    [[nodiscard]] Result<void> refill();

    /// Ed25519 over `text`, by a key that lasts as long as the key store. For what others verify offline.
    [[nodiscard]] Bytes sign(std::string_view text) const;
    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] static bool verify(const PublicKey& key, std::string_view text, BytesView signature);

private:
    SodiumVault(std::unique_ptr<CaseKeys> keys, casework::Entropy& entropy);

    std::unique_ptr<CaseKeys> keys_;
    std::shared_ptr<const Keyring> ring_;
    casework::Entropy& entropy_;
};

}  // namespace lachan::vault
