#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "lachan/base/bytes.hpp"
#include "lachan/base/error.hpp"

/// Files of secrets by descriptor: POSIX, because mode, lock and sync have to be ours from the first byte.
namespace lachan::vault {

/// Closes itself.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    [[nodiscard]] int get() const noexcept { return number_; }

private:
    int number_ = -1;
};

/// The error that `errno` describes; the path of a file is no secret.
[[nodiscard]] Error file_error(std::string_view what, const std::filesystem::path& path);

/// Opens an existing plain file that nobody but its owner may read or write.
[[nodiscard]] Result<Descriptor> open_private(const std::filesystem::path& path, int flags);
/// Makes a new one with mode 0600; refuses where something of that name exists.
[[nodiscard]] Result<Descriptor> create_private(const std::filesystem::path& path);

[[nodiscard]] Result<void> write_all(const Descriptor& file,
                                     std::int64_t offset,
                                     BytesView bytes,
                                     const std::filesystem::path& path);
[[nodiscard]] Result<void> read_all(const Descriptor& file,
                                    std::int64_t offset,
                                    std::span<std::uint8_t> out,
                                    const std::filesystem::path& path);
[[nodiscard]] Result<void> sync(const Descriptor& file, const std::filesystem::path& path);
/// A new or renamed file lasts only once its folder is synced.
[[nodiscard]] Result<void> sync_folder_of(const std::filesystem::path& path);

}  // namespace lachan::vault
