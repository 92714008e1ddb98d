#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/bytes.hpp"

/// Shortens texts that say much the same: what was said before, in the text itself or in a dictionary both
/// sides have, is kept as a reference. Quick rather than tight, for it runs where each microsecond is waited
/// for; nothing is lost.
namespace lachan {

/// What texts to be packed are likely to repeat. Kept for as long as anything that was packed with it.
class Dictionary {
public:
    using Id = std::array<std::uint8_t, 8>;

    explicit Dictionary(std::string text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// The same for the same text, and for no other.
    [[nodiscard]] const Id& id() const noexcept { return id_; }
    /// Where a piece that begins like `key` (a hash of its first bytes) stood last.
    [[nodiscard]] std::uint32_t place(std::size_t key) const noexcept { return places_[key]; }

private:
    std::string text_;
    Id id_{};
    std::vector<std::uint32_t> places_;
};

[[nodiscard]] Bytes pack_text(std::string_view text, const Dictionary* dictionary);

/// The dictionary that packed bytes ask for; none: they need none. What `unpack_text` is to be given.
[[nodiscard]] std::optional<Dictionary::Id> dictionary_of(BytesView packed);

/// The text again; none where the bytes are not a packed text, are not of this dictionary, or would be longer
/// than `limit`.
[[nodiscard]] std::optional<std::string> unpack_text(BytesView packed,
                                                     std::string_view dictionary,
                                                     std::size_t limit);

}  // namespace lachan
