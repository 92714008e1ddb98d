#include "lachan/deadlines/notice.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "lachan/base/time.hpp"
#include "lachan/deadlines/calendar.hpp"

namespace lachan::deadlines {
namespace {

using json = nlohmann::ordered_json;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

Error fault(std::string pointer, std::string code, std::string detail) {
    return {Errc::rule_pack_invalid,
            "the notice has faults",
            {{std::move(pointer), std::move(code), std::move(detail)}}};
}

struct Span {
    sys_days from;
    sys_days to;
};

// Below, all entries are sound: both documents were read as calendars before anything is mixed.

sys_days day_at(const json& entry, const char* key) {
    return sys_days(parse_day(entry.at(key).get<std::string>()).value());
}

Span span_of(const json& entry) {
    const bool is_one_day = entry.contains("day");
    return {day_at(entry, is_one_day ? "day" : "from"), day_at(entry, is_one_day ? "day" : "to")};
}

json with_span(const json& entry, Span span) {
    json result = json::object();
    if (span.from == span.to) {
        result["day"] = lachan::to_text(year_month_day(span.from));
    } else {
        result["from"] = lachan::to_text(year_month_day(span.from));
        result["to"] = lachan::to_text(year_month_day(span.to));
    }
    for (const auto& [key, value] : entry.items()) {
        if (key != "day" && key != "from" && key != "to") {
            result[key] = value;
        }
    }
    return result;
}

/// What is left of an entry where the notice speaks of some of its days: a day becomes two spans around it.
void add_rest(const json& entry, const std::set<sys_days>& spoken_of, json& rest) {
    const Span span = span_of(entry);
    std::optional<sys_days> from;
    for (sys_days day = span.from; day <= span.to; day += days(1)) {
        if (spoken_of.contains(day)) {
            if (from) {
                rest.push_back(with_span(entry, {*from, day - days(1)}));
            }
            from.reset();
        } else if (!from) {
            from = day;
        }
    }
    if (from) {
        rest.push_back(*from == span.from ? entry : with_span(entry, {*from, span.to}));
    }
}

/// The entries of the notice, complete; a list that a calendar can hold.
json entries_of(const json& notice) {
    json entries = json::array();
    for (const json& given : notice.at("days")) {
        json entry = given;
        if (entry.is_object()) {
            entry.emplace("status", json("announced"));
            entry.emplace("source", json(notice.at("source")));
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::set<sys_days> days_of(const json& entries) {
    std::set<sys_days> result;
    for (const json& entry : entries) {
        const Span span = span_of(entry);
        for (sys_days day = span.from; day <= span.to; day += days(1)) {
            result.insert(day);
        }
    }
    return result;
}

void sort_by_day(json& entries) {
    std::sort(entries.begin(), entries.end(), [](const json& a, const json& b) {
        return span_of(a).from < span_of(b).from;
    });
}

Result<json> merged(json calendar, const json& notice) {
    for (const auto& [key, value] : notice.items()) {
        if (key != "$schema" && key != "version" && key != "source" && key != "days" && key != "years") {
            return fault('/' + key, "unknown_field", "a notice has version, source, days and perhaps years");
        }
    }
    if (!notice.contains("days") || !notice.at("days").is_array() || notice.at("days").empty()) {
        return fault("/days", "required", "must be a list of days that is not empty");
    }
    const json entries = entries_of(notice);
    if (const auto read = Calendar::parse(json{
            {"version", notice.value("version", json())},
            {"years", json::array()},
            {"days", entries}}.dump());
        !read) {
        return read.error();  // with the pointers of the notice, before it is mixed with the present days
    }
    const auto spoken_of = days_of(entries);
    json all = json::array();
    for (const json& entry : calendar.at("days")) {
        add_rest(entry, spoken_of, all);
    }
    all.insert(all.end(), entries.begin(), entries.end());
    sort_by_day(all);
    calendar["days"] = std::move(all);
    calendar["version"] = notice.at("version");
    for (const json& year : notice.value("years", json::array())) {
        json& years = calendar.at("years");
        if (std::find(years.begin(), years.end(), year) == years.end()) {
            years.push_back(year);
        }
    }
    return calendar;
}

/// One entry on a line, so that the next change of the file shows as what it is.
std::string on_a_line(const json& value) {
    std::string text;
    for (const auto& [key, member] : value.items()) {
        text += (text.empty() ? "{" : ", ") + json(key).dump() + ": " + member.dump();
    }
    return text + "}";
}

std::string to_document(const json& calendar) {
    std::string text = "{";
    for (const auto& [key, value] : calendar.items()) {
        text += (text.size() == 1 ? "\n  " : ",\n  ") + json(key).dump() + ": ";
        if (key != "days") {
            text += value.dump();
            continue;
        }
        text += "[";
        for (std::size_t i = 0; i < value.size(); ++i) {
            text += (i == 0 ? "\n    " : ",\n    ") + on_a_line(value[i]);
        }
        text += "\n  ]";
    }
    return text + "\n}\n";
}

}  // namespace

Result<std::string> next_calendar(std::string_view present, std::string_view document) {
    const auto before = Calendar::parse(present);
    if (!before) {
        return before.error();
    }
    const json given = json::parse(document, nullptr, false);
    const bool is_notice = given.is_object() && given.contains("source");
    std::string text(document);
    if (is_notice) {
        const auto calendar = merged(json::parse(present), given);
        if (!calendar) {
            return calendar.error();
        }
        text = to_document(*calendar);
    }
    const auto next = Calendar::parse(text);
    if (!next) {
        return next.error();
    }
    if (next->version() == before->version()) {
        return fault("/version", "not_new", "is that of the present calendar: a change needs a new version");
    }
    return text;
}

}  // namespace lachan::deadlines
