#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "aead.hpp"
#include "lachan/base/error.hpp"
#include "lachan/casework/entropy.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"
#include "secret_memory.hpp"

namespace lachan::vault {

using RootSecret = std::array<std::uint8_t, kKeyBytes>;

/// A sealed key: version, nonce, key, tag.
inline constexpr std::size_t kSlotBytes = kSealOverhead + kKeyBytes;

/// The key store: a header with the sealed root secret, then slots of one size, numbered from 1. A slot of
/// zeros is a destroyed key.
///
/// Keys are made in blocks ahead of their use. A slot is used once a committed case names it, which only the
/// database knows; so after a crash the unused rest of the last block is simply used. Slots that a crash left
/// half written are passed over.
class CaseKeys {
public:
    [[nodiscard]] static Result<std::unique_ptr<CaseKeys>> open(const MasterKey& master,
                                                                std::shared_ptr<KeyMedium> medium,
                                                                std::optional<std::int64_t> first_free,
                                                                std::int64_t keys_ahead,
                                                                casework::Entropy& entropy);

    [[nodiscard]] const RootSecret& root() const noexcept { return secrets_->root; }

    [[nodiscard]] Result<casework::KeySlot> take();
    /// Errors: `not_found` where it was destroyed or never made; `storage` where it is damaged.
    [[nodiscard]] Result<Key> find(casework::KeySlot slot) const;
    [[nodiscard]] Result<void> destroy(casework::KeySlot slot);
    [[nodiscard]] Result<bool> destroyed(casework::KeySlot slot) const;
    [[nodiscard]] Result<void> refill();

    /// Writes the same root secret and keys, sealed by `master`, to `target`, in one durable write.
    [[nodiscard]] Result<void> copy_to(const MasterKey& master, KeyMedium& target) const;

private:
    using SealedSlot = std::array<std::uint8_t, kSlotBytes>;
    struct Secrets {
        RootSecret root;
        std::array<std::uint8_t, kKeyBytes> slot_key;  ///< Comes from the master key; seals the slots.
    };

    CaseKeys(std::shared_ptr<KeyMedium> medium,
             std::optional<std::int64_t> first_free,
             std::int64_t keys_ahead,
             casework::Entropy& entropy);

    [[nodiscard]] Result<void> start(const MasterKey& master);
    [[nodiscard]] Result<void> load(const MasterKey& master, BytesView header);
    /// Writes the header and the unused slots over themselves.
    [[nodiscard]] Result<void> renew(BytesView header);
    [[nodiscard]] Result<void> extend();
    [[nodiscard]] std::int64_t left() const;
    [[nodiscard]] std::optional<std::int64_t> next_made();
    [[nodiscard]] Result<std::int64_t> number_of(casework::KeySlot slot) const;
    [[nodiscard]] Result<SealedSlot> read_slot(std::int64_t slot) const;
    [[nodiscard]] std::optional<Key> open_slot(std::int64_t slot, const SealedSlot& sealed) const;

    std::shared_ptr<KeyMedium> medium_;
    const std::int64_t keys_ahead_;
    casework::Entropy& entropy_;
    std::shared_ptr<Secrets> secrets_;

    const bool takes_keys_;

    std::mutex growth_;           ///< Held while a block is made; before `mutex_`.
    mutable std::mutex mutex_;    ///< Guards what follows.
    std::int64_t next_;           ///< The next slot to hand out.
    std::int64_t made_ = 0;       ///< Highest slot in the store.
    std::int64_t inherited_ = 0;  ///< Slots up to here were made before we opened it, so may be half written.
};

}  // namespace lachan::vault
