#include "unit/delivery/loopback_server.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <mutex>
#include <thread>
#include <utility>

namespace lachan::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

ReceivedRequest taken_from(const http::request<http::string_body>& request) {
    ReceivedRequest result;
    result.method = std::string(request.method_string());
    result.target = std::string(request.target());
    for (const auto& field : request) {
        result.headers[lower(field.name_string())] = std::string(field.value());
    }
    result.body = request.body();
    return result;
}

using Record = std::function<void(const ReceivedRequest&)>;

template <class Stream>
class StreamConversation final : public Conversation {
public:
    StreamConversation(Stream& stream, int which, Record record)
        : stream_(stream), record_(std::move(record)) {
        number = which;
    }

    std::optional<ReceivedRequest> read_request() override {
        http::request<http::string_body> request;
        error_code failure;
        http::read(stream_, buffer_, request, failure);
        if (failure) {
            return std::nullopt;
        }
        ReceivedRequest result = taken_from(request);
        record_(result);
        return result;
    }

    std::optional<std::string> read_line() override {
        error_code failure;
        const std::size_t length = asio::read_until(stream_, lines_, "\r\n", failure);
        if (failure) {
            return std::nullopt;
        }
        std::string line = beast::buffers_to_string(lines_.data()).substr(0, length - 2);
        lines_.consume(length);
        return line;
    }

    void write(std::string_view raw) override {
        error_code ignored;
        asio::write(stream_, asio::buffer(raw), ignored);
    }

    void wait_until_gone() override {
        error_code failure;
        std::array<char, 1024> sink{};
        while (!failure) {
            stream_.read_some(asio::buffer(sink), failure);
        }
    }

    void reset() override {
        auto& socket = beast::get_lowest_layer(stream_).socket();
        error_code ignored;
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
    }

private:
    Stream& stream_;
    Record record_;
    beast::flat_buffer buffer_;
    asio::streambuf lines_;
};

}  // namespace

struct LoopbackServer::Inside {
    explicit Inside(Script wanted)
        : script(std::move(wanted)), acceptor(context, {asio::ip::address_v4::loopback(), 0}) {}

    void accept_all() {
        for (;;) {
            auto stream = std::make_shared<beast::tcp_stream>(context);
            error_code failure;
            acceptor.accept(stream->socket(), failure);
            const std::lock_guard lock(mutex);
            if (failure || stopping) {
                return;
            }
            handles.push_back(stream->socket().native_handle());
            const int number = ++count;
            workers.emplace_back([this, stream, number] { serve(*stream, number); });
        }
    }

    void serve(beast::tcp_stream& stream, int number) {
        const auto keep = [this](const ReceivedRequest& request) {
            const std::lock_guard lock(mutex);
            requests.push_back(request);
        };
        if (!tls) {
            StreamConversation<beast::tcp_stream> conversation(stream, number, keep);
            script(conversation);
            close(stream);
            return;
        }
        beast::ssl_stream<beast::tcp_stream&> secured(stream, *tls);
        error_code failure;
        secured.handshake(asio::ssl::stream_base::server, failure);
        if (!failure) {
            StreamConversation<beast::ssl_stream<beast::tcp_stream&>> conversation(secured, number, keep);
            script(conversation);
        }
        close(stream);
    }

    /// Under the lock, so that the end of the server never touches a descriptor that is somebody else's by
    /// then.
    void close(beast::tcp_stream& stream) {
        const std::lock_guard lock(mutex);
        error_code ignored;
        if (stream.socket().is_open()) {
            std::erase(handles, stream.socket().native_handle());
        }
        stream.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
        stream.socket().close(ignored);
    }

    Script script;
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor;
    std::optional<asio::ssl::context> tls;
    mutable std::mutex mutex;
    bool stopping = false;
    std::vector<int> handles;
    std::vector<ReceivedRequest> requests;
    std::vector<std::thread> workers;
    std::atomic<int> count = 0;
    std::thread accepter;
};

LoopbackServer::LoopbackServer(Script script, std::optional<TlsIdentity> identity)
    : inside_(std::make_unique<Inside>(std::move(script))) {
    if (identity) {
        inside_->tls.emplace(asio::ssl::context::tls_server);
        inside_->tls->use_certificate(asio::buffer(identity->certificate_pem), asio::ssl::context::pem);
        inside_->tls->use_private_key(asio::buffer(identity->key_pem), asio::ssl::context::pem);
    }
    inside_->accepter = std::thread([this] { inside_->accept_all(); });
}

LoopbackServer::~LoopbackServer() {
    {
        const std::lock_guard lock(inside_->mutex);
        inside_->stopping = true;
        for (const int handle : inside_->handles) {
            ::shutdown(handle, SHUT_RDWR);
        }
    }
    ::shutdown(inside_->acceptor.native_handle(), SHUT_RDWR);  // wakes the blocking accept
    inside_->accepter.join();
    for (std::thread& worker : inside_->workers) {
        worker.join();
    }
}

std::uint16_t LoopbackServer::port() const noexcept {
    return inside_->acceptor.local_endpoint().port();
}

std::string LoopbackServer::url(const std::string& scheme, const std::string& host) const {
    return scheme + "://" + host + ":" + std::to_string(port()) + "/hook?from=lachan";
}

int LoopbackServer::connections() const noexcept {
    return inside_->count;
}

std::vector<ReceivedRequest> LoopbackServer::requests() const {
    const std::lock_guard lock(inside_->mutex);
    return inside_->requests;
}

Script answering(std::string raw) {
    return [raw = std::move(raw)](Conversation& conversation) {
        while (conversation.read_request()) {
            conversation.write(raw);
        }
    };
}

std::string response(const std::string& status_line, const std::string& headers, const std::string& body) {
    return "HTTP/1.1 " + status_line + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
}

}  // namespace lachan::test
