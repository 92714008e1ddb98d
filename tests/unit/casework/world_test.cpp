#include "lachan/casework/world.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/shipped.hpp"

/// Which rules a report is judged by.
namespace lachan::casework {
namespace {

class RulesInForce : public testing::Test {
protected:
    void add(const std::string& version, const std::string& from, const std::string& to = "") {
        auto document = nlohmann::json::parse(support::shipped("rules/lai-chau/decision-27-2023/pack.json"));
        document["version"] = version;
        document["valid_from"] = from + "T00:00:00+07:00";
        document.erase("valid_to");
        if (!to.empty()) {
            document["valid_to"] = to + "T00:00:00+07:00";
        }
        auto pack = policy::Pack::parse(document.dump()).value();
        const std::string key = pack.key();
        world_.packs.emplace(key, std::make_shared<const policy::Pack>(std::move(pack)));
    }
    [[nodiscard]] std::string version_at(const std::string& instant) const {
        const auto* pack = world_.pack_at(parse_rfc3339(instant).value());
        return pack == nullptr ? "none" : std::string(pack->version());
    }

    World world_;
};

TEST_F(RulesInForce, EndOnTheVeryInstantTheyNameAndBeginOnIt) {
    add("1", "2024-01-01", "2025-07-01");
    add("2", "2025-07-01");
    EXPECT_EQ(version_at("2023-12-31T23:59:59+07:00"), "none");
    EXPECT_EQ(version_at("2024-01-01T00:00:00+07:00"), "1");
    EXPECT_EQ(version_at("2025-06-30T23:59:59+07:00"), "1");
    EXPECT_EQ(version_at("2025-07-01T00:00:00+07:00"), "2");
}

TEST_F(RulesInForce, AreNoneAfterTheLastOnesHaveEnded) {
    add("1", "2024-01-01", "2025-07-01");
    EXPECT_EQ(version_at("2025-07-01T00:00:00+07:00"), "none");
}

TEST_F(RulesInForce, OfSeveralAreThoseThatBeganLastAndThenTheLaterVersion) {
    add("1", "2025-01-01");
    add("2", "2024-01-01");
    EXPECT_EQ(version_at("2026-01-01T00:00:00+07:00"), "1");
    add("3", "2025-01-01");
    EXPECT_EQ(version_at("2026-01-01T00:00:00+07:00"), "3");
    EXPECT_EQ(version_at("2024-06-01T00:00:00+07:00"), "2");
}

}  // namespace
}  // namespace lachan::casework
