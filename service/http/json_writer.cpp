#include "json_writer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <cstring>

namespace lachan::http {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::size_t kLongestEscape = 6;  ///< "\\u0000"
constexpr std::string_view kHexDigits = "0123456789abcdef";

char* put(char* out, std::string_view letters) noexcept {
    std::memcpy(out, letters.data(), letters.size());
    return out + letters.size();
}

char* put_escaped(char* out, char c) noexcept {
    switch (c) {
        case '"':
            return put(out, "\\\"");
        case '\\':
            return put(out, "\\\\");
        case '\n':
            return put(out, "\\n");
        case '\r':
            return put(out, "\\r");
        case '\t':
            return put(out, "\\t");
        default:
            break;
    }
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20) {
        *out = c;
        return out + 1;
    }
    out = put(out, "\\u00");
    *out++ = kHexDigits[code >> 4];
    *out++ = kHexDigits[code & 0x0f];
    return out;
}

/// Eight letters at once: most of what is written is text that stands as it is.
constexpr std::size_t kWord = sizeof(std::uint64_t);

constexpr std::uint64_t each_byte(std::uint8_t byte) noexcept {
    return ~std::uint64_t{0} / 0xff * byte;
}

constexpr std::uint64_t kHighBits = each_byte(0x80);

/// Not zero where a byte of the word is zero.
constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
    return (word - each_byte(1)) & ~word & kHighBits;
}

/// Not zero where a byte of the word is a control character, a quotation mark or a backslash.
constexpr std::uint64_t special_bytes(std::uint64_t word) noexcept {
    const std::uint64_t controls = (word - each_byte(0x20)) & ~word & kHighBits;
    return controls | zero_bytes(word ^ each_byte('"')) | zero_bytes(word ^ each_byte('\\'));
}

bool is_special(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// How many letters from `begin` on need no escape.
std::size_t plain_length(std::string_view text, std::size_t begin) noexcept {
    std::size_t end = begin;
    for (; end + kWord <= text.size(); end += kWord) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + end, kWord);
        if (special_bytes(word) != 0) {
            break;
        }
    }
    while (end < text.size() && !is_special(text[end])) {
        ++end;
    }
    return end - begin;
}

/// Beyond ASCII, not all bytes are text.
bool is_sound(std::string_view text) noexcept {
    std::size_t i = 0;
    for (; i + kWord <= text.size(); i += kWord) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, kWord);
        if ((word & kHighBits) != 0) {
            return simdjson::validate_utf8(text.data(), text.size());
        }
    }
    for (; i < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) >= 0x80) {
            return simdjson::validate_utf8(text.data(), text.size());
        }
    }
    return true;
}

char* put_unsound(char* out, std::string_view text) noexcept {
    for (const char c : text) {
        out = static_cast<unsigned char>(c) >= 0x80 ? put(out, kReplacement) : put_escaped(out, c);
    }
    return out;
}

char* put_sound(char* out, std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t plain = plain_length(text, at);
        out = put(out, text.substr(at, plain));
        at += plain;
        if (at < text.size()) {
            out = put_escaped(out, text[at++]);
        }
    }
    return out;
}

}  // namespace

char* JsonWriter::next(std::size_t most) {
    if (size_ + most + 1 > text_.size()) {
        text_.resize(2 * text_.size() + most + 1);
    }
    char* out = text_.data() + size_;
    if (separates_) {
        *out++ = ',';
    }
    return out;
}

JsonWriter& JsonWriter::open(char bracket) {
    char* out = next(1);
    *out++ = bracket;
    advance(out);
    separates_ = false;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    separates_ = false;  // no comma before it
    char* out = next(1);
    *out++ = bracket;
    advance(out);
    separates_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    char* out = next(name.size() + 3);
    *out++ = '"';
    out = put(out, name);
    *out++ = '"';
    *out++ = ':';
    advance(out);
    separates_ = false;
    return *this;
}

JsonWriter& JsonWriter::foreign_key(std::string_view name) {
    value(name);
    separates_ = false;
    char* out = next(1);
    *out++ = ':';
    advance(out);
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    advance(put(next(json.size()), json));
    separates_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    return raw(fmt::format("{:.2f}", number));
}

JsonWriter& JsonWriter::plain(std::string_view text) {
    char* out = next(text.size() + 2);
    *out++ = '"';
    out = put(out, text);
    *out++ = '"';
    advance(out);
    separates_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    char* out = next(kLongestEscape * text.size() + 2);
    *out++ = '"';
    out = is_sound(text) ? put_sound(out, text) : put_unsound(out, text);
    *out++ = '"';
    advance(out);
    separates_ = true;
    return *this;
}

}  // namespace lachan::http
