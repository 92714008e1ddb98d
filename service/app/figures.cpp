#include <array>
#include <string>

#include "application.hpp"
#include "lachan/base/log.hpp"

/// What the service says about itself in numbers.
namespace lachan::app {
namespace {

double seconds(std::chrono::nanoseconds span) {
    return std::chrono::duration<double>(span).count();
}

}  // namespace

void Application::observe(const http::Observation& observation) {
    const std::string status = std::to_string(observation.status);
    const std::string_view route = observation.route.empty() ? std::string_view("none") : observation.route;
    metrics_
        .histogram("http_server_request_duration_seconds", {route, http::text_of(observation.method), status})
        .observe(seconds(observation.took));
}

void Application::measure() {
    casework::Counts counts;
    const auto looked = data_->store->read_now([&](const casework::View& view) -> Result<void> {
        counts = view.counts();
        return {};
    });
    if (!looked) {
        log::error("metrics.counts_failed", {{"why", looked.error().detail()}});
        return;
    }
    metrics_.gauge("lachan_open_without_next_action")
        .set(static_cast<double>(counts.open_without_next_action));
    metrics_.gauge("lachan_invariant_check_timestamp_seconds")
        .set(static_cast<double>(to_ms(data_->clock.now())) / 1000.0);
    if (counts.open_without_next_action != 0 || counts.pending_duties_without_instant != 0 ||
        counts.scheduled_without_instant != 0) {
        log::error("invariant.broken",
                   {{"open_without_next_action", counts.open_without_next_action},
                    {"pending_duties_without_instant", counts.pending_duties_without_instant},
                    {"scheduled_without_instant", counts.scheduled_without_instant}});
    }
}

}  // namespace lachan::app
