// The scenarios that stand beside the pack: what the law says must come of a report. Each is a test of its
// own.
#include "lachan/policy/scenarios.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace lachan::policy {

void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.title;
}

namespace {

const std::filesystem::path kFolder = LACHAN_SOURCE_DIR "/rules/lai-chau/decision-27-2023";

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

const Pack& pack() {
    static const Pack shipped = Pack::parse(text_of(kFolder / "pack.json")).value();
    return shipped;
}

std::vector<Scenario> all_scenarios() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder / "scenarios")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<Scenario> scenarios;
    for (const auto& file : files) {
        const auto read = parse_scenarios(text_of(file));
        if (!read) {
            const Error error = read.error();
            std::string faults = file.filename();
            for (const Fault& fault : error.faults()) {
                faults += "\n" + fault.pointer + ' ' + fault.code + ' ' + fault.detail;
            }
            throw std::runtime_error(faults);
        }
        scenarios.insert(scenarios.end(), read->begin(), read->end());
    }
    return scenarios;
}

class Scenarios : public ::testing::TestWithParam<Scenario> {};

TEST_P(Scenarios, ComeOutAsTheLawSays) {
    const ScenarioOutcome outcome = run(pack(), GetParam());
    for (const std::string& failure : outcome.failures) {
        ADD_FAILURE() << GetParam().title << ": " << failure;
    }
}

std::string test_name(const ::testing::TestParamInfo<Scenario>& scenario) {
    std::string name = scenario.param.name;
    std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Pack, Scenarios, ::testing::ValuesIn(all_scenarios()), test_name);

TEST(ScenarioCoverage, EveryRuleAndEveryClauseIsHit) {
    const auto scenarios = all_scenarios();
    constexpr std::size_t kLeast = 120;
    EXPECT_GE(scenarios.size(), kLeast);
    const ScenarioRun total = run(pack(), scenarios);
    EXPECT_EQ(total.failed, 0U);
    EXPECT_EQ(total.rules, pack().rules().size());
    EXPECT_TRUE(total.rules_missed.empty()) << ::testing::PrintToString(total.rules_missed);
    EXPECT_TRUE(total.clauses_missed.empty()) << ::testing::PrintToString(total.clauses_missed);
}

}  // namespace
}  // namespace lachan::policy
