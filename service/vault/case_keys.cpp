#include "case_keys.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "aead.hpp"
#include "lachan/base/check.hpp"

namespace lachan::vault {
namespace {

using casework::KeySlot;

constexpr std::string_view kMagic = "lachan-key-store-1\n";
constexpr std::size_t kHeaderBytes = 128;  ///< Magic word, sealed root secret, room for what may come.
constexpr std::size_t kRootOffset = 32;
static_assert(kRootOffset + kSlotBytes <= kHeaderBytes && kMagic.size() <= kRootOffset);

constexpr std::string_view kRootPurpose = "root secret";

/// Contexts of crypto_kdf are eight letters.
constexpr char kSlotContext[] = "lachslot";
constexpr char kRootContext[] = "lachroot";

Key derive(const std::uint8_t* from, const char (&context)[9]) {
    Key key;
    crypto_kdf_derive_from_key(key.data(), kKeyBytes, 1, context, from);
    return key;
}

constexpr std::int64_t offset_of(std::int64_t slot) {
    return static_cast<std::int64_t>(kHeaderBytes) + (slot - 1) * static_cast<std::int64_t>(kSlotBytes);
}

constexpr std::int64_t slots_in(std::int64_t size) {
    return (size - static_cast<std::int64_t>(kHeaderBytes)) / static_cast<std::int64_t>(kSlotBytes);
}

std::string purpose_of(std::int64_t slot) {
    return associated_text("case key", std::to_string(slot));
}

bool is_zero(BytesView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

Bytes make_header(const MasterKey& master, const RootSecret& root, Nonce nonce) {
    Bytes header(kHeaderBytes);
    std::copy(kMagic.begin(), kMagic.end(), header.begin());
    const Bytes sealed = seal(derive(master.bytes().data(), kRootContext).data(), nonce, kRootPurpose, root);
    std::copy(sealed.begin(), sealed.end(), header.begin() + kRootOffset);
    return header;
}

Error damaged(const std::string& what) {
    return Error(Errc::storage, "key store: " + what);
}

/// Random bytes of which the caller takes pieces; wiped when it goes.
class RandomPool {
public:
    RandomPool(casework::Entropy& entropy, std::size_t size) : bytes_(size) { entropy.fill(bytes_); }
    RandomPool(const RandomPool&) = delete;
    RandomPool& operator=(const RandomPool&) = delete;
    ~RandomPool() { sodium_memzero(bytes_.data(), bytes_.size()); }

    BytesView take(std::size_t count) {
        LACHAN_CHECK(count <= bytes_.size() - used_);
        used_ += count;
        return BytesView(bytes_).subspan(used_ - count, count);
    }

private:
    Bytes bytes_;
    std::size_t used_ = 0;
};

}  // namespace

CaseKeys::CaseKeys(std::shared_ptr<KeyMedium> medium,
                   std::optional<std::int64_t> first_free,
                   std::int64_t keys_ahead,
                   casework::Entropy& entropy)
    : medium_(std::move(medium)),
      keys_ahead_(keys_ahead),
      entropy_(entropy),
      secrets_(make_locked<Secrets>()),
      takes_keys_(first_free.has_value()),
      next_(std::max<std::int64_t>(first_free.value_or(1), 1)) {}

Result<std::unique_ptr<CaseKeys>> CaseKeys::open(const MasterKey& master,
                                                 std::shared_ptr<KeyMedium> medium,
                                                 std::optional<std::int64_t> first_free,
                                                 std::int64_t keys_ahead,
                                                 casework::Entropy& entropy) {
    LACHAN_CHECK(keys_ahead > 0);
    std::unique_ptr<CaseKeys> keys(new CaseKeys(std::move(medium), first_free, keys_ahead, entropy));
    const auto size = keys->medium_->size();
    if (!size) {
        return size.error();
    }
    Bytes header(kHeaderBytes);
    const bool has_header = *size >= static_cast<std::int64_t>(kHeaderBytes);
    if (has_header) {
        if (const auto read = keys->medium_->read(0, header); !read) {
            return read.error();
        }
    }
    // A store without a whole header never gave a key away: it is new, or its creation was interrupted.
    const Result<void> ready =
        has_header && !is_zero(header) ? keys->load(master, header) : keys->start(master);
    if (!ready) {
        return ready.error();
    }
    return keys;
}

Result<void> CaseKeys::start(const MasterKey& master) {
    if (!takes_keys_ || next_ > 1) {
        return damaged("missing or empty");
    }
    RandomPool random(entropy_, kKeyBytes + kNonceBytes);
    const BytesView root = random.take(kKeyBytes);
    std::copy(root.begin(), root.end(), secrets_->root.begin());
    const Bytes header = make_header(master, secrets_->root, random.take(kNonceBytes).first<kNonceBytes>());
    const Key slot_key = derive(master.bytes().data(), kSlotContext);
    std::copy_n(slot_key.data(), secrets_->slot_key.size(), secrets_->slot_key.begin());
    return medium_->write(0, header);
}

Result<void> CaseKeys::load(const MasterKey& master, BytesView header) {
    if (as_text(header.first(kMagic.size())) != kMagic) {
        return damaged("this file is not one, or of an unknown version");
    }
    auto root = vault::open(derive(master.bytes().data(), kRootContext).data(),
                            kRootPurpose,
                            header.subspan(kRootOffset, kSlotBytes));
    if (!root) {
        return damaged("sealed by another master key, or damaged");
    }
    std::copy(root->begin(), root->end(), secrets_->root.begin());
    sodium_memzero(root->data(), root->size());
    const Key slot_key = derive(master.bytes().data(), kSlotContext);
    std::copy_n(slot_key.data(), secrets_->slot_key.size(), secrets_->slot_key.begin());

    const auto size = medium_->size();
    if (!size) {
        return size.error();
    }
    made_ = inherited_ = slots_in(*size);
    if (next_ > made_ + 1) {
        return damaged("older than the database: it lacks the keys of some cases");
    }
    return takes_keys_ ? renew(header) : Result<void>();
}

/// What a process that died had written can be read, and need not be on the disk: nothing may be sealed with
/// such a key. Where its sync failed, the system even believes that it is, and would never write it. Written
/// again it is like any other change. Keys that a committed case names went this way before.
Result<void> CaseKeys::renew(BytesView header) {
    Bytes unused(static_cast<std::size_t>(made_ + 1 - next_) * kSlotBytes);
    if (const auto read = medium_->read(offset_of(next_), unused); !read) {
        return read;
    }
    if (const auto written = medium_->write(offset_of(next_), unused); !written) {
        return written;
    }
    return medium_->write(0, header);
}

Result<KeySlot> CaseKeys::take() {
    if (!takes_keys_) {
        return damaged("opened for reading only");
    }
    for (;;) {
        while (const auto slot = next_made()) {
            if (*slot > inherited_) {
                return KeySlot(*slot);
            }
            const auto sealed = read_slot(*slot);
            if (!sealed) {
                return sealed.error();
            }
            if (open_slot(*slot, *sealed)) {
                return KeySlot(*slot);
            }
        }
        const std::lock_guard growing(growth_);
        if (left() > 0) {
            continue;  // somebody else made a block meanwhile
        }
        if (const auto extended = extend(); !extended) {
            return extended.error();
        }
    }
}

std::optional<std::int64_t> CaseKeys::next_made() {
    const std::lock_guard lock(mutex_);
    return next_ <= made_ ? std::optional(next_++) : std::nullopt;
}

Result<CaseKeys::SealedSlot> CaseKeys::read_slot(std::int64_t slot) const {
    SealedSlot sealed{};
    if (const auto read = medium_->read(offset_of(slot), sealed); !read) {
        return read.error();
    }
    return sealed;
}

std::optional<Key> CaseKeys::open_slot(std::int64_t slot, const SealedSlot& sealed) const {
    auto plain = vault::open(secrets_->slot_key.data(), purpose_of(slot), sealed);
    if (!plain) {
        return std::nullopt;
    }
    std::optional<Key> key(std::in_place);
    std::copy_n(plain->data(), kKeyBytes, key->data());
    sodium_memzero(plain->data(), plain->size());
    return key;
}

Result<std::int64_t> CaseKeys::number_of(KeySlot slot) const {
    const auto number = static_cast<std::int64_t>(slot);
    const std::lock_guard lock(mutex_);
    if (number < 1 || number > made_) {
        return Error(Errc::not_found, "no such key");
    }
    return number;
}

Result<Key> CaseKeys::find(KeySlot slot) const {
    const auto number = number_of(slot);
    if (!number) {
        return number.error();
    }
    // Twice, because a command beside the service may be destroying the key at this moment: half a slot is
    // then the sight of an instant.
    for (int look = 0; look < 2; ++look) {
        const auto sealed = read_slot(*number);
        if (!sealed) {
            return sealed.error();
        }
        if (is_zero(*sealed)) {
            return Error(Errc::not_found, "this key was destroyed");
        }
        if (auto key = open_slot(*number, *sealed)) {
            return std::move(*key);
        }
    }
    return damaged("slot " + std::to_string(*number) + " is damaged");
}

Result<void> CaseKeys::destroy(KeySlot slot) {
    const auto number = number_of(slot);
    if (!number) {
        return number.error();
    }
    return medium_->write(offset_of(*number), Bytes(kSlotBytes));
}

Result<bool> CaseKeys::destroyed(KeySlot slot) const {
    const auto number = number_of(slot);
    if (!number) {
        return number.error();
    }
    const auto sealed = read_slot(*number);
    if (!sealed) {
        return sealed.error();
    }
    return is_zero(*sealed);
}

std::int64_t CaseKeys::left() const {
    const std::lock_guard lock(mutex_);
    return made_ + 1 - next_;
}

Result<void> CaseKeys::refill() {
    const std::lock_guard growing(growth_);
    return left() > keys_ahead_ / 2 ? Result<void>() : extend();
}

Result<void> CaseKeys::extend() {
    const std::int64_t first = made_ + 1;  // only changed under `growth_`, which we hold
    RandomPool random(entropy_, static_cast<std::size_t>(keys_ahead_) * (kKeyBytes + kNonceBytes));
    Bytes block;
    block.reserve(static_cast<std::size_t>(keys_ahead_) * kSlotBytes);
    for (std::int64_t slot = first; slot < first + keys_ahead_; ++slot) {
        const Nonce nonce = random.take(kNonceBytes).first<kNonceBytes>();
        const Bytes sealed = seal(secrets_->slot_key.data(), nonce, purpose_of(slot), random.take(kKeyBytes));
        block.insert(block.end(), sealed.begin(), sealed.end());
    }
    if (const auto written = medium_->write(offset_of(first), block); !written) {
        return written.error();
    }
    const std::lock_guard lock(mutex_);
    made_ = first + keys_ahead_ - 1;
    return {};
}

Result<void> CaseKeys::copy_to(const MasterKey& master, KeyMedium& target) const {
    RandomPool random(entropy_, static_cast<std::size_t>(made_ + 1) * kNonceBytes);
    Bytes copy = make_header(master, secrets_->root, random.take(kNonceBytes).first<kNonceBytes>());
    const Key slot_key = derive(master.bytes().data(), kSlotContext);
    copy.reserve(static_cast<std::size_t>(offset_of(made_ + 1)));
    for (std::int64_t slot = 1; slot <= made_; ++slot) {
        const Nonce nonce = random.take(kNonceBytes).first<kNonceBytes>();
        const auto present = read_slot(slot);
        if (!present) {
            return present.error();
        }
        if (const auto key = open_slot(slot, *present)) {
            const Bytes sealed = seal(slot_key.data(), nonce, purpose_of(slot), {key->data(), kKeyBytes});
            copy.insert(copy.end(), sealed.begin(), sealed.end());
        } else {
            copy.insert(copy.end(), present->begin(), present->end());  // destroyed stays so, damaged too
        }
    }
    return target.write(0, copy);
}

}  // namespace lachan::vault
