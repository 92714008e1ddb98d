#include "witness.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "digests.hpp"
#include "lachan/casework/invariants.hpp"
#include "lachan/casework/ladders.hpp"
#include "marks.hpp"

/// What the witness reads in the record, and when it looks at what.
namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kPage = 500;
/// All of it is looked at again when the record has grown by this many events, and by this part of itself: a
/// fourth while it is short; when it is long, so much that a whole life costs little more than its last look.
constexpr std::int64_t kFewEvents = 500;
constexpr std::int64_t kShortRecord = 20'000;

/// Beyond this SQLite's own check of each index entry takes longer than the life; the chain is walked still.
constexpr std::int64_t kIndexesChecked = 200'000;
/// Of a busy world a look takes the newest: what a crash undoes is what was new. The others come with the
/// look at everything.
constexpr std::size_t kCasesInALook = 300;
/// A case that is closed for so long is forgotten, once nothing is owed in it any more.
constexpr Duration kLongAgo = 24h * 30;

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
    for (const auto& [key, value] : event.data) {
        if (value.find(kPrivateMark) != std::string::npos) {
            findings_.add(Broken::leaked, "private words in the record: " + event.kind + " " + key);
        }
    }
    if (event.case_no) {
        touched_.insert(*event.case_no);
        note(event, *event.case_no);
    }
}

void SimWorld::Witness::note(const domain::Event& event, domain::CaseNo number) {
    const std::string_view step = value_of(event.data, "step");
    const std::string_view instant = value_of(event.data, "instant");
    if (!step.empty() && !instant.empty()) {
        note_fired(memories_[number], value_of(event.data, "duty"), step, instant);
    } else if (event.kind == "notification.delivered") {
        agencies_.recorded_as_delivered(message_id_of(value_of(event.data, "notification")));
    } else if (event.kind == "notification.undelivered" || event.kind == "agency.unreachable") {
        ++memories_[number].passed_on;
    } else if (event.kind == "directory.gap") {
        ++memories_[number].gaps;
    } else if (event.kind == "duty.due_moved") {
        note_moved(memories_[number], value_of(event.data, "duty"));
    } else if (event.kind == "case.closed") {
        closed_.push_back({number, event.at, event.at + kLongAgo});
    }
    note_act(event, number);
}

void SimWorld::Witness::note_fired(Memory& memory,
                                   std::string_view duty,
                                   std::string_view step,
                                   std::string_view instant) {
    const Instant at = parse_rfc3339(instant).value_or(Instant());
    Fired& fired = memory.steps[digest_of({duty, step})];
    const bool again = fired.times > 0 && (!repeats(step) || at <= fired.last);
    if (again) {
        findings_.add(Broken::doubled,
                      "step " + std::string(step) + " of duty " + std::string(duty) + " fired twice");
    }
    ++fired.times;
    fired.last = at;
    fired.duty = digest_of({duty});
    Instant& latest = memory.latest.try_emplace(fired.duty, at).first->second;
    latest = std::max(latest, at);
}

/// Its alarms moved with it: those that repeat may come at any instant again. What has fired and does not
/// repeat has fired.
void SimWorld::Witness::note_moved(Memory& memory, std::string_view duty) {
    const std::uint64_t moved = digest_of({duty});
    memory.latest.erase(moved);
    for (auto& [step, fired] : memory.steps) {
        if (fired.duty == moved) {
            fired.last = Instant::min();
        }
    }
}

std::optional<Instant> SimWorld::Witness::Memory::last_of(std::string_view duty) const {
    const auto found = latest.find(digest_of({duty}));
    return found == latest.end() ? std::nullopt : std::optional(found->second);
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
        for (std::int64_t number = 1; view.cases.find(domain::CaseNo{number}); ++number) {
            touched_.insert(domain::CaseNo{number});  // numbered without holes: nothing is ever deleted
        }
    }
    check_reports(view, vault, everything);
    check_acts(view, vault);
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
    forget_closed(view, vault, now);
}

void SimWorld::Witness::forget_closed(const casework::View& view, const casework::Vault& vault, Instant now) {
    while (!closed_.empty() && closed_.front().look_at <= now) {
        const Closed closed = closed_.front();
        closed_.pop_front();
        const auto value = view.cases.find(closed.number);
        if (value && value->closed_at == closed.at && !forgets(view, vault, *value)) {
            closed_.push_back({closed.number, closed.at, now + kLongAgo});
        }
    }
}

/// Whether nothing is owed in it any more, so that it was looked at for the last time.
bool SimWorld::Witness::forgets(const casework::View& view,
                                const casework::Vault& vault,
                                const domain::Case& value) {
    const std::string code = vault.case_code(value.no);
    const auto duties = view.duties.of_case(value.no);
    const auto waiting = view.outbox.waiting_of(value.no);
    const bool owed =
        std::any_of(duties.begin(), duties.end(), [](const domain::Duty& duty) { return duty.pending(); }) ||
        std::any_of(waiting.begin(), waiting.end(), [](const domain::Notification& each) {
            return each.state == domain::NotificationState::scheduled;
        });
    if (owed) {
        return false;
    }
    check_case(view, value, code, Instant::min());
    for (const casework::ReportRow& row : view.reports.of_case(value.no)) {
        check_report(view, vault, row.id.text(), true);
        told_.erase(row.id.text());
    }
    memories_.erase(value.no);
    agencies_.forget(code);
    const auto place = static_cast<std::size_t>(value.no);
    forgotten_.resize(std::max(forgotten_.size(), place + 1));
    forgotten_[place] = true;
    return true;
}

}  // namespace lachan::simulation
