#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {

/// A birth date as far as it is known: a year, a year and month, or a day.
struct PartialDate {
    int year = 0;
    std::optional<unsigned> month;
    std::optional<unsigned> day;
    bool operator==(const PartialDate&) const = default;
};

/// A child as one report speaks of it. Everything may be missing (Mẫu số 01 of Decree 56/2017 has "estimated
/// age" and "sex unknown").
struct ChildStatement {
    std::string name;
    Sex sex = Sex::unknown;
    std::optional<PartialDate> birth_date;
    std::optional<int> age_estimate;  ///< In years.
    std::optional<AreaCode> residence_area;
    std::string address;
    std::string school;
    std::string guardian;
    std::string special_needs;
    std::string interpreter;  ///< BCP 47 language the child needs, e.g. "hmn".
};

struct SuspectStatement {
    Relation relation = Relation::unknown;
    std::string name;
    std::optional<AgencyId>
        agency;  ///< The body the suspect works for: kept out of the case (conflict of interest).
};

struct InformantStatement {
    std::string name;
    std::string phone;
    bool anonymous = false;
    bool consents_to_contact = false;
};

struct Danger {
    Answer life = Answer::unknown;
    Answer ongoing = Answer::unknown;
    Answer offender_has_access = Answer::unknown;
    Answer needs_medical_care = Answer::unknown;
    Answer death = Answer::unknown;
};

/// One message received through a channel, as said. Immutable; never refused for a missing fact.
struct Report {
    ReportId id;
    bool id_from_sender = false;
    Channel channel = Channel::public_;
    ReportStatus status = ReportStatus::actual;
    std::string reference;  ///< The sender's own file number.
    Instant received_at{};  ///< Starts the legal clocks.
    std::optional<Instant> occurred_at;
    std::vector<Category> categories;  ///< Empty means unknown.
    AreaCode area;                     ///< The commune of the event.
    PlaceKind place = PlaceKind::unknown;
    std::string place_detail;
    std::string narrative;
    Certainty certainty = Certainty::unknown;
    Danger danger;
    Mechanism mechanism = Mechanism::unknown;
    Outcome outcome = Outcome::unknown;
    std::vector<ChildStatement> children;
    std::vector<SuspectStatement> suspects;
    std::optional<InformantStatement> informant;
    std::string unknown_fields;  ///< JSON of what the contract does not know, kept with the report.
    std::vector<std::string>
        warnings;  ///< What the sender should know: unknown fields (pointers), no guard against repetition, …
};

}  // namespace lachan::domain
