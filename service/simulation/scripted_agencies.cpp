#include "lachan/simulation/scripted_agencies.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>

#include "lachan/domain/case_code.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;
using Kind = Behaviour::Kind;

constexpr Duration kPatience = 15s;  ///< The contract's: longer no try lasts.
constexpr std::size_t kLongestField = 64;

constexpr auto kEvents = std::to_array<std::string_view>({"report.received",
                                                          "case.opened",
                                                          "duty.assigned",
                                                          "duty.due_soon",
                                                          "duty.overdue",
                                                          "case.escalated",
                                                          "case.updated",
                                                          "case.closed",
                                                          "directory.gap",
                                                          "endpoint.ping"});

std::string type_of(std::string_view event) {
    return "vn.lachan." + std::string(event) + ".v1";
}

bool is_known(const std::string& type) {
    return std::any_of(
        kEvents.begin(), kEvents.end(), [&](std::string_view event) { return type == type_of(event); });
}

/// Letters, digits and the joints of our own ids: no word of a person can hide in that.
bool is_plain(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.';
    };
    return text.size() <= kLongestField && std::all_of(text.begin(), text.end(), plain);
}

/// All that must be the same however often a message comes. Its urgency may rise between two tries.
std::uint64_t content_of(const casework::Message& message) {
    const std::string text = message.type + ' ' + message.case_code + ' ' + message.duty + ' ' +
                             std::to_string(message.case_sequence) + ' ' +
                             std::to_string(to_ms(message.created_at));
    return std::hash<std::string>()(text);
}

/// Where the code of the case ends in "LC-7K3M-Q9TX-4-n5"; no case: at the end.
std::size_t case_end(const std::string& message_id) {
    return std::min(message_id.rfind("-n"), message_id.size());
}

bool is_about(const std::string& name, const std::string& case_code) {
    return name.empty() || name.starts_with(case_code + ".d");
}

}  // namespace

/// A try that is on its way, until its coroutine ends or dies with its process.
class ScriptedAgencies::UnderWay {
public:
    UnderWay(std::multiset<domain::EndpointId>& list, const domain::EndpointId& endpoint)
        : list_(list), at_(list.insert(endpoint)) {}
    ~UnderWay() { list_.erase(at_); }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

private:
    std::multiset<domain::EndpointId>& list_;
    std::multiset<domain::EndpointId>::iterator at_;
};

Behaviour Behaviour::answering(int status, Duration latency) {
    Behaviour behaviour;
    behaviour.status = status;
    behaviour.latency = latency;
    return behaviour;
}

Behaviour Behaviour::of(Kind kind) {
    Behaviour behaviour;
    behaviour.kind = kind;
    return behaviour;
}

boost::asio::awaitable<casework::SendOutcome> ScriptedAgencies::send(casework::Target target,
                                                                     casework::Message message) {
    const Behaviour behaviour = behaviour_of(target.endpoint);
    const UnderWay under_way(under_way_, target.endpoint);
    if (remembers_) {
        tries_[target.endpoint].push_back(clock_.true_now());
    }
    if (const Seen* earlier = find_seen(message.id); earlier != nullptr && earlier->delivered) {
        findings_.add(Broken::doubled, message.id + " is sent again after its delivery was recorded");
    }
    casework::SendOutcome outcome;
    outcome.latency_ms = std::min(behaviour.latency, kPatience).count();
    if (behaviour.kind == Kind::unreachable) {
        co_await clock_.pause(behaviour.latency);
        outcome.failure = "refused";
        co_return outcome;
    }
    co_await clock_.pause(std::min(behaviour.latency, kPatience) / 2);
    const bool duplicates = behaviour.kind == Kind::duplicates;
    const bool answers = (behaviour.kind == Kind::answers || duplicates) && behaviour.latency < kPatience;
    const bool well = behaviour.kind == Kind::liar || (answers && behaviour.status / 100 == 2);
    if (behaviour.kind != Kind::liar) {
        arrive(target, message, well);
    }
    if (duplicates) {
        arrive(target, message, well);
    }
    if (answers || behaviour.kind == Kind::liar) {
        co_await clock_.pause(behaviour.latency / 2);
        outcome.status = behaviour.status;
        outcome.retry_after = behaviour.retry_after;
        co_return outcome;
    }
    const bool lost = behaviour.kind == Kind::forgetful;
    co_await clock_.pause(lost ? behaviour.latency / 2
                               : kPatience - std::min(behaviour.latency, kPatience) / 2);
    outcome.failure = lost ? "reset" : "timeout";
    co_return outcome;
}

