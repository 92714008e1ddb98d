#include "lachan/deadlines/calendar.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace lachan::deadlines {
namespace {

using nlohmann::json;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

// No holiday of the Labour Code, with its swapped days and weekends, is longer; a longer span is a typing
// mistake.
constexpr days kLongestSpan{31};

constexpr auto kStatusWords = std::to_array<std::string_view>({"announced", "provisional", "pending"});

constexpr auto kWeekdayNames = std::to_array<std::string_view>(
    {"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"});

bool is_weekend(sys_days day) {
    const weekday of_day(day);
    return of_day == std::chrono::Saturday || of_day == std::chrono::Sunday;
}

struct Span {
    sys_days from;
    sys_days to;
};

/// Reads one calendar document and collects what is wrong with it.
class Reader {
public:
    struct Table {
        std::string version;
        std::vector<int> years;
        std::map<sys_days, SpecialDay> special;
    };

    Result<Table> read(std::string_view text) {
        const json document = json::parse(text, nullptr, false);
        if (!document.is_object()) {
            return Error(Errc::rule_pack_invalid,
                         "the calendar is not a JSON object",
                         {{"", "malformed", "not a JSON object"}});
        }
        refuse_unknown(document, "", {"$schema", "version", "name", "years", "days"});
        table_.version = text_at(document, "", "version");
        read_years(document);
        if (const json* list = list_at(document, "days")) {
            for (std::size_t i = 0; i < list->size(); ++i) {
                read_day((*list)[i], "/days/" + std::to_string(i));
            }
        }
        if (!faults_.empty()) {
            return Error(Errc::rule_pack_invalid, "the calendar has faults", std::move(faults_));
        }
        return std::move(table_);
    }

private:
    void fault(std::string pointer, std::string code, std::string detail) {
        faults_.push_back({std::move(pointer), std::move(code), std::move(detail)});
    }

    void refuse_unknown(const json& object,
                        const std::string& at,
                        std::initializer_list<std::string_view> known) {
        for (const auto& [key, value] : object.items()) {
            if (std::find(known.begin(), known.end(), key) == known.end()) {
                fault(at + '/' + key, "unknown_field", "no such field");
            }
        }
    }

    std::string text_at(const json& object, const std::string& at, const char* key) {
        const auto found = object.find(key);
        if (found == object.end()) {
            fault(at + '/' + key, "required", "missing");
            return {};
        }
        if (!found->is_string() || found->get_ref<const std::string&>().empty()) {
            fault(at + '/' + key, "invalid_value", "must be a text that is not empty");
            return {};
        }
        return found->get<std::string>();
    }

    const json* list_at(const json& object, const char* key) {
        const auto found = object.find(key);
        if (found == object.end() || !found->is_array()) {
            fault(std::string("/") + key,
                  found == object.end() ? "required" : "invalid_value",
                  "must be a list");
            return nullptr;
        }
        return &*found;
    }

    void read_years(const json& document) {
        const json* list = list_at(document, "years");
        for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
            if (!(*list)[i].is_number_integer()) {
                fault("/years/" + std::to_string(i), "invalid_value", "must be a year");
                continue;
            }
            table_.years.push_back((*list)[i].get<int>());
        }
    }

    std::optional<sys_days> day_at(const json& entry, const std::string& at, const char* key) {
        const std::string text = text_at(entry, at, key);
        if (text.empty()) {
            return std::nullopt;
        }
        const auto day = parse_day(text);
        if (!day) {
            fault(at + '/' + key, "invalid_value", "must be a day such as 2026-02-16");
            return std::nullopt;
        }
        return sys_days(*day);
    }

