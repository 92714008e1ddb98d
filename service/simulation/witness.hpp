#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "lachan/store/sqlite_store.hpp"

namespace lachan::simulation {

/// Whoever remembers from outside what the service has promised, and holds it to that.
class SimWorld::Witness {
public:
    Witness(const casework::World& laws, ScriptedAgencies& agencies, Findings& findings, Trace& trace)
        : laws_(laws), agencies_(agencies), findings_(findings), trace_(trace) {}

    /// The sender of a report was told that it is taken in.
    void told(const domain::ReportId& report, const std::string& case_code);

    /// Reads what was recorded since the last time.
    void observe(const casework::View& view, Instant true_now);
    /// Remembers the end of the record before it is tried by a crash.
    void remember(store::SqliteStore& store);
    /// After a crash: nothing that was seen may be gone. False: the record cannot be read now.
    [[nodiscard]] bool check_record(store::SqliteStore& store);
    /// Every rule about what is kept. What fell due before `punctual_until` must have been done.
    void check(const casework::View& view, const casework::Vault& vault, Instant now, Instant punctual_until);

private:
    void observe(const domain::Event& event);
    void note_fired(const std::string& duty, const std::string& step, const std::string& instant);
    void check_reports(const casework::View& view, const casework::Vault& vault);
    void check_case(const casework::View& view,
                    const domain::Case& value,
                    const std::string& code,
                    Instant punctual_until);
    void check_notification(const domain::Notification& value, const std::string& code);
    void check_endpoints(const casework::View& view, Instant now, bool punctual);
    [[nodiscard]] const policy::Ladder* ladder_of(const domain::Case& value, const domain::Duty& duty) const;
    [[nodiscard]] bool repeats(const std::string& step) const;

    const casework::World& laws_;
    ScriptedAgencies& agencies_;
    Findings& findings_;
    Trace& trace_;
    std::map<domain::ReportId, std::string> told_;
    std::int64_t seen_ = 0;
    Instant last_at_{};
    std::optional<store::ChainHead> head_;
    std::map<std::string, std::set<std::string>> fired_;  ///< "duty step" to the instants it fired for.
    std::map<std::string, Instant> last_fired_;           ///< By duty: the latest instant that was due.
};

}  // namespace lachan::simulation
