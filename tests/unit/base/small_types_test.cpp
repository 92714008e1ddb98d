#include <fmt/core.h>
#include <gtest/gtest.h>

#include <unordered_set>

#include "lachan/base/check.hpp"
#include "lachan/base/error.hpp"
#include "lachan/base/id.hpp"
#include "lachan/base/secret.hpp"

namespace lachan {
namespace {

using Apple = Id<struct AppleTag>;
using Pear = Id<struct PearTag>;

static_assert(!std::is_convertible_v<std::string, Apple>, "a text does not become an id by accident");
static_assert(!std::is_convertible_v<Pear, Apple> && !std::is_constructible_v<Apple, Pear>);
static_assert(!fmt::is_formattable<Secret<std::string>>::value, "a secret cannot be logged");

TEST(Id, IsComparedAndHashedByItsText) {
    EXPECT_EQ(Apple("a"), Apple("a"));
    EXPECT_LT(Apple("a"), Apple("b"));
    EXPECT_TRUE(Apple().empty());
    const std::unordered_set<Apple> ids = {Apple("a"), Apple("a"), Apple("b")};
    EXPECT_EQ(ids.size(), 2U);
}

TEST(Result, CarriesAValueOrARefusal) {
    const Result<int> good = 7;
    EXPECT_EQ(*good, 7);
    const Result<int> bad = Error(Errc::not_found, "no such case", {{"/area", "unknown", "no such unit"}});
    ASSERT_FALSE(bad);
    const Error error = bad.error();
    EXPECT_EQ(error.code(), Errc::not_found);
    EXPECT_EQ(error.faults().at(0).pointer, "/area");
}

TEST(Result, TheValueOfARefusalIsABug) {
    const Result<int> bad = Error(Errc::storage, "disk");
    EXPECT_THROW(static_cast<void>(bad.value()), std::logic_error);
}

TEST(Check, ThrowsWhereAnInvariantIsBrokenAndSaysWhich) {
    const int duties = 0;
    try {
        LACHAN_CHECK(duties > 0);
        FAIL() << "nothing was thrown";
    } catch (const BrokenInvariant& broken) {
        EXPECT_NE(std::string(broken.what()).find("duties > 0"), std::string::npos);
    }
    EXPECT_NO_THROW(LACHAN_CHECK(duties == 0));
}

}  // namespace
}  // namespace lachan
