#include "lachan/delivery/http_client.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "http_text.hpp"
#include "resolver.hpp"

namespace lachan::delivery {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;

using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Request = http::request<http::string_body>;
using ResponseParser = http::response_parser<http::buffer_body>;

constexpr unsigned kHeadLimit = 8 * 1024;             // of a response; ordinary ones have some hundred bytes
constexpr std::size_t kBufferLimit = 2 * kHeadLimit;  // a head, and what came with it
constexpr std::size_t kKeptBody = 4 * 1024;           // what an attempt may remember
constexpr int kMostInformational = 4;                 // 1xx heads before the answer
constexpr std::size_t kMostAddresses = 4;             // of one name are tried, within the time to connect

/// A connection to one origin, kept between two requests to it.
struct Connection {
    std::string origin;
    std::optional<beast::tcp_stream> plain;
    std::optional<TlsStream> tls;  ///< Either this or `plain`.
    beast::flat_buffer buffer{kBufferLimit};
    SteadyClock::time_point opened;
    SteadyClock::time_point idle_since;

    beast::tcp_stream& lowest() { return tls ? tls->next_layer() : *plain; }
};

/// A connection, or the word for why there is none.
struct Opened {
    std::unique_ptr<Connection> connection;
    std::string failure;
};

/// What one request over one connection came to.
struct Exchange {
    std::optional<int> status;
    std::string failure;
    std::optional<std::string> retry_after;
    std::string body;
    bool answered = false;  ///< At least one byte of an answer came.
    bool reusable = false;
};

/// The contract's word for a foreign error after the connection stood.
std::string word_for(const error_code& failure) {
    if (failure == beast::error::timeout) {
        return "timeout";
    }
    if (failure == http::error::end_of_stream || failure == http::error::partial_message) {
        return "reset";
    }
    if (failure.category() == make_error_code(http::error::bad_version).category()) {
        return "protocol";
    }
    if (failure.category() == asio::error::get_ssl_category()) {
        return "tls";
    }
    return "reset";
}

/// A server that does not speak TLS, or hangs up in the middle of it, is as unsafe as one with a wrong
/// certificate; only silence is something else.
std::string word_for_handshake(const error_code& failure) {
    return failure == beast::error::timeout ? "timeout" : "tls";
}

Request make_request(const HttpRequest& wanted, const EndpointUrl& url, const std::string& user_agent) {
    Request request(http::verb::post, url.target, 11);
    request.set(http::field::host, url.authority());
    request.set(http::field::user_agent, user_agent);
    for (const auto& [name, value] : wanted.headers) {
        request.set(name, value);
    }
    request.body() = wanted.body;
    request.prepare_payload();
    return request;
}

/// Reads the final head; heads of 1xx before it are read over.
template <class Stream>
asio::awaitable<error_code> read_head(Stream& stream,
                                      Connection& connection,
                                      std::optional<ResponseParser>& parser,
                                      Exchange& result) {
    error_code failure;
    for (int i = 0; i <= kMostInformational; ++i) {
        parser.emplace();
        parser->header_limit(kHeadLimit);
        parser->body_limit(boost::none);  // however much it announces: only the first 4 KiB are read
        co_await http::async_read_header(
            stream, connection.buffer, *parser, asio::redirect_error(asio::use_awaitable, failure));
        result.answered = result.answered || parser->got_some() || connection.buffer.size() != 0;
        if (failure || parser->get().result_int() / 100 != 1) {
            co_return failure;
        }
    }
    co_return make_error_code(http::error::bad_status);
}

/// Reads the first bytes of the body; what goes wrong here only makes the connection useless.
template <class Stream>
asio::awaitable<void> read_body(Stream& stream,
                                Connection& connection,
                                ResponseParser& parser,
                                Exchange& result) {
    result.body.resize(kKeptBody);
    std::size_t kept = 0;
    error_code failure;
    while (!parser.is_done() && kept < kKeptBody && !failure) {
        parser.get().body().data = result.body.data() + kept;
        parser.get().body().size = kKeptBody - kept;
        co_await http::async_read_some(
            stream, connection.buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
        kept = kKeptBody - parser.get().body().size;
        if (failure == http::error::need_buffer) {
            failure = {};
        }
    }
    result.body.resize(kept);
    result.reusable = !failure && parser.is_done() && parser.keep_alive() && connection.buffer.size() == 0;
}

/// When a request has to be answered, and how long the rest of the answer may take.
struct Patience {
    SteadyClock::time_point deadline;
    Duration body;
};

template <class Stream>
asio::awaitable<Exchange> exchange(Stream& stream,
                                   Connection& connection,
                                   const Request& request,
                                   Patience patience) {
    Exchange result;
    error_code failure;
    connection.lowest().expires_at(patience.deadline);
    co_await http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, failure));
    std::optional<ResponseParser> parser;
    if (!failure) {
        failure = co_await read_head(stream, connection, parser, result);
    }
    if (failure) {
        result.failure = word_for(failure);
        co_return result;
    }
    const unsigned status = parser->get().result_int();
    if (status < 200 || status > 599) {
        result.failure = "protocol";
        co_return result;
    }
    result.status = static_cast<int>(status);
    if (const auto found = parser->get().find(http::field::retry_after); found != parser->get().end()) {
        result.retry_after = std::string(found->value());
    }
    connection.lowest().expires_at(std::min(patience.deadline, SteadyClock::now() + patience.body));
    co_await read_body(stream, connection, *parser, result);
    co_return result;
}

