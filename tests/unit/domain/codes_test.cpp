#include "lachan/domain/codes.hpp"

#include <gtest/gtest.h>

#include <set>

#include "lachan/domain/duty.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {
namespace {

/// Every enumerator has a word of its own that leads back to it; `last` is the last enumerator.
template <class Code>
void expect_words(Code last) {
    ASSERT_EQ(kWords<Code>.size(), static_cast<std::size_t>(last) + 1);
    std::set<std::string_view> words;
    for (std::size_t i = 0; i < kWords<Code>.size(); ++i) {
        const Code code = static_cast<Code>(i);
        words.insert(text_of(code));
        EXPECT_FALSE(text_of(code).empty());
        EXPECT_EQ(parse_code<Code>(text_of(code)), code);
    }
    EXPECT_EQ(words.size(), kWords<Code>.size());
    EXPECT_FALSE(parse_code<Code>("a word of no list"));
}

TEST(Codes, EveryCodeHasOneWordAndEveryWordOneCode) {
    expect_words(Answer::yes);
    expect_words(ReportStatus::test);
    expect_words(Channel::public_);
    expect_words(Category::unknown);
    expect_words(Mechanism::unknown);
    expect_words(Outcome::unknown);
    expect_words(Certainty::unknown);
    expect_words(Sex::unknown);
    expect_words(PlaceKind::unknown);
    expect_words(Relation::unknown);
    expect_words(Urgency::emergency);
    expect_words(Severity::critical);
    expect_words(Force::target);
    expect_words(Reading::assumption);
    expect_words(CaseStatus::closed);
    expect_words(DutyState::waived);
    expect_words(ResponseKind::forwarded);
    expect_words(NotificationState::human_task);
    expect_words(Role::admin);
    expect_words(ChannelKind::gateway);
}

TEST(Codes, AreTheWordsOfTheContract) {
    EXPECT_EQ(parse_code<Channel>("public"), Channel::public_);
    EXPECT_EQ(parse_code<Channel>("border_guard"), Channel::border_guard);
    EXPECT_EQ(parse_code<Category>("online_abuse"), Category::online_abuse);
    EXPECT_EQ(parse_code<Category>("special_circumstances"), Category::special_circumstances);
    EXPECT_EQ(parse_code<Mechanism>("road_traffic"), Mechanism::road_traffic);
    EXPECT_EQ(parse_code<Role>("operator"), Role::operator_);
    EXPECT_EQ(text_of(Answer::unknown), "unknown");
    EXPECT_EQ(text_of(DutyState::forwarded), "forwarded");
}

TEST(Codes, OtherWordsAreNoCodes) {
    EXPECT_FALSE(parse_code<Answer>(""));
    EXPECT_FALSE(parse_code<Answer>("Yes"));
    EXPECT_FALSE(parse_code<Channel>("public_"));
    EXPECT_FALSE(parse_code<Category>("drowning "));
}

TEST(Codes, UrgencyAndSeverityAreOrderedByWhatPresses) {
    EXPECT_LT(Urgency::normal, Urgency::urgent);
    EXPECT_LT(Urgency::urgent, Urgency::emergency);
    EXPECT_LT(Severity::low, Severity::medium);
    EXPECT_LT(Severity::high, Severity::critical);
}

TEST(Duty, IsOverdueOnlyIfItWasMissedOrIsStillToBeDone) {
    Duty duty;
    duty.due = from_ms(1000);
    EXPECT_FALSE(duty.is_overdue(from_ms(999)));
    EXPECT_TRUE(duty.is_overdue(from_ms(1000))) << "at the very instant it is late";
    duty.state = DutyState::done;
    EXPECT_FALSE(duty.is_overdue(from_ms(2000))) << "it was done in time";
    duty.overdue_at = from_ms(1000);
    EXPECT_TRUE(duty.is_overdue(from_ms(2000))) << "it was done, but late";
}

TEST(DutyNumbers, AreOrderedByCaseThenOrdinal) {
    EXPECT_LT((DutyNo{CaseNo{1}, 9}), (DutyNo{CaseNo{2}, 1}));
    EXPECT_LT((DutyNo{CaseNo{2}, 1}), (DutyNo{CaseNo{2}, 2}));
    EXPECT_EQ((NotificationNo{CaseNo{2}, 1}), (NotificationNo{CaseNo{2}, 1}));
}

}  // namespace
}  // namespace lachan::domain
