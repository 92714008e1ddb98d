#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"

namespace lachan::app {

/// The whole content. Errors: `storage`, naming the file.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// A secret of the operator's: like `read_file`, but refused where others than the owner may read it.
[[nodiscard]] Result<Secret<std::string>> read_secret_file(const std::filesystem::path& path);

enum class Privacy { open, owner_only };

/// Writes a new file, with its folders. Errors: `storage`, also where the file exists.
[[nodiscard]] Result<void> write_new_file(const std::filesystem::path& path,
                                          std::string_view content,
                                          Privacy privacy);

/// Adds a line at the end of a file that is made where it is missing; on disk when this returns. Errors:
/// `storage`.
[[nodiscard]] Result<void> append_line(const std::filesystem::path& path, std::string_view line);

/// Puts new content in the place of the old at once: whoever reads the file meanwhile sees one of the two
/// whole. Errors: `storage`.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, std::string_view content);

/// Gives a whole file its name, in the place of one that has it; on disk, name and all, when this returns.
/// Errors: `storage`.
[[nodiscard]] Result<void> move_into_place(const std::filesystem::path& from,
                                           const std::filesystem::path& to);

}  // namespace lachan::app
