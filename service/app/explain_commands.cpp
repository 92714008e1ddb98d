#include "explain_commands.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "files.hpp"
#include "lachan/casework/deadline_explanation.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;
using std::chrono::days;
using std::chrono::sys_days;

constexpr int kMostDays = 4000;  ///< Some eleven years: a list for people, not an export.

Result<deadlines::Calendar> read_calendar(const config::Config& config) {
    const auto text = read_file(config.calendar.path);
    if (!text) {
        return text.error();
    }
    return deadlines::Calendar::parse(*text);
}

ordered_json to_json(const std::vector<deadlines::ExplainedDay>& explained) {
    ordered_json items = ordered_json::array();
    for (const auto& day : explained) {
        items.push_back({{"day", to_text(day.day)},
                         {"counted", day.counted},
                         {"number", day.number},
                         {"ground", day.ground}});
    }
    return items;
}

void print_days(const std::vector<deadlines::ExplainedDay>& explained) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& day : explained) {
        rows.push_back({to_text(day.day), day.counted ? std::to_string(day.number) : "-", day.ground});
    }
    print_table({"ngày", "tính", "căn cứ"}, rows);
}

ordered_json to_json(const casework::ExplainedDeadline& each) {
    ordered_json basis = ordered_json::array();
    for (const policy::Basis& entry : each.basis) {
        basis.push_back({{"source", entry.source},
                         {"clause", entry.clause},
                         {"reading", domain::text_of(entry.reading)}});
    }
    ordered_json moves = ordered_json::array();
    for (const casework::RecordedMove& move : each.moves) {
        moves.push_back({{"at", to_rfc3339(move.at)},
                         {"from", move.from},
                         {"to", move.to},
                         {"calendar_from", move.calendar_from},
                         {"calendar_to", move.calendar_to}});
    }
    return {{"duty", each.name},
            {"kind", each.duty.kind},
            {"title", each.title},
            {"start_at", to_rfc3339(each.duty.start)},
            {"limit", each.limit},
            {"due_at", to_rfc3339(each.duty.due)},
            {"force", domain::text_of(each.force)},
            {"due_force", domain::text_of(each.due_force)},
            {"basis", basis},
            {"calendar", each.calendar},
            {"text", each.text},
            {"days", to_json(each.days)},
            {"moves", moves}};
}

std::string_view word_of(domain::Force force) {
    return force == domain::Force::law ? "luật / law" : "mục tiêu / target";
}

void print_plain(const casework::ExplainedDeadline& each) {
    print_line("");
    print_line(each.name + "  " + each.title + " (" + each.duty.kind + ")");
    print_line("  bắt đầu / start  " + to_rfc3339(each.duty.start));
    print_line("  hạn / limit      " + each.limit + "  [" + std::string(word_of(each.force)) + "]");
    print_line("  đến hạn / due    " + to_rfc3339(each.duty.due) + "  [" +
               std::string(word_of(each.due_force)) + "]");
    for (const policy::Basis& basis : each.basis) {
        print_line("  căn cứ / basis   " + basis.source + ", " + basis.clause + " (" +
                   std::string(domain::text_of(basis.reading)) + ")");
    }
    for (const casework::RecordedMove& move : each.moves) {
        print_line("  đã dời / moved   " + move.from + " → " + move.to + "  (" + move.calendar_from + " → " +
                   move.calendar_to + ")");
    }
    print_line("  " + each.text);
    if (!each.days.empty()) {
        print_days(each.days);
    }
}

}  // namespace

int run_calendar_show(const config::Config& config,
                      const std::string& from,
                      const std::string& to,
                      bool json) {
    const auto calendar = read_calendar(config);
    if (!calendar) {
        return complain(calendar.error());
    }
    const auto first = parse_day(from);
    const auto last = parse_day(to.empty() ? from : to);
    if (!first || !last || sys_days(*last) < sys_days(*first) ||
        (sys_days(*last) - sys_days(*first)).count() > kMostDays) {
        return complain(Error(Errc::validation_failed,
                              "--from and --to are days (2026-02-13) in order, at most 4000 apart"));
    }
    ordered_json items = ordered_json::array();
    std::vector<std::vector<std::string>> rows;
    for (sys_days day = *first; day <= sys_days(*last); day += days(1)) {
        const bool working = calendar->is_working_day(day);
        const std::string ground = calendar->ground(day);
        items.push_back(
            {{"day", to_text(std::chrono::year_month_day(day))}, {"working", working}, {"ground", ground}});
        rows.push_back({to_text(std::chrono::year_month_day(day)), working ? "làm việc" : "nghỉ", ground});
    }
    if (json) {
        print_line(ordered_json{{"version", calendar->version()}, {"items", items}}.dump());
    } else {
        print_table({"ngày", "", "căn cứ"}, rows);
    }
    return kGood;
}

int run_calendar_explain(const config::Config& config,
                         const std::string& start,
                         const std::string& limit,
                         bool json) {
    const auto calendar = read_calendar(config);
    if (!calendar) {
        return complain(calendar.error());
    }
    const auto instant = parse_rfc3339(start);
    const auto parsed = deadlines::parse_limit(limit);
    if (!instant || !parsed) {
        return complain(Error(Errc::validation_failed,
                              "--start is an RFC 3339 instant, --limit a limit: immediately, PT12H, 5 "
                              "working days, 15 days, 3 months"));
    }
    const Instant due = deadlines::due_at(*parsed, *instant, *calendar, Duration(0));
    const auto explained = deadlines::explain(*parsed, *instant, *calendar);
    if (json) {
        print_line(ordered_json{{"start", to_rfc3339(*instant)},
                                {"limit", deadlines::to_text(*parsed)},
                                {"due_at", to_rfc3339(due)},
                                {"days", to_json(explained)}}
                       .dump());
        return kGood;
    }
    print_days(explained);
    print_line("đến hạn / due  " + to_rfc3339(due));
    return kGood;
}

int run_deadline_explain(const config::Config& config, const DeadlineQuestion& question) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    const auto number = (*data)->vault->case_no(question.case_code);
    if (!number) {
        return complain(number.error());
    }
    const std::string code = (*data)->vault->case_code(*number);
    const auto language =
        question.language == "en" ? policy::Language::english : policy::Language::vietnamese;
    std::vector<casework::ExplainedDeadline> explained;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        auto found =
            casework::explain_deadlines(*loaded->world, view, *number, code, question.duty, language);
        if (!found) {
            return found.error();
        }
        explained = std::move(*found);
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    ordered_json items = ordered_json::array();
    for (const casework::ExplainedDeadline& each : explained) {
        items.push_back(to_json(each));
        if (!question.json) {
            print_plain(each);
        }
    }
    if (question.json) {
        print_line(ordered_json{{"case", code}, {"items", items}}.dump());
    }
    return explained.empty() ? kFinding : kGood;
}

}  // namespace lachan::app
