#include "lachan/domain/case_code.hpp"

#include <array>

namespace lachan::domain {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeLetters = 8;
constexpr std::size_t kReceiptDigits = 16;

/// Multiplies by the generator x of GF(32) with x^5 = x^2 + 1. Its powers 1, x, …, x^7 all differ, so each
/// place has a weight of its own and the sum finds every single error and every swap.
constexpr unsigned times_x(unsigned value) {
    const unsigned shifted = value << 1;
    return (shifted & 0x20U) != 0 ? (shifted ^ 0x25U) & 0x1fU : shifted;
}

/// Horner's rule over the letters, once more at the end so that the last letter does not cancel against the
/// check.
unsigned check_letter(std::uint64_t value) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < kCodeLetters; ++i) {
        const auto letter = static_cast<unsigned>(value >> (5 * (kCodeLetters - 1 - i))) & 0x1fU;
        sum = times_x(sum) ^ letter;
    }
    return times_x(sum);
}

std::optional<unsigned> letter_value(char c) {
    if (c >= 'a' && c <= 'z') {
        c = static_cast<char>(c - 'a' + 'A');
    }
    if (c == 'O') {
        c = '0';
    }
    if (c == 'I' || c == 'L') {
        c = '1';
    }
    const auto at = kLetters.find(c);
    return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(at));
}

/// Damm's quasigroup of order ten: finds every single wrong digit and every swap of neighbours.
constexpr std::array<std::array<int, 10>, 10> kDamm = {{{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
                                                        {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
                                                        {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
                                                        {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
                                                        {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
                                                        {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
                                                        {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
                                                        {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
                                                        {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
                                                        {2, 5, 8, 1, 4, 3, 6, 7, 9, 0}}};

int damm(std::string_view digits) {
    int interim = 0;
    for (const char c : digits) {
        interim = kDamm[static_cast<std::size_t>(interim)][static_cast<std::size_t>(c - '0')];
    }
    return interim;
}

}  // namespace

std::string format_case_code(std::uint64_t value) {
    std::string code = "LC-";
    for (std::size_t i = 0; i < kCodeLetters; ++i) {
        code += kLetters[(value >> (5 * (kCodeLetters - 1 - i))) & 0x1fU];
        if (i == 3) {
            code += '-';
        }
    }
    code += '-';
    code += kLetters[check_letter(value)];
    return code;
}

std::optional<std::uint64_t> parse_case_code(std::string_view text) {
    if (text.size() < 2 || letter_value(text[0]) != letter_value('L') ||
        letter_value(text[1]) != letter_value('C')) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    std::size_t letters = 0;
    unsigned check = 0;
    for (const char c : text.substr(2)) {
        if (c == '-' || c == ' ') {
            continue;
        }
        const auto letter = letter_value(c);
        if (!letter || letters > kCodeLetters) {
            return std::nullopt;
        }
        if (letters < kCodeLetters) {
            value = value << 5 | *letter;
        } else {
            check = *letter;
        }
        ++letters;
    }
    const bool whole = letters == kCodeLetters + 1;
    return whole && check == check_letter(value) ? std::optional(value) : std::nullopt;
}

std::string format_receipt(std::uint64_t value) {
    std::string digits = std::to_string(value);
    digits.insert(0, kReceiptDigits - 1 - digits.size(), '0');
    digits += static_cast<char>('0' + damm(digits));
    return digits.substr(0, 4) + ' ' + digits.substr(4, 4) + ' ' + digits.substr(8, 4) + ' ' +
           digits.substr(12);
}

std::optional<std::uint64_t> parse_receipt(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c == ' ' || c == '-') {
            continue;
        }
        if (c < '0' || c > '9' || digits.size() == kReceiptDigits) {
            return std::nullopt;
        }
        digits += c;
    }
    if (digits.size() != kReceiptDigits || damm(digits) != 0) {
        return std::nullopt;
    }
    return std::stoull(digits.substr(0, kReceiptDigits - 1));
}

}  // namespace lachan::domain
