#include <gtest/gtest.h>

#include "desk.hpp"

namespace lachan::http {
namespace {

class Explanations : public testing::Test {
protected:
    /// The path of the explanation of the first duty of a kind.
    std::string path(const std::string& kind) {
        nlohmann::json report = emergency_report();
        report.erase("report_id");
        const auto filed = desk.post(hotline, "/v1/reports", report);
        for (const auto& duty : filed.body.at("duties")) {
            if (duty.at("kind") == kind) {
                return "/v1/duties/" + duty.at("id").get<std::string>() + "/explanation";
            }
        }
        return {};
    }

    Desk desk;
    const std::string& hotline = desk.operator_token();
};

TEST_F(Explanations, SayDayByDayWhyADutyIsDueInVietnamese) {
    const auto shown = desk.get(hotline, path("plan"));
    ASSERT_EQ(shown.status(), 200);
    EXPECT_EQ(shown.body.at("limit"), "5 working days");
    EXPECT_EQ(shown.body.at("days").size(), 8u);
    EXPECT_EQ(shown.body.at("days")[1].at("ground"), "thứ Bảy");
    EXPECT_EQ(shown.body.at("moves"), nlohmann::json::array());
}

TEST_F(Explanations, FollowTheLanguageThatIsPreferred) {
    const auto shown = desk.ask(hotline, {"GET", path("plan"), "", {{"Accept-Language", "en"}}});
    ASSERT_EQ(shown.status(), 200);
    EXPECT_EQ(shown.body.at("days")[1].at("ground"), "Saturday");
}

TEST_F(Explanations, AreNotThereForAStranger) {
    const std::string& stranger = desk.token(domain::Role::reporter, "th-quyet-tien");
    EXPECT_EQ(desk.get(stranger, path("plan")).status(), 404);
}

}  // namespace
}  // namespace lachan::http
