#include "planted.hpp"

#include "fixture.hpp"
#include "lachan/simulation/simulate.hpp"

namespace lachan::simulation {
namespace {

struct Bug {
    std::string name;
    Decorations (*plant)();
    Broken shows_as;
};

class APlantedBug : public InAWorld, public testing::WithParamInterface<Bug> {};

TEST_P(APlantedBug, IsFoundWithin200Seeds) {
    SimulationPlan plan;
    plan.first_seed = 1;
    plan.last_seed = 200;
    plan.days = 2;
    plan.laws = shipped_law();
    plan.decorations = GetParam().plant();
    plan.stops_at_first = true;

    const SimulationResult result = simulate(plan);

    ASSERT_FALSE(result.good());
    RecordProperty("seeds", static_cast<int>(result.seeds));
    RecordProperty("first", result.failing.front().first_violation);
    EXPECT_GT(result.count(GetParam().shows_as), 0U) << result.failing.front().replay;
}

INSTANTIATE_TEST_SUITE_P(
    Simulation,
    APlantedBug,
    testing::Values(Bug{"AcknowledgementBeforeCommit", planted::acknowledgement_before_commit, Broken::lost},
                    Bug{"EffectBeforeState", planted::effect_before_state, Broken::confused},
                    Bug{"TimerInMemory", planted::timer_in_memory, Broken::late},
                    Bug{"NoIdempotency", planted::no_idempotency, Broken::doubled},
                    Bug{"ForkedChain", planted::forked_chain, Broken::lost},
                    Bug{"DeafSleeper", planted::deaf_sleeper, Broken::late},
                    Bug{"HopefulSender", planted::hopeful_sender, Broken::silent},
                    Bug{"ActsForgotten", planted::acts_forgotten, Broken::lost},
                    Bug{"WordsLost", planted::words_lost, Broken::lost},
                    Bug{"ReportsRefused", planted::reports_refused, Broken::lost},
                    Bug{"ReportersUnanswered", planted::reporters_unanswered, Broken::lost},
                    Bug{"ToldTwice", planted::told_twice, Broken::doubled},
                    Bug{"MessagesGivenUp", planted::messages_given_up, Broken::silent},
                    Bug{"MessagesPutOff", planted::messages_put_off, Broken::silent},
                    Bug{"MessagesLeftToPersons", planted::messages_left_to_persons, Broken::silent}),
    [](const testing::TestParamInfo<Bug>& info) { return info.param.name; });

}  // namespace
}  // namespace lachan::simulation
