#include "lachan/http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

#include "loopback.hpp"

namespace lachan::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

/// A handler that answers only when it is let.
class Door {
public:
    Handler handler() {
        return [this](Request& request) { return pass(request); };
    }
    void wait_until_knocked() { knocked_.get_future().wait(); }
    void open(asio::io_context& io) {
        asio::post(io, [this] { timer_->cancel(); });
    }

private:
    asio::awaitable<Reply> pass(Request& request) {
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
        timer_ = &timer;
        knocked_.set_value();
        boost::system::error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        Reply reply = co_await echo(request);
        co_return reply;
    }

    std::promise<void> knocked_;
    asio::steady_timer* timer_ = nullptr;  ///< In the frame that waits: it must not outlive its context.
};

TEST(Server, SaysWhereItListens) {
    Loopback server(echo);
    ASSERT_TRUE(server.start());
    EXPECT_NE(server.port(), 0);
    EXPECT_EQ(server.server().url(), "http://127.0.0.1:" + std::to_string(server.port()));
}

TEST(Server, RefusesAnAddressItCannotHave) {
    Loopback first(echo);
    ASSERT_TRUE(first.start());
    ServerOptions options;
    options.port = first.port();
    Loopback second(echo, options);
    EXPECT_FALSE(second.start());
    options.address = "not-an-address";
    Loopback third(echo, options);
    EXPECT_FALSE(third.start());
}

TEST(Server, CapsConnectionsOfOneAddress) {
    ServerOptions options = Loopback::quick();
    options.max_connections_per_address = 2;
    Loopback server(echo, options);
    ASSERT_TRUE(server.start());
    auto one = std::make_unique<RawClient>(server.port());
    one->send(kGet);
    EXPECT_EQ(one->read().status(), 200);
    RawClient two(server.port());
    two.send(kGet);
    EXPECT_EQ(two.read().status(), 200);
    RawClient three(server.port());
    EXPECT_TRUE(three.ended());
    one->send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(one->read().status(), 200);
    one.reset();
    // The place is free once the server has noticed; until then a newcomer is turned away.
    RawReply reply;
    for (int attempt = 0; attempt < 1000 && reply.status() != 200; ++attempt) {
        reply = server.ask(kGet);
    }
    EXPECT_EQ(reply.status(), 200);
}

// Whoever holds all places and says nothing must not keep out one who has something to say.
TEST(Server, WhenFullEndsTheConnectionThatHasWaitedLongest) {
    ServerOptions options = Loopback::quick();
    options.max_connections = 2;
    Loopback server(echo, options);
    ASSERT_TRUE(server.start());
    RawClient silent(server.port());
    RawClient one(server.port());
    one.send(kGet);
    EXPECT_EQ(one.read().status(), 200);

    RawClient two(server.port());
    two.send(kGet);

    EXPECT_EQ(two.read().status(), 200);
    EXPECT_TRUE(silent.ended());
    one.send(kGet);
    EXPECT_EQ(one.read().status(), 200);
}

TEST(Server, WhenFullOfWorkTurnsANewcomerAway) {
    ServerOptions options = Loopback::quick();
    options.max_connections = 1;
    Door door;
    Loopback server(door.handler(), options);
    ASSERT_TRUE(server.start());
    RawClient one(server.port());
    one.send(kGet);
    door.wait_until_knocked();

    RawClient two(server.port());

    EXPECT_TRUE(two.ended());
    door.open(server.io());
    EXPECT_EQ(one.read().status(), 200);
}

// With no descriptor left, accepting fails; the loop waits and goes on when there are some again.
TEST(Server, WaitsOutAcceptErrors) {
#if defined(__has_feature) && __has_feature(address_sanitizer)
    GTEST_SKIP() << "the sanitizer looks at memory through a pipe, and here no descriptor is left for one";
#endif
    ServerOptions options = Loopback::quick();
    options.accept_pause = 5ms;
    Loopback server(echo, options);
    ASSERT_TRUE(server.bind());
    server.io().poll();
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = ::dup(0);
    ::close(next);
    RawClient client(1);  // takes the last descriptor; nobody listens on port 1
    const rlimit none{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    client.connect(server.port());
    EXPECT_TRUE(client.connected());
    client.send(kGet);
    server.io().poll();
    EXPECT_EQ(server.server().connections(), 0U);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    server.run();
    EXPECT_EQ(client.read().status(), 200);
}

TEST(StoppingServer, ClosesIdleConnectionsAtOnce) {
    Loopback server(echo);
    ASSERT_TRUE(server.start());
    RawClient fresh(server.port());
    RawClient used(server.port());
    used.send(kGet);
    EXPECT_EQ(used.read().status(), 200);
    EXPECT_EQ(server.stop(), 0U);
    EXPECT_TRUE(fresh.ended());
    EXPECT_TRUE(used.ended());
}

TEST(StoppingServer, LetsARequestUnderWayEnd) {
    Door door;
    Loopback server(door.handler());
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kGet);
    door.wait_until_knocked();
    auto stopped = asio::co_spawn(server.io(), server.server().stop(), asio::use_future);
    door.open(server.io());
    const RawReply reply = client.read();
    EXPECT_EQ(reply.status(), 200);
    EXPECT_TRUE(reply.has("Connection: close\r\n"));
    client.end_sending();
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(stopped.get(), 0U);
}

