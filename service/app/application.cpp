#include "application.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "channels.hpp"
#include "console.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/deadline_moves.hpp"
#include "lachan/casework/once.hpp"
#include "settings.hpp"

namespace lachan::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr Duration kHousekeeping =
    5s;  ///< Keys made ahead last far longer; a full disk is noticed within this.
constexpr Duration kCalendarLook = 30s;  ///< After a failure deadlines stand by the former calendar.
constexpr Duration kAnchorRetry = 60s;   ///< After a failure; an outside party may be down for long.
constexpr int kRepliesForgotten = 500;   ///< In one unit: a millisecond of the writer.
// The calendar that open deadlines were last counted with, among the documents of the store.
constexpr std::string_view kCalendarDocument = "calendar";
constexpr std::string_view kCountedWith = "counted_with";

/// Of the contract's ten seconds for a stop: what is left is for the last commits and the checkpoint.
constexpr Duration kDrain = 9s;

constexpr char kHeartPool[] = "heartbeat/";  ///< Of connections; endpoint ids have no such form.

/// One call of the heartbeat's URL: an empty POST.
asio::awaitable<bool> send_beat(delivery::HttpClient& client, std::string url) {
    delivery::HttpRequest request;
    request.url = std::move(url);
    request.pool = kHeartPool;
    const auto answer = co_await client.post(std::move(request));
    co_return answer.status && *answer.status >= 200 && *answer.status < 300;
}

/// Without TLS a cookie that wants it would not come back; only on loopback is that no loss.
bool secure_cookies(const config::Config& config, std::string_view public_url) {
    return config.tls() || public_url.starts_with("https://") || !config.api.listen.loopback();
}

}  // namespace

Result<std::unique_ptr<Application>> Application::build(const config::Config& config) {
    auto data = open_data(config, vault::KeyFileAccess::own);
    if (!data) {
        return data.error();
    }
    auto loaded = load_world(config, **data);
    if (!loaded) {
        return loaded.error();
    }
    const auto kept = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        keep_world(tx, *loaded);
        return {};
    });
    if (!kept) {
        return kept.error();
    }
    std::unique_ptr<Application> made(new Application(config, std::move(*data), std::move(*loaded)));
    if (const auto listening = made->listen(); !listening) {
        return listening.error();
    }
    const std::string public_url = config::public_url_of(config, made->api_server_->port());
    made->problems_ = http::Problems(public_url);
    if (const auto transport = made->make_transport(public_url); !transport) {
        return transport.error();
    }
    made->make_api(public_url);
    if (const auto heartbeat = made->make_heartbeat(); !heartbeat) {
        return heartbeat.error();
    }
    return made;
}

Application::Application(const config::Config& config, std::unique_ptr<Data> data, LoadedWorld loaded)
    : config_(config),
      data_(std::move(data)),
      worlds_(std::move(loaded.world)),
      calendar_(std::move(loaded.calendar)),
      outbox_work_(io_.get_executor()),
      watch_work_(io_.get_executor()),
      house_work_(io_.get_executor()),
      anchor_work_(io_.get_executor()),
      calendar_work_(io_.get_executor()),
      count_work_(io_.get_executor()),
      heart_work_(io_.get_executor()),
      context_{
          *data_->store, data_->clock, data_->entropy, *data_->vault, worlds_, outbox_work_, watch_work_},
      people_(people()),
      problems_(""),
      limits_(limits_of(config)) {}

http::ServerParts Application::parts(http::Handler handler) {
    return {std::move(handler),
            problems_,
            data_->clock,
            [this] { return domain::RequestId(casework::new_uuid(data_->entropy, data_->clock.now())); },
            [this](const http::Observation& observation) { observe(observation); }};
}

/// Ports first: the public address is known only when they are bound.
Result<void> Application::listen() {
    api_server_ =
        std::make_unique<http::Server>(io_.get_executor(),
                                       server_options(config_),
                                       parts([this](http::Request& request) { return answer_api(request); }));
    operations_server_ = std::make_unique<http::Server>(
        io_.get_executor(), operations_options(config_), parts([this](http::Request& request) {
            return answer_operations(request);
        }));
    if (auto listening = api_server_->listen(); !listening) {
        return listening;
    }
    return operations_server_->listen();
}

