#include "lachan/base/packing.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

// A packed text is a byte that says whether a dictionary was used, its id, and then over and over: a count
// and that many letters as they are; a count of letters to repeat (zero: the end) and from how far back. Back
// from the first letter lies the dictionary. Numbers are seven bits a byte, lowest first.
namespace lachan {
namespace {

constexpr std::uint8_t kAlone = 1;
constexpr std::uint8_t kWithDictionary = 2;

constexpr std::size_t kLeast = 8;  ///< Letters worth a reference, and what is hashed of a place.
constexpr int kOwnBits = 12;       ///< Places of the text itself: all that fit into 16 KiB of memory.
constexpr int kDictionaryBits = 16;
constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

std::uint64_t word_at(const char* letters) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, letters, sizeof word);
    return word;
}

std::size_t key_of(std::uint64_t word, int bits) noexcept {
    constexpr std::uint64_t kSpread =
        0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio: spreads every bit upwards
    return static_cast<std::size_t>((word * kSpread) >> (64 - bits));
}

/// How many letters of both are the same, from the left.
std::size_t same_length(const char* one, const char* other, std::size_t most) noexcept {
    std::size_t length = 0;
    while (length + sizeof(std::uint64_t) <= most) {
        const std::uint64_t differing = word_at(one + length) ^ word_at(other + length);
        if (differing != 0) {
            return length + static_cast<std::size_t>(std::countr_zero(differing)) / 8;
        }
        length += sizeof(std::uint64_t);
    }
    while (length < most && one[length] == other[length]) {
        ++length;
    }
    return length;
}

/// The packed bytes as they grow, in room that is large enough whatever comes: a reference takes less than
/// twice the letters it stands for.
class Packed {
public:
    explicit Packed(std::size_t text_size)
        : bytes_(new std::uint8_t[2 * text_size + kHead]), end_(bytes_.get()) {}

    void put(BytesView bytes) noexcept {
        std::memcpy(end_, bytes.data(), bytes.size());
        end_ += bytes.size();
    }
    void put_byte(std::uint8_t byte) noexcept { *end_++ = byte; }
    void put_number(std::size_t number) noexcept {
        while (number >= 0x80) {
            *end_++ = static_cast<std::uint8_t>(number | 0x80);
            number >>= 7;
        }
        *end_++ = static_cast<std::uint8_t>(number);
    }
    void put_letters(std::string_view letters) noexcept {
        put_number(letters.size());
        put(as_bytes(letters));
    }
    [[nodiscard]] Bytes bytes() const { return {bytes_.get(), end_}; }

private:
    static constexpr std::size_t kHead = 64;  ///< What stands before and after the text.

    std::unique_ptr<std::uint8_t[]> bytes_;
    std::uint8_t* end_;
};

struct Repeat {
    std::size_t length = 0;
    std::size_t back = 0;
};

class Packer {
public:
    Packer(std::string_view text, const Dictionary* dictionary)
        : text_(text), dictionary_(dictionary), places_(std::make_unique<Places>()) {
        places_->fill(kNowhere);
    }

    void pack(Packed& out) {
        std::size_t done = 0;
        std::size_t at = 0;
        while (at + kLeast <= text_.size()) {
            const Repeat found = begins_piece(at) ? longest(at) : Repeat{};
            if (found.length < kLeast) {
                ++at;
                continue;
            }
            out.put_letters(text_.substr(done, at - done));
            out.put_number(found.length);
            out.put_number(found.back);
            at += found.length;
            done = at;
        }
        out.put_letters(text_.substr(done));
        out.put_number(0);
    }

private:
    using Places = std::array<std::uint32_t, std::size_t{1} << kOwnBits>;

    /// What is said again begins where a word does; looking at every letter would find little more and take
    /// thrice as long.
    [[nodiscard]] bool begins_piece(std::size_t at) const noexcept {
        return at == 0 || !goes_on(text_[at - 1]);
    }

