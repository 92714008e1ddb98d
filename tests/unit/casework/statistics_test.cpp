#include "lachan/casework/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

class Statistics : public testing::Test {
protected:
    void file(int number,
              domain::Category category,
              const char* area = "03388",
              const char* conflicted = "") {
        for (int i = 0; i < number; ++i) {
            domain::Report report = small_accident();
            report.categories = {category};
            report.area = domain::AreaCode(area);
            report.suspects.clear();
            if (*conflicted != '\0') {
                report.suspects.push_back({domain::Relation::official, "A", domain::AgencyId(conflicted)});
            }
            office_.opened(report);
        }
    }
    /// "key key=count" of each cell, "*" for a count that is left out.
    std::vector<std::string> table(const domain::Principal& caller,
                                   const char* by,
                                   const char* period = "2026-Q4",
                                   const char* of = "cases") {
        const auto request = read_request(of, by, period, office_.now()).value();
        const auto answer = office_.run(view_statistics(office_.context(), caller, request));
        std::vector<std::string> lines;
        for (const TableCell& cell : answer->cells) {
            std::string line;
            for (const auto& key : cell.keys) {
                line += (line.empty() ? "" : " ") + key.value_or("all");
            }
            lines.push_back(line + "=" + (cell.count ? std::to_string(*cell.count) : "*"));
        }
        return lines;
    }

    using Lines = std::vector<std::string>;
    Office office_;
    domain::Principal analyst_ = key_of(domain::Role::analyst, "so-y-te-12");
};

TEST_F(Statistics, CountCasesByWhatIsAskedFor) {
    file(6, domain::Category::drowning);
    file(7, domain::Category::injury, "03408");
    EXPECT_EQ(table(analyst_, "category"), (Lines{"drowning=6", "injury=7", "all=13"}));
    EXPECT_EQ(table(analyst_, "area"), (Lines{"03388=6", "03408=7", "all=13"}));
    EXPECT_EQ(table(analyst_, "status,category"),
              (Lines{"open drowning=6",
                     "open injury=7",
                     "open all=13",
                     "all drowning=6",
                     "all injury=7",
                     "all all=13"}));
}

TEST_F(Statistics, LeaveOutSmallNumbersAndWhatWouldRevealThem) {
    file(3, domain::Category::drowning);
    file(7, domain::Category::injury);
    file(9, domain::Category::neglect);
    EXPECT_EQ(table(analyst_, "category"), (Lines{"drowning=*", "injury=*", "neglect=9", "all=19"}));
}

TEST_F(Statistics, AYearDoesNotGiveAwayWhatAQuarterLeavesOut) {
    file(3, domain::Category::drowning);
    file(30, domain::Category::injury);
    file(40, domain::Category::neglect);
    office_.pass(60 * 24h);  // into 2027
    file(20, domain::Category::drowning);
    file(20, domain::Category::injury);
    file(20, domain::Category::neglect);
    office_.pass(90 * 24h);
    file(3, domain::Category::drowning);  // 2027: 20 + 3, of which the second quarter leaves out 3
    file(30, domain::Category::injury);
    EXPECT_EQ(table(analyst_, "category", "2027-Q1").front(), "drowning=20");
    EXPECT_EQ(table(analyst_, "category", "2027-Q2").front(), "drowning=*");
    EXPECT_EQ(table(analyst_, "category", "2027").front(), "drowning=*");
}

TEST_F(Statistics, AreOfTheCallersAreaAndWithoutConflictedCases) {
    file(6, domain::Category::drowning);
    file(7, domain::Category::injury, "03408");
    file(8, domain::Category::neglect, "03388", "ct-03388");
    EXPECT_EQ(table(supervisor("ubnd-03388"), "category"), (Lines{"drowning=6", "all=6"}));
    EXPECT_EQ(table(analyst_, "category"), (Lines{"drowning=6", "injury=7", "neglect=8", "all=21"}));
    EXPECT_EQ(table(key_of(domain::Role::analyst, "tyt-03390"), "category"), (Lines{"all=0"}));
}

TEST_F(Statistics, LeaveOutExercises) {
    file(6, domain::Category::drowning);
    domain::Report exercise = small_accident();
    exercise.status = domain::ReportStatus::exercise;
    office_.opened(exercise);
    EXPECT_EQ(table(analyst_, "category"), (Lines{"drowning=6", "all=6"}));
}

TEST_F(Statistics, CountHowDutiesEnded) {
    file(6, domain::Category::drowning);
    const auto before = table(analyst_, "ending", "2026-Q4", "duties");
    ASSERT_FALSE(before.empty());
    EXPECT_EQ(before.front().substr(0, 8), "pending=");
    office_.pass(30 * 24h);
    const auto after = table(analyst_, "ending", "2026-Q4", "duties");
    EXPECT_EQ(after.front().substr(0, 8), "overdue=");
}

