#include "report_parts.hpp"

#include <string>
#include <string_view>

#include "lachan/base/number.hpp"

namespace lachan::vault {
namespace {

using domain::ChildStatement;
using domain::InformantStatement;
using domain::PartialDate;
using domain::SuspectStatement;

// Numbers of fields: sealed records live as long as their cases, so a number is never given a second meaning.
namespace identity {
enum : FieldNumber { kChild = 1, kSuspect = 2 };
}
namespace child {
enum : FieldNumber {
    kName = 1,
    kSex = 2,
    kBirthDate = 3,
    kAgeEstimate = 4,
    kResidenceArea = 5,
    kAddress = 6,
    kSchool = 7,
    kGuardian = 8,
    kSpecialNeeds = 9,
    kInterpreter = 10
};
}
namespace suspect {
enum : FieldNumber { kRelation = 1, kName = 2, kAgency = 3 };
}
namespace informant {
enum : FieldNumber { kPresent = 1, kName = 2, kPhone = 3, kAnonymous = 4, kConsents = 5 };
}
namespace narrative {
enum : FieldNumber { kNarrative = 1, kPlaceDetail = 2, kUnknownFields = 3 };
}

constexpr std::string_view kYes = "1";

/// "2021", "2021-3" or "2021-3-14".
std::string to_text(const PartialDate& date) {
    std::string text = std::to_string(date.year);
    if (date.month) {
        text += "-" + std::to_string(*date.month);
    }
    if (date.month && date.day) {
        text += "-" + std::to_string(*date.day);
    }
    return text;
}

/// Takes what stands before the next dash off the front.
std::string_view take_piece(std::string_view& text) {
    const auto end = std::min(text.find('-'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return piece;
}

std::optional<PartialDate> parse_partial_date(std::string_view text) {
    const auto year = parse_whole<int>(take_piece(text));
    if (!year) {
        return std::nullopt;
    }
    return PartialDate{
        *year, parse_whole<unsigned>(take_piece(text)), parse_whole<unsigned>(take_piece(text))};
}

FieldWriter write_child(const ChildStatement& statement) {
    FieldWriter fields;
    fields.text(child::kName, statement.name);
    fields.text(child::kSex, text_of(statement.sex));
    fields.text(child::kBirthDate, statement.birth_date ? to_text(*statement.birth_date) : "");
    fields.text(child::kAgeEstimate, statement.age_estimate ? std::to_string(*statement.age_estimate) : "");
    fields.text(child::kResidenceArea, statement.residence_area ? statement.residence_area->text() : "");
    fields.text(child::kAddress, statement.address);
    fields.text(child::kSchool, statement.school);
    fields.text(child::kGuardian, statement.guardian);
    fields.text(child::kSpecialNeeds, statement.special_needs);
    fields.text(child::kInterpreter, statement.interpreter);
    return fields;
}

FieldWriter write_suspect(const SuspectStatement& statement) {
    FieldWriter fields;
    fields.text(suspect::kRelation, text_of(statement.relation));
    fields.text(suspect::kName, statement.name);
    fields.text(suspect::kAgency, statement.agency ? statement.agency->text() : "");
    return fields;
}

void read_child_field(ChildStatement& statement, const Field& field) {
    switch (field.number) {
        case child::kName:
            statement.name = field.text();
            break;
        case child::kSex:
            statement.sex = domain::parse_code<domain::Sex>(field.text()).value_or(domain::Sex::unknown);
            break;
        case child::kBirthDate:
            statement.birth_date = parse_partial_date(field.text());
            break;
        case child::kAgeEstimate:
            statement.age_estimate = parse_whole<int>(field.text());
            break;
        case child::kResidenceArea:
            statement.residence_area = domain::AreaCode(std::string(field.text()));
            break;
        case child::kAddress:
            statement.address = field.text();
            break;
        case child::kSchool:
            statement.school = field.text();
            break;
        case child::kGuardian:
            statement.guardian = field.text();
            break;
        case child::kSpecialNeeds:
            statement.special_needs = field.text();
            break;
        case child::kInterpreter:
            statement.interpreter = field.text();
            break;
        default:
            break;
    }
}

void read_suspect_field(SuspectStatement& statement, const Field& field) {
    switch (field.number) {
        case suspect::kRelation:
            statement.relation =
                domain::parse_code<domain::Relation>(field.text()).value_or(domain::Relation::unknown);
            break;
        case suspect::kName:
            statement.name = field.text();
            break;
        case suspect::kAgency:
            statement.agency = domain::AgencyId(std::string(field.text()));
            break;
        default:
            break;
    }
}

void read_informant_field(std::optional<InformantStatement>& statement, const Field& field) {
    if (!statement) {
        statement.emplace();
    }
    switch (field.number) {
        case informant::kName:
            statement->name = field.text();
            break;
        case informant::kPhone:
            statement->phone = field.text();
            break;
        case informant::kAnonymous:
            statement->anonymous = field.text() == kYes;
            break;
        case informant::kConsents:
            statement->consents_to_contact = field.text() == kYes;
            break;
        default:
            break;  // `kPresent` among them: it says that there is somebody
    }
}

void read_narrative_field(casework::OpenedNarrative& opened, const Field& field) {
    switch (field.number) {
        case narrative::kNarrative:
            opened.narrative = field.text();
            break;
        case narrative::kPlaceDetail:
            opened.place_detail = field.text();
            break;
        case narrative::kUnknownFields:
            opened.unknown_fields = field.text();
            break;
        default:
            break;
    }
}

/// Reads a whole record by handing each field to `take`; false where the bytes are no record.
template <class Value>
bool read_record(BytesView bytes, Value& value, void (*take)(Value&, const Field&)) {
    FieldReader reader(bytes);
    while (const auto field = reader.next()) {
        take(value, *field);
    }
    return !reader.broken();
}

}  // namespace

FieldWriter write_identity(const domain::Report& report) {
    FieldWriter fields;
    for (const ChildStatement& statement : report.children) {
        fields.record(identity::kChild, write_child(statement));
    }
    for (const SuspectStatement& statement : report.suspects) {
        fields.record(identity::kSuspect, write_suspect(statement));
    }
    fields.pad();
    return fields;
}

FieldWriter write_informant(const domain::Report& report) {
    FieldWriter fields;
    if (report.informant) {
        fields.text(informant::kPresent, kYes);
        fields.text(informant::kName, report.informant->name);
        fields.text(informant::kPhone, report.informant->phone);
        fields.text(informant::kAnonymous, report.informant->anonymous ? kYes : "");
        fields.text(informant::kConsents, report.informant->consents_to_contact ? kYes : "");
    }
    fields.pad();
    return fields;
}

FieldWriter write_narrative(const domain::Report& report) {
    FieldWriter fields;
    fields.text(narrative::kNarrative, report.narrative);
    fields.text(narrative::kPlaceDetail, report.place_detail);
    fields.text(narrative::kUnknownFields, report.unknown_fields);
    fields.pad();
    return fields;
}

std::optional<casework::OpenedIdentity> read_identity(BytesView bytes) {
    casework::OpenedIdentity opened;
    FieldReader reader(bytes);
    while (const auto field = reader.next()) {
        const bool whole =
            field->number == identity::kChild
                ? read_record(field->content, opened.children.emplace_back(), read_child_field)
            : field->number == identity::kSuspect
                ? read_record(field->content, opened.suspects.emplace_back(), read_suspect_field)
                : true;
        if (!whole) {
            return std::nullopt;
        }
    }
    return reader.broken() ? std::nullopt : std::optional(std::move(opened));
}

std::optional<std::optional<InformantStatement>> read_informant(BytesView bytes) {
    std::optional<InformantStatement> opened;
    if (!read_record(bytes, opened, read_informant_field)) {
        return std::nullopt;
    }
    return std::optional(std::move(opened));
}

std::optional<casework::OpenedNarrative> read_narrative(BytesView bytes) {
    casework::OpenedNarrative opened;
    if (!read_record(bytes, opened, read_narrative_field)) {
        return std::nullopt;
    }
    return opened;
}

}  // namespace lachan::vault
