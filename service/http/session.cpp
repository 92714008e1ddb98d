#include "session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <string>
#include <type_traits>
#include <typeinfo>

#include "lachan/base/check.hpp"
#include "lachan/base/log.hpp"
#include "message_reader.hpp"

namespace lachan::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Progress = MessageReader::Progress;

/// How much is read at once: of a body much, to get done; of what begins little, because idle connections
/// hold it. With the head's limit it bounds what a connection holds beside its message.
constexpr std::size_t kReadSize = 16 * 1024;
constexpr std::size_t kHeadReadSize = 4 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Reply failed(const ServerParts& server, const Request& request, const std::exception& failure) {
    // Only an invariant's text is known to be ours; what another exception says may quote the request.
    const auto* const broken = dynamic_cast<const BrokenInvariant*>(&failure);
    log::error("http.handler_failed",
               {{"request", request.id.text()},
                {"kind", typeid(failure).name()},
                {"invariant", broken != nullptr ? broken->what() : ""}});
    return server.problems.reply(Error(Errc::internal, ""), request);
}

}  // namespace

/// What came in: a request to answer, a refusal to say, or nothing more.
struct Received {
    enum class Kind : std::uint8_t { request, refusal, nothing };
    Kind kind = Kind::nothing;
    Request request;
    Error refusal;
    Framing framing;

    void refuse(Error error) {
        kind = Kind::refusal;
        refusal = std::move(error);
    }
};

/// The bytes of a connection that are not used up yet: a client may send its next request early.
struct Session::Inbox {
    std::string bytes;
    std::size_t limit;
};

Session::Session(asio::ip::tcp::socket socket,
                 std::string remote,
                 std::shared_ptr<const SessionParts> parts,
                 std::shared_ptr<asio::ssl::context> tls)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      beat_(socket_.get_executor()),
      remote_(std::move(remote)),
      parts_(std::move(parts)),
      tls_(std::move(tls)) {}

void Session::arm(Duration limit) {
    expired_ = false;
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this(), armed = ++armed_](const error_code& failure) {
        if (failure || armed != self->armed_) {
            return;
        }
        self->expired_ = true;
        error_code ignored;
        self->socket_.cancel(ignored);
    });
}

void Session::disarm() {
    ++armed_;
    timer_.cancel();
}

void Session::ask_to_end() {
    ending_ = true;
    if (phase_ == Phase::idle) {
        error_code ignored;
        socket_.cancel(ignored);
    } else if (phase_ == Phase::streaming) {
        stream_end_.emit(asio::cancellation_type::terminal);
    }
}

std::optional<asio::steady_timer::time_point> Session::waiting_since() const noexcept {
    const bool waits = phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body;
    return waits && !ending_ ? std::optional(waiting_since_) : std::nullopt;
}

void Session::cut() {
    ending_ = true;
    error_code ignored;
    socket_.close(ignored);
    beat_.cancel();
}

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
    if (!self->tls_) {
        co_await self->converse(self->socket_);
        self->disarm();
        co_return;
    }
    asio::ssl::stream<asio::ip::tcp::socket&> stream(self->socket_, *self->tls_);
    error_code failure;
    self->arm(self->parts_->options.handshake_timeout);
    co_await stream.async_handshake(asio::ssl::stream_base::server,
                                    asio::redirect_error(asio::use_awaitable, failure));
    if (!failure) {
        co_await self->converse(stream);
    }
    self->disarm();
}

template <class Stream>
asio::awaitable<void> Session::converse(Stream& stream) {
    Inbox inbox{{}, parts_->options.header_limit + kReadSize};
    while (!ending_) {
        Received received = co_await receive(stream, inbox);
        disarm();
        if (received.kind == Received::Kind::nothing) {
            break;
        }
        const auto begun = std::chrono::steady_clock::now();
        phase_ = Phase::working;
        const Reply reply = co_await answer(received);
        if (reply.beat > Duration::zero()) {
            co_await keep_beat(begun, reply.beat);
        }
        if (ending_ || reply.closes) {
            received.framing.keep_alive = false;
        }
        const bool sent = co_await send(stream, reply, received);
        if (parts_->server.observe) {
            const auto took = std::chrono::steady_clock::now() - begun;
            parts_->server.observe(
                {reply.route, received.request.method, reply.status, took, received.request.id});
        }
        if (!sent) {
            break;
        }
        if (!received.framing.keep_alive) {
            co_await take_leave(stream);
            break;
        }
        phase_ = Phase::idle;
    }
    error_code ignored;
    socket_.close(ignored);
}

