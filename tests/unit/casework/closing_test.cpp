#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/office.hpp"
#include "support/shipped.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;
using domain::CaseStatus;

class Closing : public testing::Test {
protected:
    [[nodiscard]] std::vector<std::string> pending() {
        std::vector<std::string> kinds;
        for (const domain::Duty& duty : office_.duties(code_)) {
            if (duty.pending()) {
                kinds.push_back(duty.kind);
            }
        }
        return kinds;
    }
    [[nodiscard]] bool is_pending(const char* kind) {
        const auto kinds = pending();
        return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    }

    Office office_;
    std::string code_ = office_.opened(violence_at_home());
    domain::Principal commune_ = officer("ubnd-03388");
    domain::Principal chair_ = officer("ct-03388");
};

TEST_F(Closing, IsBlockedByOpenDutiesAndNamesEach) {
    const auto refused = office_.close(supervisor("ct-03388"), code_);
    ASSERT_FALSE(refused);
    const Error refusal = refused.error();
    EXPECT_EQ(refusal.code(), Errc::closing_blocked);
    std::vector<std::string> kinds;
    for (const Fault& fault : refusal.faults()) {
        kinds.push_back(fault.code);
        EXPECT_EQ(fault.pointer.find(code_ + ".d"), 0u);
    }
    EXPECT_NE(std::find(kinds.begin(), kinds.end(), "initial_assessment"), kinds.end());
    EXPECT_EQ(std::find(kinds.begin(), kinds.end(), "case_meeting"), kinds.end());  // does not block
}

TEST_F(Closing, TakesTwoPersons) {
    office_.work_off(code_);  // the last act is the commune's officer's
    const auto first = office_.close(commune_, code_);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->answer.status, 202);
    EXPECT_EQ(office_.case_of(code_).status, CaseStatus::open);
    EXPECT_EQ(count(office_.notifications(code_), "ct-03388", "case.updated") > 0,
              true);  // who decides hears of it

    const auto again = office_.close(commune_, code_);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->answer.status, 202);

    const auto second = office_.close(chair_, code_);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->answer.status, 200);
    const domain::Case value = office_.case_of(code_);
    EXPECT_EQ(value.status, CaseStatus::closed);
    EXPECT_EQ(value.stage, "closed");
    EXPECT_EQ(value.closed_at, office_.now());
}

TEST_F(Closing, AnotherPersonsActBetweenMakesNobodyTwoPersons) {
    office_.work_off(code_);
    ASSERT_EQ(office_.close(commune_, code_)->answer.status, 202);
    ASSERT_TRUE(office_.step(officer("tyt-03388"), code_, {"medical_care", {}, {}, "given", "", {}}));
    EXPECT_EQ(office_.close(commune_, code_)->answer.status, 202);
    EXPECT_EQ(office_.close(officer("ubnd-03388", 2), code_)->answer.status, 200);
}

TEST_F(Closing, WhoDidNotRecordTheLastActEndsItAtOnce) {
    office_.work_off(code_);
    EXPECT_EQ(office_.close(supervisor("ct-03388"), code_)->answer.status, 200);
}

TEST_F(Closing, NeedsTheVersionThatTheCallerSaw) {
    office_.work_off(code_);
    const auto render = [](const CaseChange&) { return Answer{}; };
    const auto refused = office_.run(
        close_case(office_.context(), chair_, code_, {"x", office_.case_of(code_).sequence - 1}, {}, render));
    EXPECT_EQ(refused.error().code(), Errc::precondition_failed);
}

TEST_F(Closing, IsForWhoWorkedOnTheCase) {
    office_.work_off(code_);
    EXPECT_EQ(office_.close(officer("so-y-te-12"), code_).error().code(),
              Errc::forbidden);  // was told of it only
    EXPECT_EQ(office_.close(officer("ubnd-03408"), code_).error().code(), Errc::not_found);
    EXPECT_EQ(office_.close(hotline(), code_).error().code(), Errc::forbidden);
}

TEST_F(Closing, StartsWhatIsOwedForAClosedCaseAndTellsEverybodyOnce) {
    office_.work_off(code_);
    ASSERT_TRUE(office_.close(supervisor("ct-03388"), code_));
    EXPECT_TRUE(is_pending("archive"));
    EXPECT_TRUE(is_pending("statistics_entry"));
    EXPECT_FALSE(is_pending("closure"));
    const auto owed = office_.notifications(code_);
    for (const char* party : {"tong-dai-111", "ubnd-03388", "ct-03388", "tyt-03388", "ca-03388"}) {
        EXPECT_EQ(count(owed, party, "case.closed"), 1u) << party;
    }
}

TEST_F(Closing, WhatDoesNotBlockGoesOn) {
    office_.work_off(code_);
    ASSERT_TRUE(is_pending("crime_classification"));  // the investigating body's own track
    ASSERT_TRUE(office_.close(supervisor("ct-03388"), code_));
    EXPECT_TRUE(is_pending("crime_classification"));
    ASSERT_TRUE(office_.step(officer("ca-12"), code_, {"crime_classification", {}, {}, "competent", "", {}}));
    EXPECT_TRUE(is_pending("crime_check"));
    EXPECT_EQ(office_.case_of(code_).stage, "closed");
    EXPECT_EQ(office_.case_of(code_).status, CaseStatus::closed);
}

