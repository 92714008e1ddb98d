#include "lachan/http/report_codec.hpp"

#include <algorithm>

#include "json_reader.hpp"
#include "lachan/base/number.hpp"

namespace lachan::http {
namespace {

using namespace domain;

/// A key of a sender's own making longer than this is content that has strayed into a name.
constexpr std::size_t kUnknownNameMax = 100;
constexpr int kFirstYear = 1900;

/// Reading a report: what was found wrong, and what was found that the contract does not know.
struct Reading {
    Instant now{};
    Faults faults;
    Json unknown = Json::object();
    std::vector<std::string> warnings;
    bool too_many_unknown = false;

    [[nodiscard]] Instant latest() const { return now + kFutureTolerance; }
};

/// Keeps what the contract does not know, under its pointer, and says so.
void keep_unread(const Members& members, Reading& reading) {
    for (const std::string& name : members.unread()) {
        const std::string pointer = members.pointer_of(name);
        if (name.size() > kUnknownNameMax) {
            reading.faults.add(pointer.substr(0, pointer.size() - name.size()) + "…",
                               "too_long",
                               "the name of a member is too long");
            continue;
        }
        if (reading.unknown.size() >= kUnknownFieldsMax) {
            reading.too_many_unknown = true;
            return;
        }
        reading.unknown[pointer] = members.json().at(name);
        reading.warnings.push_back("unknown field kept: " + pointer);
    }
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_id_letter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-._:").find(c) != std::string_view::npos;
}

/// A text that names something: letters, digits and -._: only, so that it can be logged, listed and linked.
std::string read_name(Members& members, std::string_view name) {
    const Json* const given = members.find(name);
    std::string text = members.text(name, kIdMax);
    const bool was_read = given != nullptr && given->is_string() && !text.empty();
    if (was_read && !std::ranges::all_of(text, is_id_letter)) {
        members.fault(name, "bad_format", "expected letters, digits and -._: only");
        return {};
    }
    return text;
}

std::optional<unsigned> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) {
        return std::nullopt;
    }
    const auto number = parse_whole<unsigned>(text.substr(0, digits));
    text.remove_prefix(digits);
    return number;
}

/// "2021", "2021-03" or "2021-03-05".
std::optional<PartialDate> parse_partial_date(std::string_view text) {
    const auto year = take_number(text, 4);
    if (!year || static_cast<int>(*year) < kFirstYear) {
        return std::nullopt;
    }
    PartialDate date{.year = static_cast<int>(*year), .month = std::nullopt, .day = std::nullopt};
    for (std::optional<unsigned>* part : {&date.month, &date.day}) {
        if (text.empty()) {
            return date;
        }
        if (text.front() != '-') {
            return std::nullopt;
        }
        text.remove_prefix(1);
        *part = take_number(text, 2);
        if (!*part) {
            return std::nullopt;
        }
    }
    using namespace std::chrono;
    const year_month_day whole{
        std::chrono::year(date.year), std::chrono::month(*date.month), std::chrono::day(*date.day)};
    return text.empty() && whole.ok() ? std::optional(date) : std::nullopt;
}

bool has_sound_month(const PartialDate& date) {
    return !date.month || std::chrono::month(*date.month).ok();
}

/// Whether the date begins only after today, in Vietnam.
bool lies_ahead(const PartialDate& date, Instant now) {
    const auto today = vietnam_day(now);
    const std::chrono::year_month_day first(std::chrono::year(date.year),
                                            std::chrono::month(date.month.value_or(1)),
                                            std::chrono::day(date.day.value_or(1)));
    return first > today;
}

std::optional<PartialDate> read_birth_date(Members& child, const Reading& reading) {
    const Json* const given = child.find("birth_date");
    if (given == nullptr) {
        return std::nullopt;
    }
    const auto* const text = given->get_ptr<const std::string*>();
    if (text == nullptr) {
        child.fault("birth_date", "type", "expected a string");
        return std::nullopt;
    }
    const auto date = parse_partial_date(*text);
    if (!date || !has_sound_month(*date)) {
        child.fault("birth_date", "bad_date", "expected 2021, 2021-03 or 2021-03-05");
        return std::nullopt;
    }
    if (lies_ahead(*date, reading.now)) {
        child.fault("birth_date", "in_future", "this day has not come yet");
        return std::nullopt;
    }
    return date;
}

std::optional<AreaCode> read_area(Members& members, std::string_view name) {
    std::string code = read_name(members, name);
    return code.empty() ? std::nullopt : std::optional(AreaCode(std::move(code)));
}

ChildStatement read_child(Members& members, Reading& reading) {
    ChildStatement child;
    child.name = members.text("name", kNameMax);
    child.sex = members.word<Sex>("sex").value_or(Sex::unknown);
    child.birth_date = read_birth_date(members, reading);
    if (const auto age = members.integer("age_estimate", 0, kAgeMax)) {
        child.age_estimate = static_cast<int>(*age);
    }
    child.residence_area = read_area(members, "residence_area");
    child.address = members.text("address", kAddressMax);
    child.school = members.text("school", kNameMax);
    child.guardian = members.text("guardian", kNameMax);
    child.special_needs = members.text("special_needs", kNoteMax);
    child.interpreter = read_name(members, "interpreter");
    keep_unread(members, reading);
    return child;
}

SuspectStatement read_suspect(Members& members, Reading& reading) {
    SuspectStatement suspect;
    suspect.relation = members.word<Relation>("relation").value_or(Relation::unknown);
    suspect.name = members.text("name", kNameMax);
    if (std::string agency = read_name(members, "agency"); !agency.empty()) {
        suspect.agency = AgencyId(std::move(agency));
    }
    keep_unread(members, reading);
    return suspect;
}

