#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "digests.hpp"
#include "lachan/casework/invariants.hpp"
#include "lachan/casework/ladders.hpp"
#include "lachan/casework/names.hpp"
#include "witness.hpp"

/// Every rule about one case, its duties and its messages.
namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kPage = 500;
constexpr Duration kLookAgain = 1s;  ///< How much later than its next try a queue may be looked at.
/// What came up so lately may still be on its way: a try lasts 15 s at most, and one may wait for another.
constexpr Duration kUnderWay = 1min;
/// Twice the longest step of the schedule, since a receiver may ask for that, and a fifth more by lot.
constexpr Duration kLongestPause = 2 * 24h * 6 / 5;

/// Who needs not be told any more: the agency is kept out of the case, the duty is somebody else's or
/// nobody's by now, or it is accepted and the message only asked for that.
bool is_needless(const domain::Notification& owed,
                 const domain::Case& value,
                 const std::vector<domain::Duty>& duties) {
    const auto duty = std::find_if(
        duties.begin(), duties.end(), [&](const domain::Duty& each) { return owed.duty == each.no.ordinal; });
    return value.keeps_out(owed.agency) ||
           (duty != duties.end() && (!duty->pending() || duty->state == domain::DutyState::accepted));
}

}  // namespace

void SimWorld::Witness::check_case(const casework::View& view,
                                   const domain::Case& value,
                                   const std::string& code,
                                   Instant punctual_until) {
    const auto duties = view.duties.of_case(value.no);
    try {
        casework::check_case(value, duties);
    } catch (const std::exception& broken) {
        findings_.add(Broken::silent, code + ": " + broken.what());
    }
    for (const domain::Duty& duty : duties) {
        if (duty.pending()) {
            check_duty(value, duty, code, punctual_until);
        }
    }
    const auto all = view.outbox.of_case(value.no);
    for (const domain::Notification& owed : all) {
        check_notification(value, duties, owed, casework::notification_name(code, owed.no.ordinal));
    }
    check_once(value, all, code);
}

void SimWorld::Witness::check_duty(const domain::Case& value,
                                   const domain::Duty& duty,
                                   const std::string& code,
                                   Instant punctual_until) {
    const std::string name = casework::duty_name(code, duty.no.ordinal);
    const policy::Ladder* ladder = ladder_of(value, duty);
    const auto next = casework::next_alarm(ladder == nullptr ? casework::plain_ladder() : *ladder, duty);
    if (!next || duty.next_at != next->at) {
        findings_.add(Broken::silent, name + " is not called at the next step of its ladder");
    }
    const Memory* memory = memory_of(value.no);
    const auto fired = memory == nullptr ? std::nullopt : memory->last_of(name);
    if (fired && duty.next_at && *duty.next_at < *fired) {
        findings_.add(Broken::doubled, name + " waits for an instant that has fired");
    }
    if (duty.due < punctual_until && !duty.overdue_at) {
        findings_.add(Broken::late, name + " is past its due instant and not marked overdue");
    }
}

void SimWorld::Witness::check_notification(const domain::Case& value,
                                           const std::vector<domain::Duty>& duties,
                                           const domain::Notification& owed,
                                           const std::string& name) {
    const bool seen = is_forgotten(value.no) || agencies_.times(message_id_of(name)) > 0;
    const bool waits = owed.next_attempt.has_value();
    switch (owed.state) {
        case domain::NotificationState::scheduled:
            if (!waits || owed.endpoint.empty()) {
                findings_.add(Broken::silent, name + " is scheduled for no instant");
            }
            return;
        case domain::NotificationState::delivered:
            if (!seen || !owed.delivered_at) {
                findings_.add(Broken::silent, name + " is recorded as delivered, but no agency saw it");
            }
            return;
        case domain::NotificationState::superseded:
            if (!is_needless(owed, value, duties)) {
                findings_.add(Broken::silent, name + " is given up, and whoever it is for is not told");
            }
            break;
        case domain::NotificationState::human_task:
            break;
    }
    if (waits) {
        findings_.add(Broken::confused, name + " is waited for by nobody, but has an instant");
    }
}

/// For each cause an agency is told once. Causes are the making of a duty, a step of its ladder that fires,
/// somebody else who could not be told, a change of the case.
void SimWorld::Witness::check_once(const domain::Case& value,
                                   const std::vector<domain::Notification>& all,
                                   const std::string& code) {
    if (is_forgotten(value.no)) {
        return;
    }
    std::vector<std::pair<std::uint64_t, const domain::Notification*>> alike;
    alike.reserve(all.size());
    for (const domain::Notification& owed : all) {
        const std::int64_t about = owed.duty ? -*owed.duty : owed.case_sequence;
        alike.emplace_back(
            Digest().take(owed.type).take(owed.agency.text()).take(owed.rule).take(about).value(), &owed);
    }
    std::sort(alike.begin(), alike.end());
    for (auto first = alike.begin(); first != alike.end();) {
        const auto last =
            std::find_if(first, alike.end(), [&](const auto& each) { return each.first != first->first; });
        if (const auto times = last - first; times > 1 && times > causes_of(*first->second, code)) {
            findings_.add(Broken::doubled,
                          casework::notification_name(code, first->second->no.ordinal) + " (" +
                              first->second->type + " by " + first->second->rule + ") is owed " +
                              std::to_string(times) + " times");
        }
        first = last;
    }
}

