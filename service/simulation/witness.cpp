#include "witness.hpp"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string_view>

#include "lachan/casework/invariants.hpp"
#include "lachan/casework/ladders.hpp"
#include "lachan/casework/names.hpp"
#include "marks.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kPage = 500;
constexpr Duration kLookAgain = 1s;  ///< How much later than its next try a queue may be looked at.
/// All of it is looked at again when the record has grown by this many events, and by this part of itself: a
/// fourth while it is short; when it is long, so much that a whole life costs little more than its last look.
constexpr std::int64_t kFewEvents = 500;
constexpr std::int64_t kShortRecord = 20'000;

/// Beyond this SQLite's own check of each index entry takes longer than the life; the chain is walked still.
constexpr std::int64_t kIndexesChecked = 200'000;
/// Of a busy world a look takes the newest: what a crash undoes is what was new. The others come with the
/// look at everything.
constexpr std::size_t kCasesInALook = 300;
constexpr std::size_t kArrivalsInALook = 300;

/// FNV-1a over the parts, told apart.
std::uint64_t digest_of(std::initializer_list<std::string_view> parts) {
    std::uint64_t digest = 0xcbf29ce484222325;
    const auto take = [&](unsigned char c) { digest = (digest ^ c) * 0x100000001b3; };
    for (const std::string_view part : parts) {
        std::for_each(part.begin(), part.end(), [&](char c) { take(static_cast<unsigned char>(c)); });
        take(0xff);
    }
    return digest;
}

std::string_view value_of(const domain::EventData& data, std::string_view key) {
    const auto found =
        std::find_if(data.begin(), data.end(), [&](const auto& entry) { return entry.first == key; });
    return found == data.end() ? std::string_view() : std::string_view(found->second);
}

/// "LC-7K3M-Q9TX-4.n5" as agencies see it.
std::string as_message_id(std::string_view notification) {
    std::string id(notification);
    std::replace(id.begin(), id.end(), '.', '-');
    return id;
}

/// With its own time where that is another one.
std::string line_of(const domain::Event& event, Instant true_now) {
    std::string line = "event ";
    line += std::to_string(event.sequence);
    line += ' ';
    line += event.kind;
    line += " by ";
    line += event.actor;
    if (event.at != true_now) {
        line += " at " + to_rfc3339(event.at);
    }
    return line;
}

}  // namespace

void SimWorld::Witness::told(const domain::ReportId& report, const std::string& case_code) {
    const auto [known, first] = told_.emplace(report.text(), case_code);
    if (first) {
        told_lately_.push_back(report.text());
    }
    if (!first && known->second != case_code) {
        findings_.add(Broken::doubled, "one report became two cases: " + known->second + " and " + case_code);
    }
}

void SimWorld::Witness::observe(const casework::View& view, Instant true_now) {
    for (;;) {
        const auto page = view.events.since(seen_, kPage);
        for (const domain::Event& event : page) {
            trace_.add(true_now, line_of(event, true_now));
            observe(event);
        }
        if (page.size() < kPage) {
            return;
        }
    }
}

void SimWorld::Witness::observe(const domain::Event& event) {
    if (event.sequence != seen_ + 1) {
        findings_.add(Broken::lost, "the record has a hole before event " + std::to_string(event.sequence));
    }
    if (event.at < last_at_) {
        findings_.add(Broken::confused,
                      "the record runs backwards at event " + std::to_string(event.sequence));
    }
    seen_ = event.sequence;
    last_at_ = event.at;
    if (event.case_no) {
        touched_.insert(*event.case_no);
    }
    for (const auto& [key, value] : event.data) {
        if (value.find(kPrivateMark) != std::string::npos) {
            findings_.add(Broken::leaked, "private words in the record: " + event.kind + " " + key);
        }
    }
    const std::string_view notification = value_of(event.data, "notification");
    if (event.kind == "notification.delivered") {
        agencies_.recorded_as_delivered(as_message_id(notification));
    }
    const std::string_view step = value_of(event.data, "step");
    const std::string_view instant = value_of(event.data, "instant");
    if (!step.empty() && !instant.empty()) {
        note_fired(value_of(event.data, "duty"), step, instant);
    }
}

