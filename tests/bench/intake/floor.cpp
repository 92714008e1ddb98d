// The floor: the least a service in this house could do. One thread that speaks HTTP with Beast and reads
// JSON with simdjson, one thread that writes the rows a report becomes (taken from lachan's own database) by
// group commit with `synchronous=FULL`; no rules, no sealing, no chain, no access, no repetition. What lachan
// is measured against.
//
//     bench_floor --database FILE --shape FILE     POST: writes the rows, then 201
//     bench_floor --document FILE                  every request: 200 with that document
//
// Prints its port. Ends on SIGTERM.
#include <simdjson.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "files.hpp"
#include "floor_store.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace lachan::bench;

struct Services {
    std::unique_ptr<FloorStore> store;
    std::string document;
    simdjson::dom::parser parser;
};

/// Resumes when the rows are on disk.
asio::awaitable<bool> kept(FloorStore& store, std::string id, std::string body) {
    auto start = [&](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        store.write(std::move(id), std::move(body), [shared](bool done) { std::move (*shared)(done); });
    };
    const bool done =
        co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(bool)>(start, asio::use_awaitable);
    co_return done;
}

using Response = http::response<http::string_body>;

asio::awaitable<Response> answer(Services& services, http::request<http::string_body> request) {
    Response response(http::status::ok, 11);
    response.set(http::field::content_type, "application/json");
    response.keep_alive(request.keep_alive());
    if (!services.store) {
        response.body() = services.document;
        response.prepare_payload();
        co_return response;
    }
    std::string_view id;
    std::string_view area;
    const simdjson::padded_string padded(request.body());
    simdjson::dom::element report;
    const bool read = services.parser.parse(padded).get(report) == simdjson::SUCCESS &&
                      report["report_id"].get(id) == simdjson::SUCCESS &&
                      report["area"].get(area) == simdjson::SUCCESS;
    if (!read) {
        response.result(http::status::bad_request);
        response.prepare_payload();
        co_return response;
    }
    std::string text = R"({"report":")" + std::string(id) + R"(","area":")" + std::string(area) + R"("})";
    const bool done = co_await kept(*services.store, std::string(id), std::move(request.body()));
    response.result(done ? http::status::created : http::status::service_unavailable);
    response.body() = std::move(text);
    response.prepare_payload();
    co_return response;
}

asio::awaitable<void> serve(tcp::socket socket, Services& services) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    error_code failure;
    stream.socket().set_option(tcp::no_delay(true), failure);
    while (!failure) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(256 * 1024);
        stream.expires_after(std::chrono::seconds(30));
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
        if (failure) {
            break;
        }
        const bool goes_on = parser.keep_alive();
        Response response = co_await answer(services, parser.release());
        stream.expires_after(std::chrono::seconds(30));
        co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, failure));
        if (!goes_on) {
            break;
        }
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, Services& services) {
    const auto executor = co_await asio::this_coro::executor;
    while (acceptor.is_open()) {
        error_code failure;
        tcp::socket socket =
            co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
        if (!failure) {
            asio::co_spawn(executor, serve(std::move(socket), services), [](const std::exception_ptr&) {});
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string database, shape_file, document;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        (name == "--database" ? database : name == "--shape" ? shape_file : document) = argv[i + 1];
    }
    try {
        asio::io_context io(1);
        Shape shape;  // outlives the writer, which reads it
        Services services;
        if (document.empty()) {
            shape = read_shape(shape_file);
            services.store = std::make_unique<FloorStore>(database, shape, io);
        } else {
            services.document = content_of(document);
        }
        tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        asio::signal_set signals(io, SIGTERM, SIGINT);
        signals.async_wait([&](const error_code&, int) { io.stop(); });
        asio::co_spawn(io, accept(acceptor, services), [](const std::exception_ptr&) {});
        std::printf("%u\n", acceptor.local_endpoint().port());
        std::fflush(stdout);
        io.run();
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_floor: %s\n", failure.what());
        return 3;
    }
}
