#include <algorithm>
#include <cstdlib>
#include <string>

#include "digests.hpp"
#include "lachan/casework/names.hpp"
#include "witness.hpp"

/// What people were told, held against what is kept.
namespace lachan::simulation {
namespace {

constexpr std::size_t kOpenedEach = 8;  ///< Of the reports of long ago, one of so many is opened at a look.
constexpr int kEventsOfACase = 10'000;  ///< More than any simulated case has.

/// What the event is about, in the words of `Act::of`.
std::string_view subject_of(const domain::Event& event) {
    if (event.kind == "step.recorded") {
        return value_of(event.data, "kind");
    }
    return event.kind.starts_with("duty.") ? value_of(event.data, "duty") : std::string_view();
}

bool is_act(const domain::Event& event) {
    return event.kind == "step.recorded" || event.kind == "case.closed" || event.kind == "case.reopened" ||
           event.kind == "duty.accepted" || event.kind == "duty.declined" || event.kind == "duty.forwarded";
}

std::uint64_t digest_of_act(std::string_view kind,
                            std::string_view of,
                            std::string_view by,
                            domain::CaseNo number,
                            std::int64_t sequence) {
    return Digest()
        .take(kind)
        .take(of)
        .take(by)
        .take(static_cast<std::int64_t>(number))
        .take(sequence)
        .value();
}

/// Whether the duty stands as somebody was told it does.
bool stands(const domain::Duty& duty, const std::vector<domain::Duty>& all, std::string_view kind) {
    if (kind == "duty.accepted") {
        return duty.accepted_at.has_value();
    }
    if (kind == "duty.waived") {
        return duty.state == domain::DutyState::waived;
    }
    const auto state = kind == "duty.declined" ? domain::DutyState::declined : domain::DutyState::forwarded;
    return duty.state == state && std::any_of(all.begin(), all.end(), [&](const domain::Duty& next) {
               return next.predecessor == duty.no.ordinal;
           });
}

}  // namespace

void SimWorld::Witness::told(const domain::ReportId& report,
                             const std::string& case_code,
                             std::uint64_t words) {
    const auto [known, first] = told_.emplace(report.text(), Report{case_code, words});
    if (first) {
        told_lately_.push_back(report.text());
    } else if (known->second.words == 0) {
        known->second.words = words;
    }
    if (!first && known->second.code != case_code) {
        findings_.add(Broken::doubled,
                      "one report became two cases: " + known->second.code + " and " + case_code);
    }
}

void SimWorld::Witness::told(const Act& act, domain::CaseNo number, std::int64_t sequence) {
    acts_.push_back({act, number, sequence});
}

void SimWorld::Witness::note_act(const domain::Event& event, domain::CaseNo number) {
    if (is_act(event)) {
        recorded_acts_.insert(
            digest_of_act(event.kind, subject_of(event), event.actor, number, event.case_sequence));
    }
}

/// The new ones are opened, and of the others at a look at everything some.
void SimWorld::Witness::check_reports(const casework::View& view,
                                      const casework::Vault& vault,
                                      bool everything) {
    for (const std::string& report : told_lately_) {
        check_report(view, vault, report, true);
    }
    told_lately_.clear();
    if (everything) {
        for (const auto& [report, said] : told_) {
            check_report(view, vault, report, ++sampled_ % kOpenedEach == 0);
        }
    }
}

void SimWorld::Witness::check_report(const casework::View& view,
                                     const casework::Vault& vault,
                                     const std::string& id,
                                     bool opens) {
    const auto told = told_.find(id);
    if (told == told_.end()) {
        return;
    }
    const auto row = view.reports.find(domain::ReportId(id));
    if (!row) {
        findings_.add(Broken::lost, "report " + id + " was acknowledged and is not there");
        return;
    }
    if (vault.case_code(row->case_no) != told->second.code) {
        findings_.add(Broken::lost, "report " + id + " is not with case " + told->second.code + " any more");
    }
    if (opens && told->second.words != 0) {
        check_words(view, vault, *row, told->second.words);
    }
}

/// As a reader with the need to know would: by the key of the case.
void SimWorld::Witness::check_words(const casework::View& view,
                                    const casework::Vault& vault,
                                    const casework::ReportRow& row,
                                    std::uint64_t words) {
    const auto key = view.cases.key(row.case_no);
    if (!key) {
        findings_.add(Broken::lost, "report " + row.id.text() + " has no key");
        return;
    }
    const auto identity = vault.open_identity(*key, row.id, row.sealed.identity);
    const auto informant = vault.open_informant(*key, row.id, row.sealed.informant);
    const auto narrative = vault.open_narrative(*key, row.id, row.sealed.narrative);
    if (!identity || !informant || !narrative) {
        findings_.add(Broken::lost, "report " + row.id.text() + " cannot be opened");
    } else if (words_of(*identity, *informant, *narrative) != words) {
        findings_.add(Broken::lost, "report " + row.id.text() + " does not say what it said");
    }
}

void SimWorld::Witness::check_acts(const casework::View& view, const casework::Vault& vault) {
    for (const DoneAct& done : acts_) {
        check_act(view, vault, done);
    }
    acts_.clear();
    recorded_acts_.clear();
}

void SimWorld::Witness::check_act(const casework::View& view,
                                  const casework::Vault& vault,
                                  const DoneAct& done) {
    const std::string what = done.act.kind + (done.act.of.empty() ? "" : " " + done.act.of) + " by " +
                             done.act.by.text() + " in " + vault.case_code(done.number);
    if (!is_in_record(view, done)) {
        findings_.add(Broken::lost, what + " was acknowledged, and the record does not tell of it");
        return;
    }
    const auto number = done.act.kind.starts_with("duty.")
                            ? casework::parse_duty_name(vault, done.act.of)
                            : Result<domain::DutyNo>(Error(Errc::not_found, ""));
    if (!number) {
        return;
    }
    const auto duties = view.duties.of_case(number->case_no);
    const bool kept = std::any_of(duties.begin(), duties.end(), [&](const domain::Duty& duty) {
        return duty.no.ordinal == number->ordinal && stands(duty, duties, done.act.kind);
    });
    if (!kept) {
        findings_.add(Broken::lost, what + " was acknowledged, and the duty does not stand so");
    }
}

/// Mostly the witness has seen it happen. A repetition may be told long after; who accepts again what is
/// accepted is told so, whatever the sequence is by then.
bool SimWorld::Witness::is_in_record(const casework::View& view, const DoneAct& done) const {
    const Act& act = done.act;
    if (recorded_acts_.contains(digest_of_act(act.kind, act.of, act.by.text(), done.number, done.sequence))) {
        return true;
    }
    const auto events = view.events.of_case(done.number, 0, kEventsOfACase);
    return std::any_of(events.begin(), events.end(), [&](const domain::Event& event) {
        const bool same = event.kind == act.kind && subject_of(event) == act.of;
        const bool then = event.case_sequence == done.sequence && event.actor == act.by.text();
        const bool before = act.kind == "duty.accepted" && event.case_sequence <= done.sequence;
        return same && (then || before);
    });
}

/// Nobody may be told of what the record does not hold: what was sent must have been owed before.
void SimWorld::Witness::check_arrivals(const casework::View& view, const casework::Vault& vault) {
    const auto arrived = agencies_.take_unchecked();
    for (const casework::Message& message : arrived) {
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

}  // namespace lachan::simulation