Result<void> Application::make_transport(const std::string& public_url) {
    auto options = delivery_options(config_, public_url);
    if (!options) {
        return options.error();
    }
    auto transport = delivery::RoutingTransport::create(io_.get_executor(), std::move(*options));
    if (!transport) {
        return transport.error();
    }
    transport_ = std::move(*transport);
    auto anchors = Anchors::create(io_.get_executor(), config_, *data_);
    if (!anchors) {
        return anchors.error();
    }
    anchors_ = std::move(*anchors);
    return {};
}

void Application::make_api(const std::string& public_url) {
    casework::OutboxLimits limits;
    limits.parallel = static_cast<int>(config_.delivery.max_parallel);
    limits.slow = static_cast<int>(config_.delivery.max_slow);
    watch_ = std::make_unique<casework::WatchRunner>(context_, stop_, &runner_figures_);
    outbox_ =
        std::make_unique<casework::OutboxRunner>(context_, *transport_, stop_, limits, &runner_figures_);
    const vault::PublicKey key = data_->vault->public_key();
    const auto guard = delivery::EgressGuard::parse(config_.egress.allow_cidrs);
    http::Services services{context_,
                            *transport_,
                            problems_,
                            limits_,
                            people_,
                            secure_cookies(config_, public_url),
                            public_url,
                            LACHAN_VERSION,
                            {},
                            {},
                            {},
                            {},
                            {}};
    services.check_channel = [this, guard = *guard](casework::NewEndpoint& wanted) {
        return check_channel(config_, guard, wanted);
    };
    services.check_agency = [this](const domain::AgencyId&, std::string_view entry) {
        return check_agency(entry);
    };
    services.reload = [this] { return reload(); };
    services.sign = [this](std::string_view text) { return data_->vault->sign(text); };
    services.public_key = Bytes(key.begin(), key.end());
    api_ = std::make_unique<http::Api>(std::move(services));
}

Result<void> Application::make_heartbeat() {
    const auto url = heartbeat_url(config_);
    if (!url) {
        return url.error();
    }
    if (url->empty()) {
        return {};
    }
    const auto beat = [this, url = *url]() -> asio::awaitable<bool> {
        return send_beat(transport_->http(), url);
    };
    heartbeat_ = std::make_unique<casework::Heartbeat>(
        context_, *watch_, *outbox_, heart_work_, stop_, beat, &runner_figures_);
    return {};
}

Result<void> Application::check_agency(std::string_view entry) const {
    const auto checked = worlds_.current()->directory->with_agency(entry);
    if (!checked) {
        const Error refusal = checked.error();
        return Error(Errc::validation_failed, refusal.detail(), refusal.faults());
    }
    return {};
}

int Application::run() {
    asio::co_spawn(io_, live(), [this](const std::exception_ptr& failure) {
        if (failure) {
            log::error("service.broken");
            exit_code_ = kEnvironment;
            io_.stop();
        }
    });
    io_.run();
    data_->store->stop();
    if (cut_) {
        // Some try still hangs on a socket, a mail server or a name, and its destructor would wait for it.
        // All that counts is on disk; the lease of the try runs out after the next start.
        std::fflush(nullptr);
        std::_Exit(exit_code_);
    }
    return exit_code_;
}

asio::awaitable<void> Application::live() {
    asio::signal_set signals(
        io_, SIGINT, SIGTERM, SIGHUP);  // from the first moment: one that comes early waits here
    // Before anything is reminded of or missed by the former calendar.
    const bool counted = co_await count_anew_if_changed();
    const auto caught_up = counted ? co_await watch_->catch_up()
                                   : Result<void>(Error(Errc::storage, "deadlines are not counted anew"));
    if (!caught_up) {
        log::error("service.cannot_start", {{"why", caught_up.error().detail()}});
        exit_code_ = kEnvironment;
        co_return;
    }
    start(watch_->run());
    start(outbox_->run());
    start(keep_calendar());
    start(keep_house());
    start(keep_anchors());
    start(keep_counts());
    if (heartbeat_) {
        start(heartbeat_->run());
    }
    api_server_->start();
    operations_server_->start();
    serving_ = true;
    print_line(nlohmann::ordered_json{
        {"listening", {{"api", api_server_->url()}, {"operations", operations_server_->url()}}}}
                   .dump());
    log::info("service.ready", {{"api", api_server_->url()}, {"operations", operations_server_->url()}});
    co_await wait_for_signals(signals);
    co_await close();
}