TEST_F(Statistics, AWaivedDutyHasAWordOfItsOwnUnlessItWasLate) {
    std::vector<std::string> codes;
    for (int i = 0; i < 12; ++i) {
        codes.push_back(office_.opened(violence_at_home()));
    }
    const auto waive = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            const std::string duty = duty_name(codes[i], office_.pending(codes[i], "initial_assessment"));
            for (const int person : {1, 2}) {
                ASSERT_TRUE(office_.run(waive_duty(office_.context(),
                                                   supervisor("so-y-te-12", person),
                                                   duty,
                                                   {"trẻ đã chuyển đi"},
                                                   {},
                                                   [](const CaseChange&) { return Answer{}; })));
            }
        }
    };
    waive(0, 6);
    office_.pass(30 * 24h);
    waive(6, 12);
    const auto lines = table(analyst_, "ending", "2026-Q4", "duties");
    EXPECT_NE(std::find(lines.begin(), lines.end(), "waived=6"), lines.end());
}

TEST_F(Statistics, KnowAnInjuryByHowItHappenedAndHowItEnded) {
    file(6, domain::Category::injury);
    for (int i = 0; i < 7; ++i) {
        domain::Report report = small_accident();
        report.mechanism = domain::Mechanism::unknown;
        report.outcome = domain::Outcome::severe;
        report.categories.clear();
        office_.opened(report);
    }
    EXPECT_EQ(table(analyst_, "mechanism"), (Lines{"fall=6", "unknown=7", "all=13"}));
    EXPECT_EQ(table(analyst_, "outcome"), (Lines{"minor=6", "severe=7", "all=13"}));
    EXPECT_EQ(table(analyst_, "category"), (Lines{"injury=6", "unknown=7", "all=13"}));
    EXPECT_EQ(table(analyst_, "severity").back(), "all=13");
    EXPECT_EQ(table(analyst_, "urgency").back(), "all=13");
}

TEST_F(Statistics, CountTheChildrenAndOneWhereNobodyIsNamed) {
    for (int i = 0; i < 5; ++i) {
        domain::Report report = small_accident();
        report.children.resize(i == 0 ? 0 : 2);
        office_.opened(report);
    }
    EXPECT_EQ(table(analyst_, "category", "2026-Q4", "children"), (Lines{"injury=9", "all=9"}));
    EXPECT_EQ(table(analyst_, "category", "2026-Q4", "cases"), (Lines{"injury=5", "all=5"}));
}

TEST_F(Statistics, TellADutyDoneInTimeFromOneDoneLateAndOneWithdrawn) {
    const auto do_all = [this](const std::string& code) { office_.work_off(code); };
    std::vector<std::string> codes;
    for (int i = 0; i < 12; ++i) {
        codes.push_back(office_.opened(small_accident()));
    }
    std::for_each(codes.begin(), codes.begin() + 6, do_all);
    office_.pass(20 * 24h);
    std::for_each(codes.begin() + 6, codes.end(), do_all);
    const auto endings = table(analyst_, "ending", "2026-Q4", "duties");
    const auto has = [&](const std::string& word) {
        return std::any_of(endings.begin(), endings.end(), [&](const std::string& line) {
            return line.starts_with(word + "=") && line != word + "=*";
        });
    };
    EXPECT_TRUE(has("met"));
    EXPECT_TRUE(has("late"));
    const auto kinds = table(analyst_, "duty_kind", "2026-Q4", "duties");
    EXPECT_GE(kinds.size(), 2U);
    EXPECT_EQ(kinds.back().substr(0, 4), "all=");
    EXPECT_EQ(table(analyst_, "rule", "2026-Q4", "duties").back(), kinds.back());
}

TEST_F(Statistics, AreOfThePresentQuarterWhereNothingElseIsAskedFor) {
    const auto cases = read_request(std::nullopt, std::nullopt, std::nullopt, office_.now()).value();
    EXPECT_EQ(cases.period.text(), "2026-Q4");
    EXPECT_EQ(text_of(cases.counted), "cases");
    ASSERT_EQ(cases.by.size(), 1U);
    EXPECT_EQ(text_of(cases.by.front()), "category");
    const auto duties = read_request("duties", std::nullopt, "2026", office_.now()).value();
    EXPECT_EQ(duties.by, (std::vector{Dimension::duty_kind, Dimension::ending}));
    EXPECT_EQ(duties.period.text(), "2026");
    EXPECT_EQ(to_rfc3339(duties.period.to()), "2027-01-01T00:00:00+07:00");
    EXPECT_EQ(office_.run(view_statistics(office_.context(), officer("ubnd-03388"), duties)).error().code(),
              Errc::forbidden);
}