    static bool goes_on(char c) noexcept {
        const auto letter = static_cast<unsigned char>(c | 0x20);
        return (letter >= 'a' && letter <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    }

    /// Of what was said before, the piece that goes on longest like the text at `at`.
    Repeat longest(std::size_t at) {
        const char* const here = text_.data() + at;
        const std::uint64_t word = word_at(here);
        const std::size_t most = text_.size() - at;
        Repeat best;
        std::uint32_t& own = (*places_)[key_of(word, kOwnBits)];
        if (own != kNowhere) {
            best = {same_length(text_.data() + own, here, most), at - own};
        }
        own = static_cast<std::uint32_t>(at);
        if (dictionary_ == nullptr) {
            return best;
        }
        const std::uint32_t place = dictionary_->place(key_of(word, kDictionaryBits));
        if (place != kNowhere) {
            const std::string& known = dictionary_->text();
            const std::size_t length =
                same_length(known.data() + place, here, std::min(most, known.size() - place));
            if (length > best.length) {
                best = {length, at + known.size() - place};
            }
        }
        return best;
    }

    std::string_view text_;
    const Dictionary* dictionary_;
    std::unique_ptr<Places> places_;
};

class Unpacker {
public:
    Unpacker(BytesView packed, std::string_view dictionary, std::size_t limit)
        : left_(packed), dictionary_(dictionary), limit_(limit) {}

    std::optional<std::string> unpack() {
        while (true) {
            if (!take_letters()) {
                return std::nullopt;
            }
            const auto length = take_number();
            if (!length) {
                return std::nullopt;
            }
            if (*length == 0) {
                return left_.empty() ? std::optional(std::move(text_)) : std::nullopt;
            }
            const auto back = take_number();
            if (!back || !repeat({*length, *back})) {
                return std::nullopt;
            }
        }
    }

private:
    std::optional<std::size_t> take_number() {
        std::size_t number = 0;
        for (int shift = 0; shift < 35 && !left_.empty(); shift += 7) {
            const std::uint8_t byte = left_.front();
            left_ = left_.subspan(1);
            number |= static_cast<std::size_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) {
                return number;
            }
        }
        return std::nullopt;
    }

    bool take_letters() {
        const auto count = take_number();
        if (!count || *count > left_.size() || *count > limit_ - text_.size()) {
            return false;
        }
        text_ += as_text(left_.first(*count));
        left_ = left_.subspan(*count);
        return true;
    }

    bool repeat(Repeat wanted) {
        const std::size_t said = text_.size();
        if (wanted.back == 0 || wanted.back > said + dictionary_.size() || wanted.length > limit_ - said) {
            return false;
        }
        if (wanted.back <= said) {
            text_.reserve(said + wanted.length);
            for (std::size_t i = 0; i < wanted.length;
                 ++i) {  // letter by letter: a piece may repeat what it just said
                text_ += text_[said - wanted.back + i];
            }
            return true;
        }
        const std::size_t place = dictionary_.size() - (wanted.back - said);
        if (wanted.length > dictionary_.size() - place) {
            return false;
        }
        text_ += dictionary_.substr(place, wanted.length);
        return true;
    }

    BytesView left_;
    std::string_view dictionary_;
    std::size_t limit_;
    std::string text_;
};

}  // namespace

Dictionary::Dictionary(std::string text)
    : text_(std::move(text)), places_(std::size_t{1} << kDictionaryBits, kNowhere) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    const BytesView bytes = as_bytes(text_);
    SHA256(bytes.data(), bytes.size(), digest.data());
    std::copy_n(digest.begin(), id_.size(), id_.begin());
    for (std::size_t at = 0; at + kLeast <= text_.size(); ++at) {
        places_[key_of(word_at(text_.data() + at), kDictionaryBits)] = static_cast<std::uint32_t>(at);
    }
}

Bytes pack_text(std::string_view text, const Dictionary* dictionary) {
    Packed packed(text.size());
    packed.put_byte(dictionary == nullptr ? kAlone : kWithDictionary);
    if (dictionary != nullptr) {
        packed.put(dictionary->id());
    }
    Packer(text, dictionary).pack(packed);
    return packed.bytes();
}

std::optional<Dictionary::Id> dictionary_of(BytesView packed) {
    Dictionary::Id id{};
    if (packed.size() <= id.size() || packed.front() != kWithDictionary) {
        return std::nullopt;
    }
    std::copy_n(packed.begin() + 1, id.size(), id.begin());
    return id;
}

std::optional<std::string> unpack_text(BytesView packed, std::string_view dictionary, std::size_t limit) {
    if (packed.empty()) {
        return std::nullopt;
    }
    const auto id = dictionary_of(packed);
    if (!id && packed.front() != kAlone) {
        return std::nullopt;
    }
    const std::size_t head = id ? 1 + id->size() : 1;
    return Unpacker(packed.subspan(head), id ? dictionary : std::string_view(), limit).unpack();
}

}  // namespace lachan
