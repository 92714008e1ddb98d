#include "calls.hpp"
#include "lachan/casework/statistics.hpp"
#include "lachan/casework/suppression.hpp"
#include "render.hpp"

/// Periodic tables, with small numbers protected.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kStatistics = "/v1/statistics";

std::string render(const casework::StatisticsTable& table) {
    const casework::TableRequest& request = table.request;
    JsonWriter json;
    json.begin_object();
    json.member("of", casework::text_of(request.counted));
    json.key("by").begin_array();
    for (const casework::Dimension dimension : request.by) {
        json.value(casework::text_of(dimension));
    }
    json.end_array();
    json.member("period", request.period.text());
    json.member("from", request.period.from()).member("to", request.period.to());
    json.member("as_of", table.as_of).member("smallest_cell", casework::kSmallestCell);
    json.key("cells").begin_array();
    for (const casework::TableCell& cell : table.cells) {
        json.begin_object();
        for (std::size_t i = 0; i < request.by.size(); ++i) {
            json.member(casework::text_of(request.by[i]), cell.keys[i]);
        }
        json.member("count", cell.count).member("suppressed", !cell.count.has_value());
        json.end_object();
    }
    json.end_array().end_object();
    return json.take();
}

/// GET /v1/statistics?of=&by=&period=
asio::awaitable<Result<Reply>> get_statistics(const Services& services, const Request& request) {
    QueryReader query(request.query);
    const auto counted = query.text("of");
    const auto by = query.text("by");
    const auto period = query.text("period");
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    auto wanted = casework::read_request(counted, by, period, services.context.clock.now());
    if (!wanted) {
        co_return wanted.error();
    }
    const auto table =
        co_await casework::view_statistics(services.context, caller_of(request), std::move(*wanted));
    if (!table) {
        co_return table.error();
    }
    co_return Reply::json(200, render(*table));
}

}  // namespace

void add_statistics_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::get,
                      .pattern = kStatistics,
                      .query = {"of", "by", "period"},
                      .endpoint = endpoint(services, get_statistics)});
}

}  // namespace lachan::http
