#include "lachan/casework/names.hpp"

#include <gtest/gtest.h>

#include <set>

#include "lachan/casework/entropy.hpp"
#include "lachan/simulation/seeded_entropy.hpp"
#include "support/office.hpp"

namespace lachan::casework {
namespace {

TEST(Names, AreReadBackAsTheyAreWritten) {
    support::Office office;
    const domain::CaseNo number{42};
    const std::string code = office.vault().case_code(number);
    EXPECT_EQ(duty_name(code, 3), code + ".d3");
    EXPECT_EQ(notification_name(code, 5), code + ".n5");
    EXPECT_EQ(parse_duty_name(office.vault(), code + ".d3").value(), (domain::DutyNo{number, 3}));
    EXPECT_EQ(parse_notification_name(office.vault(), code + ".n5").value(),
              (domain::NotificationNo{number, 5}));
}

TEST(Names, WhatIsNoneIsNotFound) {
    support::Office office;
    const std::string code = office.vault().case_code(domain::CaseNo{42});
    std::string mistyped = code;
    mistyped.back() = mistyped.back() == '0' ? '1' : '0';
    for (const std::string& text : {std::string(),
                                    code,
                                    code + ".",
                                    code + ".d",
                                    code + ".n3",
                                    code + ".d0",
                                    code + ".d-1",
                                    code + ".d3x",
                                    code + ".d99999999999",
                                    code + ".x3",
                                    mistyped + ".d3",
                                    std::string(".d3")}) {
        const auto number = parse_duty_name(office.vault(), text);
        ASSERT_FALSE(number) << text;
        EXPECT_EQ(number.error().code(), Errc::not_found) << text;
    }
}

TEST(RandomBelow, ReachesEveryNumberAndNoOther) {
    simulation::SeededEntropy entropy(1);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1'000; ++i) {
        seen.insert(random_below(entropy, 7));
    }
    EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(random_below(entropy, 1), 0u);
}

/// Gives the bytes it was told to give.
class Told final : public Entropy {
public:
    explicit Told(std::vector<std::uint64_t> words) : words_(std::move(words)) {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(words_.at(next_) >> (8 * i));
        }
        ++next_;
    }

private:
    std::vector<std::uint64_t> words_;
    std::size_t next_ = 0;
};

TEST(RandomBelow, DrawsAgainWhatWouldMakeSmallNumbersLikelier) {
    Told entropy({UINT64_MAX, 5});  // the last, incomplete run of three ends with the largest number
    EXPECT_EQ(random_below(entropy, 3), 2u);
}

TEST(Uuid, IsOfVersionSevenAndSortsByTime) {
    simulation::SeededEntropy entropy(1);
    const std::string first = new_uuid(entropy, support::kMorning);
    const std::string later = new_uuid(entropy, support::kMorning + std::chrono::milliseconds(1));
    ASSERT_EQ(first.size(), 36u);
    for (const std::size_t dash : {8u, 13u, 18u, 23u}) {
        EXPECT_EQ(first[dash], '-');
    }
    EXPECT_EQ(first[14], '7');
    EXPECT_NE(std::string("89ab").find(first[19]), std::string::npos);
    EXPECT_LT(first, later);
    EXPECT_NE(first.substr(19), new_uuid(entropy, support::kMorning).substr(19));
}

}  // namespace
}  // namespace lachan::casework
