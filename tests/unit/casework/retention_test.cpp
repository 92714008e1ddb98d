#include "lachan/casework/retention.hpp"

#include <gtest/gtest.h>

#include "lachan/casework/erasure.hpp"
#include "support/office.hpp"
#include "support/shipped.hpp"

/// What has been kept for long enough.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

constexpr auto kMonth = std::chrono::days(31);

class RetentionOfCases : public testing::Test {
protected:
    std::string closed(domain::Report report) {
        const std::string code = office_.opened(std::move(report));
        office_.work_off(code);
        EXPECT_TRUE(office_.close(supervisor("so-y-te-12", 2), code));
        EXPECT_EQ(office_.case_of(code).status, domain::CaseStatus::closed);
        return code;
    }
    /// As if the clock stood `later`.
    std::vector<PastRetention> past(Duration later) {
        std::vector<PastRetention> found;
        office_.look([&](const View& view) -> Result<void> {
            found = past_retention(view, office_.vault(), rules_, office_.now() + later);
            return {};
        });
        return found;
    }

    void nothing_left_to_do(const std::string& code) {
        office_.write([&](Tx& tx) -> Result<void> {
            for (domain::Duty& duty : tx.duties.of_case(office_.vault().case_no(code).value())) {
                duty.state = duty.pending() ? domain::DutyState::done : duty.state;
                duty.next_at.reset();
                tx.duties.update(duty);
            }
            return {};
        });
    }
    void link(const std::string& one, const std::string& other) {
        office_.write([&](Tx& tx) -> Result<void> {
            const auto number = [&](const std::string& text) {
                return office_.vault().case_no(text).value();
            };
            tx.cases.link(number(one), number(other), tx.now);
            return {};
        });
    }

    policy::RetentionRules rules_ =
        policy::parse_retention(support::shipped("rules/retention/lai-chau.json")).value();
    Office office_;
};

TEST_F(RetentionOfCases, NeverTouchesAnOpenCase) {
    office_.opened(violence_at_home());
    EXPECT_TRUE(past(kMonth * 12 * 100).empty());
}

TEST_F(RetentionOfCases, NamesAClosedCaseWhenItsTimeHasComeAndNotBefore) {
    const std::string code = closed(small_accident());
    EXPECT_TRUE(past(kMonth * 12 * 4).empty());
    const auto found = past(kMonth * 61);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().code, code);
    EXPECT_EQ(found.front().rule->id, "accident");
}

TEST_F(RetentionOfCases, HoldsACaseWithADutyThatIsNotDone) {
    closed(small_accident());  // its file is to be stored
    const auto found = past(kMonth * 61);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().hold, "a duty is pending");
}

TEST_F(RetentionOfCases, HoldsACaseThatIsLinkedToAnOpenOneAndToNoOther) {
    const std::string code = closed(small_accident());
    nothing_left_to_do(code);
    const auto hold = [&] { return past(kMonth * 61).front().hold; };
    EXPECT_EQ(hold(), "");
    link(code, closed(small_accident()));
    EXPECT_EQ(hold(), "") << "that one is closed as well";
    link(code, office_.opened(violence_at_home()));
    EXPECT_EQ(hold(), "linked to an open case");
}

// Between the list and the erasure an officer may have linked or reopened what was listed.
TEST_F(RetentionOfCases, IsJudgedOnceMoreBeforeAnythingIsForgotten) {
    const std::string held = closed(small_accident());
    const std::string free = closed(small_accident());
    nothing_left_to_do(held);
    nothing_left_to_do(free);
    office_.pass(kMonth * 61);
    const auto found = past(0s);
    ASSERT_EQ(found.size(), 2U);
    link(held, office_.opened(violence_at_home()));
    for (const PastRetention& each : found) {
        std::string why;
        office_.write([&](Tx& tx) -> Result<void> {
            const auto done = erase_past(tx, office_.vault(), rules_, each, "test");
            why = done ? "" : done.error().detail();
            return {};
        });
        EXPECT_EQ(why, each.code == free ? "" : "linked to an open case");
    }
    EXPECT_EQ(past(0s).size(), 1U);
}

TEST_F(RetentionOfCases, ForgetsAboutWhatIsForgotten) {
    const std::string code = closed(small_accident());
    office_.write([&](Tx& tx) -> Result<void> {
        return erase_case(tx, office_.vault(), office_.vault().case_no(code).value(), "thử nghiệm", "test")
                   ? Result<void>()
                   : Error();
    });
    EXPECT_TRUE(past(kMonth * 61).empty());
}

}  // namespace
}  // namespace lachan::casework