TEST_F(Closing, AClosedCaseTakesNoOtherActs) {
    office_.work_off(code_);
    ASSERT_TRUE(office_.close(supervisor("ct-03388"), code_));
    EXPECT_EQ(office_.step(commune_, code_, {"plan", {}, {}, "", "", {}}).error().code(),
              Errc::transition_not_allowed);
    EXPECT_EQ(office_.close(supervisor("ct-03388"), code_).error().code(), Errc::transition_not_allowed);
    EXPECT_TRUE(office_.step(commune_, code_, {"archive", {}, {}, "", "", {}}));
}

TEST_F(Closing, ReopeningOwesAnAssessmentAndNoArchiveAnyMore) {
    office_.work_off(code_);
    EXPECT_EQ(office_.reopen(chair_, code_).error().code(), Errc::transition_not_allowed);
    ASSERT_TRUE(office_.close(supervisor("ct-03388"), code_));
    office_.pass(48h);
    ASSERT_TRUE(office_.reopen(chair_, code_));
    const domain::Case value = office_.case_of(code_);
    EXPECT_EQ(value.status, CaseStatus::open);
    EXPECT_EQ(value.stage, "received");
    EXPECT_FALSE(value.closed_at);
    EXPECT_EQ(office_.pending(code_, "initial_assessment").due, office_.now() + 12h);
    EXPECT_FALSE(is_pending("archive"));
    EXPECT_EQ(count(office_.events(code_), "case.reopened"), 1u);
}

TEST_F(Closing, AReopenedCaseTakesTwoPersonsAgain) {
    office_.work_off(code_);
    ASSERT_EQ(office_.close(commune_, code_)->answer.status, 202);
    ASSERT_EQ(office_.close(chair_, code_)->answer.status, 200);
    ASSERT_TRUE(office_.reopen(chair_, code_));
    office_.work_off(code_);                                        // the commune's officer assesses anew
    EXPECT_EQ(office_.close(commune_, code_)->answer.status, 202);  // the old request does not count
    EXPECT_EQ(office_.close(chair_, code_)->answer.status, 200);
}

TEST_F(Closing, LinkingIsReversibleAndForWhoSeesBoth) {
    const std::string other = office_.opened(violence_at_home());
    const auto render = [](const CaseChange&) { return Answer{}; };
    const auto link = [&](const domain::Principal& caller, const std::string& to) {
        return office_.run(
            link_cases(office_.context(), caller, code_, to, office_.case_of(code_).sequence, {}, render));
    };
    EXPECT_EQ(link(commune_, other).error().code(), Errc::forbidden);
    EXPECT_EQ(link(hotline(), code_).error().code(), Errc::validation_failed);
    ASSERT_TRUE(link(hotline(), other));
    const auto seen = office_.run(see_case(office_.context(), hotline(), code_));
    EXPECT_EQ(seen->linked, std::vector{other});
    const auto unlink = [&] {
        return office_.run(unlink_cases(
            office_.context(), hotline(), code_, other, office_.case_of(code_).sequence, {}, render));
    };
    ASSERT_TRUE(unlink());
    EXPECT_EQ(unlink().error().code(), Errc::not_found);
    EXPECT_EQ(count(office_.events(other), "case.linked"), 1u);
    EXPECT_EQ(count(office_.events(other), "case.unlinked"), 1u);
    const auto shown = office_.run(events_of(office_.context(), hotline(), other, 0, 500));
    EXPECT_EQ(count(shown->items, "case.unlinked"), 1u) << "to whoever may see both";
}

// What a pack wants done before a case may end.
TEST_F(Closing, AStepThatEveryCaseNeedsIsAskedForByName) {
    auto document = nlohmann::json::parse(shipped("rules/lai-chau/decision-27-2023/pack.json"));
    document["version"] = "9999";
    document["closing_steps"] = {"verification"};
    const auto pack = std::make_shared<const policy::Pack>(policy::Pack::parse(document.dump()).value());
    auto world = std::make_shared<World>(*shipped_world());
    world->packs.emplace(pack->key(), pack);
    office_.worlds().replace(std::move(world));
    const std::string code = office_.opened(small_accident());
    office_.work_off(code);
    const auto close = [&] { return office_.close(supervisor("ct-03388"), code); };
    const auto refused = close();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::closing_blocked);
    ASSERT_EQ(refused.error().faults().size(), 1U);
    EXPECT_EQ(refused.error().faults().front().code, "verification");
    NewStep step;
    step.kind = "verification";
    ASSERT_TRUE(office_.step(supervisor("so-y-te-12"), code, step));
    office_.work_off(code);
    EXPECT_TRUE(close());
}

}  // namespace
}  // namespace lachan::casework
