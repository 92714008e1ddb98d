#include "json_writer.hpp"

#include <fmt/format.h>

#include "utf8.hpp"

namespace lachan::http {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

void add_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
            } else {
                out += c;
            }
    }
}

bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

}  // namespace

/// A comma where something stands before in the same list or object.
void JsonWriter::separate() {
    if (!text_.empty() && text_.back() != '{' && text_.back() != '[' && text_.back() != ':') {
        text_ += ',';
    }
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    text_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    text_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    value(name);
    text_ += ':';
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    text_ += json;
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    return raw(fmt::format("{:.2f}", number));
}

JsonWriter& JsonWriter::value(std::string_view text) {
    separate();
    text_ += '"';
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) {
        ++plain;
    }
    text_ += text.substr(0, plain);
    const std::string_view rest = text.substr(plain);
    const bool sound = utf8_length(rest).has_value();
    for (const char c : rest) {
        if (!sound && static_cast<unsigned char>(c) >= 0x80) {
            text_ += kReplacement;
        } else {
            add_escaped(text_, c);
        }
    }
    text_ += '"';
    return *this;
}

}  // namespace lachan::http
