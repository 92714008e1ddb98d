#pragma once

#include <string>
#include <string_view>

/// Vietnamese text reduced to what people agree on when they search: "Lò Thị Đào", "lo thi dao" and
/// "LÒ  THỊ ĐÀO." are one text, however the accents were encoded.
namespace lachan::domain {

/// Lower case, tone and vowel marks removed (precomposed letters and combining marks alike), đ as d,
/// apostrophes dropped, other punctuation as blanks, blanks collapsed and trimmed. Letters of other scripts
/// stay as they are; bytes that are not UTF-8 count as blanks.
[[nodiscard]] std::string fold(std::string_view text);

/// `fold` with the words sorted: a family name written last is still the same name.
[[nodiscard]] std::string fold_name(std::string_view text);

/// `fold` without blanks: "111-2026-0045678" and "111 2026 0045678" are one reference.
[[nodiscard]] std::string fold_reference(std::string_view text);

/// The national number without its leading zero: "+84 912 345 678", "0084912345678", "0912.345.678" and
/// "84912345678" are all "912345678". Short numbers ("111") and foreign ones keep their digits.
[[nodiscard]] std::string fold_phone(std::string_view text);

}  // namespace lachan::domain
