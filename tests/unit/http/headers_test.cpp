#include "lachan/http/headers.hpp"

#include <gtest/gtest.h>

namespace lachan::http {
namespace {

Headers with(std::string name, std::string value) {
    Headers headers;
    headers.add(std::move(name), std::move(value));
    return headers;
}

TEST(Headers, AreFoundWithoutRegardToCase) {
    Headers headers = with("If-Match", "\"1\"");
    headers.add("IF-MATCH", "\"2\"");
    EXPECT_EQ(headers.find("if-match"), "\"1\"");
    EXPECT_EQ(headers.count("If-Match"), 2U);
    EXPECT_EQ(headers.joined("If-Match"), "\"1\", \"2\"");
    headers.set("if-match", "*");
    EXPECT_EQ(headers.count("If-Match"), 1U);
    EXPECT_FALSE(headers.find("If-None-Match"));
}

TEST(PreferredLanguage, IsVietnameseUnlessEnglishIsPreferred) {
    EXPECT_EQ(preferred_language({}), Language::vietnamese);
    for (const char* const vietnamese :
         {"", "vi", "vi-VN,vi;q=0.9,en;q=0.8", "fr", "*", "en;q=0", "en;q=0.5, vi;q=0.5", "eng", ";;,,q="}) {
        EXPECT_EQ(preferred_language(with("Accept-Language", vietnamese)), Language::vietnamese)
            << vietnamese;
    }
    for (const char* const english :
         {"en", "EN-gb", "en-US,en;q=0.9", "vi;q=0.1, en;q=0.2", "fr, en;q=0.1"}) {
        EXPECT_EQ(preferred_language(with("Accept-Language", english)), Language::english) << english;
    }
}

TEST(JsonBody, HasToBeDeclared) {
    for (const char* const good : {"application/json",
                                   "Application/JSON; charset=utf-8",
                                   "application/json;charset=\"UTF-8\"",
                                   "application/json; foo=bar"}) {
        EXPECT_TRUE(expect_json_body(with("Content-Type", good))) << good;
    }
    for (const char* const bad : {"",
                                  "text/plain",
                                  "application/jsonp",
                                  "application/merge-patch+json",
                                  "application/json; charset=latin1",
                                  "application/x-www-form-urlencoded"}) {
        const auto result = expect_json_body(with("Content-Type", bad));
        ASSERT_FALSE(result) << bad;
        EXPECT_EQ(result.error().code(), Errc::unsupported_media_type);
    }
    EXPECT_FALSE(expect_json_body({}));
}

TEST(JsonBody, IsRefusedCompressed) {
    Headers headers = with("Content-Type", "application/json");
    headers.add("Content-Encoding", "gzip");
    EXPECT_FALSE(expect_json_body(headers));
}

TEST(Accept, KnowsRangesAndWeights) {
    EXPECT_TRUE(accepts({}, "application/json"));
    for (const char* const good : {"*/*", "application/*", "application/json", "text/html, */*;q=0.1"}) {
        EXPECT_TRUE(accepts(with("Accept", good), "application/json")) << good;
    }
    for (const char* const bad :
         {"text/html", "application/json;q=0, */*", "application/*;q=0, */*", "image/*", "*/*;q=0.0"}) {
        EXPECT_FALSE(accepts(with("Accept", bad), "application/json")) << bad;
    }
}

TEST(IdempotencyKey, IsAStringOrBare) {
    EXPECT_EQ(*idempotency_key({}), "");
    EXPECT_EQ(*idempotency_key(with("Idempotency-Key", "\"8e03978e-40d5\"")), "8e03978e-40d5");
    EXPECT_EQ(*idempotency_key(with("Idempotency-Key", "  8e03978e-40d5 ")), "8e03978e-40d5");
    EXPECT_EQ(*idempotency_key(with("Idempotency-Key", R"("abc\"def\\ghi")")), R"(abc"def\ghi)");
    EXPECT_EQ(idempotency_key(with("Idempotency-Key", std::string(128, 'k')))->size(), 128U);
}

TEST(IdempotencyKey, IsRefusedWhereTwoReadersCouldDiffer) {
    for (const std::string& bad : {std::string("1234567"),
                                   std::string(129, 'k'),
                                   std::string("two words"),
                                   std::string("\"unfinished"),
                                   std::string("\"12345678\";a=b"),
                                   std::string(R"("1234\5678")"),
                                   std::string("khoá-chống-lặp"),
                                   std::string()}) {
        const auto key = idempotency_key(with("Idempotency-Key", bad));
        ASSERT_FALSE(key) << bad;
        EXPECT_EQ(key.error().code(), Errc::malformed_request);
        EXPECT_EQ(key.error().faults().at(0).pointer, "Idempotency-Key");
    }
    Headers twice = with("Idempotency-Key", "12345678");
    twice.add("idempotency-key", "12345678");
    EXPECT_FALSE(idempotency_key(twice));
}

TEST(IfMatch, HasToNameAVersion) {
    EXPECT_EQ(expected_sequence({}).error().code(), Errc::precondition_required);
    EXPECT_EQ(expected_sequence(with("If-Match", "*")).error().code(), Errc::precondition_required);
    EXPECT_EQ(*expected_sequence(with("If-Match", etag_of(17))), 17);
    EXPECT_EQ(*expected_sequence(with("If-Match", "\"other\", \"18\"")), 18);
    for (const char* const foreign :
         {"\"abc\"", "W/\"17\"", "\"017\"", "\"+17\"", "\"\"", "\"99999999999999999999\""}) {
        EXPECT_EQ(expected_sequence(with("If-Match", foreign)).error().code(), Errc::precondition_failed)
            << foreign;
    }
    for (const char* const broken : {"17", "\"17", "\"17\" \"18\"", "'17'"}) {
        EXPECT_EQ(expected_sequence(with("If-Match", broken)).error().code(), Errc::malformed_request)
            << broken;
    }
}

TEST(IfNoneMatch, ComparesWeakly) {
    const std::string etag = etag_of(17);
    EXPECT_FALSE(is_unchanged({}, etag));
    for (const char* const same : {"\"17\"", "W/\"17\"", "*", "\"1\", \"17\""}) {
        EXPECT_TRUE(is_unchanged(with("If-None-Match", same), etag)) << same;
    }
    for (const char* const other : {"\"16\"", "17", "\"17"}) {
        EXPECT_FALSE(is_unchanged(with("If-None-Match", other), etag)) << other;
    }
}

}  // namespace
}  // namespace lachan::http
