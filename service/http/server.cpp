#include "lachan/http/server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <map>
#include <set>

#include "lachan/base/log.hpp"
#include "lachan/base/network.hpp"
#include "session.hpp"
#include "tls.hpp"

namespace lachan::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct Server::State {
    State(asio::any_io_executor the_executor, ServerOptions options, ServerParts parts)
        : executor(std::move(the_executor)),
          shared(std::make_shared<SessionParts>(std::move(options), std::move(parts))),
          acceptor(executor),
          pause(executor),
          ended(executor) {}

    asio::any_io_executor executor;
    std::shared_ptr<SessionParts> shared;
    tcp::acceptor acceptor;
    asio::steady_timer pause;  ///< After a failed accept.
    asio::steady_timer ended;  ///< Cancelled whenever a session ends.
    std::shared_ptr<asio::ssl::context> tls;
    std::set<std::shared_ptr<Session>> sessions;
    std::map<std::string, std::size_t, std::less<>> per_address;
    std::size_t refused = 0;                         ///< Connections turned away since that was last told.
    asio::steady_timer::time_point refusals_told{};  ///< When.
    bool stopping = false;
};

namespace {

/// A session whose socket is closed ends at its next step; one that waits for something else is left behind.
constexpr std::chrono::seconds kCutGrace{1};
constexpr std::chrono::seconds kRefusalsTold{10};  ///< At most one line of log in this time.

/// The address without the dress of IPv4 in IPv6.
std::string text_of(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

Error cannot_listen(const ServerOptions& options, const error_code& failure) {
    return Error(Errc::storage,
                 "cannot listen on " + options.address + " port " + std::to_string(options.port) + ": " +
                     failure.message());
}

template <class State>
void forget(const std::shared_ptr<State>& state, const std::shared_ptr<Session>& session) {
    state->sessions.erase(session);
    const auto counted = state->per_address.find(network_of(session->remote()));
    if (counted != state->per_address.end() && --counted->second == 0) {
        state->per_address.erase(counted);
    }
    state->ended.cancel();
}

template <class State>
bool is_full(const State& state) {
    return state.sessions.size() >= state.shared->options.max_connections;
}

template <class State>
bool has_room_for(const State& state, const std::string& remote) {
    const auto counted = state.per_address.find(network_of(remote));
    return counted == state.per_address.end() ||
           counted->second < state.shared->options.max_connections_per_address;
}

/// Ends the connection that has kept us waiting longest, so that many who say nothing cannot keep out one who
/// would. False: all are at work.
template <class State>
bool make_room(State& state) {
    std::shared_ptr<Session> longest;
    auto since = asio::steady_timer::time_point::max();
    for (const auto& session : state.sessions) {
        const auto waits = session->waiting_since();
        if (waits && *waits < since) {
            longest = session;
            since = *waits;
        }
    }
    if (longest) {
        longest->cut();
    }
    return longest != nullptr;
}

/// Says once in a while how many were turned away: who floods us must not flood the log as well.
template <class State>
void note_refusal(State& state) {
    ++state.refused;
    const auto now = asio::steady_timer::clock_type::now();
    if (now < state.refusals_told + kRefusalsTold) {
        return;
    }
    log::warn("http.connections_refused", {{"refused", state.refused}, {"open", state.sessions.size()}});
    state.refusals_told = now;
    state.refused = 0;
}

/// Takes a connection in, or closes it where there is no room and none can be made: a queue of waiting ones
/// would only look alive.
template <class State>
void admit(const std::shared_ptr<State>& state, tcp::socket socket) {
    error_code failure;
    const tcp::endpoint peer = socket.remote_endpoint(failure);
    if (failure) {
        return;  // gone already
    }
    std::string remote = text_of(peer.address());
    if (!has_room_for(*state, remote) || (is_full(*state) && !make_room(*state))) {
        note_refusal(*state);
        return;
    }
    socket.set_option(tcp::no_delay(true), failure);
    ++state->per_address[network_of(remote)];
    auto session = std::make_shared<Session>(std::move(socket), std::move(remote), state->shared, state->tls);
    state->sessions.insert(session);
    auto when_over = [state, session](const std::exception_ptr& failed) {
        if (failed) {
            log::error("http.session_failed");
        }
        forget(state, session);
    };
    asio::co_spawn(state->executor,
                   Session::run(session),
                   asio::bind_cancellation_slot(session->stream_slot(), std::move(when_over)));
}

/// Accepts until the service stops. A failure (no descriptors left) is waited out: it must not end the loop.
template <class State>
asio::awaitable<void> accept_loop(std::shared_ptr<State> state) {
    while (!state->stopping) {
        tcp::socket socket(state->executor);
        error_code failure;
        co_await state->acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, failure));
        if (state->stopping) {
            break;
        }
        if (!failure) {
            admit(state, std::move(socket));
            continue;
        }
        log::error("http.accept_failed", {{"error", failure.message()}});
        state->pause.expires_after(state->shared->options.accept_pause);
        co_await state->pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
    }
}

