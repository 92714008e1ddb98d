#include "fields.hpp"

#include <array>

#include "lachan/base/check.hpp"

namespace lachan::vault {
namespace {

constexpr std::size_t kHeadBytes = 5;      ///< Number, and length in four bytes, lowest first.
constexpr std::size_t kPaddedTo = 64;      ///< Holds an informant's name and phone in one step.
constexpr std::size_t kLongest = 1 << 24;  ///< Far above the limit of a body; keeps lengths in four bytes.

constexpr std::size_t kUsualBytes = 512;  ///< Most parts of a report fit without growing.

}  // namespace

FieldWriter::FieldWriter() {
    bytes_.reserve(kUsualBytes);
}

void FieldWriter::text(FieldNumber number, std::string_view text) {
    if (!text.empty()) {
        put(number, as_bytes(text));
    }
}

void FieldWriter::record(FieldNumber number, const FieldWriter& inner) {
    put(number, inner.bytes());
}

void FieldWriter::put(FieldNumber number, BytesView content) {
    LACHAN_CHECK(number != 0 && content.size() < kLongest);
    std::array<std::uint8_t, kHeadBytes> head = {number};
    for (std::size_t i = 1; i < kHeadBytes; ++i) {
        head[i] = static_cast<std::uint8_t>(content.size() >> (8 * (i - 1)));
    }
    bytes_.insert(bytes_.end(), head.begin(), head.end());
    bytes_.insert(bytes_.end(), content.begin(), content.end());
}

void FieldWriter::pad() {
    const std::size_t steps = bytes_.size() / kPaddedTo + 1;
    bytes_.resize(steps * kPaddedTo);
}

std::optional<Field> FieldReader::next() {
    if (left_.empty() || left_[0] == 0) {
        return std::nullopt;
    }
    if (left_.size() < kHeadBytes) {
        broken_ = true;
        return std::nullopt;
    }
    std::size_t length = 0;
    for (std::size_t i = 1; i < kHeadBytes; ++i) {
        length |= static_cast<std::size_t>(left_[i]) << (8 * (i - 1));
    }
    if (length > left_.size() - kHeadBytes) {
        broken_ = true;
        return std::nullopt;
    }
    const Field field{left_[0], left_.subspan(kHeadBytes, length)};
    left_ = left_.subspan(kHeadBytes + length);
    return field;
}

}  // namespace lachan::vault