/// Reads one message to its end, or to where it must be refused. Each part has its own time, counted from
/// where the part begins: a client that sends a byte now and then gains nothing.
template <class Stream>
asio::awaitable<Received> Session::receive(Stream& stream, Inbox& inbox) {
    MessageReader reader(parts_->options.header_limit, parts_->options.body_limit);
    Received received;
    phase_ = Phase::idle;
    waiting_since_ = asio::steady_timer::clock_type::now();
    arm(parts_->options.idle_timeout);
    while (true) {
        const auto [progress, used] = reader.feed(inbox.bytes);
        inbox.bytes.erase(0, used);
        if (progress == Progress::complete) {
            received.kind = Received::Kind::request;
            break;
        }
        if (progress == Progress::refused) {
            received.refuse(reader.refusal());
            break;
        }
        const bool heard = co_await await_more(stream, reader, inbox);
        if (heard) {
            continue;
        }
        if (!reader.begun()) {
            co_return received;
        }
        received.refuse(expired_ ? Error(Errc::request_timeout, "the message did not arrive in time")
                                 : Error(Errc::malformed_request, "the message is cut short or too long"));
        break;
    }
    received.request.id = parts_->server.new_request_id();
    received.request.remote = remote_;
    received.framing = reader.framing();
    received.framing.secure = tls_ != nullptr;
    if (received.kind == Received::Kind::refusal) {
        received.framing.keep_alive = false;  // the rest of the message may still be on the wire
    }
    if (const auto understood = reader.take(received.request); !understood) {
        received.refuse(understood.error());  // a sound message with an odd target: the connection goes on
    }
    co_return received;
}

/// Reads some more of a message. False: nothing more will come, or there is no room for it.
template <class Stream>
asio::awaitable<bool> Session::await_more(Stream& stream, const MessageReader& reader, Inbox& inbox) {
    if (reader.head_done() && phase_ != Phase::body) {
        phase_ = Phase::body;
        arm(parts_->options.body_timeout);
        if (reader.wants_continue() && inbox.bytes.empty()) {
            const bool told = co_await write(stream, kContinue);
            if (!told) {
                co_return false;
            }
        }
    } else if (reader.begun() && phase_ == Phase::idle) {
        phase_ = Phase::head;
        arm(parts_->options.header_timeout);
    }
    const std::size_t held = inbox.bytes.size();
    const std::size_t room = std::min(inbox.limit - held, reader.head_done() ? kReadSize : kHeadReadSize);
    if (room == 0) {
        co_return false;
    }
    inbox.bytes.resize(held + room);
    error_code failure;
    const std::size_t got = co_await stream.async_read_some(
        asio::buffer(inbox.bytes.data() + held, room), asio::redirect_error(asio::use_awaitable, failure));
    inbox.bytes.resize(held + got);
    co_return !failure;
}

asio::awaitable<Reply> Session::answer(Received& received) {
    const ServerParts& server = parts_->server;
    if (received.kind == Received::Kind::refusal) {
        co_return server.problems.reply(received.refusal, received.request);
    }
    try {
        Reply reply = co_await server.handler(received.request);
        co_return reply;
    } catch (const std::exception& failure) {
        co_return failed(server, received.request, failure);
    }
}

asio::awaitable<void> Session::keep_beat(asio::steady_timer::time_point begun, Duration beat) {
    const auto beats = (asio::steady_timer::clock_type::now() - begun) / beat + 1;
    beat_.expires_at(begun + beats * beat);
    error_code ignored;
    co_await beat_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

template <class Stream>
asio::awaitable<bool> Session::write(Stream& stream, std::string_view bytes) {
    error_code failure;
    co_await asio::async_write(
        stream, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failure));
    co_return !failure;
}

template <class Stream>
asio::awaitable<bool> Session::send(Stream& stream, const Reply& reply, const Received& received) {
    arm(parts_->options.write_timeout);
    const std::string date = http_date(parts_->server.clock.now());
    const std::string bytes = to_wire(reply, received.framing, received.request.id, date);
    const bool sent = co_await write(stream, bytes);
    disarm();
    if (!sent || !reply.stream || received.framing.head_only) {
        co_return sent;
    }
    phase_ = Phase::streaming;
    co_await send_stream(stream, reply, !received.framing.http_1_0);
    co_return false;  // a stream is the last thing a connection says
}

template <class Stream>
asio::awaitable<void> Session::send_stream(Stream& stream, const Reply& reply, bool chunked) {
    while (!ending_) {
        std::optional<std::string> piece;
        try {
            piece = co_await reply.stream();
        } catch (const std::exception& failure) {
            if (!ending_) {
                log::error("http.stream_failed", {{"kind", typeid(failure).name()}});
            }
            co_return;
        }
        if (!piece) {
            break;
        }
        arm(parts_->options.write_timeout);
        const std::string bytes = chunked ? to_chunk(*piece) : *piece;
        const bool sent = co_await write(stream, bytes);
        disarm();
        if (!sent) {
            co_return;
        }
    }
    if (chunked && !ending_) {
        arm(parts_->options.write_timeout);
        co_await write(stream, kLastChunk);
        disarm();
    }
}

/// Says that nothing more will come, then reads on for a little while and throws it away: closing with bytes
/// unread would reset the connection, and the answer might never be read.
template <class Stream>
asio::awaitable<void> Session::take_leave(Stream& stream) {
    error_code failure;
    phase_ = Phase::idle;
    arm(parts_->options.linger);
    if constexpr (!std::is_same_v<Stream, asio::ip::tcp::socket>) {
        co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, failure));
    }
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, failure);
    std::array<char, kReadSize> nothing{};
    while (!failure && !ending_ && !expired_) {
        co_await socket_.async_read_some(asio::buffer(nothing),
                                         asio::redirect_error(asio::use_awaitable, failure));
    }
    disarm();
}

}  // namespace lachan::http