void Application::start(asio::awaitable<void> runner) {
    ++running_;
    asio::co_spawn(io_, std::move(runner), [this](const std::exception_ptr& failure) {
        --running_;
        house_work_.notify();
        if (failure) {
            log::error("service.runner_broken");
        }
    });
}

asio::awaitable<void> Application::wait_for_signals(asio::signal_set& signals) {
    for (;;) {
        boost::system::error_code failure;
        const int signal = co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, failure));
        if (failure || signal != SIGHUP) {
            co_return;
        }
        if (const auto reloaded = reload(); !reloaded) {
            const Error refusal = reloaded.error();
            log::error("world.reload_refused", {{"why", refusal.detail()}});
            for (const Fault& fault : refusal.faults()) {
                log::error("world.fault",
                           {{"where", fault.pointer}, {"code", fault.code}, {"what", fault.detail}});
            }
        }
    }
}

/// In reverse: not ready, no new requests, no new deliveries; then what is queued is committed. One deadline
/// for all of it, however long a receiver hangs.
asio::awaitable<void> Application::close() {
    log::info("service.stopping");
    const auto until = asio::steady_timer::clock_type::now() + kDrain;
    serving_ = false;
    stop_.stopping = true;
    const std::size_t cut = co_await api_server_->stop();
    if (cut > 0) {
        log::warn("service.connections_cut", {{"count", cut}});
    }
    data_->store->end_long_readings();
    while (running_ > 0 && asio::steady_timer::clock_type::now() < until) {
        outbox_work_.notify();
        watch_work_.notify();
        house_work_.notify();
        anchor_work_.notify();
        calendar_work_.notify();
        count_work_.notify();
        heart_work_.notify();
        asio::steady_timer pause(io_, 20ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
    cut_ = running_ > 0;
    if (cut_) {
        log::warn("service.tries_cut", {{"runners", running_}});
    }
    const auto written = co_await people_.uses.write(context_);
    if (!written) {
        log::error("keys.uses_not_written", {{"why", written.error().detail()}});
    }
    transport_->close_idle();
    anchors_->close_idle();
    co_await operations_server_->stop();
    log::info("service.stopped");
    if (cut_) {
        io_.stop();
    }
}

Result<void> Application::reload() {
    auto loaded = load_world(config_, *data_);
    if (!loaded) {
        return loaded.error();
    }
    const auto kept = data_->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        keep_world(tx, *loaded);
        domain::Event event;
        event.at = tx.now;
        event.kind = "world.reloaded";
        event.actor = "service";
        event.data = {{"directory", loaded->world->directory->version()},
                      {"calendar", loaded->world->calendar->version()}};
        tx.events.append(event);
        return {};
    });
    if (!kept) {
        return kept.error();
    }
    worlds_.replace(loaded->world);
    calendar_ = std::move(loaded->calendar);
    calendar_work_.notify();
    log::info("world.reloaded",
              {{"directory", loaded->world->directory->version()},
               {"calendar", loaded->world->calendar->version()}});
    if (config_.tls()) {
        return api_server_->reload_tls();
    }
    return {};
}

/// One calendar after the other: two at once would move duties to and fro, and some would stay with the
/// former one.
asio::awaitable<void> Application::keep_calendar() {
    while (!stop_.stopping) {
        const std::string text = calendar_;
        co_await count_anew_if_changed();
        if (!stop_.stopping && calendar_ == text) {
            co_await data_->clock.sleep_until(data_->clock.now() + kCalendarLook, calendar_work_);
        }
    }
}

