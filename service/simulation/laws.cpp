#include "lachan/simulation/laws.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "lachan/base/time.hpp"
#include "lachan/deadlines/notice.hpp"

namespace lachan::simulation {
namespace {

using nlohmann::ordered_json;
using std::chrono::sys_days;

constexpr int kDaysAhead = 28;   ///< How far ahead governments announce.
constexpr int kLongestRest = 9;  ///< Days that one notice speaks of, as at Tết.
constexpr auto kLimits = std::to_array<std::string_view>(
    {"PT4H", "PT12H", "PT24H", "PT72H", "3 days", "5 days", "2 working days", "5 working days"});

void add_pack(casework::World& world, policy::Pack pack) {
    std::string key = pack.key();
    world.packs.insert_or_assign(std::move(key), std::make_shared<const policy::Pack>(std::move(pack)));
}

/// Any duty of any rule whose limit is a plain span of time.
void change_a_limit(ordered_json& pack, Dice& dice) {
    std::vector<ordered_json*> limits;
    for (ordered_json& rule : pack.at("rules")) {
        if (!rule.contains("duties")) {
            continue;
        }
        for (ordered_json& duty : rule["duties"]) {
            const auto limit = duty.find("limit");
            const bool plain =
                limit != duty.end() && limit->is_string() &&
                std::find(kLimits.begin(), kLimits.end(), limit->get<std::string>()) != kLimits.end();
            if (plain) {
                limits.push_back(&*limit);
            }
        }
    }
    if (!limits.empty()) {
        *dice.pick(limits) = std::string(dice.pick(kLimits));
    }
}

/// Three digits, since versions are compared as text.
std::string counted(std::string_view version, int number) {
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < 3 ? 3 - digits.size() : 0, '0');
    return std::string(version) + ".s" + digits;
}

std::string notice_of(Dice& dice, Instant now, const std::string& version) {
    const sys_days first = sys_days(vietnam_day(now)) + std::chrono::days(1 + dice.below(kDaysAhead));
    const sys_days last = first + std::chrono::days(dice.below(kLongestRest));
    return ordered_json{{"version", version},
                        {"source", "simulated notice"},
                        {"days",
                         {{{"from", to_text(std::chrono::year_month_day(first))},
                           {"to", to_text(std::chrono::year_month_day(last))},
                           {"working", dice.chance(20)},
                           {"name", "simulated days"}}}}}
        .dump();
}

/// Bodies that have more than one role, and those beside them that could take one over.
void pass_a_role_on(ordered_json& agencies, const directory::Directory& known, Dice& dice, Instant now) {
    const auto exists = [&](const ordered_json& agency) {
        return known.agency(domain::AgencyId(agency.at("id").get<std::string>()), now) != nullptr;
    };
    std::vector<std::pair<ordered_json*, ordered_json*>> pairs;
    for (ordered_json& from : agencies) {
        if (from.at("roles").size() < 2 || !exists(from)) {
            continue;
        }
        for (ordered_json& to : agencies) {
            if (&from != &to && from.at("area") == to.at("area") && exists(to)) {
                pairs.emplace_back(&from, &to);
            }
        }
    }
    if (pairs.empty()) {
        return;
    }
    const auto [from, to] = dice.pick(pairs);
    ordered_json& roles = from->at("roles");
    const auto which = static_cast<std::size_t>(dice.below(roles.size()));
    const ordered_json role = roles.at(which);
    roles.erase(which);
    ordered_json& taken = to->at("roles");
    if (std::find(taken.begin(), taken.end(), role) == taken.end()) {
        taken.push_back(role);
    }
}

}  // namespace

Result<std::shared_ptr<const Laws>> read_laws(LawTexts texts) {
    auto world = std::make_shared<casework::World>();
    for (const std::string& text : texts.packs) {
        auto pack = policy::Pack::parse(text);
        if (!pack) {
            return pack.error();
        }
        add_pack(*world, std::move(*pack));
    }
    auto directory = directory::Directory::parse(texts.areas, texts.roles, texts.agencies);
    if (!directory) {
        return directory.error();
    }
    world->directory = std::make_shared<const directory::Directory>(std::move(*directory));
    auto calendar = deadlines::Calendar::parse(texts.calendar);
    if (!calendar) {
        return calendar.error();
    }
    world->calendar = std::make_shared<const deadlines::Calendar>(std::move(*calendar));
    return std::make_shared<const Laws>(Laws{std::move(texts), std::move(world)});
}

ChangingLaws::ChangingLaws(std::shared_ptr<const Laws> laws)
    : laws_(std::move(laws)),
      present_(laws_->world),
      calendar_(laws_->texts.calendar),
      agencies_(laws_->texts.agencies) {}

std::shared_ptr<const casework::World> ChangingLaws::new_version(Dice& dice) {
    auto document = ordered_json::parse(dice.pick(laws_->texts.packs));
    document["version"] = counted(document.at("version").get<std::string>(), ++versions_);
    change_a_limit(document, dice);
    auto pack = policy::Pack::parse(document.dump());
    if (!pack) {
        return present_;  // this limit is none for this duty: the law stays
    }
    auto next = std::make_shared<casework::World>(*present_);
    add_pack(*next, std::move(*pack));
    present_ = next;
    return present_;
}

std::shared_ptr<const casework::World> ChangingLaws::new_notice(Dice& dice, Instant now) {
    const auto text = deadlines::next_calendar(
        calendar_, notice_of(dice, now, counted(laws_->world->calendar->version(), ++versions_)));
    auto calendar = text ? deadlines::Calendar::parse(*text) : Result<deadlines::Calendar>(text.error());
    if (!calendar) {
        return present_;
    }
    calendar_ = *text;
    auto next = std::make_shared<casework::World>(*present_);
    next->calendar = std::make_shared<const deadlines::Calendar>(std::move(*calendar));
    present_ = next;
    return present_;
}

std::shared_ptr<const casework::World> ChangingLaws::new_holder(Dice& dice, Instant now) {
    auto document = ordered_json::parse(agencies_);
    pass_a_role_on(document.at("agencies"), *present_->directory, dice, now);
    std::string text = document.dump();
    auto directory = directory::Directory::parse(laws_->texts.areas, laws_->texts.roles, text);
    if (!directory) {
        return present_;
    }
    agencies_ = std::move(text);
    auto next = std::make_shared<casework::World>(*present_);
    next->directory = std::make_shared<const directory::Directory>(std::move(*directory));
    present_ = next;
    return present_;
}

}  // namespace lachan::simulation
