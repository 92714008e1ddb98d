#include "lachan/simulation/troubles.hpp"

#include <gtest/gtest.h>

namespace lachan::simulation {
namespace {

TEST(TroublesOfAWorld, AreNamedOneByOneOrInGroups) {
    const Troubles some = Troubles::parse("lying,disk,step").value();

    EXPECT_TRUE(some.has(Trouble::lying));
    EXPECT_TRUE(some.has(Trouble::full));
    EXPECT_TRUE(some.has(Trouble::reading));
    EXPECT_TRUE(some.has(Trouble::writing));
    EXPECT_TRUE(some.has(Trouble::step));
    EXPECT_FALSE(some.has(Trouble::slow));
    EXPECT_FALSE(some.has(Trouble::drift));
}

TEST(TroublesOfAWorld, ReadBackAsTheyAreWritten) {
    for (const char* text : {"all", "none", "slow", "late,twice,power", "full,reading,writing"}) {
        EXPECT_EQ(Troubles::parse(text).value().text(), text);
    }
    EXPECT_EQ(Troubles::parse("all").value(), Troubles::all());
}

TEST(TroublesOfAWorld, HaveNoOtherNames) {
    const auto refused = Troubles::parse("slow,earthquakes");

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::validation_failed);
    EXPECT_NE(refused.error().detail().find("earthquakes"), std::string::npos);
    EXPECT_NE(refused.error().detail().find("duplicating"), std::string::npos) << "says what there is";
}

}  // namespace
}  // namespace lachan::simulation
