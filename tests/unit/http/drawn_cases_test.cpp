#include "drawn_cases.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace lachan::http {
namespace {

using namespace std::chrono_literals;

const Instant kNow = from_ms(1'800'000'000'000);

casework::CaseView view_of(std::int64_t number, std::int64_t sequence) {
    casework::CaseView view;
    view.value.no = domain::CaseNo{number};
    view.value.sequence = sequence;
    return view;
}

domain::Duty due_at(Instant due) {
    domain::Duty duty;
    duty.due = due;
    return duty;
}

TEST(DrawnCases, GiveBackWhatWasDrawnOfTheSameVersionOnly) {
    DrawnCases drawn;
    casework::CaseView view = view_of(1, 7);
    drawn.keep(view, kNow, "seventh");
    const std::string* const found = drawn.find(version_of(view), kNow + 1h);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(*found, "seventh");

    EXPECT_EQ(drawn.find(version_of(view_of(2, 7)), kNow), nullptr);
    view.with_steps = true;  // another reader, who sees more
    EXPECT_EQ(drawn.find(version_of(view), kNow), nullptr);
    EXPECT_EQ(drawn.find(version_of(view_of(1, 8)), kNow), nullptr);
    EXPECT_EQ(drawn.find(version_of(view_of(1, 7)), kNow), nullptr);  // the older one is of no use any more
}

TEST(DrawnCases, EndWhereADutyBecomesOverdue) {
    DrawnCases drawn;
    casework::CaseView view = view_of(1, 1);
    domain::Duty done = due_at(kNow + 1min);
    done.state = domain::DutyState::done;
    view.duties = {done, due_at(kNow - 1h), due_at(kNow + 2h), due_at(kNow + 1h)};
    drawn.keep(view, kNow, "text");
    EXPECT_NE(drawn.find(version_of(view), kNow + 1h - 1ms), nullptr);
    EXPECT_EQ(drawn.find(version_of(view), kNow + 1h), nullptr);
}

TEST(DrawnCases, AreNotKeptWhereReadersSeeDifferentLinks) {
    DrawnCases drawn;
    casework::CaseView view = view_of(1, 1);
    drawn.keep(view, kNow, "alone");
    view.has_links = true;
    drawn.keep(view, kNow, "linked");
    EXPECT_EQ(drawn.find(version_of(view), kNow), nullptr);
}

TEST(DrawnCases, EndWithTheLawTheyWereDrawnUnder) {
    DrawnCases drawn;
    const auto before = std::make_shared<const casework::World>();
    casework::CaseView view = view_of(1, 1);
    view.world = before;
    drawn.keep(view, kNow, "before");
    drawn.keep(view_of(2, 1), kNow, "after");
    EXPECT_EQ(drawn.find(version_of(view), kNow), nullptr);
    EXPECT_EQ(before.use_count(), 2);  // ours and the view's
}

TEST(DrawnCases, TakeABoundedPlaceAndKeepWhatIsAskedFor) {
    DrawnCases drawn;
    const std::string megabyte(1024 * 1024, 'x');
    for (std::int64_t number = 1; number <= 20; ++number) {
        drawn.keep(view_of(number, 1), kNow, megabyte);
        EXPECT_NE(drawn.find(version_of(view_of(1, 1)), kNow), nullptr) << number;
    }
    int at_hand = 0;
    for (std::int64_t number = 1; number <= 20; ++number) {
        at_hand += drawn.find(version_of(view_of(number, 1)), kNow) != nullptr ? 1 : 0;
    }
    EXPECT_EQ(at_hand, 8);
    drawn.keep(view_of(99, 1), kNow, std::string(9 * megabyte.size(), 'x'));
    EXPECT_EQ(drawn.find(version_of(view_of(99, 1)), kNow), nullptr);
    EXPECT_NE(drawn.find(version_of(view_of(1, 1)), kNow), nullptr);
}

}  // namespace
}  // namespace lachan::http
