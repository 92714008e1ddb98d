#include "lachan/casework/deadline_explanation.hpp"

#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "counted_lines.hpp"
#include "duty_limit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/names.hpp"

namespace lachan::casework {
namespace {

using policy::Language;
using Kind = deadlines::Limit::Kind;

constexpr int kEventsAtOnce = 500;  ///< A case rarely has more in its whole life.

std::string value_of(const domain::Event& event, std::string_view key) {
    const auto found = std::find_if(
        event.data.begin(), event.data.end(), [&](const auto& entry) { return entry.first == key; });
    return found == event.data.end() ? std::string() : found->second;
}

/// Every move of the case's due instants, with the duty that it moved.
std::vector<std::pair<std::string, RecordedMove>> moves_of(const View& view, domain::CaseNo number) {
    std::vector<std::pair<std::string, RecordedMove>> moves;
    std::int64_t after = 0;
    for (bool more = true; more;) {
        const auto events = view.events.of_case(number, after, kEventsAtOnce);
        for (const domain::Event& event : events) {
            after = event.sequence;
            if (event.kind == "duty.due_moved") {
                moves.emplace_back(value_of(event, "duty"),
                                   RecordedMove{event.at,
                                                value_of(event, "from"),
                                                value_of(event, "to"),
                                                value_of(event, "calendar_from"),
                                                value_of(event, "calendar_to")});
            }
        }
        more = events.size() == kEventsAtOnce;
    }
    return moves;
}

/// A duty that the service itself owes to a case which nobody would look at otherwise.
std::string without_a_rule(Language language) {
    return language == Language::english ? "No rule of the law made this duty: it keeps the case from being "
                                           "forgotten. The instant is a target."
                                         : "Không quy tắc pháp luật nào sinh ra việc này: việc được giao để "
                                           "vụ việc không bị bỏ quên. Hạn là "
                                           "mục tiêu nội bộ.";
}

std::string counted_otherwise(Instant today, Language language) {
    return (language == Language::english
                ? " The due instant was counted with the calendar of its time; with the present one it would "
                  "be "
                : " Hạn này tính theo lịch có hiệu lực khi đó; theo lịch hiện hành sẽ là ") +
           to_rfc3339(today) + ".";
}

void count(ExplainedDeadline& result,
           const policy::DutyTemplate& made_by,
           const deadlines::Calendar& calendar,
           Language language) {
    const deadlines::Limit& limit = limit_of(result.duty, made_by, calendar);
    result.limit = deadlines::to_text(limit);
    const Counting counting{limit, result.duty.start, result.duty.due, calendar, language};
    result.text = counting_in_words(counting);
    result.days = counted_lines(counting);
    if (needs_calendar(limit) && !gives_due(limit, result.duty, made_by, calendar)) {
        result.text += counted_otherwise(
            deadlines::due_at(limit, result.duty.start, calendar, made_by.immediately_within), language);
    }
    const bool without_number = limit.kind == Kind::immediately || limit.kind == Kind::until;
    result.due_force = without_number ? domain::Force::target : result.force;
}

ExplainedDeadline explained(const domain::Duty& duty,
                            const std::string& name,
                            const policy::Pack& pack,
                            const deadlines::Calendar& calendar,
                            Language language) {
    ExplainedDeadline result;
    result.duty = duty;
    result.name = name;
    result.calendar = calendar.version();
    const policy::Rule* rule = pack.rule(duty.rule);
    const policy::DutyTemplate* made_by = pack.duty(duty.rule, duty.kind);
    if (rule == nullptr || made_by == nullptr) {
        result.title = duty.kind;
        result.text = without_a_rule(language);
        return result;
    }
    const bool translated = language == Language::english && !made_by->title_en.empty();
    result.title = translated ? made_by->title_en : made_by->title;
    result.force = rule->force;
    result.basis = rule->basis;
    count(result, *made_by, calendar, language);
    return result;
}

}  // namespace

Result<std::vector<ExplainedDeadline>> explain_deadlines(const World& world,
                                                         const View& view,
                                                         domain::CaseNo number,
                                                         const std::string& code,
                                                         std::string_view wanted,
                                                         Language language) {
    const auto value = view.cases.find(number);
    if (!value) {
        return Error(Errc::not_found, "no such case");
    }
    const policy::Pack* pack = world.pack(value->pack);
    if (pack == nullptr) {
        return Error(Errc::internal, "the rule pack " + value->pack + " is lost");
    }
    const auto moves = moves_of(view, number);
    std::vector<ExplainedDeadline> result;
    for (const domain::Duty& duty : view.duties.of_case(number)) {
        const std::string name = duty_name(code, duty.no.ordinal);
        const std::string short_name = "d" + std::to_string(duty.no.ordinal);
        if (!wanted.empty() && wanted != name && wanted != duty.kind && wanted != short_name) {
            continue;
        }
        result.push_back(explained(duty, name, *pack, *world.calendar, language));
        for (const auto& [moved, move] : moves) {
            if (moved == name) {
                result.back().moves.push_back(move);
            }
        }
    }
    if (result.empty() && !wanted.empty()) {
        return Error(Errc::not_found, "the case has no such duty");
    }
    return result;
}

boost::asio::awaitable<Result<ExplainedDeadline>> see_explanation(Context& context,
                                                                  domain::Principal caller,
                                                                  std::string duty,
                                                                  Language language) {
    const auto number = parse_duty_name(context.vault, duty);
    if (!number) {
        co_return number.error();
    }
    const auto world = context.worlds.current();
    ExplainedDeadline found;
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto value =
            find_for(caller, Action::see_case, number->case_no, view, *world, context.clock.now());
        if (!value) {
            return value.error();
        }
        const std::string code = context.vault.case_code(number->case_no);
        auto all = explain_deadlines(
            *world, view, number->case_no, code, duty_name(code, number->ordinal), language);
        if (!all) {
            return all.error();
        }
        if (all->empty()) {
            return Error(Errc::not_found, "no such duty");
        }
        found = std::move(all->front());
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return found;
}

}  // namespace lachan::casework
