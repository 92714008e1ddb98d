#include "lachan/domain/case_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace lachan::domain {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::uint64_t kCodes = std::uint64_t{1} << kCaseCodeBits;
constexpr std::uint64_t kReceipts = 1'000'000'000'000'000;
constexpr int kSamples = 200;

/// Values from all over the range; the seed is fixed, so a failure comes again.
std::vector<std::uint64_t> samples(std::uint64_t below) {
    std::mt19937_64 random(7);
    std::vector<std::uint64_t> values = {0, 1, below - 1};
    for (int i = 0; i < kSamples; ++i) {
        values.push_back(random() % below);
    }
    return values;
}

TEST(CaseCode, LooksAsTheContractShowsIt) {
    const std::string code = format_case_code(0);
    EXPECT_EQ(code.size(), std::string_view("LC-7K3M-Q9TX-4").size());
    EXPECT_TRUE(code.starts_with("LC-0000-0000-"));
}

TEST(CaseCode, GoesThereAndBack) {
    for (const std::uint64_t value : samples(kCodes)) {
        EXPECT_EQ(parse_case_code(format_case_code(value)), value);
    }
}

TEST(CaseCode, IsReadAsPeopleWriteIt) {
    const std::uint64_t value = 0x1234567890;
    const std::string code = format_case_code(value);
    std::string bare;
    std::string small;
    std::string confused;
    for (const char c : code) {
        bare += c == '-' ? "" : std::string(1, c);
        small += static_cast<char>(std::tolower(c));
        confused += c == '0' ? 'o' : c == '1' ? 'i' : c;
    }
    EXPECT_EQ(parse_case_code(bare), value);
    EXPECT_EQ(parse_case_code(small), value);
    EXPECT_EQ(parse_case_code(confused), value);
    EXPECT_EQ(parse_case_code("1c" + code.substr(2)), value);
}

TEST(CaseCode, ReadsTheLettersThatLookLikeDigits) {
    for (const std::uint64_t value : samples(kCodes)) {
        const std::string code = format_case_code(value);
        for (const auto& [digit, letters] : {std::pair('0', "oO"), std::pair('1', "iIlL")}) {
            for (const char letter : std::string_view(letters)) {
                std::string confused = code;
                std::replace(confused.begin(), confused.end(), digit, letter);
                ASSERT_EQ(parse_case_code(confused), value) << confused;
            }
        }
    }
    std::string spaced = format_case_code(77);
    std::replace(spaced.begin(), spaced.end(), '-', ' ');
    EXPECT_EQ(parse_case_code(spaced), 77U);
    EXPECT_FALSE(parse_case_code("LX" + format_case_code(77).substr(2)));
}

TEST(CaseCode, AnyOneWrongLetterIsFound) {
    for (const std::uint64_t value : samples(kCodes)) {
        const std::string code = format_case_code(value);
        for (std::size_t i = 3; i < code.size(); ++i) {
            for (const char letter : kLetters) {
                std::string wrong = code;
                wrong[i] = letter;
                if (code[i] != '-' && wrong != code) {
                    ASSERT_FALSE(parse_case_code(wrong)) << code << ' ' << wrong;
                }
            }
        }
    }
}

TEST(CaseCode, AnyTwoSwappedNeighboursAreFound) {
    for (const std::uint64_t value : samples(kCodes)) {
        std::string letters;
        for (const char c : format_case_code(value).substr(3)) {
            letters += c == '-' ? "" : std::string(1, c);
        }
        for (std::size_t i = 0; i + 1 < letters.size(); ++i) {
            std::string wrong = letters;
            std::swap(wrong[i], wrong[i + 1]);
            if (wrong != letters) {
                ASSERT_FALSE(parse_case_code("LC" + wrong)) << letters << ' ' << wrong;
            }
        }
    }
}

TEST(CaseCode, WhatIsNoCodeIsRefused) {
    const std::string code = format_case_code(77);
    for (const std::string& text : {std::string(),
                                    std::string("LC"),
                                    std::string("LC-"),
                                    code.substr(0, code.size() - 1),
                                    code + '0',
                                    "X" + code,
                                    code.substr(3),
                                    code + "\n",
                                    std::string("LC-7K3M-Q9TU-4"),
                                    std::string("LC-Đ000-0000-0"),
                                    std::string("LC-{000-0000-0"),
                                    std::string(1000, '0')}) {
        EXPECT_FALSE(parse_case_code(text)) << text;
    }
}

TEST(Receipt, IsSixteenDigitsInGroupsAndGoesThereAndBack) {
    EXPECT_EQ(format_receipt(0).size(), 19U);
    for (const std::uint64_t value : samples(kReceipts)) {
        const std::string text = format_receipt(value);
        EXPECT_EQ(parse_receipt(text), value) << text;
        std::string bare;
        std::string dashed;
        for (const char c : text) {
            bare += c == ' ' ? "" : std::string(1, c);
            dashed += c == ' ' ? '-' : c;
        }
        EXPECT_EQ(parse_receipt(bare), value);
        EXPECT_EQ(parse_receipt(dashed), value);
    }
}

TEST(Receipt, AnyWrongDigitAndAnySwapIsFound) {
    for (const std::uint64_t value : samples(kReceipts)) {
        const std::string text = format_receipt(value);
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (char digit = '0'; digit <= '9'; ++digit) {
                std::string wrong = text;
                wrong[i] = digit;
                if (text[i] != ' ' && wrong != text) {
                    ASSERT_FALSE(parse_receipt(wrong)) << text << ' ' << wrong;
                }
            }
            std::string swapped = text;
            if (i + 1 < text.size() && text[i] != ' ' && text[i + 1] != ' ' && text[i] != text[i + 1]) {
                std::swap(swapped[i], swapped[i + 1]);
                ASSERT_FALSE(parse_receipt(swapped)) << text << ' ' << swapped;
            }
        }
    }
}

TEST(Receipt, WhatIsNoReceiptIsRefused) {
    const std::string text = format_receipt(483102975546118);
    for (const std::string& wrong : {std::string(),
                                     text.substr(1),
                                     text + '0',
                                     text + 'x',
                                     '/' + text.substr(1),
                                     std::string("4831 0297 5546 118a"),
                                     std::string(1000, '0'),
                                     std::string("-")}) {
        EXPECT_FALSE(parse_receipt(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace lachan::domain
