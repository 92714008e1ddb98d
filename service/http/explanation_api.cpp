#include "calls.hpp"
#include "lachan/casework/deadline_explanation.hpp"
#include "render.hpp"

/// Why a duty is due when it is, in the words of `lachan deadline explain`.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

void write_day(JsonWriter& json, const deadlines::ExplainedDay& day) {
    json.begin_object();
    json.member("day", to_text(day.day)).member("counted", day.counted);
    json.member("number", day.number).member("ground", day.ground).end_object();
}

void write_move(JsonWriter& json, const casework::RecordedMove& move) {
    json.begin_object();
    json.member("at", move.at).member("from", move.from).member("to", move.to);
    json.member("calendar_from", move.calendar_from).member("calendar_to", move.calendar_to).end_object();
}

std::string render(const casework::ExplainedDeadline& each) {
    JsonWriter json;
    json.begin_object();
    json.member("duty", each.name).member("kind", each.duty.kind).member("title", each.title);
    json.member("start_at", each.duty.start).member("limit", each.limit).member("due_at", each.duty.due);
    json.member("force", domain::text_of(each.force)).member("due_force", domain::text_of(each.due_force));
    json.key("basis");
    write_basis(json, each.basis);
    json.member("calendar", each.calendar).member("text", each.text);
    json.key("days").begin_array();
    for (const deadlines::ExplainedDay& day : each.days) {
        write_day(json, day);
    }
    json.end_array().key("moves").begin_array();
    for (const casework::RecordedMove& move : each.moves) {
        write_move(json, move);
    }
    json.end_array().end_object();
    return json.take();
}

/// GET /v1/duties/{duty}/explanation, in the language that the caller prefers.
asio::awaitable<Result<Reply>> get_explanation(const Services& services, const Request& request) {
    const policy::Language language =
        request.language == Language::english ? policy::Language::english : policy::Language::vietnamese;
    const auto explained = co_await casework::see_explanation(
        services.context, caller_of(request), request.path_parameters.at("duty"), language);
    if (!explained) {
        co_return explained.error();
    }
    co_return Reply::json(200, render(*explained));
}

}  // namespace

void add_explanation_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/duties/{duty}/explanation",
                      .endpoint = endpoint(services, get_explanation)});
}

}  // namespace lachan::http
