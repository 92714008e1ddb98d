#include <array>
#include <string>
#include <utility>

#include "application.hpp"
#include "lachan/base/log.hpp"

/// What the service says about itself in numbers.
namespace lachan::app {
namespace {

constexpr std::string_view kByReceipt = "/v1/status";
constexpr int kUnauthorized = 401;
constexpr int kRefused = 400;
constexpr int kBroken = 500;

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
    const bool refused = observation.status >= kRefused && observation.status < kBroken;
    if (refused && route.starts_with(kByReceipt)) {
        count_guess("receipt", receipt_guesses_);
    }
    if (observation.status == kUnauthorized) {
        count_guess("token", token_guesses_);
    }
}

void Application::count_guess(std::string_view secret, GuessWatch& watch) {
    metrics_.counter("lachan_guesses_total", {secret}).add();
    if (!watch.count(data_->clock.now())) {
        return;
    }
    metrics_.counter("lachan_guessing_alarms_total", {secret}).add();
    log::warn("secrets.guessed", {{"secret", secret}});
    if (serving_) {
        start(note_guessing(std::string(secret)));
    }
}

/// Without the address: whoever asks by receipt was promised to stay unknown.
boost::asio::awaitable<void> Application::note_guessing(std::string secret) {
    casework::WriteOp note = [&](casework::Tx& tx) -> Result<void> {
        domain::Event event;
        event.at = tx.now;
        event.kind = "secrets.guessed";
        event.actor = "service";
        event.data = {{"secret", secret}, {"tolerated", std::to_string(GuessWatch::kTolerated)}};
        tx.events.append(event);
        return {};
    };
    const auto noted = co_await data_->store->commit(std::move(note), casework::Lane::routine);
    if (!noted) {
        log::error("secrets.guessing_not_noted", {{"why", noted.error().detail()}});
    }
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
