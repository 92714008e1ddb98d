#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/deadlines/calendar.hpp"
#include "lachan/deadlines/notice.hpp"
#include "support/shipped.hpp"

namespace lachan::deadlines {
namespace {

using nlohmann::json;

const std::string kPresent = R"({
  "version": "1", "name": "thử", "years": [2026],
  "days": [
    {"day": "2026-01-01", "working": false, "status": "announced", "name": "Tết Dương lịch", "source": "luật"},
    {"from": "2026-02-14", "to": "2026-02-22", "working": false, "status": "provisional", "name": "Tết", "source": "tính trước"}
  ]
})";

json of(const std::string& days) {
    return {{"version", "2"}, {"source", "7/TB"}, {"days", json::parse(days)}};
}
Calendar read(const std::string& text) {
    return Calendar::parse(text).value();
}
std::string ground(const Calendar& calendar, const char* day) {
    return calendar.ground(parse_day(day).value());
}
bool works(const Calendar& calendar, const char* day) {
    return calendar.is_working_day(parse_day(day).value());
}

TEST(Notice, AddsItsDaysWithItsSourceAsAnnounced) {
    const auto text =
        next_calendar(kPresent, of(R"([{"day": "2026-08-31", "working": false, "name": "Nghỉ"}])").dump());
    const Calendar calendar = read(text.value());
    EXPECT_EQ(calendar.version(), "2");
    EXPECT_FALSE(works(calendar, "2026-08-31"));
    EXPECT_EQ(ground(calendar, "2026-08-31"), "thứ Hai, Nghỉ (7/TB)");
    EXPECT_FALSE(works(calendar, "2026-01-01"));  // what it does not speak of stays
}

TEST(Notice, TakesThePlaceOfWhatStoodThereInTheMiddleOfASpan) {
    const auto text = next_calendar(
        kPresent,
        of(R"([{"from": "2026-02-16", "to": "2026-02-17", "working": true, "name": "Đi làm"}])").dump());
    const Calendar calendar = read(text.value());
    EXPECT_FALSE(works(calendar, "2026-02-14"));
    EXPECT_TRUE(works(calendar, "2026-02-16"));
    EXPECT_TRUE(works(calendar, "2026-02-17"));
    EXPECT_FALSE(works(calendar, "2026-02-18"));
    EXPECT_EQ(ground(calendar, "2026-02-18"), "thứ Tư, Tết (dự kiến; tính trước)");
    EXPECT_EQ(calendar.special_days().size(), 10u);
    EXPECT_EQ(json::parse(text.value()).at("days").size(), 4u);
}

TEST(Notice, MakesADocumentThatTheSchemaKnowsWithOneEntryOnALine) {
    const std::string shipped = support::shipped("config/calendar/vietnam.json");
    const auto text =
        next_calendar(shipped, of(R"([{"day": "2026-08-24", "working": false, "name": "Nghỉ"}])").dump());
    const auto faults =
        support::schema_faults(support::shipped("config/calendar/calendar.schema.json"), text.value());
    EXPECT_TRUE(faults.empty()) << faults.front();
    const auto lines = [](const std::string& document) {
        return std::count(document.begin(), document.end(), '\n');
    };
    EXPECT_EQ(lines(text.value()), lines(shipped) + 1);
    EXPECT_EQ(read(text.value()).special_days().size(), read(shipped).special_days().size() + 1);
}

TEST(Notice, SaysThatMoreYearsAreComplete) {
    json notice = of(R"([{"day": "2027-01-01", "working": false, "name": "Tết Dương lịch"}])");
    EXPECT_FALSE(read(next_calendar(kPresent, notice.dump()).value()).covers(std::chrono::year(2027)));
    notice["years"] = {2026, 2027};
    EXPECT_TRUE(read(next_calendar(kPresent, notice.dump()).value()).covers(std::chrono::year(2027)));
}

TEST(Notice, MayNameItsSchema) {
    json notice = of(R"([{"day": "2026-08-31", "working": false, "name": "Nghỉ"}])");
    notice["$schema"] = "notice.schema.json";
    const auto text = next_calendar(kPresent, notice.dump());
    ASSERT_TRUE(text);
    EXPECT_FALSE(json::parse(text.value()).contains("$schema")) << "what is made of it is a calendar";
}

TEST(Notice, AWholeCalendarIsTakenAsItIs) {
    json whole = json::parse(kPresent);
    whole["version"] = "9";
    EXPECT_EQ(next_calendar(kPresent, whole.dump()).value(), whole.dump());
}

TEST(Notice, IsRefusedWithThePlaceOfTheFault) {
    const auto pointer = [](const json& notice) {
        const auto refused = next_calendar(kPresent, notice.dump());
        return refused ? std::string("taken") : refused.error().faults().front().pointer;
    };
    EXPECT_EQ(pointer(of(R"([{"day": "2026-13-01", "working": false, "name": "?"}])")), "/days/0/day");
    EXPECT_EQ(pointer(of(R"([{"day": "2026-08-31", "working": false}])")), "/days/0/name");
    EXPECT_EQ(pointer(of("[]")), "/days");
    EXPECT_EQ(pointer(of(R"(["2026-08-31"])")), "/days/0");
    json same = of(R"([{"day": "2026-08-31", "working": false, "name": "Nghỉ"}])");
    same["version"] = "1";
    EXPECT_EQ(pointer(same), "/version");
    same["version"] = 2;
    EXPECT_EQ(pointer(same), "/version");
    same.erase("version");
    EXPECT_EQ(pointer(same), "/version");
    same["version"] = "2";
    same["colour"] = "red";
    EXPECT_EQ(pointer(same), "/colour");
    same.erase("colour");
    same.erase("days");
    EXPECT_EQ(pointer(same), "/days");
    same["days"] = "2026-08-31";
    EXPECT_EQ(pointer(same), "/days");
    same["days"] = json::array({{{"day", 20260831}, {"working", false}, {"name", "Nghỉ"}}});
    EXPECT_EQ(pointer(same), "/days/0/day");
    same["days"] = json::array({{{"from", "2026-08-31"}, {"working", false}, {"name", "Nghỉ"}}});
    EXPECT_EQ(pointer(same), "/days/0/to");
    EXPECT_FALSE(next_calendar("{}", kPresent)) << "the present calendar is broken";
    EXPECT_EQ(pointer(json::array()), "");
    EXPECT_FALSE(next_calendar(kPresent, "{"));
}

}  // namespace
}  // namespace lachan::deadlines