asio::awaitable<bool> Application::count_anew_if_changed() {
    const std::string text = calendar_;
    const auto world = worlds_.current();
    std::optional<std::string> counted_with;
    casework::ReadOp look = [&](const casework::View& view) -> Result<void> {
        counted_with = view.documents.find(kCalendarDocument, kCountedWith);
        return {};
    };
    const auto looked = co_await data_->store->read(std::move(look));
    if (looked && counted_with == text) {
        co_return true;
    }
    std::shared_ptr<const deadlines::Calendar> before;
    if (auto parsed = deadlines::Calendar::parse(counted_with.value_or(""))) {
        before = std::make_shared<const deadlines::Calendar>(std::move(*parsed));
    }
    const auto moved = looked ? co_await casework::move_deadlines(context_, {before, world}, stop_)
                              : Result<std::size_t>(looked.error());
    if (!moved) {
        log::error("calendar.not_applied",
                   {{"calendar", world->calendar->version()}, {"why", moved.error().detail()}});
        co_return false;
    }
    log::info("calendar.applied",
              {{"calendar", world->calendar->version()}, {"moved", static_cast<std::int64_t>(*moved)}});
    if (stop_.stopping) {
        co_return false;  // perhaps not all of it
    }
    casework::WriteOp note = [&](casework::Tx& tx) -> Result<void> {
        tx.documents.put(kCalendarDocument, kCountedWith, text, tx.now);
        return {};
    };
    const auto noted = co_await data_->store->commit(std::move(note), casework::Lane::routine);
    if (!noted) {
        log::error("calendar.not_noted", {{"why", noted.error().detail()}});
    }
    co_return noted.has_value();
}

asio::awaitable<void> Application::keep_house() {
    while (!stop_.stopping) {
        if (const auto filled = data_->vault->refill(); !filled) {
            log::error("vault.refill_failed", {{"why", filled.error().detail()}});
        }
        const Instant now = data_->clock.now();
        const auto written = co_await people_.uses.write_if_due(context_);
        if (!written) {
            log::error("keys.uses_not_written", {{"why", written.error().detail()}});
        }
        casework::WriteOp forget = [&](casework::Tx& tx) -> Result<void> {
            tx.replies.forget(now - casework::kRepliesKept, kRepliesForgotten);
            tx.accounts.forget(now - casework::kSessionLongest, now);
            return {};
        };
        const auto forgotten = co_await data_->store->commit(std::move(forget), casework::Lane::emergency);
        can_write_ = forgotten.has_value();
        co_await data_->clock.sleep_until(now + kHousekeeping, house_work_);
    }
}

asio::awaitable<void> Application::keep_anchors() {
    while (!stop_.stopping && !config_.audit.anchors.empty()) {
        bool kept = true;
        if (anchors_->behind()) {
            kept = co_await hand_out_head();
        }
        const Duration interval = config_.audit.anchor_interval;
        const Duration pause = kept ? interval : std::min(interval, kAnchorRetry);
        const Instant until = data_->clock.now() + pause;
        // A clock that is set back must not put the next one off.
        while (!stop_.stopping && data_->clock.now() < until && until - data_->clock.now() <= pause) {
            co_await data_->clock.sleep_until(until, anchor_work_);
        }
    }
}

asio::awaitable<bool> Application::hand_out_head() {
    const auto outcomes = co_await anchors_->hand_out();
    if (!outcomes) {
        log::error("audit.head_unread", {{"why", outcomes.error().detail()}});
        co_return false;
    }
    bool everywhere = true;
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
        if (const std::string& failure = (*outcomes)[i].failure; !failure.empty()) {
            everywhere = false;
            const std::string place = std::to_string(i);
            metrics_.counter("lachan_audit_anchor_failures_total", {place}).add();
            log::warn("audit.anchor_failed", {{"anchor", place}, {"why", failure}});
        }
    }
    if (everywhere) {
        metrics_.gauge("lachan_audit_anchor_timestamp_seconds")
            .set(static_cast<double>(to_ms(data_->clock.now())) / 1000.0);
    }
    co_return everywhere;
}

asio::awaitable<http::Reply> Application::answer_api(http::Request& request) {
    auto reply = co_await api_->answer(request);
    co_return reply;
}

}  // namespace lachan::app
