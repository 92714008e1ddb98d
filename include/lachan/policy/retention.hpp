#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/step.hpp"
#include "lachan/policy/pack.hpp"

/// How long the names of a closed case are kept, as data.
namespace lachan::policy {

/// What is not set fits every case.
struct RetentionRule {
    std::string id;
    std::string title;
    std::string title_en;
    std::vector<domain::ReportStatus> kinds;
    std::vector<domain::Category> categories;       ///< The case has one of these.
    std::vector<domain::Category> only_categories;  ///< The case has categories, and none but these.
    std::string step;                               ///< The last step of this kind …
    std::string result;                             ///< … had this result.
    std::chrono::months months{};                   ///< Counted in calendar months from the closing,
    std::chrono::days days{};                       ///< or in days.
    std::vector<Basis> basis;

    [[nodiscard]] bool fits(const domain::Case& value, std::span<const domain::Step> steps) const;
    /// The names are kept before this instant: 00:00 in Vietnam after the last day.
    [[nodiscard]] Instant kept_until(Instant closed_at) const;
};

struct RetentionRules {
    std::string id;
    std::string version;
    std::vector<RetentionRule> rules;  ///< The last one fits every case.

    /// The first rule that fits.
    [[nodiscard]] const RetentionRule& rule_for(const domain::Case& value,
                                                std::span<const domain::Step> steps) const;
};

/// Errors: `rule_pack_invalid` with every fault at its pointer.
[[nodiscard]] Result<RetentionRules> parse_retention(std::string_view text);

}  // namespace lachan::policy
