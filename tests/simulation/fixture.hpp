#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grounds.hpp"
#include "lachan/base/log.hpp"
#include "lachan/simulation/reports.hpp"
#include "lachan/simulation/sim_world.hpp"

/// What the tests of this folder share: a world on an ordinary Friday in phường Đoàn Kết, and eyes to look at
/// it with.
namespace lachan::simulation {

using namespace std::chrono_literals;

inline constexpr std::string_view kFriday = "2026-11-20T08:00:00+07:00";
inline const domain::AreaCode kCommune("03388");
inline const domain::AgencyId kCommittee("ubnd-03388");
inline const domain::AgencyId kChair("ct-03388");
inline const domain::AgencyId kPolice("ca-03388");
inline const domain::AgencyId kHealthStation("tyt-03388");
inline const domain::AgencyId kProvince("so-y-te-12");

inline Instant at(std::string_view text) {
    return *parse_rfc3339(text);
}

inline domain::EndpointId channel(const domain::AgencyId& agency, int number = 1) {
    return domain::EndpointId(agency.text() + "-" + std::to_string(number));
}

inline WorldPlan plan_from(std::string_view start = kFriday, int channels = 1, std::uint64_t seed = 7) {
    WorldPlan plan;
    plan.seed = seed;
    plan.start = at(start);
    plan.laws = shipped_laws();
    plan.channels = channels;
    return plan;
}

/// Every test of this folder ends with a look at everything: what the service promised, it must have kept.
class InAWorld : public testing::Test {
protected:
    static void SetUpTestSuite() { log::set_level(log::Level::none); }

    static std::string emergency(SimWorld& world, Dice& dice) {
        return world
            .submit(emergency_report(dice, kCommune, world.clock().now()), SimWorld::officer(kCommittee))
            .value()
            .case_code;
    }
    static std::string routine(SimWorld& world, Dice& dice) {
        return world
            .submit(routine_report(dice, kCommune, world.clock().now()), SimWorld::officer(kCommittee))
            .value()
            .case_code;
    }

    /// The first duty of a kind.
    static domain::Duty duty(SimWorld& world, const std::string& code, std::string_view kind) {
        for (domain::Duty& each : world.duties(code)) {
            if (each.kind == kind) {
                return each;
            }
        }
        ADD_FAILURE() << "no duty " << kind;
        return {};
    }

    /// Notifications about a duty, of one type ("duty.assigned"), for one agency.
    static std::vector<domain::Notification> owed(SimWorld& world,
                                                  const std::string& code,
                                                  const domain::Duty& about,
                                                  std::string_view event,
                                                  const domain::AgencyId& agency) {
        auto found = world.notifications(code);
        std::erase_if(found, [&](const domain::Notification& value) {
            return value.duty != about.no.ordinal || value.agency != agency ||
                   value.type != "vn.lachan." + std::string(event) + ".v1";
        });
        return found;
    }

    /// How often a step of a duty's ladder is in the record.
    static std::vector<domain::Event> fired(SimWorld& world,
                                            const std::string& code,
                                            const domain::Duty& about,
                                            std::string_view step) {
        auto found = world.events(code);
        const std::string name = world.duty_name(about);
        std::erase_if(found, [&](const domain::Event& event) {
            const auto says = [&](std::string_view key, std::string_view value) {
                return std::any_of(event.data.begin(), event.data.end(), [&](const auto& entry) {
                    return entry.first == key && entry.second.ends_with(value);
                });
            };
            return !says("duty", name) || !says("step", "/" + std::string(step));
        });
        return found;
    }

    static void expect_all_well(SimWorld& world) {
        world.check();
        EXPECT_TRUE(world.findings().empty()) << world.replay();
    }
};

}  // namespace lachan::simulation
