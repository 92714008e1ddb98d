#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "lachan/casework/deadline_explanation.hpp"
#include "lachan/casework/deadline_moves.hpp"
#include "lachan/deadlines/notice.hpp"
#include "support/office.hpp"
#include "support/shipped.hpp"

namespace lachan::support {
namespace {

using namespace std::chrono_literals;
using casework::ExplainedDeadline;
using policy::Language;

class Explanation : public testing::Test {
protected:
    ExplainedDeadline of(const std::string& kind, Language language = Language::vietnamese) {
        return office_
            .run(casework::see_explanation(office_.context(),
                                           officer("ubnd-03388"),
                                           duty_name(code_, office_.pending(code_, kind)),
                                           language))
            .value();
    }

    Office office_;
    const std::string code_ = office_.opened(violence_at_home());
};

TEST_F(Explanation, CountsWorkingDaysLineByLine) {
    const auto plan = of("plan");
    EXPECT_EQ(plan.limit, "5 working days");
    ASSERT_EQ(plan.days.size(), 8u);  // Friday to Friday
    EXPECT_FALSE(plan.days[0].counted);
    EXPECT_EQ(plan.days[0].ground, "thứ Sáu, ngày làm việc: ngày bắt đầu, không tính");
    EXPECT_EQ(plan.days[1].ground, "thứ Bảy");
    EXPECT_FALSE(plan.days[1].counted);
    EXPECT_EQ(plan.days[7].number, 5);
    EXPECT_EQ(start_of_day(plan.days[7].day) + 24h, plan.duty.due);
    EXPECT_EQ(plan.text.substr(0, plan.text.find(':')), "5 ngày làm việc");
    EXPECT_FALSE(plan.basis.empty());
    EXPECT_EQ(plan.calendar, office_.worlds().current()->calendar->version());
    EXPECT_TRUE(plan.moves.empty());
}

TEST_F(Explanation, CountsHoursDayByDayAndNight) {
    const auto assessment = of("initial_assessment");
    ASSERT_EQ(assessment.limit, "PT12H");
    ASSERT_EQ(assessment.days.size(), 1u);
    EXPECT_TRUE(assessment.days[0].counted);
    EXPECT_EQ(assessment.days[0].number, 12);
    EXPECT_EQ(assessment.days[0].ground, "08:15 đến 20:15, PT12H: tính liên tục cả ngày lẫn đêm");
    EXPECT_NE(assessment.text.find("Điều 147"), std::string::npos);
    EXPECT_EQ(assessment.due_force, domain::Force::law);
}

TEST_F(Explanation, HoursOverMidnightAreTwoLines) {
    office_.pass(10h);
    domain::Report late = violence_at_home();
    late.received_at = office_.now();
    const std::string code = office_.opened(late);
    const auto found =
        office_.run(casework::see_explanation(office_.context(),
                                              officer("ubnd-03388"),
                                              duty_name(code, office_.pending(code, "initial_assessment")),
                                              Language::english));
    const auto& days = found.value().days;
    ASSERT_EQ(days.size(), 2u);
    EXPECT_EQ(days[0].ground, "18:15 to 24:00, PT5H45M: hours run day and night");
    EXPECT_EQ(days[0].number, 5);
    EXPECT_EQ(days[1].ground, "00:00 to 06:15, PT6H15M: hours run day and night");
    EXPECT_EQ(days[1].number, 12);
}

TEST_F(Explanation, SpeaksEnglishToWhoeverPrefersIt) {
    const auto plan = of("plan", Language::english);
    ASSERT_EQ(plan.days.size(), 8u);
    EXPECT_EQ(plan.days[0].ground, "Friday, working day: day of the start, not counted");
    EXPECT_EQ(plan.days[1].ground, "Saturday");
    EXPECT_EQ(plan.days[3].ground, "Monday, working day");
    EXPECT_EQ(plan.text.substr(0, plan.text.find(':')), "5 working days");
    EXPECT_NE(plan.title, of("plan").title);
}

TEST_F(Explanation, ShowsWhatMovedTheInstantAndWhen) {
    const std::string notice =
        R"({"version": "test.1", "source": "1/TB", "days": [{"day": "2026-11-24", "working": false, "name": "Nghỉ"}]})";
    const auto text = deadlines::next_calendar(shipped("config/calendar/vietnam.json"), notice).value();
    auto next = std::make_shared<casework::World>(*office_.worlds().current());
    next->calendar = std::make_shared<const deadlines::Calendar>(deadlines::Calendar::parse(text).value());
    const casework::CalendarChange change{office_.worlds().current()->calendar, next};
    office_.worlds().replace(next);
    const casework::StopSign stop;
    office_.run(casework::move_deadlines(office_.context(), change, stop)).value();

    const auto plan = of("plan", Language::english);
    ASSERT_EQ(plan.moves.size(), 1u);
    EXPECT_EQ(plan.moves[0].from, "2026-11-28T00:00:00+07:00");
    EXPECT_EQ(plan.moves[0].to, to_rfc3339(plan.duty.due));
    EXPECT_EQ(plan.moves[0].calendar_to, "test.1");
    EXPECT_EQ(plan.days[4].ground, "Tuesday, Nghỉ (1/TB)");
    EXPECT_FALSE(plan.days[4].counted);
}

TEST_F(Explanation, SaysWhereThePresentCalendarWouldGiveAnotherInstant) {
    office_.pass(8 * 24h);  // missed by the calendar of its time, which stays
    const std::string notice =
        R"({"version": "test.1", "source": "1/TB", "days": [{"day": "2026-11-24", "working": false, "name": "Nghỉ"}]})";
    const auto text = deadlines::next_calendar(shipped("config/calendar/vietnam.json"), notice).value();
    auto next = std::make_shared<casework::World>(*office_.worlds().current());
    next->calendar = std::make_shared<const deadlines::Calendar>(deadlines::Calendar::parse(text).value());
    office_.worlds().replace(next);
    EXPECT_NE(of("plan").text.find("theo lịch hiện hành sẽ là 2026-12-01T00:00:00+07:00"), std::string::npos);
    EXPECT_NE(
        of("plan", Language::english).text.find("with the present one it would be 2026-12-01T00:00:00+07:00"),
        std::string::npos);
}

TEST_F(Explanation, SaysOfADayThatIsOnlyExpectedToBeOffThatItIs) {
    const std::string notice =
        R"({"version": "test.1", "source": "1/TB", "days": [{"day": "2026-11-24", "working": false,
            "name": "Nghỉ", "status": "provisional"}]})";
    const auto text = deadlines::next_calendar(shipped("config/calendar/vietnam.json"), notice).value();
    auto next = std::make_shared<casework::World>(*office_.worlds().current());
    next->calendar = std::make_shared<const deadlines::Calendar>(deadlines::Calendar::parse(text).value());
    office_.worlds().replace(next);
    const std::string code = office_.opened(violence_at_home());
    const auto plan = office_.run(casework::see_explanation(office_.context(),
                                                            officer("ubnd-03388"),
                                                            duty_name(code, office_.pending(code, "plan")),
                                                            Language::english));
    EXPECT_EQ(plan->days[4].ground, "Tuesday, Nghỉ (expected; 1/TB)");
    EXPECT_FALSE(plan->days[4].counted);
}

