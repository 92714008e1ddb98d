#include <sodium.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "case_keys.hpp"
#include "files.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"

namespace lachan::vault {
namespace {

namespace fs = std::filesystem;

fs::path beside(const fs::path& path) {
    return path.string() + ".new";
}

Result<void> replace(const fs::path& from, const fs::path& to) {
    std::error_code failure;
    fs::rename(from, to, failure);
    if (failure) {
        return Error(Errc::storage, "cannot replace " + to.string() + ": " + failure.message());
    }
    return sync_folder_of(to);
}

void forget(const fs::path& left_over) {
    std::error_code unknown;
    fs::remove(left_over, unknown);
}

/// Seals everything in `keys` by a new key, and puts the result in the store's place.
Result<void> reseal(const CaseKeys& keys,
                    const fs::path& new_key_file,
                    const fs::path& key_store_file,
                    casework::Entropy& entropy) {
    const fs::path new_store = beside(key_store_file);
    forget(new_key_file);  // nothing was sealed by it: the store still opens with the old key
    forget(new_store);
    const auto new_key = create_master_key_file(new_key_file, entropy);
    if (!new_key) {
        return new_key.error();
    }
    const auto target = open_key_file(new_store, KeyFileAccess::own);
    if (!target) {
        return target.error();
    }
    if (const auto copied = keys.copy_to(*new_key, **target); !copied) {
        return copied;
    }
    return replace(new_store, key_store_file);
}

}  // namespace

Result<void> rotate_master_key(const fs::path& master_key_file,
                               const fs::path& key_store_file,
                               casework::Entropy& entropy) {
    const auto old_key = read_master_key_file(master_key_file);
    if (!old_key) {
        return old_key.error();
    }
    auto opened = open_key_file(key_store_file, KeyFileAccess::replace);
    if (!opened) {
        return opened.error();
    }
    const std::shared_ptr<KeyMedium> store = std::move(*opened);
    const fs::path new_key_file = beside(master_key_file);
    if (const auto keys = CaseKeys::open(*old_key, store, std::nullopt, 1, entropy)) {
        if (const auto resealed = reseal(**keys, new_key_file, key_store_file, entropy); !resealed) {
            return resealed;
        }
        return replace(new_key_file, master_key_file);
    }
    // A crash came after the store was replaced and before the key was: the new key must be there.
    const auto new_key = read_master_key_file(new_key_file);
    if (!new_key || !CaseKeys::open(*new_key, store, std::nullopt, 1, entropy)) {
        return Error(Errc::storage, key_store_file.string() + " opens with no master key that is there");
    }
    return replace(new_key_file, master_key_file);
}

Result<void> settle_rotation(const fs::path& master_key_file,
                             const fs::path& key_store_file,
                             casework::Entropy& entropy) {
    const fs::path new_key_file = beside(master_key_file);
    if (std::error_code unknown; !fs::exists(new_key_file, unknown) || !fs::exists(key_store_file, unknown)) {
        return {};
    }
    auto opened = open_key_file(key_store_file, KeyFileAccess::read);
    if (!opened) {
        return opened.error();
    }
    const std::shared_ptr<KeyMedium> store = std::move(*opened);
    const auto opens = [&](const fs::path& key_file) {
        const auto key = read_master_key_file(key_file);
        return key && CaseKeys::open(*key, store, std::nullopt, 1, entropy);
    };
    if (opens(master_key_file) || !opens(new_key_file)) {
        return {};  // the store was not replaced yet, or this is not ours to mend
    }
    return replace(new_key_file, master_key_file);
}

}  // namespace lachan::vault
