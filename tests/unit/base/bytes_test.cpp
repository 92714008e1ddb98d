#include "lachan/base/bytes.hpp"

#include <gtest/gtest.h>

namespace lachan {
namespace {

// RFC 4648 §10.
TEST(Base64, AgreesWithTheVectorsOfItsStandard) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(to_base64(as_bytes(plain)), coded);
        const auto bytes = from_base64(coded);
        ASSERT_TRUE(bytes) << coded;
        EXPECT_EQ(as_text(*bytes), plain);
    }
}

TEST(Base64, OnlyItsCanonicalFormIsRead) {
    for (const char* text : {"Z",
                             "Zg",
                             "Zg=",
                             "Zg===",
                             "Zh==",
                             "Zg==\n",
                             " Zg==",
                             "Zg==Zg==",
                             "Z=g=",
                             "====",
                             "A===",
                             "Zm9-",
                             "Zm9_",
                             "Zm 9v",
                             "=Zg="}) {
        EXPECT_FALSE(from_base64(text)) << text;
    }
}

TEST(Base64, EveryByteGoesThereAndBack) {
    Bytes all;
    for (int value = 0; value < 256; ++value) {
        all.push_back(static_cast<std::uint8_t>(value));
        EXPECT_EQ(from_base64(to_base64(all)), all);
        EXPECT_EQ(from_hex(to_hex(all)), all);
    }
}

TEST(Base32, IsTheStandardsOwnVectorsWithoutPadding) {
    EXPECT_EQ(to_base32({}), "");
    EXPECT_EQ(to_base32(as_bytes("f")), "MY");
    EXPECT_EQ(to_base32(as_bytes("fo")), "MZXQ");
    EXPECT_EQ(to_base32(as_bytes("foo")), "MZXW6");
    EXPECT_EQ(to_base32(as_bytes("foob")), "MZXW6YQ");
    EXPECT_EQ(to_base32(as_bytes("fooba")), "MZXW6YTB");
    EXPECT_EQ(to_base32(as_bytes("foobar")), "MZXW6YTBOI");
    EXPECT_EQ(to_base32(Bytes(20, 0xff)), "77777777777777777777777777777777");
}

TEST(Hex, IsWrittenInSmallLettersAndReadInBoth) {
    EXPECT_EQ(to_hex(as_bytes("\x01\xab\xff")), "01abff");
    EXPECT_EQ(from_hex("01AbfF"), (Bytes{0x01, 0xab, 0xff}));
    EXPECT_EQ(from_hex(""), Bytes{});
    for (const char* text : {"0", "0g", "0x", " 1", "1 "}) {
        EXPECT_FALSE(from_hex(text)) << text;
    }
}

}  // namespace
}  // namespace lachan