// The law gives 24 hours, and 48 where the way is long.
TEST_F(Explanation, CountsTheLongerLimitInARemoteCommune) {
    auto areas = nlohmann::json::parse(shipped("config/directory/areas.json"));
    for (auto& area : areas.at("areas")) {
        if (area.at("code") == "03388") {
            area["remote"] = "yes";
        }
    }
    auto next = std::make_shared<casework::World>(*office_.worlds().current());
    const std::vector<std::string> schools = {shipped("config/demo/directory/agencies.json")};
    next->directory = std::make_shared<const directory::Directory>(
        directory::Directory::parse(areas.dump(),
                                    shipped("config/directory/roles.json"),
                                    shipped("config/directory/agencies.json"),
                                    schools)
            .value());
    office_.worlds().replace(next);
    const std::string code = office_.opened(violence_at_home());
    const auto limit = [&](const std::string& of_case) {
        const auto duty = office_.pending(of_case, "police_transfer");
        const auto found = office_.run(casework::see_explanation(
            office_.context(), hotline(), duty_name(of_case, duty), Language::vietnamese));
        EXPECT_EQ(duty.due, duty.start + (found->limit == "PT48H" ? 48h : 24h));
        return found->limit;
    };
    EXPECT_EQ(limit(code), "PT48H");
    EXPECT_EQ(limit(code_), "PT24H") << "it was near when it was opened";
}

