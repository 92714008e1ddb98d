#include "lachan/vault/master_key.hpp"

#include <fcntl.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <string_view>

#include "files.hpp"
#include "lachan/base/check.hpp"
#include "secret_memory.hpp"

namespace lachan::vault {
namespace {

/// "lachan-master-key-1 " and 64 hexadecimal digits: a person can see what it is, and a later version
/// differs.
constexpr std::string_view kVersionWord = "lachan-master-key-1 ";
constexpr std::size_t kLineBytes = kVersionWord.size() + 2 * MasterKey::kBytes + 1;

/// Text with the key in it, wiped when it goes.
class KeyLine {
public:
    KeyLine() = default;
    KeyLine(const KeyLine&) = delete;
    KeyLine& operator=(const KeyLine&) = delete;
    ~KeyLine() { sodium_memzero(bytes_.data(), bytes_.size()); }

    [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return bytes_; }
    [[nodiscard]] char* text() noexcept { return reinterpret_cast<char*>(bytes_.data()); }

private:
    /// One more for the terminating zero that libsodium writes.
    std::array<std::uint8_t, kLineBytes + 1> bytes_{};
};

Error not_a_key(const std::filesystem::path& path) {
    return Error(Errc::storage, path.string() + " does not hold a master key");
}

}  // namespace

void MasterKey::Wipe::operator()(std::uint8_t* memory) const noexcept {
    sodium_free(memory);
}

MasterKey::MasterKey() {
    LACHAN_CHECK(sodium_init() >= 0);
    memory_.reset(static_cast<std::uint8_t*>(sodium_malloc(kBytes)));
    if (!memory_) {
        throw std::bad_alloc();
    }
}

MasterKey MasterKey::random(casework::Entropy& entropy) {
    MasterKey key;
    entropy.fill({key.memory_.get(), kBytes});
    return key;
}

MasterKey MasterKey::from_bytes(BytesView bytes) {
    LACHAN_CHECK(bytes.size() == kBytes);
    MasterKey key;
    std::copy(bytes.begin(), bytes.end(), key.memory_.get());
    return key;
}

Result<MasterKey> create_master_key_file(const std::filesystem::path& path, casework::Entropy& entropy) {
    MasterKey key = MasterKey::random(entropy);
    KeyLine line;
    std::copy(kVersionWord.begin(), kVersionWord.end(), line.bytes().begin());
    sodium_bin2hex(
        line.text() + kVersionWord.size(), 2 * MasterKey::kBytes + 1, key.bytes().data(), MasterKey::kBytes);
    line.bytes()[kLineBytes - 1] = '\n';

    const auto file = create_private(path);
    if (!file) {
        return file.error();
    }
    if (const auto written = write_all(*file, 0, line.bytes().first(kLineBytes), path); !written) {
        return written.error();
    }
    if (const auto synced = sync(*file, path); !synced) {
        return synced.error();
    }
    if (const auto synced = sync_folder_of(path); !synced) {
        return synced.error();
    }
    return key;
}

Result<MasterKey> read_master_key_file(const std::filesystem::path& path) {
    const auto file = open_private(path, O_RDONLY);
    if (!file) {
        return file.error();
    }
    // The line break may be missing: people copy keys by hand.
    constexpr std::size_t kShortest = kLineBytes - 1;
    KeyLine line;
    if (!read_all(*file, 0, line.bytes().first(kShortest), path)) {
        return not_a_key(path);
    }
    const std::string_view text(line.text(), kShortest);
    if (!text.starts_with(kVersionWord)) {
        return not_a_key(path);
    }
    Wiped<MasterKey::kBytes> bytes;
    std::size_t length = 0;
    const char* end = nullptr;
    const std::string_view digits = text.substr(kVersionWord.size());
    const bool hexadecimal =
        sodium_hex2bin(
            bytes.data(), MasterKey::kBytes, digits.data(), digits.size(), nullptr, &length, &end) == 0;
    if (!hexadecimal || length != MasterKey::kBytes || end != digits.data() + digits.size()) {
        return not_a_key(path);
    }
    return MasterKey::from_bytes({bytes.data(), MasterKey::kBytes});
}

}  // namespace lachan::vault
