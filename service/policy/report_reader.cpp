#include "report_reader.hpp"

namespace lachan::policy {
namespace {

using domain::Answer;

/// "2021", "2021-03" or "2021-03-05".
std::optional<domain::PartialDate> read_birth_date(const Reader& child) {
    const auto written = child.text("birth_date");
    if (!written) {
        return std::nullopt;
    }
    constexpr std::size_t kYear = 4;
    constexpr std::size_t kMonth = 7;
    constexpr std::size_t kDay = 10;
    const std::size_t size = written->size();
    const bool in_parts = size == kYear || size == kMonth || size == kDay;
    const auto whole =
        in_parts ? parse_day(*written + std::string("-01-01").substr(size - kYear)) : std::nullopt;
    if (!whole) {
        child.fault_at("birth_date", "not_a_date", "2021, 2021-03 or 2021-03-05 is expected");
        return std::nullopt;
    }
    domain::PartialDate date{static_cast<int>(whole->year()), std::nullopt, std::nullopt};
    if (size >= kMonth) {
        date.month = static_cast<unsigned>(whole->month());
    }
    if (size == kDay) {
        date.day = static_cast<unsigned>(whole->day());
    }
    return date;
}

domain::ChildStatement read_child(const Reader& json) {
    domain::ChildStatement child;
    if (!json.is_object({"sex", "birth_date", "age_estimate", "residence_area"})) {
        return child;
    }
    child.sex = json.code<domain::Sex>("sex").value_or(domain::Sex::unknown);
    child.birth_date = read_birth_date(json);
    child.age_estimate = json.number("age_estimate");
    if (const auto area = json.text("residence_area")) {
        child.residence_area = domain::AreaCode(*area);
    }
    return child;
}

void read_danger(const Reader& json, domain::Danger& danger) {
    if (!json.is_object({"life", "ongoing", "offender_has_access", "needs_medical_care", "death"})) {
        return;
    }
    danger.life = json.code<Answer>("life").value_or(Answer::unknown);
    danger.ongoing = json.code<Answer>("ongoing").value_or(Answer::unknown);
    danger.offender_has_access = json.code<Answer>("offender_has_access").value_or(Answer::unknown);
    danger.needs_medical_care = json.code<Answer>("needs_medical_care").value_or(Answer::unknown);
    danger.death = json.code<Answer>("death").value_or(Answer::unknown);
}

void read_injury(const Reader& json, domain::Report& report) {
    if (!json.is_object({"mechanism", "outcome"})) {
        return;
    }
    report.mechanism = json.code<domain::Mechanism>("mechanism").value_or(domain::Mechanism::unknown);
    report.outcome = json.code<domain::Outcome>("outcome").value_or(domain::Outcome::unknown);
}

void read_categories(const Reader& json, domain::Report& report) {
    for (const std::string& word : json.texts("category")) {
        const auto category = domain::parse_code<domain::Category>(word);
        if (category) {
            report.categories.push_back(*category);
        } else {
            json.fault_at("category", "unknown_word", "\"" + word + "\" is not a category");
        }
    }
}

void read_suspects(const Reader& json, domain::Report& report) {
    json.each("suspects", [&](const Reader& suspect) {
        if (suspect.is_object({"relation"})) {
            const auto relation =
                suspect.code<domain::Relation>("relation").value_or(domain::Relation::unknown);
            report.suspects.push_back({relation, {}, std::nullopt});
        }
    });
}

}  // namespace

domain::Report read_report(const Reader& json) {
    domain::Report report;
    if (!json.is_object({"channel",
                         "received_at",
                         "category",
                         "area",
                         "place",
                         "certainty",
                         "danger",
                         "injury",
                         "children",
                         "suspects"})) {
        return report;
    }
    report.channel = json.code<domain::Channel>("channel").value_or(domain::Channel::public_);
    if (!json.has("received_at") || !json.has("channel")) {
        json.fault("missing", "a report has at least a channel and an instant (received_at)");
    }
    report.received_at = json.instant("received_at").value_or(Instant{});
    report.area = domain::AreaCode(json.text("area").value_or(""));
    report.place = json.code<domain::PlaceKind>("place").value_or(domain::PlaceKind::unknown);
    report.certainty = json.code<domain::Certainty>("certainty").value_or(domain::Certainty::unknown);
    read_categories(json, report);
    if (json.has("danger")) {
        read_danger(json.at("danger"), report.danger);
    }
    if (json.has("injury")) {
        read_injury(json.at("injury"), report);
    }
    json.each("children", [&](const Reader& child) { report.children.push_back(read_child(child)); });
    read_suspects(json, report);
    return report;
}

}  // namespace lachan::policy
