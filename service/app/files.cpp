#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

namespace lachan::app {
namespace {

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

bool write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(descriptor, content.data(), content.size());
        if (written <= 0) {
            return false;
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor) == 0;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open() || in.bad()) {
        return Error(Errc::storage, "cannot read " + path.string());
    }
    return content;
}

Result<Secret<std::string>> read_secret_file(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        return Error(Errc::storage,
                     "cannot read " + path.string() + ": " + std::generic_category().message(errno));
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return Error(Errc::storage, path.string() + " may be used by others than its owner: chmod 600 it");
    }
    auto content = read_file(path);
    if (!content) {
        return content.error();
    }
    return Secret<std::string>(std::move(*content));
}

Result<void> write_new_file(const std::filesystem::path& path, std::string_view content, Privacy privacy) {
    std::error_code failure;
    std::filesystem::create_directories(path.parent_path(), failure);
    const mode_t mode = privacy == Privacy::owner_only ? 0600 : 0644;
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file.number() < 0 || !write_all(file.number(), content)) {
        return Error(Errc::storage,
                     "cannot write " + path.string() + ": " + std::generic_category().message(errno));
    }
    return {};
}

Result<void> append_line(const std::filesystem::path& path, std::string_view line) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (file.number() < 0 || !write_all(file.number(), std::string(line) + "\n")) {
        return Error(Errc::storage,
                     "cannot write " + path.string() + ": " + std::generic_category().message(errno));
    }
    return {};
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view content) {
    std::filesystem::path beside = path;
    beside += ".new";
    std::error_code failure;
    std::filesystem::remove(beside, failure);  // left by a run that did not come to its end
    if (auto written = write_new_file(beside, content, Privacy::open); !written) {
        return written;
    }
    return move_into_place(beside, path);
}

Result<void> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto failed = [&] {
        return Error(Errc::storage,
                     "cannot put " + to.string() + " in place: " + std::generic_category().message(errno));
    };
    const Descriptor file(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0 || ::fsync(file.number()) != 0 || ::rename(from.c_str(), to.c_str()) != 0) {
        return failed();
    }
    const std::filesystem::path parent = to.has_parent_path() ? to.parent_path() : ".";
    const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() < 0 || ::fsync(folder.number()) != 0) {
        return failed();
    }
    return {};
}

}  // namespace lachan::app