/// TLS with nothing left to chance: 1.2 or later, a chain to a trusted authority.
Result<ssl::context> make_tls_context(const std::string& ca_file) {
    ssl::context context(ssl::context::tls_client);
    error_code failure;
    context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                        failure);
    context.set_verify_mode(ssl::verify_peer);
    if (ca_file.empty()) {
        context.set_default_verify_paths(failure);
    } else {
        context.load_verify_file(ca_file, failure);
    }
    if (failure) {
        return Error(Errc::validation_failed, "the file of certificate authorities cannot be loaded");
    }
    return context;
}

/// Sets the name the certificate must be for; an address is no server name, but a certificate may be for it.
bool expect_host(TlsStream& stream, const EndpointUrl& url) {
    static constexpr unsigned char kProtocols[] = "\x08http/1.1";
    SSL* const native = stream.native_handle();
    if (SSL_set_alpn_protos(native, kProtocols, sizeof(kProtocols) - 1) != 0) {
        return false;
    }
    if (!url.literal && SSL_set_tlsext_host_name(native, url.host.c_str()) != 1) {
        return false;
    }
    error_code failure;
    stream.set_verify_callback(ssl::host_name_verification(url.host), failure);
    return !failure;
}

}  // namespace

class HttpClient::Impl {
public:
    Impl(asio::any_io_executor executor, EgressGuard guard, HttpOptions options, ssl::context tls)
        : executor_(std::move(executor)),
          guard_(std::move(guard)),
          options_(std::move(options)),
          tls_(std::move(tls)),
          resolver_(executor_, options_.lookup),
          pool_(std::make_shared<Pool>(executor_)) {}

    asio::awaitable<HttpAnswer> post(HttpRequest wanted) {
        const auto started = SteadyClock::now();
        HttpAnswer answer;
        const auto url = parse_endpoint_url(wanted.url);
        Exchange result;
        if (url) {
            const Request request = make_request(wanted, *url, options_.user_agent);
            result = co_await attempt(wanted.pool, *url, request, started + options_.total_timeout);
        } else {
            result.failure = "egress_denied";
        }
        answer.status = result.status;
        answer.failure = std::move(result.failure);
        answer.body = std::move(result.body);
        answer.latency = std::chrono::duration_cast<Duration>(SteadyClock::now() - started);
        if (result.retry_after) {
            answer.retry_after = parse_retry_after(*result.retry_after, wanted.sent_at + answer.latency);
        }
        co_return answer;
    }

    void close_idle() {
        pool_->idle.clear();
        pool_->sweeper.cancel();
    }
    std::size_t idle_count() const noexcept { return pool_->idle.size(); }

private:
    /// Outlives this object where the sweeper's last call is still queued.
    struct Pool {
        explicit Pool(const asio::any_io_executor& executor) : sweeper(executor) {}
        std::map<std::string, std::unique_ptr<Connection>, std::less<>> idle;
        asio::steady_timer sweeper;
    };

    asio::awaitable<Exchange> attempt(const std::string& pool,
                                      const EndpointUrl& url,
                                      const Request& request,
                                      SteadyClock::time_point deadline) {
        if (auto kept = take_idle(pool, url.origin())) {
            Exchange result = co_await run(*kept, request, deadline);
            // The far end may have closed it a moment ago: no byte came, so nothing was decided.
            const bool dead = !result.answered && result.failure != "timeout";
            if (!dead) {
                keep(pool, std::move(kept), result);
                co_return result;
            }
        }
        Opened opened = co_await open(url, deadline);
        if (!opened.connection) {
            Exchange result;
            result.failure = std::move(opened.failure);
            co_return result;
        }
        Exchange result = co_await run(*opened.connection, request, deadline);
        keep(pool, std::move(opened.connection), result);
        co_return result;
    }

    asio::awaitable<Exchange> run(Connection& connection,
                                  const Request& request,
                                  SteadyClock::time_point deadline) const {
        const Patience patience{deadline, options_.body_timeout};
        if (connection.tls) {
            Exchange result = co_await exchange(*connection.tls, connection, request, patience);
            co_return result;
        }
        Exchange result = co_await exchange(*connection.plain, connection, request, patience);
        co_return result;
    }

    /// Resolves once, checks every address, connects to a checked one.
    asio::awaitable<Opened> open(const EndpointUrl& url, SteadyClock::time_point deadline) {
        deadline = std::min(deadline, SteadyClock::now() + options_.connect_timeout);
        std::vector<IpAddress> addresses;
        if (url.literal) {
            addresses.push_back(*url.literal);
        } else {
            addresses = co_await resolver_.resolve(url.host, deadline);
        }
        Opened result;
        if (addresses.empty()) {
            result.failure = "dns";
            co_return result;
        }
        // One forbidden address among good ones is how a name is turned against this network.
        const auto allowed = [&](const IpAddress& address) { return guard_.allows(address, url.tls); };
        if (!std::ranges::all_of(addresses, allowed)) {
            result.failure = "egress_denied";
            co_return result;
        }
        result = co_await connect(url, addresses, deadline);
        if (result.connection && url.tls) {
            co_await shake_hands(result, url, deadline);
        }
        co_return result;
    }

