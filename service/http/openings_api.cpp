#include "calls.hpp"
#include "lachan/casework/openings.hpp"
#include "lachan/http/report_codec.hpp"
#include "render.hpp"

/// Break-glass: opening a case that is not one's own, and the list of who did.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kOpening = "/v1/cases/{case}/emergency-access";
constexpr std::string_view kOpenings = "/v1/emergency-access";
constexpr Duration kListedByDefault = std::chrono::hours(31 * 24);  ///< They are gone through each month.
constexpr int kLongestMinutes = 180;                                ///< As `kLongestOpening`.

/// Without braces and without the reason.
void write_opening(JsonWriter& json, const casework::OpeningItem& item, const casework::World& world) {
    json.member("case", item.case_code).member("actor", item.value.key);
    json.key("agency");
    write_agency(json, world, item.value.agency);
    json.key("told");
    write_agency(json, world, item.value.told);
    json.member("from", item.value.from).member("until", item.value.until);
}

/// The caller knows the reason it gave, and the answer is kept for a repetition: what was said of a child
/// must stand nowhere but under the key of the case. The location lets an erasure take the kept answer as
/// well.
casework::Answer answer_to_opening(const casework::OpeningItem& item, const casework::World& world) {
    JsonWriter json;
    json.begin_object();
    write_opening(json, item, world);
    json.end_object();
    casework::Answer answer;
    answer.status = 201;
    answer.location = "/v1/cases/" + item.case_code;
    answer.body = json.take();
    return answer;
}

void read_opening(Members& members, casework::NewOpening& opening) {
    members.missing("reason", "why it cannot wait has to be given");
    opening.reason = members.text("reason", kNoteMax);
    if (const auto minutes = members.integer("minutes", 1, kLongestMinutes)) {
        opening.length = std::chrono::minutes(*minutes);
    }
}

/// POST /v1/cases/{case}/emergency-access: 201 with until when.
asio::awaitable<Result<Reply>> post_opening(const Services& services, const Request& request) {
    auto opening = decode<casework::NewOpening>(request.body, read_opening);
    if (!opening) {
        co_return opening.error();
    }
    auto repeat = repeat_of(services, request, kOpening);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::open_in_emergency(services.context,
                                                       caller_of(request),
                                                       request.path_parameters.at("case"),
                                                       std::move(*opening),
                                                       std::move(*repeat),
                                                       answer_to_opening);
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

/// GET /v1/emergency-access: newest first.
asio::awaitable<Result<Reply>> get_openings(const Services& services, const Request& request) {
    QueryReader query(request.query);
    const auto since = query.instant("since");
    const int limit = query.limit();
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    const auto list =
        co_await casework::list_openings(services.context,
                                         caller_of(request),
                                         since.value_or(services.context.clock.now() - kListedByDefault),
                                         limit);
    if (!list) {
        co_return list.error();
    }
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const casework::OpeningItem& item : list->items) {
        json.begin_object();
        write_opening(json, item, *list->world);
        json.member("reason", item.reason).end_object();
    }
    json.end_array().end_object();
    co_return Reply::json(200, json.take());
}

}  // namespace

void add_opening_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back(
        {.method = Method::post, .pattern = kOpening, .endpoint = endpoint(services, post_opening)});
    routes.push_back({.method = Method::get,
                      .pattern = kOpenings,
                      .query = {"since", "limit"},
                      .endpoint = endpoint(services, get_openings)});
}

}  // namespace lachan::http
