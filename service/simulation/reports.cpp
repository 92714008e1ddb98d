#include "lachan/simulation/reports.hpp"

#include <array>
#include <string>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/casework/entropy.hpp"
#include "marks.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;
using domain::Category;

std::string marked(std::string_view what, Dice& dice) {
    return std::string(kPrivateMark) + " " + std::string(what) + " " + std::to_string(dice.below(1'000));
}

template <class Code>
Code any(Dice& dice) {
    return static_cast<Code>(dice.below(domain::kWords<Code>.size()));
}

domain::ChildStatement child(Dice& dice, int age) {
    domain::ChildStatement child;
    child.name = marked("child", dice);
    child.sex = any<domain::Sex>(dice);
    child.age_estimate = age;
    child.address = marked("address", dice);
    child.school = marked("school", dice);
    child.guardian = marked("guardian", dice);
    return child;
}

domain::Report plain_report(Dice& dice, const domain::AreaCode& area, Instant now) {
    SeededEntropy entropy(dice.seed());
    domain::Report report;
    report.id = domain::ReportId(casework::new_uuid(entropy, now));
    report.id_from_sender = true;
    report.received_at = now;
    report.area = area;
    report.place_detail = marked("place", dice);
    report.narrative = marked("narrative", dice);
    report.informant =
        domain::InformantStatement{marked("informant", dice), marked("phone", dice), false, true};
    return report;
}

std::vector<domain::AreaCode> communes(const casework::World& laws, Instant now) {
    std::vector<domain::AreaCode> found;
    for (const directory::Area* area : laws.directory->areas_at(now)) {
        if (area->level == directory::Level::commune) {
            found.push_back(area->code);
        }
    }
    return found;
}

/// How long ago it was taken down on paper: it names the units of then, or those of a newer list.
Duration on_paper(Dice& dice) {
    return dice.between(1min, 14h);
}

/// How many of a hundred ordinary reports are about it.
struct Share {
    Category category;
    std::uint64_t percent;
};
constexpr auto kShares = std::to_array<Share>({{Category::special_circumstances, 45},
                                               {Category::injury, 20},
                                               {Category::neglect, 10},
                                               {Category::school_violence, 8},
                                               {Category::family_violence, 8},
                                               {Category::violence, 5},
                                               {Category::drowning, 2},
                                               {Category::sexual_abuse, 2}});

Category category_of(std::uint64_t percent) {
    for (const Share& share : kShares) {
        if (percent < share.percent) {
            return share.category;
        }
        percent -= share.percent;
    }
    return kShares.front().category;
}

}  // namespace

domain::Report random_report(Dice& dice, const casework::World& laws, Instant now) {
    const Instant received = dice.chance(20) ? now - on_paper(dice) : now;
    const auto areas = communes(laws, to_ms(received) % 2 == 0 ? received : now);
    domain::Report report = plain_report(dice, dice.pick(areas), now);
    report.received_at = received;
    report.channel = any<domain::Channel>(dice);
    report.status = dice.chance(5) ? domain::ReportStatus::exercise : domain::ReportStatus::actual;
    for (std::uint64_t i = dice.below(3); i > 0; --i) {
        report.categories.push_back(any<Category>(dice));
    }
    report.certainty = any<domain::Certainty>(dice);
    report.place = any<domain::PlaceKind>(dice);
    report.mechanism = any<domain::Mechanism>(dice);
    report.outcome = any<domain::Outcome>(dice);
    report.danger = {any<domain::Answer>(dice),
                     any<domain::Answer>(dice),
                     any<domain::Answer>(dice),
                     any<domain::Answer>(dice),
                     any<domain::Answer>(dice)};
    for (std::uint64_t i = dice.below(3); i > 0; --i) {
        report.children.push_back(child(dice, static_cast<int>(dice.below(18))));
        if (dice.chance(30)) {
            report.children.back().residence_area = dice.pick(areas);
        }
    }
    if (dice.chance(40)) {
        domain::SuspectStatement suspect{any<domain::Relation>(dice), marked("suspect", dice), std::nullopt};
        if (dice.chance(30)) {
            suspect.agency = domain::AgencyId("ubnd-" + report.area.text());
        }
        report.suspects.push_back(std::move(suspect));
    }
    return report;
}

domain::Report ordinary_report(Dice& dice, const casework::World& laws, Instant now) {
    const Instant received = dice.chance(5) ? now - on_paper(dice) : now;
    domain::Report report = routine_report(dice, dice.pick(communes(laws, received)), now);
    report.received_at = received;
    report.channel = any<domain::Channel>(dice);
    report.categories = {category_of(dice.below(100))};
    report.children.front().age_estimate = static_cast<std::int32_t>(1 + dice.below(15));
    return report;
}

domain::Report emergency_report(Dice& dice, const domain::AreaCode& area, Instant now) {
    domain::Report report = plain_report(dice, area, now);
    report.channel = domain::Channel::commune;
    report.categories = {Category::sexual_abuse};
    report.certainty = domain::Certainty::observed;
    report.place = domain::PlaceKind::home;
    report.danger.ongoing = domain::Answer::yes;
    report.danger.offender_has_access = domain::Answer::yes;
    report.children.push_back(child(dice, 9));
    return report;
}

domain::Report routine_report(Dice& dice, const domain::AreaCode& area, Instant now) {
    using domain::Answer;
    domain::Report report = plain_report(dice, area, now);
    report.channel = domain::Channel::commune;
    report.categories = {Category::special_circumstances};
    report.certainty = domain::Certainty::observed;
    report.place = domain::PlaceKind::home;
    report.danger = {Answer::no, Answer::no, Answer::no, Answer::no, Answer::no};
    report.mechanism = domain::Mechanism::other;
    report.outcome = domain::Outcome::minor;
    report.children.push_back(child(dice, 9));
    return report;
}

}  // namespace lachan::simulation
