#include "lachan/vault/key_medium.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "files.hpp"

namespace lachan::vault {
namespace {

class KeyFile final : public KeyMedium {
public:
    KeyFile(Descriptor file, std::filesystem::path path) : file_(std::move(file)), path_(std::move(path)) {}

    Result<std::int64_t> size() const override {
        struct stat status{};
        if (::fstat(file_.get(), &status) != 0) {
            return file_error("cannot look at", path_);
        }
        return static_cast<std::int64_t>(status.st_size);
    }

    Result<void> read(std::int64_t offset, std::span<std::uint8_t> out) const override {
        const std::shared_lock lock(mutex_);
        return read_all(file_, offset, out, path_);
    }

    Result<void> write(std::int64_t offset, BytesView bytes) override {
        // Nobody may read a slot that is half overwritten; the sync need not hold readers up.
        {
            const std::unique_lock lock(mutex_);
            if (const auto written = write_all(file_, offset, bytes, path_); !written) {
                return written;
            }
        }
        return sync(file_, path_);
    }

private:
    const Descriptor file_;
    const std::filesystem::path path_;
    mutable std::shared_mutex mutex_;
};

class KeyMemory final : public KeyMedium {
public:
    Result<std::int64_t> size() const override {
        const std::lock_guard lock(mutex_);
        return static_cast<std::int64_t>(bytes_.size());
    }

    Result<void> read(std::int64_t offset, std::span<std::uint8_t> out) const override {
        const std::lock_guard lock(mutex_);
        const auto from = static_cast<std::size_t>(offset);
        if (from > bytes_.size() || out.size() > bytes_.size() - from) {
            return Error(Errc::storage, "read beyond the end of the key store");
        }
        std::copy_n(bytes_.begin() + offset, out.size(), out.begin());
        return {};
    }

    Result<void> write(std::int64_t offset, BytesView bytes) override {
        const std::lock_guard lock(mutex_);
        bytes_.resize(std::max(bytes_.size(), static_cast<std::size_t>(offset) + bytes.size()));
        std::copy(bytes.begin(), bytes.end(), bytes_.begin() + offset);
        return {};
    }

private:
    mutable std::mutex mutex_;
    Bytes bytes_;
};

/// The lock of whoever changes what was there before: apart from the service's own lock on the whole file.
bool lock_changes(const Descriptor& file) {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;
    return ::fcntl(file.get(), F_OFD_SETLK, &lock) == 0;
}

/// Between opening and locking, the file may have been replaced: then the lock is on a file that is no more.
bool is_still_at(const Descriptor& file, const std::filesystem::path& path) {
    struct stat ours{};
    struct stat there{};
    return ::fstat(file.get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

Result<void> lock_for(KeyFileAccess access, const Descriptor& file, const std::filesystem::path& path) {
    const bool as_owner = access == KeyFileAccess::own || access == KeyFileAccess::replace;
    if (as_owner && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        return Error(Errc::storage, path.string() + " is in use by another process");
    }
    const bool changes = access == KeyFileAccess::destroy || access == KeyFileAccess::replace;
    if (changes && !(lock_changes(file) && is_still_at(file, path))) {
        return Error(Errc::storage, path.string() + " is being changed by another command; try again");
    }
    return {};
}

Result<Descriptor> create_or_open(const std::filesystem::path& path) {
    if (std::error_code unknown; std::filesystem::exists(path, unknown)) {
        return open_private(path, O_RDWR);
    }
    auto created = create_private(path);
    if (!created) {
        return created;
    }
    if (const auto lasting = sync_folder_of(path); !lasting) {
        return lasting.error();
    }
    return created;
}

Result<Descriptor> open_as(KeyFileAccess access, const std::filesystem::path& path) {
    switch (access) {
        case KeyFileAccess::own:
            return create_or_open(path);
        case KeyFileAccess::read:
            return open_private(path, O_RDONLY);
        case KeyFileAccess::destroy:
        case KeyFileAccess::replace:
            return open_private(path, O_RDWR);
    }
    return Error(Errc::internal, "no such access");
}

}  // namespace

Result<std::unique_ptr<KeyMedium>> open_key_file(const std::filesystem::path& path, KeyFileAccess access) {
    auto file = open_as(access, path);
    if (!file) {
        return file.error();
    }
    if (const auto locked = lock_for(access, *file, path); !locked) {
        return locked.error();
    }
    return std::unique_ptr<KeyMedium>(std::make_unique<KeyFile>(std::move(*file), path));
}

std::unique_ptr<KeyMedium> make_key_memory() {
    return std::make_unique<KeyMemory>();
}

}  // namespace lachan::vault
