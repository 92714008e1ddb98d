#include <algorithm>
#include <limits>

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

/// New ones come before the first: a page goes on from an instant, and from how many of that instant were
/// shown, not from a place in the list.
casework::PageStart place_of(const std::vector<casework::OpeningItem>& items, std::size_t end) {
    casework::PageStart place{.key_ms = to_ms(items[end - 1].value.from), .case_no = 0, .ordinal = 0};
    while (end > 0 && to_ms(items[end - 1].value.from) == place.key_ms) {
        ++place.ordinal;
        --end;
    }
    return place;
}

std::size_t after(const std::vector<casework::OpeningItem>& items, const casework::PageStart& place) {
    const auto newer = std::ranges::find_if(items,
                                            [&](const casework::OpeningItem& item) {
                                                return to_ms(item.value.from) <= place.key_ms;
                                            }) -
                       items.begin();
    return std::min(static_cast<std::size_t>(newer + place.ordinal), items.size());
}

/// GET /v1/emergency-access: newest first.
asio::awaitable<Result<Reply>> get_openings(const Services& services, const Request& request) {
    QueryReader query(request.query);
    const auto since = query.instant("since");
    const int limit = query.limit();
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    const Pager pager(services, request);
    const auto start = pager.start();
    if (!start) {
        co_return start.error();
    }
    const auto list =
        co_await casework::list_openings(services.context,
                                         caller_of(request),
                                         since.value_or(services.context.clock.now() - kListedByDefault),
                                         std::numeric_limits<int>::max());  // the page is cut here
    if (!list) {
        co_return list.error();
    }
    const std::vector<casework::OpeningItem>& items = list->items;
    const std::size_t first = *start ? after(items, **start) : 0;
    const std::size_t end = std::min(first + static_cast<std::size_t>(limit), items.size());
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (std::size_t i = first; i < end; ++i) {
        json.begin_object();
        write_opening(json, items[i], *list->world);
        json.member("reason", items[i].reason).end_object();
    }
    json.end_array();
    co_return pager.finish(std::move(json),
                           end < items.size() ? std::optional(place_of(items, end)) : std::nullopt);
}

}  // namespace

void add_opening_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back(
        {.method = Method::post, .pattern = kOpening, .endpoint = endpoint(services, post_opening)});
    routes.push_back({.method = Method::get,
                      .pattern = kOpenings,
                      .query = {"since", "cursor", "limit"},
                      .endpoint = endpoint(services, get_openings)});
}

}  // namespace lachan::http
