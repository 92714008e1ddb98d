#include "calls.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/queries.hpp"
#include "render.hpp"

/// Lists over all cases that a caller may see: duties by the time left, and deliveries.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kRedelivery = "/v1/notifications/{notification}/redelivery";

/// GET /v1/duties: pending ones unless another state is asked for.
asio::awaitable<Result<Reply>> get_duties(const Services& services, const Request& request) {
    QueryReader query(request.query);
    casework::DutyFilter filter;
    filter.holder = query.id<domain::AgencyId>("holder");
    filter.due_before = query.instant("due_before");
    filter.state = query.word<domain::DutyState>("state");
    filter.limit = query.limit();
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    const Pager pager(services, request);
    const auto start = pager.start();
    if (!start) {
        co_return start.error();
    }
    filter.after = *start;
    const auto page = co_await casework::list_duties(services.context, caller_of(request), std::move(filter));
    if (!page) {
        co_return page.error();
    }
    const Instant now = services.context.clock.now();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const casework::DutyItem& item : page->items) {
        write_duty(json, item.duty, {*page->world, page->world->pack(item.pack), item.case_code, now});
    }
    json.end_array();
    co_return pager.finish(std::move(json), page->next);
}

void write_item(JsonWriter& json, const casework::NotificationItem& item, const casework::World& world) {
    json.begin_object();
    write_notification(json, item.value, world, item.case_code);
    json.member("endpoint", item.value.endpoint).member("tries", item.value.attempts);
    json.member("next_attempt_at", item.value.next_attempt).member("delivered_at", item.value.delivered_at);
    json.key("attempts");
    write_attempts(json, item.attempts);
    json.end_object();
}

/// GET /v1/notifications: what was to be told to whom, and how each try went.
asio::awaitable<Result<Reply>> get_notifications(const Services& services, const Request& request) {
    QueryReader query(request.query);
    casework::NotificationFilter filter;
    filter.state = query.word<domain::NotificationState>("state");
    filter.agency = query.id<domain::AgencyId>("agency");
    filter.limit = query.limit();
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    const Pager pager(services, request);
    const auto start = pager.start();
    if (!start) {
        co_return start.error();
    }
    filter.after = *start;
    const auto page =
        co_await casework::list_notifications(services.context, caller_of(request), std::move(filter));
    if (!page) {
        co_return page.error();
    }
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const casework::NotificationItem& item : page->items) {
        write_item(json, item, *page->world);
    }
    json.end_array();
    co_return pager.finish(std::move(json), page->next);
}

asio::awaitable<Result<Reply>> get_case_notifications(const Services& services, const Request& request) {
    const auto items = co_await casework::notifications_of(
        services.context, caller_of(request), request.path_parameters.at("case"));
    if (!items) {
        co_return items.error();
    }
    const auto world = services.context.worlds.current();
    QueryReader query(request.query);
    co_return paged(services, request, query, items->size(), [&](JsonWriter& json, std::size_t i) {
        write_item(json, (*items)[i], *world);
    });
}

/// POST /v1/notifications/{notification}/redelivery: tried again at once; the try itself follows.
asio::awaitable<Result<Reply>> post_redelivery(const Services& services, const Request& request) {
    if (const auto sound = expect_no_members(request.body); !sound) {
        co_return sound.error();
    }
    auto repeat = repeat_of(services, request, kRedelivery);
    if (!repeat) {
        co_return repeat.error();
    }
    const std::string& name = request.path_parameters.at("notification");
    JsonWriter json;
    json.begin_object().member("notification", name);
    json.member("state", domain::text_of(domain::NotificationState::scheduled)).end_object();
    casework::Answer scheduled{202, "", "", json.take(), false};
    auto answer = co_await casework::redeliver(
        services.context, caller_of(request), name, std::move(*repeat), std::move(scheduled));
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

}  // namespace

void add_duty_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/duties",
                      .query = {"holder", "due_before", "state", "cursor", "limit"},
                      .endpoint = endpoint(services, get_duties)});
}

void add_notification_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/notifications",
                      .query = {"state", "agency", "cursor", "limit"},
                      .endpoint = endpoint(services, get_notifications)});
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/cases/{case}/notifications",
                      .query = {"cursor", "limit"},
                      .endpoint = endpoint(services, get_case_notifications)});
    routes.push_back(
        {.method = Method::post, .pattern = kRedelivery, .endpoint = endpoint(services, post_redelivery)});
}

}  // namespace lachan::http
