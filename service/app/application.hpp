#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>

#include "anchors.hpp"
#include "data.hpp"
#include "figures.hpp"
#include "guess_watch.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/heartbeat.hpp"
#include "lachan/casework/runners.hpp"
#include "lachan/casework/sign_in.hpp"
#include "lachan/config/config.hpp"
#include "lachan/delivery/routing_transport.hpp"
#include "lachan/http/api.hpp"
#include "lachan/http/server.hpp"
#include "lachan/operations/metrics.hpp"
#include "lachan/vault/argon2_credentials.hpp"

namespace lachan::app {

/// The running service: everything it is made of, wired from top to bottom, and stopped in reverse. One
/// thread serves sockets and runs the runners; the store has its writer's thread.
class Application {
public:
    /// Errors: what keeps the service from starting, said so that an operator can mend it.
    [[nodiscard]] static Result<std::unique_ptr<Application>> build(const config::Config& config);

    /// Runs until SIGTERM or SIGINT. Returns the exit code.
    [[nodiscard]] int run();

private:
    Application(const config::Config& config, std::unique_ptr<Data> data, LoadedWorld loaded);

    [[nodiscard]] Result<void> make_transport(const std::string& public_url);
    [[nodiscard]] Result<void> make_heartbeat();
    [[nodiscard]] Result<void> listen();
    void make_api(const std::string& public_url);

    /// Does what came due while the program was down, opens the ports, says so on standard output, and lives
    /// until a signal says stop.
    boost::asio::awaitable<void> live();
    boost::asio::awaitable<void> wait_for_signals(boost::asio::signal_set& signals);
    boost::asio::awaitable<void> keep_house();
    /// Hands heads of the record to the outside parties, each interval and sooner after a failure.
    boost::asio::awaitable<void> keep_anchors();
    boost::asio::awaitable<bool> hand_out_head();
    boost::asio::awaitable<void> close();
    void start(boost::asio::awaitable<void> runner);

    [[nodiscard]] Result<void> reload();
    /// Counts anew after each reload that changed the calendar, and again after a failure.
    boost::asio::awaitable<void> keep_calendar();
    /// Open deadlines follow the calendar in force, wherever a former one put them; then that is noted, so
    /// that a start after a change of the file counts anew, and any other start does not. False: not all of
    /// it, try again.
    boost::asio::awaitable<bool> count_anew_if_changed();
    [[nodiscard]] Result<void> check_agency(std::string_view entry) const;
    [[nodiscard]] boost::asio::awaitable<http::Reply> answer_api(http::Request& request);
    [[nodiscard]] boost::asio::awaitable<http::Reply> answer_operations(http::Request& request);
    [[nodiscard]] http::ServerParts parts(http::Handler handler);
    void observe(const http::Observation& observation);
    /// Counts a secret that was wrong; raises the alarm where it is one too many.
    void count_guess(std::string_view secret, GuessWatch& watch);
    boost::asio::awaitable<void> note_guessing(std::string secret);
    [[nodiscard]] bool ready() const;
    [[nodiscard]] casework::People people();
    /// Holds what is kept against the invariants, each minute.
    boost::asio::awaitable<void> keep_counts();
    boost::asio::awaitable<void> count_everything();
    /// The gauges that one look at the store can tell, for whoever reads the metrics now.
    boost::asio::awaitable<void> look_at_delivery();
    void set(std::string_view gauge, double value);

    const config::Config config_;
    std::unique_ptr<Data> data_;
    boost::asio::io_context io_{1};
    operations::Metrics metrics_;
    RunnerFigures runner_figures_{metrics_};
    casework::Worlds worlds_;
    std::string calendar_;  ///< Text of the calendar in force.
    casework::Wakeup outbox_work_;
    casework::Wakeup watch_work_;
    casework::Wakeup house_work_;
    casework::Wakeup anchor_work_;
    casework::Wakeup calendar_work_;
    casework::Wakeup count_work_;
    casework::Wakeup heart_work_;
    casework::Context context_;
    vault::Argon2Credentials credentials_;  ///< Ends before what waits for it.
    casework::People people_;
    casework::StopSign stop_;
    http::Problems problems_;
    http::Limits limits_;
    std::unique_ptr<http::Server> api_server_;
    std::unique_ptr<http::Server> operations_server_;
    std::unique_ptr<delivery::RoutingTransport> transport_;
    std::unique_ptr<Anchors> anchors_;
    std::unique_ptr<casework::WatchRunner> watch_;
    std::unique_ptr<casework::OutboxRunner> outbox_;
    std::unique_ptr<casework::Heartbeat> heartbeat_;  ///< None: nobody wants to hear it.
    std::unique_ptr<http::Api> api_;
    GuessWatch receipt_guesses_;
    GuessWatch token_guesses_;
    int running_ = 0;        ///< Runners that have not ended.
    bool serving_ = false;   ///< Between "ready to serve" and "stopping".
    bool cut_ = false;       ///< Runners were still at work when the time for stopping was over.
    bool can_write_ = true;  ///< The last write of the housekeeping came through.
    int exit_code_ = 0;
};

}  // namespace lachan::app
