#include "lachan/domain/fold.hpp"

#include <gtest/gtest.h>

namespace lachan::domain {
namespace {

TEST(Fold, RemovesToneAndVowelMarksOfEveryVietnameseLetter) {
    EXPECT_EQ(fold("àáảãạăằắẳẵặâầấẩẫậ"), std::string(17, 'a'));
    EXPECT_EQ(fold("èéẻẽẹêềếểễệ"), std::string(11, 'e'));
    EXPECT_EQ(fold("ìíỉĩị"), std::string(5, 'i'));
    EXPECT_EQ(fold("òóỏõọôồốổỗộơờớởỡợ"), std::string(17, 'o'));
    EXPECT_EQ(fold("ùúủũụưừứửữự"), std::string(11, 'u'));
    EXPECT_EQ(fold("ỳýỷỹỵ"), std::string(5, 'y'));
    EXPECT_EQ(fold("đ"), "d");
}

TEST(Fold, TreatsUpperCaseAlike) {
    EXPECT_EQ(fold("ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ"), std::string(17, 'a'));
    EXPECT_EQ(fold("ÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢ"), std::string(17, 'o'));
    EXPECT_EQ(fold("ÙÚỦŨỤƯỪỨỬỮỰ"), std::string(11, 'u'));
    EXPECT_EQ(fold("LÒ THỊ ĐÀO"), fold("lò thị đào"));
}

TEST(Fold, MakesPrecomposedAndCombiningAccentsOneText) {
    EXPECT_EQ(fold("Nguye\u0302\u0303n"), "nguyen");  // e + circumflex + tilde
    EXPECT_EQ(fold("Nguy\u00ea\u0303n"), "nguyen");   // ê + tilde
    EXPECT_EQ(fold("Nguyễn"), "nguyen");
    EXPECT_EQ(fold("ho\u031b\u0300"), "ho");  // o + horn + grave
}

TEST(Fold, ReadsTheLettersThatOnlyLookLikeD) {
    EXPECT_EQ(fold("\u00d0ào"), "dao");
    EXPECT_EQ(fold("\u0189ào"), "dao");
}

TEST(Fold, CollapsesBlanksAndDropsPunctuation) {
    EXPECT_EQ(fold("  Giàng   A\tPáo. "), "giang a pao");
    EXPECT_EQ(fold("Lò-Văn (An)"), "lo van an");
    EXPECT_EQ(fold("H'Mông"), "hmong");
    EXPECT_EQ(fold("H\u2019Mông"), "hmong");
    EXPECT_EQ(fold("A\u00a0\u2014\u00a0B"), "a b");
    EXPECT_EQ(fold("..."), "");
    EXPECT_EQ(fold(""), "");
}

// What a keyboard, a telephone or a web page puts into a name without anybody seeing it.
TEST(Fold, DropsWhatNobodySeesAndEveryKindOfApostrophe) {
    for (const char* const mark :
         {"'", "`", "\u2018", "\u2019", "\u02bc", "\u00b4", "\u200b", "\u200f", "\ufeff", "\u00ad"}) {
        EXPECT_EQ(fold(std::string("H") + mark + "mông"), "hmong") << mark;
    }
    for (const char* const blank : {"\u00a0", "\u00d7", "\u00f7", "\u2003", "\u2014", "\u3000", "\u3002"}) {
        EXPECT_EQ(fold(std::string("An") + blank + "Na"), "an na") << blank;
    }
    EXPECT_EQ(fold("\u0456\u00fe\u1f00"), "\u0456\u00fe\u1f00") << "letters that have no base here";
    EXPECT_EQ(fold("a\xc3(b"), "a b") << "a broken letter, and what follows it";
}

TEST(Fold, KeepsLettersOfOtherScriptsAndSurvivesBrokenBytes) {
    EXPECT_EQ(fold("李 An"), "李 an");
    EXPECT_EQ(fold("an\xff\xfe ba"), "an ba");
    EXPECT_EQ(fold("an\xe1\xbb"), "an");
    EXPECT_EQ(fold("\xc3"), "");
    EXPECT_EQ(fold("𠀀"), "𠀀");
}

TEST(Fold, LeavesALetterBetweenTheVietnameseOnesAsItIs) {
    for (const char* text : {"þ", "ß", "ĝ", "ķ", "ř", "ž", "ǎ"}) {
        EXPECT_EQ(fold(text), text);
    }
}

TEST(Fold, KeepsDifferentNamesDifferent) {
    EXPECT_NE(fold("Lan"), fold("Lân Anh"));
    EXPECT_NE(fold("An Na"), fold("Anna"));
}

TEST(FoldName, IgnoresTheOrderOfWords) {
    EXPECT_EQ(fold_name("Lò Thị Đào"), fold_name("Đào, Lò Thị"));
    EXPECT_EQ(fold_name("Lò Thị Đào"), "dao lo thi");
    EXPECT_NE(fold_name("Lò Thị Đào"), fold_name("Lò Đào"));
    EXPECT_EQ(fold_name("  "), "");
}

TEST(FoldReference, IgnoresHowNumbersAreGrouped) {
    EXPECT_EQ(fold_reference("111-2026-0045678"), "11120260045678");
    EXPECT_EQ(fold_reference("111 2026/0045678"), "11120260045678");
    EXPECT_EQ(fold_reference("CV 12/UBND"), "cv12ubnd");
}

TEST(FoldPhone, BringsEveryWayOfWritingToTheNationalNumber) {
    for (const char* const written : {"0912345678",
                                      "+84 912 345 678",
                                      "0084912345678",
                                      "84912345678",
                                      "(+84) 0912.345.678",
                                      "912345678"}) {
        EXPECT_EQ(fold_phone(written), "912345678") << written;
    }
    EXPECT_EQ(fold_phone("+84 213 3876 543"), "2133876543");
    EXPECT_EQ(fold_phone("0213 3876 543"), "2133876543");
}

TEST(FoldPhone, DoesNotTakeTheStartOfANumberForTheCountryCode) {
    EXPECT_EQ(fold_phone("0842345678"), "842345678");
    EXPECT_EQ(fold_phone("+84 842345678"), "842345678");
}

TEST(FoldPhone, KeepsShortAndForeignNumbers) {
    EXPECT_EQ(fold_phone("111"), "111");
    EXPECT_EQ(fold_phone("+86 138 0013 8000"), "8613800138000");
    EXPECT_EQ(fold_phone("không có"), "");
}

}  // namespace
}  // namespace lachan::domain
