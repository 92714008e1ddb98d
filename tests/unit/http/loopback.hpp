#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "lachan/http/server.hpp"

/// A server on a real socket, and a client that sends exactly the bytes it is told to.
namespace lachan::http {

class FixedClock : public casework::Clock {
public:
    [[nodiscard]] Instant now() const noexcept override { return from_ms(1'795'137'300'000); }
    boost::asio::awaitable<void> sleep_until(Instant, casework::Wakeup&) override { co_return; }
};

/// What came back: the head as text, and the body.
struct RawReply {
    std::string head;
    std::string body;

    [[nodiscard]] int status() const { return head.size() > 12 ? std::stoi(head.substr(9, 3)) : 0; }
    [[nodiscard]] bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        // Only so that a broken server fails a test instead of hanging it.
        const timeval patience{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        connect(port);
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient() { ::close(socket_); }

    void connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    [[nodiscard]] bool connected() const { return connected_; }

    /// False where the other side has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void end_sending() { ::shutdown(socket_, SHUT_WR); }

    /// Reads one reply with the length it declares.
    RawReply read(bool head_only = false) {
        RawReply reply;
        while (held_.find("\r\n\r\n") == std::string::npos) {
            if (!more()) {
                return reply;
            }
        }
        const std::size_t end = held_.find("\r\n\r\n") + 4;
        reply.head = held_.substr(0, end);
        held_.erase(0, end);
        const std::size_t length = head_only ? 0 : declared_length(reply.head);
        while (held_.size() < length && more()) {
        }
        reply.body = held_.substr(0, length);
        held_.erase(0, length);
        return reply;
    }
    /// Reads until the other side has nothing more to say.
    std::string read_all() {
        while (more()) {
        }
        return std::move(held_);
    }
    /// True where the connection was ended, with nothing more said.
    bool ended() { return held_.empty() && !more(); }

private:
    bool more() {
        char bytes[4096];
        const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got <= 0) {
            return false;
        }
        held_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }
    static std::size_t declared_length(std::string_view head) {
        constexpr std::string_view kName = "Content-Length: ";
        const std::size_t at = head.find(kName);
        return at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + kName.size(), 10)));
    }

    int socket_;
    bool connected_ = false;
    std::string held_;
};

class Loopback {
public:
    explicit Loopback(Handler handler, ServerOptions options = quick())
        : server_(io_.get_executor(), std::move(options), parts(std::move(handler))) {}
    ~Loopback() {
        boost::asio::post(io_, [this] { io_.stop(); });
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    /// Limits of a connection that no test waits for.
    static ServerOptions quick() {
        ServerOptions options;
        options.drain = std::chrono::seconds(5);
        options.linger = std::chrono::seconds(1);
        return options;
    }

    /// Listens, but does nothing yet.
    Result<void> bind() {
        if (const auto bound = server_.listen(); !bound) {
            return bound.error();
        }
        server_.start();
        return {};
    }
    void run() {
        thread_ = std::thread([this] { io_.run(); });
    }
    Result<void> start() {
        const auto bound = bind();
        if (bound) {
            run();
        }
        return bound;
    }
    /// Stops the server; says how many connections had to be cut.
    std::size_t stop() { return boost::asio::co_spawn(io_, server_.stop(), boost::asio::use_future).get(); }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] Server& server() { return server_; }
    [[nodiscard]] boost::asio::io_context& io() { return io_; }

    /// One request on a connection of its own.
    RawReply ask(std::string_view bytes) {
        RawClient client(port());
        client.send(bytes);
        return client.read();
    }

private:
    ServerParts parts(Handler handler) {
        return {.handler = std::move(handler),
                .problems = problems_,
                .clock = clock_,
                .new_request_id = [this] { return domain::RequestId("r" + std::to_string(++requests_)); },
                .observe = {}};
    }

    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    Problems problems_{"http://lachan.test"};
    FixedClock clock_;
    int requests_ = 0;
    Server server_;
    std::thread thread_;
};

/// Says what it was asked.
inline boost::asio::awaitable<Reply> echo(Request& request) {
    std::string body(text_of(request.method));
    body += ' ' + request.path + ' ' + request.body;
    Reply reply = Reply::json(200, std::move(body));
    co_return reply;
}

}  // namespace lachan::http
