#include "lachan/policy/explain.hpp"

#include <gtest/gtest.h>

#include "packs.hpp"

namespace lachan::policy {
namespace {

using testing::shipped;

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string explained(ExplainContext context) {
    const auto facts =
        parse_facts(
            shipped(),
            "category.family_violence=yes category.sexual_abuse=no category.drowning=no category.injury=no "
            "category.trafficking=no category.abandonment=no danger.ongoing=yes offender.is_carer=yes "
            "child.age_band=1_5 channel=hotline_111 regime=two_tier area.remote=no")
            .value();
    return explain(shipped(), facts, shipped().decide(facts), context);
}

TEST(Explain, SaysInVietnameseWhatAnOfficialWouldWrite) {
    const std::string text = explained({});
    EXPECT_TRUE(holds(text, "  - Loại vụ việc: bạo lực gia đình\n")) << text;
    EXPECT_TRUE(holds(text, "  - Độ tuổi = 1–5 tuổi\n")) << text;
    EXPECT_TRUE(holds(text, "Chưa biết, được coi theo hướng bảo vệ trẻ:\n")) << text;
    EXPECT_TRUE(holds(text, "  - Người gây hại còn tiếp cận được trẻ = có\n")) << text;
    EXPECT_TRUE(holds(text, "Mức khẩn: khẩn cấp\n")) << text;
    EXPECT_TRUE(holds(text,
                      "Người làm: Chủ tịch UBND cấp xã\n   Thời hạn: trong 12 giờ, theo luật\n   Căn cứ: "
                      "Điều 32 khoản 1, 56/2017/NĐ-CP"))
        << text;
    EXPECT_TRUE(
        holds(text, "Người làm: Nơi tiếp nhận thông tin\n   Thời hạn: trong 30 phút, mục tiêu nội bộ\n"))
        << text;
    EXPECT_TRUE(holds(text, "quy tắc T08.separate")) << text;
    EXPECT_TRUE(holds(text, "Được thông báo:\n")) << text;
}

TEST(Explain, GivesInstantsAndNamesWhereItKnowsThem) {
    const auto calendar = deadlines::Calendar::parse(testing::text_of_file("config/calendar/vietnam.json"));
    ASSERT_TRUE(calendar);
    ExplainContext context;
    context.start = parse_rfc3339("2024-02-07T23:40:00+07:00");
    context.calendar = &*calendar;
    context.holder = [](std::string_view role, Place) {
        return role == "commune_chair" ? std::string("UBND phường Đoàn Kết") : std::string();
    };
    const std::string text = explained(context);
    EXPECT_TRUE(holds(text, "Thời điểm nhận tin: 23:40 ngày 07/02/2024\n")) << text;
    EXPECT_TRUE(holds(text,
                      "UBND phường Đoàn Kết, Chủ tịch UBND cấp xã\n   Thời hạn: trong 12 giờ, đến 11:40 ngày "
                      "08/02/2024, theo luật"))
        << text;
    EXPECT_TRUE(holds(text, "trong 5 ngày làm việc, đến 24:00 ngày 21/02/2024, theo luật")) << text;
}

TEST(Explain, SpeaksEnglishToo) {
    ExplainContext context;
    context.language = Language::english;
    const std::string text = explained(context);
    EXPECT_TRUE(holds(text, "By: Chair of the commune people's committee\n   When: within 12 hours, law\n"))
        << text;
    EXPECT_TRUE(holds(text, "Urgency: emergency\n")) << text;
}

}  // namespace
}  // namespace lachan::policy
