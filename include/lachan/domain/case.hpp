#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {

/// What is tracked until intervention is closed: one incident, its children, its reports.
struct Case {
    CaseNo no{};
    std::int64_t sequence = 0;  ///< Counts changes; the ETag of every representation.
    CaseStatus status = CaseStatus::open;
    std::string stage;  ///< The pack's word for where it stands.
    ReportStatus kind = ReportStatus::actual;
    Urgency urgency = Urgency::normal;
    Severity severity = Severity::unknown;
    AreaCode area;  ///< Commune of the event.
    std::vector<Category> categories;
    std::string pack;       ///< "id@version" of the rule pack it was opened under.
    Instant received_at{};  ///< T0.
    Instant opened_at{};
    std::optional<Instant> closed_at;
    std::optional<Instant> next_due;  ///< Earliest due instant of a pending duty.
    bool overdue = false;             ///< Some duty of it was missed, ever.
    std::int32_t children = 0;
    std::int32_t duties = 0;         ///< How many duties it ever had: the next ordinal is one more.
    std::int32_t notifications = 0;  ///< Likewise.
    std::string
        facts;  ///< The facts that decided, per child, as the policy room writes them (no identity in it).
    std::vector<AreaCode>
        residences;  ///< Commune of residence of each child; empty where unknown (then the event's).
    std::vector<AgencyId> conflicted;  ///< Agencies a suspect belongs to: kept out of everything.

    [[nodiscard]] bool keeps_out(const AgencyId& agency) const {
        return std::find(conflicted.begin(), conflicted.end(), agency) != conflicted.end();
    }
};

/// The sealed half of a report: ciphertexts under the key of the case. Only the vault can open them.
struct SealedReport {
    Bytes identity;  ///< Names, addresses, phones, birth dates, schools: for need-to-know readers.
    Bytes informant;
    Bytes narrative;  ///< Narrative, place detail, unknown fields.
};

}  // namespace lachan::domain
