#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bitset>

#include "lachan/operations/system_entropy.hpp"

namespace lachan::operations {
namespace {

TEST(SystemEntropy, FillsEveryByteDifferentlyEachTime) {
    SystemEntropy entropy;
    std::array<std::uint8_t, 4096> first{};
    std::array<std::uint8_t, 4096> second{};
    entropy.fill(first);
    entropy.fill(second);
    EXPECT_NE(first, second);
    std::size_t ones = 0;
    for (const std::uint8_t byte : first) {
        ones += std::bitset<8>(byte).count();
    }
    // Half of 32768 bits; ten standard deviations are 905.
    EXPECT_GT(ones, 16384u - 905u);
    EXPECT_LT(ones, 16384u + 905u);
}

TEST(SystemEntropy, TakesAnEmptyRequest) {
    SystemEntropy entropy;
    entropy.fill({});
}

}  // namespace
}  // namespace lachan::operations