int SimWorld::Witness::causes_of(const domain::Notification& owed, const std::string& code) const {
    static const Memory kNothing;
    const Memory* known = memory_of(owed.no.case_no);
    const Memory& memory = known == nullptr ? kNothing : *known;
    if (owed.rule.ends_with("/undelivered")) {
        return memory.passed_on;
    }
    if (owed.rule == "directory.gap") {
        return memory.gaps + memory.passed_on;
    }
    const auto step = owed.duty
                          ? memory.steps.find(digest_of({casework::duty_name(code, *owed.duty), owed.rule}))
                          : memory.steps.end();
    return step == memory.steps.end() ? 1 : step->second.times;
}

/// A queue must be looked at when its first message is due, unless it rests for a reason.
void SimWorld::Witness::check_endpoints(const casework::View& view, Instant now, bool punctual) {
    for (const casework::Endpoint& endpoint : view.endpoints.all()) {
        auto wanted = view.outbox.next_attempt(endpoint.id);
        const bool leased = endpoint.leased_until && *endpoint.leased_until > now;
        if (leased && punctual && !agencies_.is_under_way(endpoint.id)) {
            findings_.add(Broken::silent, "endpoint " + endpoint.id.text() + " is leased to nobody");
        }
        if (!wanted || leased) {
            continue;
        }
        if (endpoint.open_until) {
            wanted = std::max(*wanted, *endpoint.open_until);
        }
        const Instant latest = std::max(*wanted, now + kLookAgain);
        if (!endpoint.next_at || *endpoint.next_at > latest) {
            findings_.add(Broken::silent,
                          "endpoint " + endpoint.id.text() + " has a message for " + to_rfc3339(*wanted) +
                              " and is looked at " +
                              (endpoint.next_at ? to_rfc3339(*endpoint.next_at) : "never"));
        }
    }
}

/// Long enough for whatever is asked for at the last moment.
void SimWorld::Witness::check_rest(const casework::View& view,
                                   const casework::Vault& vault,
                                   Instant now,
                                   Instant troubles_ended) {
    const auto next = view.duties.next_instant();
    if (next && *next < now - kUnderWay) {
        findings_.add(Broken::late, "a duty's alarm of " + to_rfc3339(*next) + " has never come");
    }
    for (const auto state : {domain::NotificationState::scheduled, domain::NotificationState::human_task}) {
        casework::NotificationQuery query;
        query.scope.everything = true;
        query.state = state;
        query.limit = kPage;
        for (bool more = true; more;) {
            const auto page = view.outbox.list(query);
            for (const domain::Notification& owed : page) {
                const std::string name =
                    casework::notification_name(vault.case_code(owed.no.case_no), owed.no.ordinal);
                if (state == domain::NotificationState::scheduled) {
                    check_waits(view, owed, name, {now, troubles_ended});
                } else {
                    check_task(view, owed, name);
                }
            }
            more = page.size() == kPage;
            if (more) {
                query.after = casework::PageStart{
                    0, static_cast<std::int64_t>(page.back().no.case_no), page.back().no.ordinal};
            }
        }
    }
}

/// Its receiver failed it before the troubles ended, and by that it is tried again later; or it waits behind
/// such a one, since the order of a case is kept; or it is on its way.
void SimWorld::Witness::check_waits(const casework::View& view,
                                    const domain::Notification& owed,
                                    const std::string& name,
                                    const Rest& rest) {
    if (std::max(owed.created_at, owed.rescheduled_at.value_or(owed.created_at)) > rest.now - kUnderWay) {
        return;
    }
    const auto all = view.outbox.of_case(owed.no.case_no);
    const auto first = std::find_if(all.begin(), all.end(), [&](const domain::Notification& each) {
        return each.state == domain::NotificationState::scheduled && each.endpoint == owed.endpoint;
    });
    const domain::Notification& head = first == all.end() ? owed : *first;
    const auto tries = view.outbox.attempts(head.no);
    const bool failed = !tries.empty() && tries.back().outcome != domain::AttemptOutcome::delivered &&
                        tries.back().at <= rest.troubles_ended;
    const bool will_be_tried = head.next_attempt && *head.next_attempt > rest.now - kUnderWay &&
                               *head.next_attempt < rest.troubles_ended + kLongestPause;
    if (!failed || !will_be_tried) {
        findings_.add(Broken::silent, name + " is still scheduled, and nothing keeps it");
    }
}

/// Tried until the receiver had failed it often enough, or without a channel to try it at.
void SimWorld::Witness::check_task(const casework::View& view,
                                   const domain::Notification& owed,
                                   const std::string& name) {
    const auto tries = view.outbox.attempts(owed.no);
    const bool failed = !tries.empty() && tries.back().outcome != domain::AttemptOutcome::delivered;
    if (!failed && view.endpoints.channel(owed.agency)) {
        findings_.add(Broken::silent, name + " is left to a person, and no channel has failed it");
    }
}

bool SimWorld::Witness::is_forgotten(domain::CaseNo number) const {
    const auto place = static_cast<std::size_t>(number);
    return place < forgotten_.size() && forgotten_[place];
}

const SimWorld::Witness::Memory* SimWorld::Witness::memory_of(domain::CaseNo number) const {
    const auto found = memories_.find(number);
    return found == memories_.end() ? nullptr : &found->second;
}

const policy::Ladder* SimWorld::Witness::ladder_of(const domain::Case& value,
                                                   const domain::Duty& duty) const {
    const policy::Pack* pack = laws_->pack(value.pack);
    const policy::DutyTemplate* made_by = pack == nullptr ? nullptr : pack->duty(duty.rule, duty.kind);
    return made_by == nullptr ? nullptr : pack->ladder(made_by->ladder);
}

}  // namespace lachan::simulation
