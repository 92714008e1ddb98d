#include "fact_sources.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace lachan::policy {
namespace {

using domain::Answer;
using domain::Relation;

constexpr auto kYesNo = std::to_array<std::string_view>({"no", "yes"});
constexpr auto kAgeBands =
    std::to_array<std::string_view>({"infant", "1_5", "6_9", "10_12", "13_15", "16_17", "adult"});
/// The first age of each band after "infant", in years: the Law on Children ends at 16, the crime track
/// at 18.
constexpr auto kBandStarts = std::to_array<int>({1, 6, 10, 13, 16, 18});
constexpr auto kRegimes = std::to_array<std::string_view>({"two_tier", "three_tier"});

constexpr ValueSet kNo = 1;
constexpr ValueSet kYes = 2;
constexpr ValueSet kEither = kNo | kYes;

template <std::size_t N>
constexpr ValueSet all_of(const std::array<std::string_view, N>&) {
    return (ValueSet{1} << N) - 1;
}

/// The words of a vocabulary without the last one, which is "unknown": not a value but the lack of one.
template <class Code>
constexpr std::span<const std::string_view> known_words() {
    return std::span(domain::kWords<Code>).first(domain::kWords<Code>.size() - 1);
}

template <class Code>
ValueSet possible(Code code) {
    const auto bit = static_cast<std::size_t>(code);
    const auto known = known_words<Code>().size();
    return bit < known ? ValueSet{1} << bit : (ValueSet{1} << known) - 1;
}

ValueSet possible_answer(Answer answer) {
    switch (answer) {
        case Answer::no:
            return kNo;
        case Answer::yes:
            return kYes;
        case Answer::unknown:
            return kEither;
    }
    return kEither;
}

/// A child that died is told of by the outcome too; a known outcome other than death means that it lives.
ValueSet death(const Statement& said) {
    const auto& report = said.report;
    if (report.danger.death == Answer::yes || report.outcome == domain::Outcome::death) {
        return kYes;
    }
    if (report.danger.death == Answer::no || report.outcome != domain::Outcome::unknown) {
        return kNo;
    }
    return kEither;
}

ValueSet outcome(const Statement& said) {
    constexpr ValueSet kDeath = 1U << static_cast<unsigned>(domain::Outcome::death);
    const ValueSet stated = possible(said.report.outcome);
    if (said.report.danger.death == Answer::yes) {
        return kDeath;
    }
    if (said.report.danger.death == Answer::no && stated != kDeath) {
        return stated & ~kDeath;
    }
    return stated;
}

bool is_carer(Relation relation) {
    return relation == Relation::parent || relation == Relation::step_parent || relation == Relation::carer;
}

/// Whether the harmer is somebody who has the child in care. One unknown relation leaves it open: it may be
/// the father.
ValueSet offender_is_carer(const Statement& said) {
    const auto& suspects = said.report.suspects;
    if (std::any_of(suspects.begin(), suspects.end(), [](const auto& suspect) {
            return is_carer(suspect.relation);
        })) {
        return kYes;
    }
    const bool all_known =
        !suspects.empty() && std::none_of(suspects.begin(), suspects.end(), [](const auto& suspect) {
            return suspect.relation == Relation::unknown;
        });
    return all_known ? kNo : kEither;
}

ValueSet offender_is_official(const Statement& said) {
    const auto& suspects = said.report.suspects;
    const auto official = [](const auto& suspect) {
        return suspect.relation == Relation::official || suspect.relation == Relation::school_staff;
    };
    if (std::any_of(suspects.begin(), suspects.end(), official)) {
        return kYes;
    }
    const bool all_known =
        !suspects.empty() && std::none_of(suspects.begin(), suspects.end(), [](const auto& suspect) {
            return suspect.relation == Relation::unknown;
        });
    return all_known ? kNo : kEither;
}

ValueSet band_of(int age) {
    const auto band = std::upper_bound(kBandStarts.begin(), kBandStarts.end(), age) - kBandStarts.begin();
    return ValueSet{1} << band;
}

ValueSet bands(int youngest, int oldest) {
    ValueSet possible_bands = 0;
    for (int age = youngest; age <= oldest; ++age) {
        possible_bands |= band_of(age);
    }
    return possible_bands;
}

/// Full years from `birth` to `day`; negative where the child is not yet born.
int years_between(std::chrono::year_month_day birth, std::chrono::year_month_day day) {
    const int years = static_cast<int>(day.year()) - static_cast<int>(birth.year());
    const bool before_birthday =
        day.month() < birth.month() || (day.month() == birth.month() && day.day() < birth.day());
    return before_birthday ? years - 1 : years;
}

/// Every age that a birth date known only in part still allows on the day of the report.
ValueSet age_from_birth(const domain::PartialDate& birth, std::chrono::year_month_day day) {
    using namespace std::chrono;
    const bool month_known = birth.month && month(*birth.month).ok();
    const month first_month = month_known ? month(*birth.month) : January;
    const month last_month = month_known ? month(*birth.month) : December;
    const year born(birth.year);
    const auto exact = year_month_day(born, first_month, std::chrono::day(birth.day.value_or(0)));
    const bool day_known = month_known && birth.day && exact.ok();
    const auto earliest = day_known ? exact : year_month_day(born, first_month, std::chrono::day(1));
    const auto latest =
        day_known ? exact : year_month_day(year_month_day_last(born, month_day_last(last_month)));
    const int oldest = years_between(earliest, day);
    if (oldest < 0) {
        return all_of(kAgeBands);  // born after the report: a slip of the pen, so nothing is known
    }
    constexpr int kGreatestAge = 120;
    return bands(std::max(0, years_between(latest, day)), std::min(oldest, kGreatestAge));
}

ValueSet age_band(const Statement& said) {
    if (said.child == nullptr) {
        return all_of(kAgeBands);
    }
    if (said.child->birth_date) {
        return age_from_birth(*said.child->birth_date, vietnam_day(said.report.received_at));
    }
    if (said.child->age_estimate && *said.child->age_estimate >= 0) {
        return band_of(*said.child->age_estimate);
    }
    return all_of(kAgeBands);
}

ValueSet several_children(const Statement& said) {
    if (said.report.children.empty()) {
        return kEither;
    }
    return said.report.children.size() > 1 ? kYes : kNo;
}

ValueSet lives_at_event(const Statement& said) {
    if (said.child == nullptr || !said.child->residence_area) {
        return kEither;
    }
    return *said.child->residence_area == said.report.area ? kYes : kNo;
}

ValueSet suspects_named(const Statement& said) {
    return said.report.suspects.empty() ? kNo : kYes;
}

ValueSet sex(const Statement& said) {
    return possible(said.child == nullptr ? domain::Sex::unknown : said.child->sex);
}

ValueSet channel(const Statement& said) {
    return ValueSet{1} << static_cast<unsigned>(said.report.channel);
}

const auto kSources = std::to_array<FactSource>({
    {"danger.life", kYesNo, [](const Statement& said) { return possible_answer(said.report.danger.life); }},
    {"danger.ongoing",
     kYesNo,
     [](const Statement& said) { return possible_answer(said.report.danger.ongoing); }},
    {"danger.offender_has_access",
     kYesNo,
     [](const Statement& said) { return possible_answer(said.report.danger.offender_has_access); }},
    {"danger.needs_medical_care",
     kYesNo,
     [](const Statement& said) { return possible_answer(said.report.danger.needs_medical_care); }},
    {"danger.death", kYesNo, death},
    {"injury.mechanism",
     known_words<domain::Mechanism>(),
     [](const Statement& said) { return possible(said.report.mechanism); }},
    {"injury.outcome", known_words<domain::Outcome>(), outcome},
    {"offender.is_carer", kYesNo, offender_is_carer},
    {"offender.is_official", kYesNo, offender_is_official},
    {"offender.named", kYesNo, suspects_named, true},
    {"child.age_band", kAgeBands, age_band},
    {"child.sex", known_words<domain::Sex>(), sex},
    {"children.several", kYesNo, several_children},
    {"place.kind",
     known_words<domain::PlaceKind>(),
     [](const Statement& said) { return possible(said.report.place); }},
    {"channel", domain::kWords<domain::Channel>, channel, true},
    {"certainty",
     known_words<domain::Certainty>(),
     [](const Statement& said) { return possible(said.report.certainty); }},
    {"area.remote", kYesNo, [](const Statement& said) { return possible_answer(said.where.remote); }},
    {"area.border", kYesNo, [](const Statement& said) { return possible_answer(said.where.border); }},
    {"residence.same", kYesNo, lives_at_event},
    {"regime",
     kRegimes,
     [](const Statement& said) { return said.where.districts ? ValueSet{2} : ValueSet{1}; },
     true},
});

}  // namespace

std::span<const FactSource> fact_sources() {
    return kSources;
}

const FactSource* fact_source(std::string_view name) {
    const auto found = std::find_if(
        kSources.begin(), kSources.end(), [&](const FactSource& source) { return source.name == name; });
    return found == kSources.end() ? nullptr : &*found;
}

std::span<const std::string_view> category_words() {
    return known_words<domain::Category>();
}

Answer speaks_of(const domain::Report& report, std::string_view category) {
    const auto& named = report.categories;
    const auto is_named = [&](domain::Category wanted) {
        return std::find(named.begin(), named.end(), wanted) != named.end();
    };
    const auto code = domain::parse_code<domain::Category>(category);
    if (code && is_named(*code)) {
        return Answer::yes;
    }
    return named.empty() || is_named(domain::Category::unknown) ? Answer::unknown : Answer::no;
}

}  // namespace lachan::policy