    /// Either one `day`, or all days `from` … `to`.
    std::optional<Span> span_of(const json& entry, const std::string& at) {
        if (entry.contains("day")) {
            if (entry.contains("from") || entry.contains("to")) {
                fault(at, "invalid_value", "has both one day and a span");
            }
            const auto day = day_at(entry, at, "day");
            return day ? std::optional(Span{*day, *day}) : std::nullopt;
        }
        const auto from = day_at(entry, at, "from");
        const auto to = day_at(entry, at, "to");
        if (!from || !to) {
            return std::nullopt;
        }
        if (*to < *from || *to - *from > kLongestSpan) {
            fault(at + "/to", "invalid_value", "must lie from 0 to 31 days after the first day");
            return std::nullopt;
        }
        return Span{*from, *to};
    }

    DayStatus status_at(const json& entry, const std::string& at) {
        const std::string word = text_at(entry, at, "status");
        const auto found = std::find(kStatusWords.begin(), kStatusWords.end(), word);
        if (found == kStatusWords.end()) {
            if (!word.empty()) {
                fault(at + "/status", "invalid_value", "must be announced, provisional or pending");
            }
            return DayStatus::pending;
        }
        return static_cast<DayStatus>(found - kStatusWords.begin());
    }

    bool working_at(const json& entry, const std::string& at) {
        const auto found = entry.find("working");
        if (found == entry.end() || !found->is_boolean()) {
            fault(at + "/working",
                  found == entry.end() ? "required" : "invalid_value",
                  "must be true or false");
            return false;
        }
        return found->get<bool>();
    }

    void read_day(const json& entry, const std::string& at) {
        if (!entry.is_object()) {
            fault(at, "invalid_value", "must be an object");
            return;
        }
        refuse_unknown(entry, at, {"day", "from", "to", "working", "status", "name", "source"});
        SpecialDay special;
        special.working = working_at(entry, at);
        special.status = status_at(entry, at);
        special.name = text_at(entry, at, "name");
        special.source = text_at(entry, at, "source");
        const auto span = span_of(entry, at);
        if (!span) {
            return;
        }
        for (sys_days day = span->from; day <= span->to; day += days(1)) {
            if (!table_.special.emplace(day, special).second) {
                fault(at, "duplicate", lachan::to_text(year_month_day(day)) + " stands in the table already");
            }
        }
    }

    Table table_;
    std::vector<Fault> faults_;
};

std::string special_ground(const SpecialDay& special) {
    switch (special.status) {
        case DayStatus::announced:
            return special.name + " (" + special.source + ')';
        case DayStatus::provisional:
            return special.name + " (dự kiến; " + special.source + ')';
        case DayStatus::pending:
            return special.name + " (chưa có quy định chính thức nên chưa áp dụng; " + special.source + ')';
    }
    return special.name;
}

}  // namespace

Result<Calendar> Calendar::parse(std::string_view json) {
    auto table = Reader().read(json);
    if (!table) {
        return table.error();
    }
    Calendar calendar;
    calendar.version_ = std::move(table->version);
    calendar.years_ = std::move(table->years);
    calendar.special_ = std::move(table->special);
    return calendar;
}

bool Calendar::is_working_day(year_month_day day) const {
    const auto special = special_.find(sys_days(day));
    // A day off that waits for its act is none yet: counting it keeps the limit short, and short protects.
    if (special == special_.end() || special->second.status == DayStatus::pending) {
        return !is_weekend(sys_days(day));
    }
    return special->second.working;
}

std::string Calendar::ground(year_month_day day) const {
    const auto special = special_.find(sys_days(day));
    const std::string weekday_name(kWeekdayNames[weekday(sys_days(day)).c_encoding()]);
    const std::string plain = is_weekend(sys_days(day)) ? weekday_name : weekday_name + ", ngày làm việc";
    if (special == special_.end()) {
        return plain;
    }
    const bool applies = special->second.status != DayStatus::pending;
    return (applies ? weekday_name : plain) + ", " + special_ground(special->second);
}

bool Calendar::covers(std::chrono::year year) const {
    return std::find(years_.begin(), years_.end(), int(year)) != years_.end();
}

}  // namespace lachan::deadlines