    /// The first address that answers; each gets its share of the time that is left.
    asio::awaitable<Opened> connect(const EndpointUrl& url,
                                    const std::vector<IpAddress>& addresses,
                                    SteadyClock::time_point deadline) {
        Opened result;
        const std::size_t count = std::min(addresses.size(), kMostAddresses);
        for (std::size_t i = 0; i < count; ++i) {
            const auto now = SteadyClock::now();
            const auto share = (deadline - now) / static_cast<SteadyClock::rep>(count - i);
            auto connection = std::make_unique<Connection>();
            connection->origin = url.origin();
            connection->opened = now;
            connection->plain.emplace(executor_);
            connection->plain->expires_at(now + share);
            const asio::ip::tcp::endpoint endpoint(addresses[i], url.port);
            error_code failure;
            co_await connection->plain->async_connect(endpoint,
                                                      asio::redirect_error(asio::use_awaitable, failure));
            if (!failure) {
                connection->plain->socket().set_option(asio::ip::tcp::no_delay(true), failure);
                result.connection = std::move(connection);
                co_return result;
            }
            result.failure = failure == beast::error::timeout ? "timeout" : "refused";
        }
        co_return result;
    }

    asio::awaitable<void> shake_hands(Opened& opened,
                                      const EndpointUrl& url,
                                      SteadyClock::time_point deadline) {
        Connection& connection = *opened.connection;
        connection.tls.emplace(std::move(*connection.plain), tls_);
        connection.plain.reset();
        error_code failure = asio::error::operation_not_supported;
        if (expect_host(*connection.tls, url)) {
            connection.lowest().expires_at(deadline);
            co_await connection.tls->async_handshake(ssl::stream_base::client,
                                                     asio::redirect_error(asio::use_awaitable, failure));
        }
        if (failure) {
            opened.failure = word_for_handshake(failure);
            opened.connection.reset();
        }
    }

    /// The kept connection of this name, if it leads there and is still young; otherwise it is closed.
    std::unique_ptr<Connection> take_idle(const std::string& pool, const std::string& origin) {
        const auto found = pool_->idle.find(pool);
        if (found == pool_->idle.end()) {
            return nullptr;
        }
        auto connection = std::move(found->second);
        pool_->idle.erase(found);
        const auto now = SteadyClock::now();
        const bool fresh = now - connection->idle_since < options_.idle_timeout &&
                           now - connection->opened < options_.connection_life;
        return fresh && connection->origin == origin ? std::move(connection) : nullptr;
    }

    void keep(const std::string& pool, std::unique_ptr<Connection> connection, const Exchange& result) {
        if (!result.reusable) {
            return;
        }
        connection->idle_since = SteadyClock::now();
        connection->lowest().expires_never();  // nothing is read or written until the next request
        auto& idle = pool_->idle;
        if (idle.size() >= options_.idle_connections && !idle.contains(pool)) {
            return;
        }
        const bool first = idle.empty();
        idle[pool] = std::move(connection);
        if (first) {
            sweep_later(pool_, options_.idle_timeout);
        }
    }

    /// Closes what has waited too long, and comes again while anything waits.
    static void sweep_later(const std::shared_ptr<Pool>& pool, Duration idle_timeout) {
        pool->sweeper.expires_after(idle_timeout);
        pool->sweeper.async_wait([weak = std::weak_ptr(pool), idle_timeout](error_code cancelled) {
            const auto alive = weak.lock();
            if (cancelled || !alive) {
                return;
            }
            const auto limit = SteadyClock::now() - idle_timeout;
            std::erase_if(alive->idle, [&](const auto& entry) { return entry.second->idle_since <= limit; });
            if (!alive->idle.empty()) {
                sweep_later(alive, idle_timeout);
            }
        });
    }

    asio::any_io_executor executor_;
    EgressGuard guard_;
    HttpOptions options_;
    ssl::context tls_;
    Resolver resolver_;
    std::shared_ptr<Pool> pool_;
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::create(asio::any_io_executor executor,
                                                       EgressGuard guard,
                                                       HttpOptions options) {
    auto tls = make_tls_context(options.ca_file);
    if (!tls) {
        return tls.error();
    }
    auto impl =
        std::make_unique<Impl>(std::move(executor), std::move(guard), std::move(options), std::move(*tls));
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

asio::awaitable<HttpAnswer> HttpClient::post(HttpRequest request) {
    return impl_->post(std::move(request));
}

void HttpClient::close_idle() {
    impl_->close_idle();
}

std::size_t HttpClient::idle_count() const noexcept {
    return impl_->idle_count();
}

}  // namespace lachan::delivery