TEST_F(Statistics, ACombinationThatNeverOccurredIsNoLineOfTheTable) {
    file(6, domain::Category::drowning);
    file(7, domain::Category::injury, "03408");
    EXPECT_EQ(table(analyst_, "area,category"),
              (Lines{"03388 drowning=6",
                     "03388 all=6",
                     "03408 injury=7",
                     "03408 all=7",
                     "all drowning=6",
                     "all injury=7",
                     "all all=13"}));
}

/// What two quarters left out, 3 and 3, are 6 in the year: nobody can tell which of them was which.
TEST_F(Statistics, AYearTellsWhatSeveralQuartersLeftOutTogetherWhereTheSumIsNotSmall) {
    office_.pass(60 * 24h);  // into 2027
    for (int quarter = 1; quarter <= 2; ++quarter) {
        file(3, domain::Category::drowning);
        file(30, domain::Category::injury);
        file(40, domain::Category::neglect);
        office_.pass(90 * 24h);
    }
    EXPECT_EQ(table(analyst_, "category", "2027-Q1").front(), "drowning=*");
    EXPECT_EQ(table(analyst_, "category", "2027-Q2").front(), "drowning=*");
    EXPECT_EQ(table(analyst_, "category", "2027"),
              (Lines{"drowning=6", "injury=60", "neglect=80", "all=146"}));
}

TEST_F(Statistics, AYearLeavesOutWhatItsQuartersLeftOutToASmallSum) {
    office_.pass(60 * 24h);
    for (const int drowned : {1, 2, 20}) {
        file(drowned, domain::Category::drowning);
        file(30, domain::Category::injury);
        file(40, domain::Category::neglect);
        office_.pass(90 * 24h);
    }
    EXPECT_EQ(table(analyst_, "category", "2027-Q3").front(), "drowning=20");
    EXPECT_EQ(table(analyst_, "category", "2027").front(), "drowning=*") << "23 less 20 would be told";
}

TEST_F(Statistics, ADutyThatWasPassedOnCountsOnceAndOneThatIsAcceptedIsStillPending) {
    std::vector<std::string> codes;
    for (int i = 0; i < 6; ++i) {
        codes.push_back(office_.opened(violence_at_home()));
    }
    const auto before = table(analyst_, "duty_kind,ending", "2026-Q4", "duties");
    const domain::AgencyId health("so-y-te-12");
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const domain::Duty assessment = office_.pending(codes[i], "initial_assessment");
        ASSERT_TRUE(office_.accept(officer(assessment.holder.text()), duty_name(codes[i], assessment)));
        const domain::Duty plan = office_.pending(codes[i], "plan");
        const Response passed_on = i % 2 == 0 ? Response{domain::ResponseKind::declined, "không đủ người", {}}
                                              : Response{domain::ResponseKind::forwarded, "", health};
        ASSERT_TRUE(office_.respond(officer(plan.holder.text()), duty_name(codes[i], plan), passed_on));
    }
    EXPECT_EQ(table(analyst_, "duty_kind,ending", "2026-Q4", "duties"), before);
    EXPECT_NE(std::find(before.begin(), before.end(), "plan pending=6"), before.end());
}

TEST_F(Statistics, ADutyThatFellAwayWithItsCaseIsWithdrawn) {
    for (int i = 0; i < 6; ++i) {
        const std::string code = office_.opened(small_accident());
        office_.work_off(code);
        ASSERT_TRUE(office_.close(supervisor("ct-03388"), code));
        office_.pass(1h);
        ASSERT_TRUE(office_.reopen(supervisor("ct-03388"), code));
    }
    const auto lines = table(analyst_, "ending", "2026-Q4", "duties");
    EXPECT_TRUE(std::any_of(
        lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("withdrawn="); }));
}

TEST_F(Statistics, KnowOnlyTheTablesThereAre) {
    const auto code = [&](const char* of, const char* by, const char* period) {
        const auto request = read_request(of, by, period, office_.now());
        return request ? std::string("fine") : request.error().faults().front().code;
    };
    EXPECT_EQ(code("people", "area", "2026"), "unknown_word");
    EXPECT_EQ(code("cases", "name", "2026"), "unknown_word");
    EXPECT_EQ(code("cases", "area,area", "2026"), "count");
    EXPECT_EQ(code("cases", "area,category,status", "2026"), "count");
    EXPECT_EQ(code("cases", "ending", "2026"), "does_not_fit");
    EXPECT_EQ(code("duties", "area", "2026"), "does_not_fit");
    for (const char* period : {"2026-Q5",
                               "2026-Q0",
                               "2026-11",
                               "2026-11-20",
                               "26",
                               "",
                               "2026-Q",
                               "2026x",
                               "2026x-Q1",
                               "1999",
                               "3000"}) {
        EXPECT_EQ(code("cases", "area", period), "invalid_value") << period;
    }
    EXPECT_EQ(code("duties", "rule,ending", "2026-Q1"), "fine");
}

}  // namespace
}  // namespace lachan::casework
