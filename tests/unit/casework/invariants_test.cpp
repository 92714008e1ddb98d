#include "lachan/casework/invariants.hpp"

#include <gtest/gtest.h>

#include "lachan/base/check.hpp"
#include "support/office.hpp"

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using support::kMorning;

domain::Duty a_duty() {
    domain::Duty duty;
    duty.due = kMorning + 12h;
    duty.next_at = kMorning + 1h;
    return duty;
}

domain::Case a_case() {
    domain::Case value;
    value.next_due = kMorning + 12h;
    return value;
}

TEST(CheckCase, AnOpenCaseWithAPendingDutyIsSound) {
    const std::vector duties = {a_duty()};
    EXPECT_NO_THROW(check_case(a_case(), duties));
}

TEST(CheckCase, AnOpenCaseWithNothingPendingIsNot) {
    domain::Duty done = a_duty();
    done.state = domain::DutyState::done;
    const std::vector duties = {done};
    EXPECT_THROW(check_case(a_case(), duties), BrokenInvariant);
    EXPECT_THROW(check_case(a_case(), {}), BrokenInvariant);
    domain::Case closed = a_case();
    closed.status = domain::CaseStatus::closed;
    EXPECT_NO_THROW(check_case(closed, duties));
}

TEST(CheckCase, APendingDutyHasAnInstant) {
    domain::Duty silent = a_duty();
    silent.next_at.reset();
    const std::vector duties = {silent};
    EXPECT_THROW(check_case(a_case(), duties), BrokenInvariant);
}

TEST(CheckCase, TheCaseKnowsItsNextDueInstant) {
    const std::vector duties = {a_duty()};
    domain::Case late = a_case();
    late.next_due = kMorning + 13h;
    EXPECT_THROW(check_case(late, duties), BrokenInvariant);
    late.next_due.reset();
    EXPECT_THROW(check_case(late, duties), BrokenInvariant);
}

TEST(CheckAll, NamesEveryInvariantWithItsCount) {
    support::Office office;
    office.connect("ubnd-03388");
    office.opened(support::violence_at_home());
    office.look([&](const View& view) -> Result<void> {
        const auto findings = check_all(view, *support::shipped_world());
        EXPECT_EQ(findings.size(), 6u);
        EXPECT_EQ(findings.front().invariant, "open_without_next_action");
        for (const Finding& finding : findings) {
            EXPECT_EQ(finding.count, 0) << finding.invariant;
        }
        return {};
    });
}

TEST(CheckAll, CountsThePacksOfOldCasesThatAreNotToBeFound) {
    support::Office office;
    const auto lost = [&] {
        std::int64_t count = -1;
        office.look([&](const View& view) -> Result<void> {
            for (const Finding& finding : check_all(view, *support::shipped_world())) {
                count = finding.invariant == "packs_lost" ? finding.count : count;
            }
            return {};
        });
        return count;
    };
    const auto keep = [&](const std::string& name) {
        office.write([&](Tx& tx) -> Result<void> {
            tx.documents.put("pack", name, "{}", tx.now);
            return {};
        });
    };
    keep(support::shipped_world()->packs.begin()->first);
    EXPECT_EQ(lost(), 0);
    keep("no/such@1");
    EXPECT_EQ(lost(), 1);
}

TEST(World, ThePackInForceIsTheLatestOfThoseValidThen) {
    const World& world = *support::shipped_world();
    const policy::Pack* pack = world.pack_at(kMorning);
    ASSERT_NE(pack, nullptr);
    EXPECT_EQ(world.pack(pack->key()), pack);
    EXPECT_EQ(world.pack_at(pack->valid_from()), pack);
    EXPECT_EQ(world.pack_at(pack->valid_from() - 1ms), nullptr);
    EXPECT_EQ(world.pack("no/such@1"), nullptr);
}

}  // namespace
}  // namespace lachan::casework
