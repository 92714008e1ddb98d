#include "lachan/policy/explain.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

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

TEST(Explain, GivesNoInstantWhereItCannotCountOrTheActWillSayIt) {
    auto document = testing::small_pack();
    document["rules"][0]["duties"][0]["limit"] = "until";
    document["rules"][0]["duties"][0]["within"] = "P1D";
    const Pack pack = testing::parsed(document.dump());
    const auto facts = parse_facts(pack, "category.violence=yes danger.life=no").value();
    const auto calendar = deadlines::Calendar::parse(testing::text_of_file("config/calendar/vietnam.json"));
    ExplainContext context;
    context.start = parse_rfc3339("2024-02-07T23:40:00+07:00");
    const auto said = [&] { return explain(pack, facts, pack.decide(facts), context); };
    EXPECT_FALSE(holds(said(), ", đến ")) << "there is no calendar";
    context.calendar = &*calendar;
    EXPECT_FALSE(holds(said(), ", đến ")) << "the recorded act says when it ends";
    EXPECT_TRUE(holds(said(), "Thời hạn: đến ngày kết thúc đã ghi")) << said();
}

TEST(Explain, NamesEveryKindOfTheCase) {
    const auto facts = parse_facts(shipped(), "category.family_violence=yes category.neglect=yes").value();
    ExplainContext context;
    context.language = Language::english;
    const std::string text = explain(shipped(), facts, shipped().decide(facts), context);
    EXPECT_TRUE(holds(text, "  - Category: family_violence, neglect\n")) << text;
}

TEST(Explain, SpeaksEnglishToo) {
    ExplainContext context;
    context.language = Language::english;
    const std::string text = explained(context);
    EXPECT_TRUE(holds(text, "By: Chair of the commune people's committee\n   When: within 12 hours, law\n"))
        << text;
    EXPECT_TRUE(holds(text, "Urgency: emergency\n")) << text;
}

TEST(Explain, OfSeveralChildrenSaysWhatIsKnownAndOwedOfEach) {
    const auto facts =
        parse_facts(shipped(),
                    "category.family_violence=yes child.age_band=1_5 danger.life=yes;child.age_band=6_9")
            .value();
    const std::string text = explain(shipped(), facts, shipped().decide(facts), {});
    EXPECT_TRUE(holds(text, "Những điều đã biết về trẻ thứ 1:\n")) << text;
    EXPECT_TRUE(holds(text, "Những điều đã biết về trẻ thứ 2:\n  - Độ tuổi = 6–9 tuổi\n")) << text;
    EXPECT_TRUE(holds(text, "(trẻ thứ 2)")) << text;
    ExplainContext context;
    context.language = Language::english;
    const std::string english = explain(shipped(), facts, shipped().decide(facts), context);
    EXPECT_TRUE(holds(english, "What is known of child 1:\n")) << english;
    EXPECT_TRUE(holds(english, "(child 2)")) << english;
}

TEST(Explain, SaysThatNothingIsKnownAndThatItMayBeAnything) {
    const auto facts = parse_facts(shipped(), "-").value();
    const std::string text = explain(shipped(), facts, shipped().decide(facts), {});
    EXPECT_TRUE(holds(text, "Những điều đã biết:\n  - chưa biết gì\n")) << text;
    EXPECT_TRUE(holds(text, "  - Loại vụ việc: có thể là bất kỳ loại nào\n")) << text;
    ExplainContext context;
    context.language = Language::english;
    const std::string english = explain(shipped(), facts, shipped().decide(facts), context);
    EXPECT_TRUE(holds(english, "What is known:\n  - nothing\n")) << english;
    EXPECT_TRUE(holds(english, "  - Category: may be any\n")) << english;
}

TEST(Explain, WhereNothingFollowsItSaysSo) {
    const auto facts = parse_facts(shipped(), "-").value();
    EXPECT_TRUE(holds(explain(shipped(), facts, {}, {}), "Không có nhiệm vụ mới.\n"));
    ExplainContext context;
    context.language = Language::english;
    EXPECT_TRUE(holds(explain(shipped(), facts, {}, context), "No new duty.\n"));
}

