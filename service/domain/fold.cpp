#include "lachan/domain/fold.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lachan::domain {
namespace {

constexpr char32_t kBlank = U' ';
constexpr char32_t kNothing = 0;

/// Code points that are one base letter with marks on it.
struct LetterRange {
    char32_t first;
    char32_t last;
    char base;
};

/// Sorted. Latin-1 and Latin Extended-A for whole alphabets of accents; U+01A0… and U+1EA0… for Vietnamese.
/// U+00D0 and U+0189 only look like Đ, and are typed in its place.
constexpr LetterRange kMarkedLetters[] = {
    {0x00c0, 0x00c5, 'a'}, {0x00c7, 0x00c7, 'c'}, {0x00c8, 0x00cb, 'e'}, {0x00cc, 0x00cf, 'i'},
    {0x00d0, 0x00d0, 'd'}, {0x00d1, 0x00d1, 'n'}, {0x00d2, 0x00d6, 'o'}, {0x00d8, 0x00d8, 'o'},
    {0x00d9, 0x00dc, 'u'}, {0x00dd, 0x00dd, 'y'}, {0x00e0, 0x00e5, 'a'}, {0x00e7, 0x00e7, 'c'},
    {0x00e8, 0x00eb, 'e'}, {0x00ec, 0x00ef, 'i'}, {0x00f0, 0x00f0, 'd'}, {0x00f1, 0x00f1, 'n'},
    {0x00f2, 0x00f6, 'o'}, {0x00f8, 0x00f8, 'o'}, {0x00f9, 0x00fc, 'u'}, {0x00fd, 0x00fd, 'y'},
    {0x00ff, 0x00ff, 'y'}, {0x0100, 0x0105, 'a'}, {0x0106, 0x010d, 'c'}, {0x010e, 0x0111, 'd'},
    {0x0112, 0x011b, 'e'}, {0x0128, 0x0131, 'i'}, {0x0143, 0x0148, 'n'}, {0x014c, 0x0151, 'o'},
    {0x0168, 0x0173, 'u'}, {0x0189, 0x0189, 'd'}, {0x01a0, 0x01a1, 'o'}, {0x01af, 0x01b0, 'u'},
    {0x0256, 0x0256, 'd'}, {0x1ea0, 0x1eb7, 'a'}, {0x1eb8, 0x1ec7, 'e'}, {0x1ec8, 0x1ecb, 'i'},
    {0x1ecc, 0x1ee3, 'o'}, {0x1ee4, 0x1ef1, 'u'}, {0x1ef2, 0x1ef9, 'y'},
};

constexpr bool within(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

char32_t fold_ascii(char32_t c) {
    if (within(c, U'A', U'Z')) {
        return c - U'A' + U'a';
    }
    if (within(c, U'a', U'z') || within(c, U'0', U'9')) {
        return c;
    }
    return c == U'\'' || c == U'`' ? kNothing : kBlank;
}

/// What one code point becomes: a letter, a blank or nothing.
char32_t fold_point(char32_t c) {
    if (c < 0x80) {
        return fold_ascii(c);
    }
    const bool combining_mark = within(c, 0x0300, 0x036f);
    const bool apostrophe = c == 0x2018 || c == 0x2019 || c == 0x02bc || c == 0x00b4;
    const bool invisible = within(c, 0x200b, 0x200f) || c == 0xfeff || c == 0x00ad;
    if (combining_mark || apostrophe || invisible) {
        return kNothing;
    }
    if (within(c, 0x0080, 0x00bf) || c == 0x00d7 || c == 0x00f7 || within(c, 0x2000, 0x206f) ||
        within(c, 0x3000, 0x3003)) {
        return kBlank;
    }
    const auto* const range = std::upper_bound(
        std::begin(kMarkedLetters), std::end(kMarkedLetters), c, [](char32_t point, const LetterRange& r) {
            return point < r.first;
        });
    if (range != std::begin(kMarkedLetters) && c <= std::prev(range)->last) {
        return static_cast<char32_t>(std::prev(range)->base);
    }
    return c;
}

/// Takes one code point off the front; a byte that starts none is taken alone, as a blank.
char32_t take_point(std::string_view& text) {
    const auto lead = static_cast<std::uint8_t>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    const bool whole = length != 0 && lead <= 0xf4 && text.size() >= length;
    if (!whole) {
        text.remove_prefix(1);
        return kBlank;
    }
    char32_t point = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (const char c : text.substr(1, length - 1)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if ((byte & 0xc0U) != 0x80U) {
            text.remove_prefix(1);
            return kBlank;
        }
        point = point << 6 | (byte & 0x3fU);
    }
    text.remove_prefix(length);
    return point;
}

void append_utf8(std::string& out, char32_t c) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<std::uint8_t>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | c >> 6);
        put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(0xe0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    } else {
        put(0xf0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3f));
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

std::vector<std::string_view> words_of(std::string_view folded) {
    std::vector<std::string_view> words;
    while (!folded.empty()) {
        const auto end = std::min(folded.find(' '), folded.size());
        words.push_back(folded.substr(0, end));
        folded.remove_prefix(std::min(end + 1, folded.size()));
    }
    return words;
}

constexpr std::string_view kCountryCode = "84";
constexpr std::size_t kShortestNationalNumber = 9;  ///< Mobile numbers; fixed lines have ten.

}  // namespace

std::string fold(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    bool blank_pending = false;
    while (!text.empty()) {
        const char32_t point = fold_point(take_point(text));
        if (point == kNothing) {
            continue;
        }
        if (point == kBlank) {
            blank_pending = !folded.empty();
            continue;
        }
        if (blank_pending) {
            folded += ' ';
            blank_pending = false;
        }
        append_utf8(folded, point);
    }
    return folded;
}

std::string fold_name(std::string_view text) {
    const std::string folded = fold(text);
    auto words = words_of(folded);
    std::sort(words.begin(), words.end());
    std::string name;
    name.reserve(folded.size());
    for (const std::string_view word : words) {
        if (!name.empty()) {
            name += ' ';
        }
        name += word;
    }
    return name;
}

std::string fold_reference(std::string_view text) {
    std::string reference = fold(text);
    std::erase(reference, ' ');
    return reference;
}

std::string fold_phone(std::string_view text) {
    std::string digits;
    std::copy_if(
        text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    std::string_view number = digits;
    if (number.starts_with("00")) {
        number.remove_prefix(2);
    }
    // A mobile number may itself start with 84 once its zero is gone; the country code only stands before a
    // whole national number.
    if (number.starts_with(kCountryCode) && number.size() >= kCountryCode.size() + kShortestNationalNumber) {
        number.remove_prefix(kCountryCode.size());
    }
    if (number.starts_with('0')) {
        number.remove_prefix(1);
    }
    return std::string(number);
}

}  // namespace lachan::domain
