#pragma once

#include <cstdint>
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
/// A look costs what has changed since the last one: cases that were touched, reports that were acknowledged,
/// messages that arrived. Everything is looked at anew whenever the record has grown by a part of itself, so
/// that a long life does not pay for its past each day.
class SimWorld::Witness {
public:
    Witness(const std::shared_ptr<const casework::World>& laws,
            ScriptedAgencies& agencies,
            Findings& findings,
            Trace& trace)
        : laws_(laws), agencies_(agencies), findings_(findings), trace_(trace) {}

    /// The sender of a report was told that it is taken in.
    void told(const domain::ReportId& report, const std::string& case_code);
    [[nodiscard]] bool was_told(const domain::ReportId& report) const {
        return told_.contains(report.text());
    }

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
    /// A new calendar moves deadlines, and alarms with them: what has fired may be called again.
    void calendar_changed() {
        fired_.clear();
        times_fired_.clear();
        last_fired_.clear();
    }

private:
    void observe(const domain::Event& event);
    void note_fired(std::string_view duty, std::string_view step, std::string_view instant);
    [[nodiscard]] bool has_grown_since(std::int64_t checked) const;
    void check_report(const casework::View& view,
                      const casework::Vault& vault,
                      const std::string& report,
                      const std::string& code);
    void check_arrivals(const casework::View& view, const casework::Vault& vault);
    void check_case(const casework::View& view,
                    const domain::Case& value,
                    const std::string& code,
                    Instant punctual_until);
    void check_duty(const domain::Case& value,
                    const domain::Duty& duty,
                    const std::string& code,
                    Instant punctual_until);
    void check_notification(const domain::Notification& value, const std::string& code);
    void check_endpoints(const casework::View& view, Instant now, bool punctual);
    [[nodiscard]] const policy::Ladder* ladder_of(const domain::Case& value, const domain::Duty& duty) const;
    [[nodiscard]] bool repeats(std::string_view step) const;

    const std::shared_ptr<const casework::World>& laws_;
    ScriptedAgencies& agencies_;
    Findings& findings_;
    Trace& trace_;
    std::unordered_map<std::string, std::string> told_;  ///< Report to case.
    std::vector<std::string> told_lately_;               ///< Reports not looked for yet.
    std::set<domain::CaseNo> touched_;                   ///< Cases not looked at since.
    std::int64_t seen_ = 0;
    Instant last_at_{};
    std::optional<store::ChainHead> head_;
    std::int64_t record_checked_ = 0;  ///< Where the record ended when all of it was checked.
    std::int64_t kept_checked_ = 0;    ///< The same for all that is kept.
    // By digests of names, since a year has millions of them.
    std::unordered_set<std::uint64_t> fired_;                ///< Of duty, step and instant.
    std::unordered_map<std::uint64_t, int> times_fired_;     ///< Of duty and step.
    std::unordered_map<std::uint64_t, Instant> last_fired_;  ///< Of duty: the latest instant that was due.
};

}  // namespace lachan::simulation