TEST(StoppingServer, CutsWhatDoesNotEnd) {
    ServerOptions options = Loopback::quick();
    options.drain = 10ms;
    Door door;
    Loopback server(door.handler(), options);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kGet);
    door.wait_until_knocked();
    EXPECT_EQ(server.stop(), 1U);
    EXPECT_TRUE(client.ended());
}

TEST(StoppingServer, AcceptsNobody) {
    Loopback server(echo);
    ASSERT_TRUE(server.start());
    const std::uint16_t port = server.port();
    server.stop();
    EXPECT_FALSE(RawClient(port).connected());
}

Handler on_a_beat(Duration beat, std::promise<void>* answered = nullptr) {
    return [beat, answered](Request&) -> asio::awaitable<Reply> {
        Reply reply = Reply::json(200, "{}");
        reply.beat = beat;
        if (answered != nullptr) {
            answered->set_value();
        }
        co_return reply;
    };
}

// A lower bound only, which a busy machine cannot break.
TEST(ABeat, HoldsAReplyBackSoThatItsTimeSaysNothingAboutTheWork) {
    constexpr Duration kBeat = 20ms;
    Loopback server(on_a_beat(kBeat));
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        const auto asked = asio::steady_timer::clock_type::now();
        client.send(kGet);
        EXPECT_EQ(client.read().status(), 200);
        EXPECT_GE(asio::steady_timer::clock_type::now() - asked, kBeat);
    }
}

TEST(ABeat, KeepsNoPlaceFreeMeanwhileAndNoStopWaitingBeyondItsTime) {
    ServerOptions options = Loopback::quick();
    options.max_connections = 1;
    options.drain = 10ms;
    std::promise<void> answered;
    Loopback server(on_a_beat(std::chrono::hours(1), &answered), options);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kGet);
    answered.get_future().wait();
    EXPECT_TRUE(RawClient(server.port()).ended());  // it is at work, so it does not make room
    EXPECT_EQ(server.stop(), 1U);
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(server.server().connections(), 0U);  // and does not stay behind
}

asio::awaitable<Reply> counting(Request&) {
    Reply reply;
    reply.content_type = "text/event-stream";
    reply.stream = [count = 0]() mutable -> asio::awaitable<std::optional<std::string>> {
        ++count;
        co_return count <= 3 ? std::optional("data: " + std::to_string(count) + "\n\n") : std::nullopt;
    };
    co_return reply;
}

TEST(Stream, IsSentInChunks) {
    Loopback server(counting);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kGet);
    const std::string all = client.read_all();
    EXPECT_NE(all.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_TRUE(
        all.ends_with("\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 3\n\n\r\n0\r\n\r\n"))
        << all;
}

TEST(Stream, IsSentBareToAnOldClient) {
    Loopback server(counting);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send("GET /a HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(client.read_all().ends_with("\r\n\r\ndata: 1\n\ndata: 2\n\ndata: 3\n\n"));
}

TEST(Stream, EndsWhenTheServerStops) {
    Loopback server([](Request&) -> asio::awaitable<Reply> {
        Reply reply;
        reply.stream = [first = true]() mutable -> asio::awaitable<std::optional<std::string>> {
            if (std::exchange(first, false)) {
                co_return "data: 1\n\n";
            }
            asio::steady_timer never(co_await asio::this_coro::executor,
                                     asio::steady_timer::time_point::max());
            co_await never.async_wait(asio::use_awaitable);
            co_return "never";
        };
        co_return reply;
    });
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kGet);
    EXPECT_EQ(client.read().status(), 200);
    EXPECT_EQ(server.stop(), 0U);
}

}  // namespace
}  // namespace lachan::http
