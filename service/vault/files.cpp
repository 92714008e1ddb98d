#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace lachan::vault {
namespace {

constexpr mode_t kOwnerOnly = 0600;

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

Error file_error(std::string_view what, const std::filesystem::path& path) {
    const std::string reason = std::generic_category().message(errno);
    return Error(Errc::storage, std::string(what) + " " + path.string() + ": " + reason);
}

Result<Descriptor> open_private(const std::filesystem::path& path, int flags) {
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY));
    if (file.get() < 0) {
        return file_error("cannot open", path);
    }
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) {
        return file_error("cannot look at", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return Error(Errc::storage, path.string() + " is not a plain file");
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return Error(Errc::storage, path.string() + " may be used by others than its owner: chmod 600 it");
    }
    return file;
}

Result<Descriptor> create_private(const std::filesystem::path& path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
    if (file.get() < 0) {
        return file_error("cannot create", path);
    }
    return file;
}

Result<void> write_all(const Descriptor& file,
                       std::int64_t offset,
                       BytesView bytes,
                       const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file.get(), bytes.data(), bytes.size(), offset);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return file_error("cannot write", path);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += written;
    }
    return {};
}

Result<void> read_all(const Descriptor& file,
                      std::int64_t offset,
                      std::span<std::uint8_t> out,
                      const std::filesystem::path& path) {
    while (!out.empty()) {
        const ssize_t got = ::pread(file.get(), out.data(), out.size(), offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return file_error("cannot read", path);
        }
        if (got == 0) {
            return Error(Errc::storage, path.string() + " is shorter than it was");
        }
        out = out.subspan(static_cast<std::size_t>(got));
        offset += got;
    }
    return {};
}

Result<void> sync(const Descriptor& file, const std::filesystem::path& path) {
    if (::fsync(file.get()) != 0) {
        return file_error("cannot sync", path);
    }
    return {};
}

Result<void> sync_folder_of(const std::filesystem::path& path) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0) {
        return file_error("cannot open", folder);
    }
    return sync(opened, folder);
}

}  // namespace lachan::vault
