#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "lachan/store/sqlite_store.hpp"

namespace lachan::simulation {

/// Whoever remembers from outside what the service has promised, and holds it to that.
///
/// A look costs what has changed since the last one: cases that were touched, reports and acts that were
/// acknowledged, messages that arrived. Everything is looked at anew whenever the record has grown by a part
/// of itself, so that a long life does not pay for its past each day. What belongs to a case that was closed
/// weeks ago is looked at once more and forgotten.
class SimWorld::Witness {
public:
    Witness(const std::shared_ptr<const casework::World>& laws,
            ScriptedAgencies& agencies,
            Findings& findings,
            Trace& trace)
        : laws_(laws), agencies_(agencies), findings_(findings), trace_(trace) {}

    /// The sender of a report was told that it is taken in. `words`: see `words_of`; 0: nobody knows them.
    void told(const domain::ReportId& report, const std::string& case_code, std::uint64_t words);
    [[nodiscard]] bool was_told(const domain::ReportId& report) const {
        return told_.contains(report.text());
    }
    /// Somebody was told that an act is done, and that the case's sequence is this since then.
    void told(const Act& act, domain::CaseNo number, std::int64_t sequence);

    /// Reads what was recorded since the last time.
    void observe(const casework::View& view, Instant true_now);
    /// Remembers the end of the record before it is tried by a crash.
    void remember(store::SqliteStore& store);
    /// After a crash: nothing that was seen may be gone. False: the record cannot be read now.
    [[nodiscard]] bool check_record(store::SqliteStore& store);
    /// Every rule about what is kept. What fell due before `punctual_until` must have been done.
    void check(const casework::View& view, const casework::Vault& vault, Instant now, Instant punctual_until);
    /// The next `check` and `check_record` look at everything.
    void look_at_everything() { record_checked_ = kept_checked_ = 0; }
    /// Nothing went wrong since `troubles_ended`, and there was time for all that was owed: whatever is not
    /// done must have a reason.
    void check_rest(const casework::View& view,
                    const casework::Vault& vault,
                    Instant now,
                    Instant troubles_ended);

private:
    struct Report {
        std::string code;
        std::uint64_t words = 0;
    };
    struct DoneAct {
        Act act;
        domain::CaseNo number{};
        std::int64_t sequence = 0;
    };
    /// A step of a duty's ladder, in the record.
    struct Fired {
        int times = 0;
        Instant last{};
        std::uint64_t duty = 0;
    };
    /// What the record said of a case; names by their digests, since a year has millions of them.
    struct Memory {
        std::unordered_map<std::uint64_t, Fired> steps;     ///< By duty and step.
        std::unordered_map<std::uint64_t, Instant> latest;  ///< By duty: the last instant that was due.
        int passed_on = 0;                                  ///< Times that an agency could not be told.
        int gaps = 0;                                       ///< Times that nobody held a role.

        [[nodiscard]] std::optional<Instant> last_of(std::string_view duty) const;
    };
    struct Rest {
        Instant now{};
        Instant troubles_ended{};
    };
    struct Closed {
        domain::CaseNo number{};
        Instant at{};
        Instant look_at{};
    };

    void observe(const domain::Event& event);
    void note(const domain::Event& event, domain::CaseNo number);
    void note_act(const domain::Event& event, domain::CaseNo number);
    void note_fired(Memory& memory, std::string_view duty, std::string_view step, std::string_view instant);
    void note_moved(Memory& memory, std::string_view duty);
    [[nodiscard]] bool has_grown_since(std::int64_t checked) const;

    void check_reports(const casework::View& view, const casework::Vault& vault, bool everything);
    void check_report(const casework::View& view,
                      const casework::Vault& vault,
                      const std::string& id,
                      bool opens);
    void check_words(const casework::View& view,
                     const casework::Vault& vault,
                     const casework::ReportRow& row,
                     std::uint64_t words);
    void check_acts(const casework::View& view, const casework::Vault& vault);
    void check_act(const casework::View& view, const casework::Vault& vault, const DoneAct& done);
    [[nodiscard]] bool is_in_record(const casework::View& view, const DoneAct& done) const;
    void check_arrivals(const casework::View& view, const casework::Vault& vault);

    void check_case(const casework::View& view,
                    const domain::Case& value,
                    const std::string& code,
                    Instant punctual_until);
    void check_duty(const domain::Case& value,
                    const domain::Duty& duty,
                    const std::string& code,
                    Instant punctual_until);
    void check_notification(const domain::Case& value,
                            const std::vector<domain::Duty>& duties,
                            const domain::Notification& owed,
                            const std::string& name);
    void check_once(const domain::Case& value,
                    const std::vector<domain::Notification>& owed,
                    const std::string& code);
    [[nodiscard]] int causes_of(const domain::Notification& owed, const std::string& code) const;
    void check_endpoints(const casework::View& view, Instant now, bool punctual);
    void check_waits(const casework::View& view,
                     const domain::Notification& owed,
                     const std::string& name,
                     const Rest& rest);
    void check_task(const casework::View& view, const domain::Notification& owed, const std::string& name);
    /// Cases closed for weeks: a last look, and then nothing of them is remembered.
    void forget_closed(const casework::View& view, const casework::Vault& vault, Instant now);
    [[nodiscard]] bool forgets(const casework::View& view,
                               const casework::Vault& vault,
                               const domain::Case& value);
    [[nodiscard]] const policy::Ladder* ladder_of(const domain::Case& value, const domain::Duty& duty) const;
    [[nodiscard]] bool repeats(std::string_view step) const;
    [[nodiscard]] bool is_forgotten(domain::CaseNo number) const;
    [[nodiscard]] const Memory* memory_of(domain::CaseNo number) const;

    const std::shared_ptr<const casework::World>& laws_;
    ScriptedAgencies& agencies_;
    Findings& findings_;
    Trace& trace_;
    std::unordered_map<std::string, Report> told_;     ///< By report.
    std::vector<std::string> told_lately_;             ///< Reports not looked for yet.
    std::vector<DoneAct> acts_;                        ///< Acts not looked for yet.
    std::unordered_set<std::uint64_t> recorded_acts_;  ///< That the record has told of meanwhile.
    std::set<domain::CaseNo> touched_;                 ///< Cases not looked at since.
    std::map<domain::CaseNo, Memory> memories_;
    std::vector<bool> forgotten_;  ///< By case number.
    std::deque<Closed> closed_;    ///< Cases that ended, in the order of that.
    std::int64_t seen_ = 0;
    std::size_t sampled_ = 0;
    Instant last_at_{};
    std::optional<store::ChainHead> head_;
    std::int64_t record_checked_ = 0;  ///< Where the record ended when all of it was checked.
    std::int64_t kept_checked_ = 0;    ///< The same for all that is kept.
};

}  // namespace lachan::simulation
