#pragma once

#include <string_view>

namespace lachan {

/// A file that the build compiled in (`lachan_embed`): its path, its SHA-256 in hex (a strong ETag), and its
/// bytes.
struct EmbeddedFile {
    std::string_view path;
    std::string_view digest;
    const char* begin;
    const char* end;

    [[nodiscard]] std::string_view content() const noexcept { return {begin, end}; }
};

}  // namespace lachan
