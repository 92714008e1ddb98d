// What a webhook's receiver answers: a stranger's server says anything, and it is an outcome.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "fuzz.hpp"
#include "http_text.hpp"
#include "lachan/delivery/http_client.hpp"

using namespace lachan;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Takes one connection, reads what there is, says the bytes and closes.
asio::awaitable<void> say(tcp::acceptor& acceptor, std::string_view bytes) {
    boost::system::error_code failure;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
    std::array<char, 4096> request{};
    co_await socket.async_read_some(asio::buffer(request),
                                    asio::redirect_error(asio::use_awaitable, failure));
    co_await asio::async_write(
        socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failure));
}

asio::awaitable<void> ask(delivery::HttpClient& client, std::string url, delivery::HttpAnswer& answer) {
    delivery::HttpRequest request;
    request.url = std::move(url);
    request.pool = "fuzz";
    request.body = "{}";
    answer = co_await client.post(std::move(request));
    client.close_idle();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    static_cast<void>(delivery::parse_retry_after(bytes, Instant{}));
    fuzz::expect(delivery::excerpt_of(bytes).size() <= 4096, "an excerpt is short");

    asio::io_context io(1);
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    auto guard = delivery::EgressGuard::parse({"127.0.0.0/8"});
    auto client = delivery::HttpClient::create(io.get_executor(), std::move(*guard), {});
    delivery::HttpAnswer answer;
    const auto rethrow = [](const std::exception_ptr& failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    };
    const auto url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/";
    asio::co_spawn(io, say(acceptor, bytes), rethrow);
    asio::co_spawn(io, ask(**client, url, answer), [&](const std::exception_ptr& failure) {
        acceptor.close();
        rethrow(failure);
    });
    io.run();
    fuzz::expect(answer.status.has_value() != !answer.failure.empty(), "there is a status or a reason");
    fuzz::expect(answer.body.size() <= 4096, "little is kept of a body");
    return 0;
}