TEST_F(Explanation, ATitleThatNobodyTranslatedStandsAsItIs) {
    auto document = nlohmann::json::parse(shipped("rules/lai-chau/decision-27-2023/pack.json"));
    for (auto& rule : document.at("rules")) {
        if (rule.contains("duties")) {
            for (auto& duty : rule.at("duties")) {
                duty["title_en"] = "";
            }
        }
    }
    auto next = std::make_shared<casework::World>(*office_.worlds().current());
    auto pack = policy::Pack::parse(document.dump()).value();
    const std::string key = pack.key();
    const std::string vietnamese = of("plan").title;
    ASSERT_NE(of("plan", Language::english).title, vietnamese);
    next->packs[key] = std::make_shared<const policy::Pack>(std::move(pack));
    office_.worlds().replace(next);
    EXPECT_EQ(of("plan", Language::english).title, vietnamese);
}

TEST_F(Explanation, IsNotForStrangers) {
    const std::string duty = duty_name(code_, office_.pending(code_, "plan"));
    const auto refused = office_.run(
        casework::see_explanation(office_.context(), officer("ubnd-03433"), duty, Language::vietnamese));
    EXPECT_EQ(refused.error().code(), Errc::not_found);
    const auto missing = office_.run(casework::see_explanation(
        office_.context(), officer("ubnd-03388"), code_ + ".d99", Language::vietnamese));
    EXPECT_EQ(missing.error().code(), Errc::not_found);
}

// Each kind of limit that the pack has, through the whole life of some cases: the last line is the last day.
TEST_F(Explanation, EndsWithTheDayOnWhichTheDutyIsDue) {
    std::vector<std::string> codes = {code_, office_.opened(small_accident())};
    domain::Report drowned = small_accident();
    drowned.categories = {domain::Category::drowning};
    drowned.outcome = domain::Outcome::death;
    codes.push_back(office_.opened(drowned));
    std::set<std::string> limits;
    for (const std::string& code : codes) {
        office_.work_off(code);
        ASSERT_TRUE(office_.close(supervisor("so-y-te-12"), code));
        for (const Language language : {Language::vietnamese, Language::english}) {
            office_.look([&](const casework::View& view) -> Result<void> {
                const auto number = office_.vault().case_no(code).value();
                const auto all = casework::explain_deadlines(
                    *office_.worlds().current(), view, number, code, "", language);
                EXPECT_EQ(all->size(), view.duties.of_case(number).size());
                for (const ExplainedDeadline& each : *all) {
                    limits.insert(each.limit);
                    EXPECT_FALSE(each.text.empty()) << each.name;
                    EXPECT_FALSE(each.title.empty()) << each.name;
                    if (!each.days.empty()) {
                        const Instant end = start_of_day(each.days.back().day) + 24h;
                        EXPECT_LE(each.duty.due, end) << each.name << ' ' << each.limit;
                        EXPECT_GT(each.duty.due, end - 24h) << each.name << ' ' << each.limit;
                    }
                }
                return {};
            });
        }
    }
    EXPECT_GE(limits.size(), 6U);
}

TEST_F(Explanation, FindsADutyByItsNameItsNumberOrItsKind) {
    const auto plan = duty_name(code_, office_.pending(code_, "plan"));
    office_.look([&](const casework::View& view) -> Result<void> {
        const auto number = office_.vault().case_no(code_).value();
        const auto named = [&](const std::string& wanted) {
            return casework::explain_deadlines(
                *office_.worlds().current(), view, number, code_, wanted, Language::vietnamese);
        };
        EXPECT_EQ(named("plan")->front().name, plan);
        EXPECT_EQ(named(plan)->front().name, plan);
        EXPECT_EQ(named(plan.substr(plan.find('.') + 1))->front().name, plan);
        EXPECT_EQ(named("dance").error().code(), Errc::not_found);
        EXPECT_EQ(casework::explain_deadlines(
                      *office_.worlds().current(), view, domain::CaseNo{999}, "", "", Language::vietnamese)
                      .error()
                      .code(),
                  Errc::not_found);
        return {};
    });
}

// What the service itself owes to a case that its rules forget is nobody's law.
TEST_F(Explanation, SaysThatNoRuleMadeTheDutyThatKeepsACaseFromBeingForgotten) {
    office_.write([&](casework::Tx& tx) -> Result<void> {
        domain::Duty duty = office_.pending(code_, "plan");
        duty.rule.clear();
        tx.duties.update(duty);
        return {};
    });
    const auto plain = of("plan");
    EXPECT_EQ(plain.limit, "");
    EXPECT_EQ(plain.force, domain::Force::target);
    EXPECT_TRUE(plain.basis.empty());
    EXPECT_TRUE(plain.days.empty());
    EXPECT_NE(plain.text.find("bị bỏ quên"), std::string::npos);
    EXPECT_NE(of("plan", Language::english).text.find("No rule of the law made this duty"),
              std::string::npos);
}

}  // namespace
}  // namespace lachan::support
