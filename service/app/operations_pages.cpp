#include "application.hpp"

/// What the machines that watch may ask.
namespace lachan::app {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t kLatestTimers = 5000;  ///< Lateness in ms beyond which the service is not ready.

http::Reply text_reply(int status, std::string text, std::string_view type) {
    http::Reply reply;
    reply.status = status;
    reply.content_type = type;
    reply.body = std::move(text);
    return reply;
}

}  // namespace

bool Application::ready() const {
    return serving_ && can_write_ && !data_->store->broken() && watch_->last_lag_ms() < kLatestTimers;
}

asio::awaitable<http::Reply> Application::answer_operations(http::Request& request) {
    const auto is = [&](std::string_view path) { return request.path == path; };
    const bool known = is("/livez") || is("/healthz") || is("/readyz") || is("/metrics");
    if (known && request.method != http::Method::get && request.method != http::Method::head) {
        constexpr std::string_view kAllowed = "GET, HEAD";
        http::Reply reply = problems_.reply(
            Error(Errc::method_not_allowed, "allowed here: " + std::string(kAllowed)), request);
        reply.headers.set("Allow", std::string(kAllowed));
        co_return reply;
    }
    if (is("/livez") || is("/healthz")) {
        co_return text_reply(200, "ok\n", "text/plain; charset=utf-8");
    }
    if (is("/readyz")) {
        std::string text = ready() ? "ok\n" : "not ready\n";
        const auto line = [&](std::string_view name, bool good) {
            text += std::string(good ? "[+]" : "[-]") + std::string(name) + "\n";
        };
        line("serving", serving_);
        line("store can write", can_write_ && !data_->store->broken());
        line("timers on time", watch_->last_lag_ms() < kLatestTimers);
        co_return text_reply(ready() ? 200 : 503, std::move(text), "text/plain; charset=utf-8");
    }
    if (is("/metrics")) {
        co_await look_at_delivery();
        co_return text_reply(200, metrics_.exposition(), operations::kExpositionMediaType);
    }
    co_return problems_.reply(Error(Errc::route_not_found, "there is no such path"), request);
}

}  // namespace lachan::app
