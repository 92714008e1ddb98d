#include "lachan/policy/pack.hpp"

#include <algorithm>

#include "content.hpp"

namespace lachan::policy {
namespace {

template <class List, class Matches>
auto* find_in(const List& list, Matches matches) {
    const auto found = std::find_if(list.begin(), list.end(), matches);
    return found == list.end() ? nullptr : &*found;
}

/// Gives equal names equal numbers, counting from 0.
class Slots {
public:
    std::uint16_t of(std::string name) {
        const auto next = static_cast<std::uint16_t>(numbers_.size());
        return numbers_.emplace(std::move(name), next).first->second;
    }
    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }

private:
    std::map<std::string, std::uint16_t> numbers_;
};

std::string at_place(const std::string& role, Place place) {
    return role + (place == Place::residence ? "@residence" : "@event");
}

}  // namespace

std::optional<std::size_t> FactDomain::index_of(std::string_view word) const {
    const auto found = std::find(words.begin(), words.end(), word);
    return found == words.end() ? std::nullopt
                                : std::optional(static_cast<std::size_t>(found - words.begin()));
}

std::optional<std::size_t> Pack::Content::fact(std::string_view name) const {
    const auto* const found = find_in(facts, [&](const FactDomain& fact) { return fact.name == name; });
    return found == nullptr ? std::nullopt : std::optional(static_cast<std::size_t>(found - facts.data()));
}

const RoleTitle* Pack::Content::role(std::string_view name) const {
    return find_in(roles, [&](const RoleTitle& role) { return role.name == name; });
}

Duration least_time(const deadlines::Limit& limit, Duration within) noexcept {
    using Kind = deadlines::Limit::Kind;
    constexpr std::chrono::hours kDay{24};
    constexpr int kShortestMonth = 28;
    switch (limit.kind) {
        case Kind::immediately:
            return within;
        case Kind::clock:
            return limit.clock;
        case Kind::working_days:
        case Kind::days:
            return kDay * limit.count;
        case Kind::months:
            return kDay * kShortestMonth * limit.count;
        case Kind::until:
            return Duration::max();
    }
    return Duration::max();
}

void index_rules(Pack::Content& content) {
    Slots duties;
    Slots notices;
    for (std::size_t index = 0; index < content.rules.size(); ++index) {
        const Rule& rule = content.rules[index];
        auto& duty_slots = content.duty_slots.emplace_back();
        for (const DutyTemplate& duty : rule.duties) {
            duty_slots.push_back(duties.of(duty.kind + '/' + at_place(duty.role, duty.place)));
        }
        auto& notice_slots = content.notice_slots.emplace_back();
        for (const NoticeTemplate& notice : rule.notices) {
            notice_slots.push_back(notices.of(notice.event + '/' + at_place(notice.role, notice.place)));
        }
        switch (rule.trigger.on) {
            case Trigger::On::report:
                content.on_report.push_back(index);
                break;
            case Trigger::On::step:
                content.on_step[rule.trigger.step].push_back(index);
                break;
            case Trigger::On::closure:
                content.on_closure.push_back(index);
                break;
        }
    }
    content.duty_slot_count = duties.size();
    content.notice_slot_count = notices.size();
    content.remote_fact = content.fact(kRemoteFact);
}

Pack::Pack() : content_(std::make_unique<Content>()) {}
Pack::Pack(Pack&&) noexcept = default;
Pack& Pack::operator=(Pack&&) noexcept = default;
Pack::~Pack() = default;

const std::string& Pack::id() const noexcept {
    return content_->id;
}
const std::string& Pack::version() const noexcept {
    return content_->version;
}
std::string Pack::key() const {
    return content_->id + '@' + content_->version;
}
Instant Pack::valid_from() const noexcept {
    return content_->valid_from;
}
std::optional<Instant> Pack::valid_to() const noexcept {
    return content_->valid_to;
}
std::span<const Rule> Pack::rules() const noexcept {
    return content_->rules;
}
std::span<const StepKind> Pack::steps() const noexcept {
    return content_->steps;
}
std::span<const std::string> Pack::closing_steps() const noexcept {
    return content_->closing_steps;
}

const Rule* Pack::rule(std::string_view id) const {
    return find_in(content_->rules, [&](const Rule& rule) { return rule.id == id; });
}

const Ladder* Pack::ladder(std::string_view name) const {
    return find_in(content_->ladders, [&](const Ladder& ladder) { return ladder.name == name; });
}

const StepKind* Pack::step(std::string_view kind) const {
    return find_in(content_->steps, [&](const StepKind& step) { return step.kind == kind; });
}

const DutyTemplate* Pack::duty(std::string_view rule_id, std::string_view kind) const {
    const Rule* const found = rule(rule_id);
    return found == nullptr
               ? nullptr
               : find_in(found->duties, [&](const DutyTemplate& duty) { return duty.kind == kind; });
}

std::string_view Pack::first_stage() const noexcept {
    return content_->stages.front().name;
}

}  // namespace lachan::policy
