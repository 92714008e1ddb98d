#include "lachan/base/network.hpp"

#include <gtest/gtest.h>

namespace lachan {
namespace {

TEST(NetworkOf, AnAddressOfTheFormerKindIsItsOwn) {
    EXPECT_EQ(network_of("203.0.113.7"), "203.0.113.7");
    EXPECT_NE(network_of("203.0.113.7"), network_of("203.0.113.8"));
}

// A listener for both kinds sees callers of the former one like this: they are not one network.
TEST(NetworkOf, OneOfTheFormerKindInTheClothesOfTheNewOneIsTheSame) {
    EXPECT_EQ(network_of("::ffff:203.0.113.7"), network_of("203.0.113.7"));
    EXPECT_NE(network_of("::ffff:203.0.113.7"), network_of("::ffff:203.0.113.8"));
}

TEST(NetworkOf, WhoHasAWholeNetworkOfTheNewKindIsOneCaller) {
    EXPECT_EQ(network_of("2001:db8:1:2:aaaa::1"), network_of("2001:db8:1:2::2"));
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2:6:5:4:3")) << "written in full";
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::"));
    EXPECT_NE(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:3:3:4:5:6"));
}

}  // namespace
}  // namespace lachan
