#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/clock.hpp"
#include "lachan/http/message.hpp"
#include "lachan/http/problem.hpp"

namespace lachan::http {

struct TlsFiles {
    std::string certificate_chain;  ///< PEM.
    std::string private_key;        ///< PEM.
};

/// What one server allows. Tests make the times small.
struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one.
    std::optional<TlsFiles> tls;

    /// Below the usual 1,024 descriptors, with room for the store. When all are taken, the connection that
    /// has kept the server waiting longest ends for a new one.
    std::size_t max_connections = 900;
    std::size_t max_connections_per_address = 300;  ///< Whole offices share one address.
    std::size_t header_limit = 8 * 1024;
    std::size_t body_limit = 256 * 1024;

    Duration header_timeout = std::chrono::seconds(10);  ///< From the first byte to the end of the head.
    Duration body_timeout = std::chrono::seconds(30);    ///< From there to the end of the body.
    Duration idle_timeout = std::chrono::seconds(30);    ///< Between two requests.
    Duration write_timeout = std::chrono::seconds(30);
    Duration handshake_timeout = std::chrono::seconds(10);
    Duration linger = std::chrono::seconds(2);  ///< How long a refused body is still read, so that the
                                                ///< answer reaches its sender.
    Duration drain = std::chrono::seconds(10);  ///< How long requests under way may take to end.
    Duration accept_pause = std::chrono::milliseconds(200);  ///< After an accept failed.
};

/// One request as it went, for metrics and the access log.
struct Observation {
    std::string_view route;
    Method method = Method::get;
    int status = 0;
    std::chrono::nanoseconds took{};  ///< From the end of the message to the end of the reply.
    const domain::RequestId& id;
};

struct ServerParts {
    Handler handler;
    const Problems& problems;      ///< Outlives the server.
    const casework::Clock& clock;  ///< For the `Date` header.
    std::function<domain::RequestId()> new_request_id;
    std::function<void(const Observation&)> observe = {};  ///< May be empty.
};

/// Listens, and answers each message by the handler. Everything happens on the one thread that runs the
/// executor's context.
class Server {
public:
    Server(boost::asio::any_io_executor executor, ServerOptions options, ServerParts parts);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Binds the port and reads the certificate. Connections wait in the queue until `start`.
    /// Errors: `storage` (the address cannot be had, a file cannot be read).
    [[nodiscard]] Result<void> listen();
    /// Begins to accept. After `listen`.
    void start();

    /// "http://127.0.0.1:8080", with the actual port. After `listen`.
    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t connections() const noexcept;

    /// Reads the certificate again; connections from now on get the new one. On an error the old one stays.
    [[nodiscard]] Result<void> reload_tls();

    /// Stops accepting, closes idle connections, lets requests under way end within `drain`, then cuts what
    /// is left. Returns the number of connections that had to be cut.
    [[nodiscard]] boost::asio::awaitable<std::size_t> stop();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace lachan::http
