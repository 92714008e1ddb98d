#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "lachan/base/bytes.hpp"
#include "lachan/base/error.hpp"
#include "lachan/casework/entropy.hpp"

namespace lachan::vault {

/// The one key outside the data folder: it seals the key store, and nothing else. Kept in memory that is not
/// swapped out and is wiped when it goes.
class MasterKey {
public:
    static constexpr std::size_t kBytes = 32;

    [[nodiscard]] static MasterKey random(casework::Entropy& entropy);
    /// Exactly `kBytes` bytes.
    [[nodiscard]] static MasterKey from_bytes(BytesView bytes);

    [[nodiscard]] std::span<const std::uint8_t, kBytes> bytes() const noexcept {
        return std::span<const std::uint8_t, kBytes>(memory_.get(), kBytes);
    }

private:
    struct Wipe {
        void operator()(std::uint8_t* memory) const noexcept;
    };
    MasterKey();

    std::unique_ptr<std::uint8_t[], Wipe> memory_;
};

/// Writes a new key as one line of text, readable by its owner only, on disk when this returns. Errors:
/// `storage`, also where the file exists: a key that seals something is never overwritten.
[[nodiscard]] Result<MasterKey> create_master_key_file(const std::filesystem::path& path,
                                                       casework::Entropy& entropy);

/// Errors: `storage` where the file cannot be read, is not a key, is no plain file, or may be read or written
/// by anyone but its owner.
[[nodiscard]] Result<MasterKey> read_master_key_file(const std::filesystem::path& path);

/// Gives the service a new master key: seals the key store anew, then replaces the key file. Every code,
/// token, receipt and identity stays valid. Refused (`storage`) while a service uses the key store. Safe to
/// call again after a crash at any point: it goes on where it stopped.
[[nodiscard]] Result<void> rotate_master_key(const std::filesystem::path& master_key_file,
                                             const std::filesystem::path& key_store_file,
                                             casework::Entropy& entropy);

/// Ends a rotation that a crash interrupted after the key store was replaced and before the key was; nothing
/// to do otherwise. Called before the files are opened. Errors: `storage`.
[[nodiscard]] Result<void> settle_rotation(const std::filesystem::path& master_key_file,
                                           const std::filesystem::path& key_store_file,
                                           casework::Entropy& entropy);

}  // namespace lachan::vault