InformantStatement read_informant(Members& members, Reading& reading) {
    InformantStatement informant;
    informant.name = members.text("name", kNameMax);
    informant.phone = members.text("phone", kPhoneMax);
    informant.anonymous = members.boolean("anonymous");
    informant.consents_to_contact = members.boolean("consents_to_contact");
    keep_unread(members, reading);
    return informant;
}

Answer read_answer(Members& members, std::string_view name) {
    return members.word<Answer>(name).value_or(Answer::unknown);
}

Danger read_danger(Members& members, Reading& reading) {
    Danger danger;
    danger.life = read_answer(members, "life");
    danger.ongoing = read_answer(members, "ongoing");
    danger.offender_has_access = read_answer(members, "offender_has_access");
    danger.needs_medical_care = read_answer(members, "needs_medical_care");
    danger.death = read_answer(members, "death");
    keep_unread(members, reading);
    return danger;
}

void read_place(Members& members, Report& report, Reading& reading) {
    report.place = members.word<PlaceKind>("kind").value_or(PlaceKind::unknown);
    report.place_detail = members.text("detail", kNoteMax);
    keep_unread(members, reading);
}

void read_injury(Members& members, Report& report, Reading& reading) {
    report.mechanism = members.word<Mechanism>("mechanism").value_or(Mechanism::unknown);
    report.outcome = members.word<Outcome>("outcome").value_or(Outcome::unknown);
    keep_unread(members, reading);
}

/// An array of words; one word alone is what older forms send, and is understood.
std::vector<Category> read_categories(Members& members, Reading& reading) {
    const Json* const given = members.find("category");
    if (given == nullptr) {
        return {};
    }
    const std::string pointer = members.pointer_of("category");
    std::vector<Category> categories;
    const auto take = [&](const Json& word, const std::string& where) {
        const auto category = read_word<Category>(word, where, reading.faults);
        if (category && std::ranges::find(categories, *category) == categories.end()) {
            categories.push_back(*category);
        }
    };
    if (given->is_string()) {
        reading.warnings.push_back("/category should be an array of words");
        take(*given, pointer);
        return categories;
    }
    if (!given->is_array()) {
        members.fault("category", "type", "expected an array of words");
        return {};
    }
    if (given->size() > kWords<Category>.size()) {
        members.fault("category", "too_many", "at most " + std::to_string(kWords<Category>.size()));
        return {};
    }
    for (std::size_t i = 0; i < given->size(); ++i) {
        take((*given)[i], pointer + '/' + std::to_string(i));
    }
    return categories;
}

/// Without a word on what happened there is nothing to decide on.
void require_matter(Members& members, const Report& report) {
    const Json* const category = members.find("category");
    const bool names_kind = category != nullptr && !(category->is_array() && category->empty());
    const Json* const narrative = members.find("narrative");
    const bool tells = narrative != nullptr && !(narrative->is_string() && is_blank(report.narrative) &&
                                                 is_blank(narrative->get_ref<const std::string&>()));
    if (!names_kind && !tells) {
        members.fault("category", "missing", "category or narrative has to be given");
    }
}

void read_head(Members& members, Report& report, Reading& reading) {
    if (std::string id = read_name(members, "report_id"); !id.empty()) {
        report.id = ReportId(std::move(id));
        report.id_from_sender = true;
    }
    members.missing("channel", "where the report came in has to be given");
    report.channel = members.word<Channel>("channel").value_or(Channel::public_);
    report.status = members.word<ReportStatus>("status").value_or(ReportStatus::actual);
    report.reference = members.text("reference", kReferenceMax);
    report.received_at = members.past_instant("received_at", reading.latest()).value_or(reading.now);
    report.occurred_at = members.past_instant("occurred_at", reading.latest());
    report.area = read_area(members, "area").value_or(AreaCode());
    const Json* const area = members.find("area");
    if (area == nullptr || *area == "") {
        members.fault("area", "missing", "the commune of the event has to be given");
    }
    report.categories = read_categories(members, reading);
    report.narrative = members.text("narrative", kNarrativeMax);
    report.certainty = members.word<Certainty>("certainty").value_or(Certainty::unknown);
    require_matter(members, report);
}

void read_people(Members& members, Report& report, Reading& reading) {
    members.each_object("children", kChildrenMax, [&](Members& child) {
        report.children.push_back(read_child(child, reading));
    });
    members.each_object("suspects", kSuspectsMax, [&](Members& suspect) {
        report.suspects.push_back(read_suspect(suspect, reading));
    });
    if (auto informant = members.object("informant")) {
        report.informant = read_informant(*informant, reading);
    }
}

void read_event(Members& members, Report& report, Reading& reading) {
    if (auto place = members.object("place")) {
        read_place(*place, report, reading);
    }
    if (auto danger = members.object("danger")) {
        report.danger = read_danger(*danger, reading);
    }
    if (auto injury = members.object("injury")) {
        read_injury(*injury, report, reading);
    }
}

}  // namespace

Result<Report> decode_report(std::string_view body, Instant now, const FurtherFaults& further) {
    const auto json = parse_object(body);
    if (!json) {
        return json.error();
    }
    Reading reading;
    reading.now = now;
    Members members(*json, "", reading.faults);
    Report report;
    read_head(members, report, reading);
    read_event(members, report, reading);
    read_people(members, report, reading);
    keep_unread(members, reading);
    if (reading.too_many_unknown) {
        reading.faults.add("", "too_many", "more unknown members than a newer form could bring");
    }
    if (!reading.faults.none()) {
        reading.faults.join(further ? further(report) : std::vector<Fault>());
        return reading.faults.refusal();
    }
    if (!reading.unknown.empty()) {
        report.unknown_fields = reading.unknown.dump();
    }
    report.warnings = std::move(reading.warnings);
    return report;
}

}  // namespace lachan::http
