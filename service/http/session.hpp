#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/http/server.hpp"

namespace lachan::http {

class MessageReader;
struct Received;

/// What all sessions of a server share.
struct SessionParts {
    ServerOptions options;
    ServerParts server;
    bool stopping = false;
};

/// One connection: reads a message whole, has it answered, writes the reply, and so on until one side has
/// had enough. Used on the network thread only.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(boost::asio::ip::tcp::socket socket,
            std::string remote,
            std::shared_ptr<const SessionParts> parts,
            std::shared_ptr<boost::asio::ssl::context> tls);

    /// Serves the connection to its end. `self` keeps it alive meanwhile.
    static boost::asio::awaitable<void> run(std::shared_ptr<Session> self);

    /// The service is stopping: an idle connection ends now, a stream is cut short, a request under way gets
    /// its answer and is the last.
    void ask_to_end();
    /// Ends the connection whatever it is doing.
    void cut();

    /// Since when it has waited for its peer to send a request, or the rest of one; none: it is at work, or
    /// over.
    [[nodiscard]] std::optional<boost::asio::steady_timer::time_point> waiting_since() const noexcept;

    [[nodiscard]] const std::string& remote() const noexcept { return remote_; }
    /// Where `ask_to_end` reaches a stream that waits for something to say.
    [[nodiscard]] boost::asio::cancellation_slot stream_slot() noexcept { return stream_end_.slot(); }

private:
    enum class Phase : std::uint8_t { idle, head, body, working, streaming };
    struct Inbox;

    template <class Stream>
    boost::asio::awaitable<void> converse(Stream& stream);
    template <class Stream>
    boost::asio::awaitable<Received> receive(Stream& stream, Inbox& inbox);
    template <class Stream>
    boost::asio::awaitable<bool> await_more(Stream& stream, const MessageReader& reader, Inbox& inbox);
    template <class Stream>
    boost::asio::awaitable<bool> send(Stream& stream, const Reply& reply, const Received& received);
    template <class Stream>
    boost::asio::awaitable<void> send_stream(Stream& stream, const Reply& reply, bool chunked);
    template <class Stream>
    boost::asio::awaitable<bool> write(Stream& stream, std::string_view bytes);
    template <class Stream>
    boost::asio::awaitable<void> take_leave(Stream& stream);
    boost::asio::awaitable<Reply> answer(Received& received);
    /// Waits for the next beat since `begun`.
    boost::asio::awaitable<void> keep_beat(boost::asio::steady_timer::time_point begun, Duration beat);

    /// Whatever is waited for on the socket is given up after this time, and `expired_` says so.
    void arm(Duration limit);
    void disarm();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer beat_;
    std::string remote_;
    std::shared_ptr<const SessionParts> parts_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    boost::asio::cancellation_signal stream_end_;
    std::uint64_t armed_ = 0;  ///< Counts armings: an expiry that comes too late belongs to an earlier one.
    bool expired_ = false;
    bool ending_ = false;
    Phase phase_ = Phase::idle;
    boost::asio::steady_timer::time_point waiting_since_ = boost::asio::steady_timer::clock_type::now();
};

}  // namespace lachan::http
