#pragma once

#include <string>

#include "lachan/config/config.hpp"

/// `lachan subject`: forgetting who a case was about.
namespace lachan::app {

struct SubjectErase {
    std::string case_code;
    std::string report;  ///< Or the id of one of its reports.
    std::string ground;
    bool dry_run = false;
    bool json = false;
};

/// Destroys the key of a case, beside a running service or without one, and prints a signed certificate.
[[nodiscard]] int run_subject_erase(const config::Config& config, const SubjectErase& order);

/// Verifies a certificate without an installation.
[[nodiscard]] int run_subject_verify(const std::string& file, const std::string& key, bool json);

}  // namespace lachan::app
