#include "lachan/base/packing.hpp"

#include <gtest/gtest.h>

#include <random>

namespace lachan {
namespace {

constexpr std::size_t kLimit = 1 << 20;

std::string some_text(std::mt19937& dice, std::size_t size) {
    std::string text;
    while (text.size() < size) {
        const bool repeats = text.size() > 40 && dice() % 3 == 0;
        if (repeats) {
            text += std::string(text, dice() % (text.size() - 20), dice() % 60);
        } else {
            text += static_cast<char>(dice());
        }
    }
    return text;
}

TEST(PackedText, ComesBackLetterByLetter) {
    std::mt19937 dice(1);
    for (int i = 0; i < 2000; ++i) {
        const std::string text = some_text(dice, dice() % 3000);
        const Dictionary dictionary(some_text(dice, dice() % 3000) + text.substr(0, text.size() / 2));

        ASSERT_EQ(unpack_text(pack_text(text, nullptr), "", kLimit), text);
        ASSERT_EQ(unpack_text(pack_text(text, &dictionary), dictionary.text(), kLimit), text);
    }
}

TEST(PackedText, OfOneSignOverAndOverIsShort) {  // inside a word no piece begins
    const std::string text(10'000, '-');
    const Bytes packed = pack_text(text, nullptr);

    EXPECT_LT(packed.size(), 20U);
    EXPECT_EQ(unpack_text(packed, "", kLimit), text);
}

TEST(PackedText, IsAllButNothingWhereTheDictionarySaysIt) {
    std::mt19937 dice(2);
    const Dictionary dictionary(some_text(dice, 5000));

    EXPECT_LT(pack_text(dictionary.text(), &dictionary).size(), 20U);
}

TEST(PackedText, NamesTheDictionaryItNeeds) {
    const Dictionary one("what is often said");
    const Dictionary same("what is often said");
    const Dictionary other("what is seldom said");

    EXPECT_EQ(dictionary_of(pack_text("anything", &one)), one.id());
    EXPECT_EQ(one.id(), same.id());
    EXPECT_NE(one.id(), other.id());
    EXPECT_EQ(dictionary_of(pack_text("anything", nullptr)), std::nullopt);
}

TEST(PackedText, BytesThatAreNoneAreRefusedWhateverTheyAre) {
    std::mt19937 dice(3);
    const Dictionary dictionary(some_text(dice, 500));
    const Bytes sound = pack_text(some_text(dice, 800), &dictionary);
    for (int i = 0; i < 20'000; ++i) {
        Bytes packed = sound;
        packed.resize(dice() % (packed.size() + 1));
        if (!packed.empty()) {
            packed[dice() % packed.size()] = static_cast<std::uint8_t>(dice());
        }
        const auto text = unpack_text(packed, dictionary.text(), 2000);

        ASSERT_TRUE(!text || text->size() <= 2000);
    }
    EXPECT_EQ(unpack_text({}, "", kLimit), std::nullopt);
    EXPECT_EQ(unpack_text(Bytes{'{', '}'}, "", kLimit), std::nullopt);
}

TEST(PackedText, IsNotUnpackedBeyondItsLimit) {
    const Bytes packed = pack_text(std::string(1000, 'a'), nullptr);

    EXPECT_TRUE(unpack_text(packed, "", 1000));
    EXPECT_FALSE(unpack_text(packed, "", 999));
}

}  // namespace
}  // namespace lachan
