#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "lachan/base/bytes.hpp"
#include "lachan/base/error.hpp"

namespace lachan::vault {

/// Where the bytes of a key store lie: a file in production, memory in tests and the simulation. Callable
/// from any thread. Errors are `storage`.
class KeyMedium {
public:
    KeyMedium() = default;
    KeyMedium(const KeyMedium&) = delete;
    KeyMedium& operator=(const KeyMedium&) = delete;
    virtual ~KeyMedium() = default;

    [[nodiscard]] virtual Result<std::int64_t> size() const = 0;
    /// Fills all of `out`; bytes beyond the end are an error.
    [[nodiscard]] virtual Result<void> read(std::int64_t offset, std::span<std::uint8_t> out) const = 0;
    /// Overwrites and appends; durable when it returns.
    [[nodiscard]] virtual Result<void> write(std::int64_t offset, BytesView bytes) = 0;
};

/// `own`: the running service, one at a time (a lock on the file), creates a missing file with mode 0600.
/// `read`: commands beside it, which hash tokens and read codes but take no keys.
/// `destroy`: commands beside it that end keys. A slot is overwritten in its place, so the service sees it at
/// once; nobody may put another file in the place of this one meanwhile.
/// `replace`: a command that puts another file, or another database, in its place: neither the service nor
/// such a command is there.
enum class KeyFileAccess : std::uint8_t { own, read, destroy, replace };

/// Errors: `storage`, also where another process owns the file or others may read it.
[[nodiscard]] Result<std::unique_ptr<KeyMedium>> open_key_file(const std::filesystem::path& path,
                                                               KeyFileAccess access);

[[nodiscard]] std::unique_ptr<KeyMedium> make_key_memory();

}  // namespace lachan::vault