/// Returns when no session is left, or at `until`.
template <class State>
asio::awaitable<void> wait_for_sessions(std::shared_ptr<State> state, asio::steady_timer::time_point until) {
    while (!state->sessions.empty() && asio::steady_timer::clock_type::now() < until) {
        error_code ignored;
        state->ended.expires_at(until);
        co_await state->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

}  // namespace

Server::Server(asio::any_io_executor executor, ServerOptions options, ServerParts parts)
    : state_(std::make_shared<State>(std::move(executor), std::move(options), std::move(parts))) {}

Server::~Server() {
    error_code ignored;
    state_->stopping = true;
    state_->acceptor.close(ignored);
}

Result<void> Server::listen() {
    const ServerOptions& options = state_->shared->options;
    if (const auto read = reload_tls(); !read) {
        return read.error();
    }
    error_code failure;
    const auto address = asio::ip::make_address(options.address, failure);
    if (failure) {
        return cannot_listen(options, failure);
    }
    const tcp::endpoint wanted(address, options.port);
    tcp::acceptor& acceptor = state_->acceptor;
    acceptor.open(wanted.protocol(), failure);
    if (!failure) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    }
    if (!failure) {
        acceptor.bind(wanted, failure);
    }
    if (!failure) {
        acceptor.listen(asio::socket_base::max_listen_connections, failure);
    }
    if (failure) {
        error_code ignored;
        acceptor.close(ignored);
        return cannot_listen(options, failure);
    }
    return {};
}

void Server::start() {
    auto when_over = [](const std::exception_ptr& failed) {
        if (failed) {
            log::error("http.acceptor_failed");
        }
    };
    asio::co_spawn(state_->executor, accept_loop(state_), std::move(when_over));
}

std::uint16_t Server::port() const {
    error_code failure;
    const tcp::endpoint bound = state_->acceptor.local_endpoint(failure);
    return failure ? 0 : bound.port();
}

std::string Server::url() const {
    const ServerOptions& options = state_->shared->options;
    const bool v6 = options.address.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + options.address + "]" : options.address;
    return (state_->tls ? "https://" : "http://") + host + ":" + std::to_string(port());
}

std::size_t Server::connections() const noexcept {
    return state_->sessions.size();
}

Result<void> Server::reload_tls() {
    if (!state_->shared->options.tls) {
        return {};
    }
    auto context = make_tls_context(*state_->shared->options.tls);
    if (!context) {
        return context.error();
    }
    state_->tls = std::move(*context);
    return {};
}

asio::awaitable<std::size_t> Server::stop() {
    const std::shared_ptr<State> state = state_;
    error_code ignored;
    state->stopping = true;
    state->acceptor.close(ignored);
    state->pause.cancel();
    const auto asked = state->sessions;  // a copy: sessions leave the set as they end
    for (const auto& session : asked) {
        session->ask_to_end();
    }
    co_await wait_for_sessions(state, asio::steady_timer::clock_type::now() + state->shared->options.drain);
    const auto left = state->sessions;
    for (const auto& session : left) {
        session->cut();
    }
    co_await wait_for_sessions(state, asio::steady_timer::clock_type::now() + kCutGrace);
    co_return left.size();
}

}  // namespace lachan::http
