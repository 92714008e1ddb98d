#include "json_writer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace lachan::http {
namespace {

std::string written(std::string_view text) {
    JsonWriter json;
    json.value(text);
    return json.take();
}

// Letters are looked at eight at a time: what needs an escape must be found wherever among them it stands.
TEST(JsonWriter, EscapesWhateverStandsAtAnyPlaceOfAnyLength) {
    for (const char special : {'"', '\\', '\n', '\r', '\t', '\0', '\x01', '\x1f'}) {
        for (std::size_t length = 1; length <= 20; ++length) {
            for (std::size_t place = 0; place < length; ++place) {
                std::string text(length, 'a');
                text[place] = special;

                const std::string json = written(text);

                ASSERT_EQ(nlohmann::json::parse(json), text) << length << " letters, at " << place;
                ASSERT_GT(json.size(), length + 2) << "written as it is";
            }
        }
    }
}

TEST(JsonWriter, LeavesTextBeyondAsciiAsItIs) {
    const std::string text = "Tổng đài điện thoại quốc gia, \u007f, \U0001f476 và hết.";

    EXPECT_EQ(written(text), '"' + text + '"');
}

TEST(JsonWriter, EscapesAmongTextBeyondAscii) {
    const std::string text = "bản \"A\"\ncạnh nhà văn hoá\\";

    EXPECT_EQ(nlohmann::json::parse(written(text)), text);
}

// An answer is always JSON, whatever bytes came to be stored.
TEST(JsonWriter, ReplacesWhatIsNoUtf8) {
    for (const std::string_view text : {std::string_view("ab\xff"),
                                        std::string_view("\xc0\xaf \"a\""),
                                        std::string_view("\xed\xa0\x80"),
                                        std::string_view("viết \xe1\xba"),
                                        std::string_view("aaaaaaa\x80")}) {
        const auto parsed = nlohmann::json::parse(written(text));

        EXPECT_NE(parsed.get<std::string>().find("\xef\xbf\xbd"), std::string::npos);
    }
}

TEST(JsonWriter, SeparatesMembersAndElements) {
    JsonWriter json;
    json.begin_object().member("a", 1).key("b").begin_array().value("x").value(true).null().end_array();
    json.member("c", std::optional<int>()).end_object();

    EXPECT_EQ(json.take(), R"({"a":1,"b":["x",true,null],"c":null})");
}

}  // namespace
}  // namespace lachan::http
