#include "lachan/base/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lachan::log {
namespace {

/// What `act` writes to standard error.
template <class Act>
std::string written_by(Act act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesOneLineOfJsonWithTheEventAndItsFields) {
    const std::string line =
        written_by([] { info("webhook.delivered", {{"endpoint", "e1"}, {"attempt", 3}}); });
    EXPECT_TRUE(line.starts_with(R"({"ts":")")) << line;
    EXPECT_NE(line.find(R"("level":"info","event":"webhook.delivered","endpoint":"e1","attempt":3})"),
              std::string::npos)
        << line;
    EXPECT_TRUE(line.ends_with("}\n"));
}

TEST(Log, AValueCannotEndItsTextOrItsLine) {
    const std::string line = written_by([] { warn("x.y", {{"id", "a\"b\\c\nd{}"}}); });
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    EXPECT_NE(line.find(R"("id":"a\"b\\c\u000ad{}")"), std::string::npos) << line;
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
    EXPECT_EQ(written_by([] { debug("x.y"); }), "");
    set_level(Level::error);
    EXPECT_EQ(written_by([] { warn("x.y"); }), "");
    EXPECT_NE(written_by([] { error("x.y"); }), "");
    set_level(Level::info);
}

}  // namespace
}  // namespace lachan::log