void SimWorld::Witness::note_fired(std::string_view duty, std::string_view step, std::string_view instant) {
    const bool again = !fired_.insert(digest_of({duty, step, instant})).second;
    const int times = ++times_fired_[digest_of({duty, step})];
    if (again || (times > 1 && !repeats(step))) {
        findings_.add(Broken::doubled,
                      "step " + std::string(step) + " of duty " + std::string(duty) + " fired twice");
    }
    if (const auto at = parse_rfc3339(instant)) {
        Instant& last = last_fired_.try_emplace(digest_of({duty}), *at).first->second;
        last = std::max(last, *at);
    }
}

/// `step` reads "ladder/step".
bool SimWorld::Witness::repeats(std::string_view step) const {
    const auto slash = step.find('/');
    const std::string_view name = step.substr(0, slash);
    const std::string_view id = step.substr(slash + 1);
    const auto repeats_in = [&](const policy::Ladder* ladder) {
        return ladder != nullptr && ladder->name == name &&
               std::any_of(ladder->steps.begin(), ladder->steps.end(), [&](const policy::LadderStep& each) {
                   return each.id == id && each.repeats.has_value();
               });
    };
    return repeats_in(&casework::plain_ladder()) ||
           std::any_of(laws_->packs.begin(), laws_->packs.end(), [&](const auto& entry) {
               return repeats_in(entry.second->ladder(std::string(name)));
           });
}

bool SimWorld::Witness::has_grown_since(std::int64_t checked) const {
    const std::int64_t grown = seen_ - checked;
    const std::int64_t enough = seen_ <= kShortRecord ? seen_ / 4 : seen_ / 4 * 3;
    return checked == 0 || grown < 0 || (grown > kFewEvents && grown > enough);
}

void SimWorld::Witness::remember(store::SqliteStore& store) {
    if (const auto head = store.chain_head()) {
        head_ = *head;
    }
}

bool SimWorld::Witness::check_record(store::SqliteStore& store) {
    const auto end = store.chain_head();
    if (!end) {
        return false;
    }
    if (end->sequence < seen_) {
        findings_.add(Broken::lost,
                      "the record ends at event " + std::to_string(end->sequence) + ", but event " +
                          std::to_string(seen_) + " was seen");
        seen_ = end->sequence;  // said once
        record_checked_ = kept_checked_ = 0;
    }
    if (!has_grown_since(record_checked_)) {
        return true;
    }
    const auto report = store.verify_chain(head_ ? std::vector{*head_} : std::vector<store::ChainHead>());
    const auto faults = seen_ > kIndexesChecked ? std::vector<std::string>() : store.integrity_check();
    if (!report || !faults) {
        return false;
    }
    if (report->fault) {
        findings_.add(Broken::lost,
                      "the record is " + std::string(store::text_of(*report->fault)) + " at event " +
                          std::to_string(report->bad_sequence));
    }
    if (!faults->empty()) {
        findings_.add(Broken::lost, "SQLite finds the file damaged: " + faults->front());
    }
    record_checked_ = report->head.sequence;
    return true;
}

void SimWorld::Witness::check(const casework::View& view,
                              const casework::Vault& vault,
                              Instant now,
                              Instant punctual_until) {
    const bool everything = has_grown_since(kept_checked_);
    if (everything) {
        kept_checked_ = seen_;
        for (const casework::Finding& finding : casework::check_all(view, *laws_)) {
            if (finding.count != 0) {
                findings_.add(Broken::silent, finding.invariant + ": " + std::to_string(finding.count));
            }
        }
        for (const auto& [report, code] : told_) {
            check_report(view, vault, report, code);
        }
        for (std::int64_t number = 1; view.cases.find(domain::CaseNo{number}); ++number) {
            touched_.insert(domain::CaseNo{number});  // numbered without holes: nothing is ever deleted
        }
    }
    for (const std::string& report : told_lately_) {
        check_report(view, vault, report, told_.at(report));
    }
    told_lately_.clear();
    const std::size_t looked_at = everything ? touched_.size() : std::min(touched_.size(), kCasesInALook);
    std::for_each(touched_.rbegin(),
                  std::next(touched_.rbegin(), static_cast<std::ptrdiff_t>(looked_at)),
                  [&](domain::CaseNo number) {
                      if (const auto value = view.cases.find(number)) {
                          check_case(view, *value, vault.case_code(number), punctual_until);
                      } else {
                          findings_.add(Broken::lost, "a case of the record is not there");
                      }
                  });
    touched_.clear();
    check_arrivals(view, vault);
    check_endpoints(view, now, punctual_until > Instant::min());
}