void ScriptedAgencies::behave(const domain::EndpointId& endpoint, Behaviour behaviour) {
    scripts_[endpoint] = {behaviour, std::nullopt, std::nullopt};
}

void ScriptedAgencies::behave_until(const domain::EndpointId& endpoint,
                                    Behaviour behaviour,
                                    Instant end,
                                    std::optional<Trouble> as) {
    scripts_[endpoint] = {behaviour, end, as};
}

Behaviour ScriptedAgencies::behaviour_of(const domain::EndpointId& endpoint) {
    const auto found = scripts_.find(endpoint);
    if (found == scripts_.end()) {
        return {};
    }
    if (found->second.end && *found->second.end <= clock_.true_now()) {
        scripts_.erase(found);
        return {};
    }
    const Behaviour behaviour = found->second.behaviour;
    if (found->second.as) {
        struck_.count(*found->second.as);
    }
    if (behaviour.kind != Kind::flaky) {
        return behaviour;
    }
    static constexpr auto kMoods =
        std::to_array({Kind::answers, Kind::unreachable, Kind::mute, Kind::forgetful});
    Behaviour today = Behaviour::of(dice_.pick(kMoods));
    today.latency = dice_.between(20ms, 9s);
    today.status = today.kind == Kind::answers && dice_.chance(40) ? 503 : today.status;
    return today;
}

void ScriptedAgencies::arrive(const casework::Target& target,
                              const casework::Message& message,
                              bool answered_well) {
    trace_.add(clock_.true_now(),
               "arrives " + message.id + " " + message.type + " at " + target.endpoint.text() + " " +
                   std::to_string(message.case_sequence));
    check_thin(message);
    Seen& known = seen(message.id);
    const std::uint64_t content = content_of(message);
    if (known.times == 0) {
        known.content = content;
        unchecked_.push_back(message);
    } else if (known.content != content) {
        findings_.add(Broken::confused, message.id + " came twice and says two things");
    }
    ++known.times;
    ++arrived_;
    Arrival arrival{clock_.true_now(), target.endpoint, target.agency, message, answered_well};
    if (react_) {
        react_(arrival);
    }
    if (remembers_) {
        arrivals_.push_back(std::move(arrival));
    }
}

void ScriptedAgencies::check_thin(const casework::Message& message) {
    const bool ping = message.case_code.empty();
    const bool words = is_plain(message.id) && is_plain(message.duty) && is_known(message.type);
    const bool belongs = ping || (domain::parse_case_code(message.case_code) &&
                                  message.id.starts_with(message.case_code + "-n") &&
                                  is_about(message.duty, message.case_code));
    if (!words || !belongs) {
        findings_.add(Broken::leaked, "a message says more than a case code and a duty: " + message.type);
    }
}

ScriptedAgencies::Seen& ScriptedAgencies::seen(const std::string& message_id) {
    const std::size_t end = case_end(message_id);
    return seen_[message_id.substr(0, end)][message_id.substr(end)];
}

const ScriptedAgencies::Seen* ScriptedAgencies::find_seen(const std::string& message_id) const {
    const std::size_t end = case_end(message_id);
    const auto of_case = seen_.find(message_id.substr(0, end));
    if (of_case == seen_.end()) {
        return nullptr;
    }
    const auto found = of_case->second.find(message_id.substr(end));
    return found == of_case->second.end() ? nullptr : &found->second;
}

std::size_t ScriptedAgencies::times(const std::string& message_id) const {
    const Seen* known = find_seen(message_id);
    return known == nullptr ? 0 : known->times;
}

std::size_t ScriptedAgencies::remembered() const {
    return std::accumulate(
        seen_.begin(), seen_.end(), std::size_t{0}, [](std::size_t sum, const auto& entry) {
            return sum + entry.second.size();
        });
}

std::vector<Instant> ScriptedAgencies::tries(const domain::EndpointId& endpoint) const {
    const auto found = tries_.find(endpoint);
    return found == tries_.end() ? std::vector<Instant>{} : found->second;
}

bool ScriptedAgencies::is_under_way(const domain::EndpointId& endpoint) const {
    return under_way_.contains(endpoint);
}

void ScriptedAgencies::recorded_as_delivered(const std::string& message_id) {
    Seen& known = seen(message_id);
    if (known.times == 0) {
        findings_.add(Broken::silent, message_id + " is recorded as delivered, but no agency saw it");
    }
    known.delivered = true;
}

void ScriptedAgencies::may_come_again(const std::string& message_id) {
    seen(message_id).delivered = false;
}

}  // namespace lachan::simulation
