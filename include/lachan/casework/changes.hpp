#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lachan/casework/world.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/duty.hpp"
#include "lachan/domain/notification.hpp"
#include "lachan/domain/step.hpp"
#include "lachan/policy/pack.hpp"

namespace lachan::casework {

/// A case that may speak of the same incident, and why.
struct Similar {
    std::string case_code;
    double score = 0;                  ///< 0 to 1.
    std::vector<std::string> reasons;  ///< "same commune", "same day", "same phone", …
};

/// What one command did to a case: the material of its answer.
struct CaseChange {
    std::shared_ptr<const World> world;  ///< Keeps `pack` alive.
    const policy::Pack* pack = nullptr;
    domain::Case value;  ///< After the change.
    std::string code;
    std::vector<domain::Duty> duties;  ///< New or changed.
    std::vector<domain::Notification> notified;
    std::vector<std::string> warnings;
};

/// What became of a report.
struct Filing : CaseChange {
    domain::ReportId report;
    std::string receipt;  ///< Shown once; empty in a dry run and where the report was known already.
    std::vector<policy::ProtectiveAssumption> assumptions;
    std::vector<const policy::Rule*> applied;
    std::vector<Similar> similar;
    bool known_already = false;  ///< The same `report_id` came before: nothing was done again.
    bool dry_run = false;
};

}  // namespace lachan::casework