void SimWorld::Witness::check_report(const casework::View& view,
                                     const casework::Vault& vault,
                                     const std::string& report,
                                     const std::string& code) {
    const auto row = view.reports.find(domain::ReportId(report));
    if (!row) {
        findings_.add(Broken::lost, "report " + report + " was acknowledged and is not there");
    } else if (vault.case_code(row->case_no) != code) {
        findings_.add(Broken::lost, "report " + report + " is not with case " + code + " any more");
    }
}

/// Nobody may be told of what the record does not hold: what was sent must have been owed before.
void SimWorld::Witness::check_arrivals(const casework::View& view, const casework::Vault& vault) {
    const auto arrived = agencies_.take_unchecked();
    const std::size_t first = arrived.size() > kArrivalsInALook ? arrived.size() - kArrivalsInALook : 0;
    for (const casework::Message& message : std::span(arrived).subspan(first)) {
        if (message.case_code.empty()) {
            continue;
        }
        const auto number = vault.case_no(message.case_code);
        const std::string ordinal = message.id.substr(message.case_code.size() + 2);
        const auto owed = number ? view.outbox.find({*number, std::atoi(ordinal.c_str())}) : std::nullopt;
        if (!owed || owed->type != message.type || owed->case_sequence != message.case_sequence ||
            owed->created_at != message.created_at) {
            findings_.add(Broken::confused, message.id + " arrived, and the record does not know it so");
        }
    }
}

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
    for (const domain::Notification& owed : view.outbox.of_case(value.no)) {
        check_notification(owed, code);
    }
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
    const auto last = last_fired_.find(digest_of({name}));
    if (last != last_fired_.end() && duty.next_at && *duty.next_at < last->second) {
        findings_.add(Broken::doubled, name + " waits for an instant that has fired");
    }
    if (duty.due < punctual_until && !duty.overdue_at) {
        findings_.add(Broken::late, name + " is past its due instant and not marked overdue");
    }
}

void SimWorld::Witness::check_notification(const domain::Notification& value, const std::string& code) {
    const std::string name = casework::notification_name(code, value.no.ordinal);
    const bool seen = agencies_.times(as_message_id(name)) > 0;
    switch (value.state) {
        case domain::NotificationState::scheduled:
            if (!value.next_attempt || value.endpoint.empty()) {
                findings_.add(Broken::silent, name + " is scheduled for no instant");
            }
            return;
        case domain::NotificationState::delivered:
            if (!seen || !value.delivered_at) {
                findings_.add(Broken::silent, name + " is recorded as delivered, but no agency saw it");
            }
            return;
        case domain::NotificationState::superseded:
        case domain::NotificationState::human_task:
            if (value.next_attempt) {
                findings_.add(Broken::confused, name + " is waited for by nobody, but has an instant");
            }
            return;
    }
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

const policy::Ladder* SimWorld::Witness::ladder_of(const domain::Case& value,
                                                   const domain::Duty& duty) const {
    const policy::Pack* pack = laws_->pack(value.pack);
    const policy::DutyTemplate* made_by = pack == nullptr ? nullptr : pack->duty(duty.rule, duty.kind);
    return made_by == nullptr ? nullptr : pack->ladder(made_by->ladder);
}

}  // namespace lachan::simulation
