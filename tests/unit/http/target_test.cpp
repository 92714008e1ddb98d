#include "lachan/http/target.hpp"

#include <gtest/gtest.h>

namespace lachan::http {
namespace {

using List = std::vector<std::string>;

TEST(Target, IsTakenApartAndDecoded) {
    const auto target =
        parse_target("/v1/cases/LC%2D7K3M?area=03388&due_before=2026-11-20T00:00:00+07:00&x=%C4%91");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/v1/cases/LC%2D7K3M");
    EXPECT_EQ(target->segments, (List{"v1", "cases", "LC-7K3M"}));
    EXPECT_EQ(target->query.find("area"), "03388");
    EXPECT_EQ(target->query.find("due_before"), "2026-11-20T00:00:00+07:00");
    EXPECT_EQ(target->query.find("x"), "đ");
}

TEST(Target, KeepsAnEncodedSlashInsideItsSegment) {
    EXPECT_EQ(parse_target("/a%2Fb/c")->segments, (List{"a/b", "c"}));
}

TEST(Target, HasEmptySegmentsWhereSlashesMeet) {
    EXPECT_EQ(parse_target("/")->segments, (List{""}));
    EXPECT_EQ(parse_target("/v1//cases/")->segments, (List{"v1", "", "cases", ""}));
}

TEST(Target, TakesAParameterWithoutValueAsNotGiven) {
    const auto target = parse_target("/v1/cases?status=&area&&limit=5");
    ASSERT_TRUE(target);
    EXPECT_FALSE(target->query.find("status"));
    EXPECT_FALSE(target->query.find("area"));
    EXPECT_EQ(target->query.find("limit"), "5");
}

TEST(Target, UnderstandsTheAbsoluteForm) {
    EXPECT_EQ(parse_target("http://lachan.example/v1/cases?limit=5")->path, "/v1/cases");
    EXPECT_EQ(parse_target("https://lachan.example")->path, "/");
    EXPECT_EQ(parse_target("http://lachan.example?limit=5")->query.find("limit"), "5");
}

TEST(Target, IsRefusedWhereItIsNotClear) {
    for (const char* const wrong : {"",
                                    "*",
                                    "lachan.example:443",
                                    "v1/cases",
                                    "?a=b",
                                    "/a%2",
                                    "/a%zz",
                                    "/%00",
                                    "/%c0%af",
                                    "/%ff",
                                    "/a#b",
                                    "/x?a=%1f",
                                    "/x?a=1&a=2",
                                    "/x?a=1&%61=2"}) {
        const auto target = parse_target(wrong);
        ASSERT_FALSE(target) << wrong;
        EXPECT_EQ(target.error().code(), Errc::malformed_request);
    }
}

TEST(Target, IsRefusedWhereOnlyItsDecodedFormIsText) {
    EXPECT_FALSE(parse_target("/%d0\xbd"));
    EXPECT_TRUE(parse_target("/%d0%bd"));
    EXPECT_TRUE(parse_target("/\xd0\xbd"));
}

TEST(Target, NamesAParameterGivenTwice) {
    EXPECT_EQ(parse_target("/x?a=1&a=2").error().faults().at(0),
              (Fault{"a", "duplicate", "a query parameter is given twice"}));
}

TEST(PercentEncoding, ComesBack) {
    const std::string text = "bản A / 100% & ~x";
    EXPECT_EQ(percent_encoded("a b/đ"), "a%20b%2F%C4%91");
    EXPECT_EQ(*percent_decoded(percent_encoded(text)), text);
}

}  // namespace
}  // namespace lachan::http
