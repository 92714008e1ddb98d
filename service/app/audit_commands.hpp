#pragma once

#include <string>
#include <vector>

#include "lachan/config/config.hpp"

/// `lachan audit`: the record, and what others keep of it.
namespace lachan::app {

struct AuditVerify {
    std::vector<std::string> anchors;  ///< Files with signed heads, one a line.
    std::string key;                   ///< What they are signed with; empty: this installation's.
    bool json = false;
};

/// Walks the record; with anchors, finds too what was cut off or written anew since they were handed out.
[[nodiscard]] int run_audit_verify(const config::Config& config, const AuditVerify& wanted);

/// Prints the newest entry, signed.
[[nodiscard]] int run_audit_head(const config::Config& config, bool json);

/// Hands the newest entry to the anchors of the configuration now.
[[nodiscard]] int run_audit_anchor(const config::Config& config, bool json);

}  // namespace lachan::app
