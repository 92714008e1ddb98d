#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lachan/base/bytes.hpp"

/// The plain form of what is sealed: fields of a number, a length and bytes, in any order, some repeated. It
/// keeps text byte for byte, costs a copy and no parsing, and a later reader skips numbers it does not know.
namespace lachan::vault {

/// Writers give their own numbers from 1; 0 is padding, which ends the record.
using FieldNumber = std::uint8_t;

class FieldWriter {
public:
    FieldWriter();

    /// Writes nothing where the text is empty: absent and empty are one.
    void text(FieldNumber number, std::string_view text);
    void record(FieldNumber number, const FieldWriter& inner);

    /// Pads, so that the length tells little about what was said: an informant who gave a name and a phone
    /// looks like none.
    void pad();

    [[nodiscard]] BytesView bytes() const noexcept { return bytes_; }

private:
    void put(FieldNumber number, BytesView content);

    Bytes bytes_;
};

struct Field {
    FieldNumber number = 0;
    BytesView content;

    [[nodiscard]] std::string_view text() const noexcept { return as_text(content); }
};

class FieldReader {
public:
    explicit FieldReader(BytesView bytes) : left_(bytes) {}

    /// None at the end, or where the bytes are no record: then `broken()`.
    [[nodiscard]] std::optional<Field> next();
    [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
    BytesView left_;
    bool broken_ = false;
};

}  // namespace lachan::vault
