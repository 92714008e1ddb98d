#include "explain_commands.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "files.hpp"
#include "lachan/casework/names.hpp"

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
        items.push_back({{"day", to_text(day.day)}, {"counted", day.counted}, {"number", day.number}, {"ground", day.ground}});
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

/// A duty with the limit that gave its due instant, as the pack has it.
struct Explained {
    domain::Duty duty;
    std::string name;
    std::string limit;
    std::string title;
    domain::Force force{};
    std::vector<policy::Basis> basis;
    std::vector<deadlines::ExplainedDay> days;
};

std::optional<Explained> explain_duty(const domain::Duty& duty, const std::string& code, const policy::Pack& pack,
                                      const deadlines::Calendar& calendar) {
    const policy::Rule* rule = pack.rule(duty.rule);
    const policy::DutyTemplate* made_by = pack.duty(duty.rule, duty.kind);
    if (rule == nullptr || made_by == nullptr) {
        return std::nullopt;
    }
    Explained result;
    result.duty = duty;
    result.name = casework::duty_name(code, duty.no.ordinal);
    deadlines::Limit limit = made_by->limit;
    const bool remote = made_by->limit_if_remote &&
                        deadlines::due_at(*made_by->limit_if_remote, duty.start, calendar, made_by->immediately_within) == duty.due;
    if (remote) {
        limit = *made_by->limit_if_remote;
    }
    result.limit = deadlines::to_text(limit);
    if (limit.kind == deadlines::Limit::Kind::immediately) {
        result.limit += " (mục tiêu / target " + to_iso8601(made_by->immediately_within) + ")";
    }
    result.title = made_by->title;
    result.force = rule->force;
    result.basis = rule->basis;
    result.days = deadlines::explain(limit, duty.start, calendar);
    return result;
}

ordered_json to_json(const Explained& each) {
    ordered_json basis = ordered_json::array();
    for (const policy::Basis& entry : each.basis) {
        basis.push_back({{"source", entry.source}, {"clause", entry.clause}, {"reading", domain::text_of(entry.reading)}});
    }
    return {{"duty", each.name},
            {"kind", each.duty.kind},
            {"title", each.title},
            {"start", to_rfc3339(each.duty.start)},
            {"limit", each.limit},
            {"due_at", to_rfc3339(each.duty.due)},
            {"force", domain::text_of(each.force)},
            {"basis", basis},
            {"days", to_json(each.days)}};
}

void print_plain(const Explained& each) {
    print_line("");
    print_line(each.name + "  " + each.title + " (" + each.duty.kind + ")");
    print_line("  bắt đầu / start  " + to_rfc3339(each.duty.start));
    print_line("  hạn / limit      " + each.limit + "  [" + std::string(each.force == domain::Force::law ? "luật / law" : "mục tiêu / target") + "]");
    print_line("  đến hạn / due    " + to_rfc3339(each.duty.due));
    for (const policy::Basis& basis : each.basis) {
        print_line("  căn cứ / basis   " + basis.source + ", " + basis.clause + " (" + std::string(domain::text_of(basis.reading)) + ")");
    }
    if (!each.days.empty()) {
        print_days(each.days);
    }
}

Result<std::vector<Explained>> explain_case(const casework::World& world, const casework::View& view, domain::CaseNo number,
                                            const std::string& code, const std::string& wanted) {
    const auto value = view.cases.find(number);
    if (!value) {
        return Error(Errc::not_found, "no such case");
    }
    const policy::Pack* pack = world.pack(value->pack);
    if (pack == nullptr) {
        return Error(Errc::internal, "the rule pack " + value->pack + " is lost");
    }
    std::vector<Explained> result;
    for (const domain::Duty& duty : view.duties.of_case(number)) {
        const std::string name = casework::duty_name(code, duty.no.ordinal);
        if (!wanted.empty() && wanted != name && wanted != duty.kind && wanted != "d" + std::to_string(duty.no.ordinal)) {
            continue;
        }
        if (auto each = explain_duty(duty, code, *pack, *world.calendar)) {
            result.push_back(std::move(*each));
        }
    }
    return result;
}

}  // namespace

int run_calendar_show(const config::Config& config, const std::string& from, const std::string& to, bool json) {
    const auto calendar = read_calendar(config);
    if (!calendar) {
        return complain(calendar.error());
    }
    const auto first = parse_day(from);
    const auto last = parse_day(to.empty() ? from : to);
    if (!first || !last || sys_days(*last) < sys_days(*first) || (sys_days(*last) - sys_days(*first)).count() > kMostDays) {
        return complain(Error(Errc::validation_failed, "--from and --to are days (2026-02-13) in order, at most 4000 apart"));
    }
    ordered_json items = ordered_json::array();
    std::vector<std::vector<std::string>> rows;
    for (sys_days day = *first; day <= sys_days(*last); day += days(1)) {
        const bool working = calendar->is_working_day(day);
        const std::string ground = calendar->ground(day);
        items.push_back({{"day", to_text(std::chrono::year_month_day(day))}, {"working", working}, {"ground", ground}});
        rows.push_back({to_text(std::chrono::year_month_day(day)), working ? "làm việc" : "nghỉ", ground});
    }
    if (json) {
        print_line(ordered_json{{"version", calendar->version()}, {"items", items}}.dump());
    } else {
        print_table({"ngày", "", "căn cứ"}, rows);
    }
    return kGood;
}

int run_calendar_explain(const config::Config& config, const std::string& start, const std::string& limit, bool json) {
    const auto calendar = read_calendar(config);
    if (!calendar) {
        return complain(calendar.error());
    }
    const auto instant = parse_rfc3339(start);
    const auto parsed = deadlines::parse_limit(limit);
    if (!instant || !parsed) {
        return complain(Error(Errc::validation_failed,
                              "--start is an RFC 3339 instant, --limit a limit: immediately, PT12H, 5 working days, 15 days, 3 months"));
    }
    const Instant due = deadlines::due_at(*parsed, *instant, *calendar, Duration(0));
    const auto explained = deadlines::explain(*parsed, *instant, *calendar);
    if (json) {
        print_line(ordered_json{{"start", to_rfc3339(*instant)}, {"limit", deadlines::to_text(*parsed)}, {"due_at", to_rfc3339(due)}, {"days", to_json(explained)}}.dump());
        return kGood;
    }
    print_days(explained);
    print_line("đến hạn / due  " + to_rfc3339(due));
    return kGood;
}

int run_deadline_explain(const config::Config& config, const std::string& case_code, const std::string& duty, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    const auto number = (*data)->vault->case_no(case_code);
    if (!number) {
        return complain(number.error());
    }
    const std::string code = (*data)->vault->case_code(*number);
    std::vector<Explained> explained;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        auto found = explain_case(*loaded->world, view, *number, code, duty);
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
    for (const Explained& each : explained) {
        items.push_back(to_json(each));
        if (!json) {
            print_plain(each);
        }
    }
    if (json) {
        print_line(ordered_json{{"case", code}, {"items", items}}.dump());
    }
    return explained.empty() ? kFinding : kGood;
}

}  // namespace lachan::app
