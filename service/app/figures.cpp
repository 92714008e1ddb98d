#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "application.hpp"
#include "lachan/base/log.hpp"

/// What the service says about itself in numbers.
namespace lachan::app {
namespace {

constexpr Duration kCountsEvery =
    std::chrono::seconds(60);  ///< Counting everything open costs time in proportion.
constexpr std::string_view kByReceipt = "/v1/status";
constexpr int kUnauthorized = 401;
constexpr int kRefused = 400;
constexpr int kBroken = 500;

double seconds(std::chrono::nanoseconds span) {
    return std::chrono::duration<double>(span).count();
}

double timestamp(Instant at) {
    return static_cast<double>(to_ms(at)) / 1000.0;
}

}  // namespace

void RunnerFigures::fired(Duration late) {
    late_.observe(seconds(late));
}

void RunnerFigures::tried(domain::ChannelKind kind,
                          domain::AttemptOutcome outcome,
                          std::optional<Duration> waited) {
    metrics_.counter("lachan_attempts_total", {domain::text_of(kind), domain::text_of(outcome)}).add();
    if (waited) {
        waited_.observe(seconds(*waited));
    }
}

void RunnerFigures::beat(std::string_view outcome) {
    metrics_.counter("lachan_heartbeats_total", {outcome}).add();
}

boost::asio::awaitable<void> Application::look_at_delivery() {
    casework::DeliveryFigures figures;
    std::optional<Instant> next_due;
    std::int64_t last_event = 0;
    casework::ReadOp look = [&](const casework::View& view) -> Result<void> {
        figures = view.delivery();
        next_due = view.duties.next_instant();
        last_event = view.events.last_sequence();
        return {};
    };
    const auto looked = co_await data_->store->read_at_length(std::move(look));
    if (!looked) {
        log::error("metrics.delivery_failed", {{"why", looked.error().detail()}});
        co_return;
    }
    const Instant now = data_->clock.now();
    for (std::size_t i = 0; i < figures.scheduled.size(); ++i) {
        metrics_.gauge("lachan_outbox_pending", {domain::text_of(static_cast<domain::Urgency>(i))})
            .set(static_cast<double>(figures.scheduled[i]));
    }
    std::vector<operations::GaugeValue> last_success;
    for (const auto& [agency, at] : figures.last_success) {
        last_success.push_back({{agency.text()}, timestamp(at)});
    }
    metrics_.set_gauges("lachan_delivery_last_success_timestamp_seconds", last_success);
    set("lachan_human_tasks", static_cast<double>(figures.human_tasks));
    set("lachan_outbox_oldest_age_seconds",
        figures.oldest_scheduled ? std::max(seconds(now - *figures.oldest_scheduled), 0.0) : 0.0);
    set("lachan_circuits_open", static_cast<double>(figures.circuits_open));
    set("lachan_endpoints_suspended", static_cast<double>(figures.endpoints_suspended));
    set("lachan_next_deadline_timestamp_seconds", next_due ? timestamp(*next_due) : 0.0);
    set("lachan_audit_last_seq", static_cast<double>(last_event));
    set("lachan_writer_queue", static_cast<double>(data_->store->figures().queued));
}

void Application::set(std::string_view gauge, double value) {
    metrics_.gauge(gauge).set(value);
}

casework::People Application::people() {
    static constexpr std::string_view kOutcomes[] = {"granted", "refused", "slowed", "busy"};
    casework::People made{context_, credentials_};
    made.on_try = [this](casework::SignInOutcome outcome) {
        metrics_.counter("lachan_sign_in_attempts_total", {kOutcomes[static_cast<std::size_t>(outcome)]})
            .add();
    };
    made.on_alarm = [this](std::string_view of) {
        metrics_.counter("lachan_sign_in_alarms_total", {of}).add();
    };
    return made;
}

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

boost::asio::awaitable<void> Application::keep_counts() {
    while (!stop_.stopping) {
        co_await count_everything();
        co_await data_->clock.sleep_until(data_->clock.now() + kCountsEvery, count_work_);
    }
}

boost::asio::awaitable<void> Application::count_everything() {
    casework::Counts counts;
    casework::ReadOp look = [&](const casework::View& view) -> Result<void> {
        counts = view.counts();
        return {};
    };
    const auto looked = co_await data_->store->read_at_length(std::move(look));
    if (stop_.stopping) {
        co_return;
    }
    if (!looked) {
        log::error("metrics.counts_failed", {{"why", looked.error().detail()}});
        co_return;
    }
    metrics_.gauge("lachan_open_without_next_action")
        .set(static_cast<double>(counts.open_without_next_action));
    metrics_.gauge("lachan_invariant_check_timestamp_seconds").set(timestamp(data_->clock.now()));
    if (counts.open_without_next_action != 0 || counts.pending_duties_without_instant != 0 ||
        counts.pending_duties_without_holder != 0 || counts.scheduled_without_instant != 0) {
        log::error("invariant.broken",
                   {{"open_without_next_action", counts.open_without_next_action},
                    {"pending_duties_without_instant", counts.pending_duties_without_instant},
                    {"pending_duties_without_holder", counts.pending_duties_without_holder},
                    {"scheduled_without_instant", counts.scheduled_without_instant}});
    }
}

}  // namespace lachan::app
