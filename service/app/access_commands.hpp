#pragma once

#include <string>

#include "lachan/config/config.hpp"

/// `lachan access`: who saw what, for those whose data it was and for the notice of a breach.
namespace lachan::app {

struct AccessReport {
    std::string subject;  ///< Case code; empty: every case.
    std::string agency;   ///< Empty: every agency.
    std::string since;    ///< RFC 3339; empty: from the beginning.
    bool json = false;
};

/// Reads, refusals, searches and changes of access, from the record. The report itself becomes an entry.
[[nodiscard]] int run_access_report(const config::Config& config, const AccessReport& wanted);

}  // namespace lachan::app