// How each form of limit and of reading sounds, on a pack made for it.
TEST(Explain, HasWordsForEveryLimitAndEveryReading) {
    const auto said = [](const std::string& limit, const std::string& reading, Language language) {
        auto document = testing::small_pack();
        auto& rule = document["rules"][0];
        rule["duties"][0]["limit"] = limit;
        rule["duties"][0]["within"] = "PT90M";
        rule["duties"][0]["place"] = "residence";
        rule["basis"][0]["reading"] = reading;
        rule["basis"][0]["note"] = "đọc kỹ";
        document["rules"].erase(1);
        const Pack pack = testing::parsed(document.dump());
        const auto facts = parse_facts(pack, "category.violence=no").value();
        ExplainContext context;
        context.language = language;
        return explain(pack, facts, pack.decide(facts), context);
    };
    using enum Language;
    for (const auto& [limit, reading, language, expected] :
         std::vector<std::tuple<const char*, const char*, Language, const char*>>{
             {"immediately", "text", vietnamese, "Thời hạn: ngay (theo dõi trong 90 phút), "},
             {"immediately", "text", english, "When: at once (watched within 90 minutes), "},
             {"until", "text", vietnamese, "Thời hạn: đến ngày kết thúc đã ghi (nếu không ghi: 90 phút), "},
             {"until", "text", english, "When: by the recorded end (if there is none: 90 minutes), "},
             {"PT1H", "text", english, "When: within 1 hour, "},
             {"PT48H", "text", vietnamese, "Thời hạn: trong 48 giờ, "},
             {"PT50H", "text", vietnamese, "Thời hạn: trong 50 giờ, "},
             {"PT72H", "text", vietnamese, "Thời hạn: trong 3 ngày, "},
             {"PT72H", "text", english, "When: within 3 days, "},
             {"1 working day", "text", english, "When: within 1 working day, "},
             {"15 days", "text", vietnamese, "Thời hạn: trong 15 ngày, "},
             {"15 days", "text", english, "When: within 15 days, "},
             {"15 days at most", "text", vietnamese, "Thời hạn: không quá 15 ngày, "},
             {"15 days at most", "text", english, "When: at most 15 days, "},
             {"3 months", "text", vietnamese, "Thời hạn: sau 3 tháng, "},
             {"3 months", "text", english, "When: after 3 months, "},
             {"3 months at most", "text", vietnamese, "Thời hạn: không quá 3 tháng, "},
             {"3 months at most", "text", english, "When: at most 3 months, "},
             {"PT1H", "text", vietnamese, "Căn cứ: Điều 1, L1; quy tắc R1\n   Ghi chú: đọc kỹ\n"},
             {"PT1H", "text", english, "Because: Điều 1, L1; rule R1\n   Note: đọc kỹ\n"},
             {"PT1H", "secondary", vietnamese, "Điều 1, L1 (theo nguồn thứ cấp);"},
             {"PT1H", "secondary", english, "Điều 1, L1 (secondary source);"},
             {"PT1H", "inferred", vietnamese, "Điều 1, L1 (suy ra);"},
             {"PT1H", "inferred", english, "Điều 1, L1 (inferred);"},
             {"PT1H", "assumption", vietnamese, "Điều 1, L1 (giả định);"},
             {"PT1H", "assumption", english, "Điều 1, L1 (assumption);"},
             {"PT1H", "text", vietnamese, "Người làm: Cán bộ (nơi trẻ cư trú)\n"},
             {"PT1H", "text", english, "By: worker (of the child's residence)\n"},
         }) {
        const std::string text = said(limit, reading, language);
        EXPECT_TRUE(holds(text, expected)) << expected << "\n" << text;
    }
}

}  // namespace
}  // namespace lachan::policy
