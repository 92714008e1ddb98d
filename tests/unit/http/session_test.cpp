#include <gtest/gtest.h>

#include <stdexcept>

#include "loopback.hpp"

namespace lachan::http {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

class Session : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(server.start()); }
    Loopback server{echo};
};

TEST_F(Session, KeepsAConnectionOpenBetweenRequests) {
    RawClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.send(kGet);
        const RawReply reply = client.read();
        EXPECT_EQ(reply.status(), 200);
        EXPECT_EQ(reply.body, "GET /a ");
        EXPECT_FALSE(reply.has("Connection:"));
    }
}

TEST_F(Session, AnswersPipelinedRequestsInTheirOrder) {
    RawClient client(server.port());
    client.send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
        "GET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(client.read().body, "GET /1 ");
    EXPECT_EQ(client.read().body, "POST /2 abc");
    EXPECT_EQ(client.read().body, "POST /3 def");
    const RawReply last = client.read();
    EXPECT_EQ(last.body, "GET /4 ");
    EXPECT_TRUE(last.has("Connection: close\r\n"));
    EXPECT_TRUE(client.ended());
}

TEST_F(Session, UnderstandsAMessageThatComesByteByByte) {
    RawClient client(server.port());
    for (const char c : std::string_view("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")) {
        client.send(std::string_view(&c, 1));
    }
    EXPECT_EQ(client.read().body, "POST /a ok");
}

TEST_F(Session, AnswersHeadWithTheLengthAndNoBody) {
    RawClient client(server.port());
    client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.read(true).has("Content-Length: 8\r\n"));
    client.send(kGet);
    EXPECT_EQ(client.read().body, "GET /a ");
}

TEST_F(Session, TakesKeepAliveFromTheRequest) {
    RawClient old(server.port());
    old.send("GET /a HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(old.read().has("Connection: close\r\n"));
    EXPECT_TRUE(old.ended());
    RawClient asking(server.port());
    asking.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(asking.read().has("Connection: keep-alive\r\n"));
    asking.send("GET /b HTTP/1.0\r\n\r\n");
    EXPECT_EQ(asking.read().body, "GET /b ");
}

TEST_F(Session, AnswersAClientThatHasEndedSending) {
    RawClient client(server.port());
    client.send(kGet);
    client.end_sending();
    EXPECT_EQ(client.read().body, "GET /a ");
    EXPECT_TRUE(client.ended());
}

TEST_F(Session, SaysNothingToAClientThatSaidNothing) {
    RawClient client(server.port());
    client.end_sending();
    EXPECT_TRUE(client.ended());
}

TEST_F(Session, WaitsForABodyOnlyAfterSayingSo) {
    RawClient client(server.port());
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read(true).head, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    EXPECT_EQ(client.read().body, "POST /a ok");
}

TEST_F(Session, DoesNotAskForABodyItWillRefuse) {
    RawClient client(server.port());
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 262145\r\n\r\n");
    EXPECT_EQ(client.read().status(), 413);
}

TEST_F(Session, PutsTheGuardingHeadersOnEveryReply) {
    for (const std::string_view request : {kGet, std::string_view("nonsense\r\n\r\n")}) {
        const RawReply reply = server.ask(request);
        for (const char* const line : {"Cache-Control: no-store\r\n",
                                       "X-Content-Type-Options: nosniff\r\n",
                                       "Content-Security-Policy: default-src 'none'",
                                       "frame-ancestors 'none'",
                                       "Referrer-Policy: no-referrer\r\n",
                                       "X-Frame-Options: DENY\r\n",
                                       "Cross-Origin-Resource-Policy: same-origin\r\n",
                                       "Cross-Origin-Opener-Policy: same-origin\r\n",
                                       "X-Request-Id: r",
                                       "Date: Fri, 20 Nov 2026 01:15:00 GMT\r\n"}) {
            EXPECT_TRUE(reply.has(line)) << line << "\n" << reply.head;
        }
        EXPECT_FALSE(reply.has("Strict-Transport-Security"));
        EXPECT_FALSE(reply.has("Server:"));
    }
}

TEST_F(Session, RefusesAnOddTargetAndGoesOn) {
    RawClient client(server.port());
    client.send("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read().status(), 400);
    client.send(kGet);
    EXPECT_EQ(client.read().status(), 200);
}

TEST_F(Session, KeepsTrailersOutOfTheHeaders) {
    Loopback naming([](Request& request) -> boost::asio::awaitable<Reply> {
        const bool authorized = request.headers.find("Authorization").has_value();
        Reply reply = Reply::json(authorized ? 200 : 401, "{}");
        co_return reply;
    });
    ASSERT_TRUE(naming.start());
    const RawReply reply = naming.ask(
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nok\r\n0\r\nAuthorization: Bearer t\r\n\r\n");
    EXPECT_EQ(reply.status(), 401);
}

struct Ambiguous {
    const char* name;
    std::string bytes;
};

/// Messages that two readers could understand differently, or nobody.
class AmbiguousMessage : public testing::TestWithParam<Ambiguous> {};

TEST_P(AmbiguousMessage, IsRefusedAndEndsTheConnection) {
    int answered = 0;
    Loopback server([&answered](Request& request) -> boost::asio::awaitable<Reply> {
        ++answered;
        return echo(request);
    });
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(GetParam().bytes);
    client.end_sending();
    const RawReply reply = client.read();
    EXPECT_EQ(reply.status(), 400) << reply.head;
    EXPECT_TRUE(reply.has("Connection: close\r\n"));
    EXPECT_TRUE(reply.has("Content-Type: application/problem+json\r\n"));
    EXPECT_NE(reply.body.find("/problems/malformed-request"), std::string::npos);
    EXPECT_TRUE(client.ended());
    server.stop();
    EXPECT_EQ(answered, 0);
}

std::string post(const std::string& headers, const std::string& body = "") {
    return "POST /a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    AmbiguousMessage,
    testing::Values(
        Ambiguous{"Nonsense", "nonsense\r\n\r\n"},
        Ambiguous{"NotHttp", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15)},
        Ambiguous{"CutShort", "GET /a HTT"},
        Ambiguous{"BodyCutShort", post("Content-Length: 5\r\n", "abc")},
        Ambiguous{"NoHost", "GET /a HTTP/1.1\r\n\r\n"},
        Ambiguous{"TwoHosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
        Ambiguous{"Version2", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n"},
        Ambiguous{"Version09", "GET /a\r\n\r\n"},
        Ambiguous{"BareLineFeeds", "GET /a HTTP/1.1\nHost: x\n\n"},
        Ambiguous{"BareLineFeedInHead", "GET /a HTTP/1.1\r\nHost: x\nX: y\r\n\r\n"},
        Ambiguous{"BareCarriageReturn", "GET /a HTTP/1.1\r\nHost: x\rX: y\r\n\r\n"},
        Ambiguous{"NulInHeader", std::string("GET /a HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 36)},
        Ambiguous{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
        Ambiguous{"SpaceBeforeColon", post("Content-Length : 3\r\n", "abc")},
        Ambiguous{"LengthAndChunks",
                  post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        Ambiguous{"ChunksAndLength",
                  post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")},
        Ambiguous{"TwoLengths", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")},
        Ambiguous{"SameLengthTwice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},
        Ambiguous{"LengthList", post("Content-Length: 3, 3\r\n", "abc")},
        Ambiguous{"NegativeLength", post("Content-Length: -1\r\n")},
        Ambiguous{"SignedLength", post("Content-Length: +3\r\n", "abc")},
        Ambiguous{"HexLength", post("Content-Length: 0x3\r\n", "abc")},
        Ambiguous{"HugeLength", post("Content-Length: 99999999999999999999999\r\n")},
        Ambiguous{"OtherEncoding", post("Transfer-Encoding: gzip\r\n", "abc")},
        Ambiguous{"EncodingBeforeChunks", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
        Ambiguous{"ChunksTwice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
        Ambiguous{"ChunksInTwoLines",
                  post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
        Ambiguous{"ChunksOldVersion", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Ambiguous{"BadChunkSize", post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n")},
        Ambiguous{"ChunkTooShort", post("Transfer-Encoding: chunked\r\n", "2\r\nabc\r\n0\r\n\r\n")},
        Ambiguous{"ChunkBareLineFeed", post("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n")},
        Ambiguous{"EndlessChunkExtension",
                  post("Transfer-Encoding: chunked\r\n", "3;" + std::string(64 * 1024, 'x'))},
        Ambiguous{"TwoAuthorizations", post("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n")},
        Ambiguous{"TwoTypes", post("Content-Type: text/plain\r\nContent-Type: application/json\r\n")}),
    [](const auto& param) { return param.param.name; });

TEST_F(Session, RefusesAHeadOverItsLimit) {
    const RawReply reply =
        server.ask("GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(8 * 1024, 'x') + "\r\n\r\n");
    EXPECT_EQ(reply.status(), 431);
    EXPECT_TRUE(reply.has("Connection: close\r\n"));
    EXPECT_EQ(server.ask("GET /" + std::string(8 * 1024, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n").status(),
              431);
}

TEST_F(Session, TakesABodyUpToItsLimitAndNoByteMore) {
    const std::string body(256 * 1024, 'x');
    const RawReply taken = server.ask(post("Content-Length: 262144\r\n", body));
    EXPECT_EQ(taken.status(), 200);
    EXPECT_EQ(taken.body.size(), 8 + body.size());
    const RawReply refused = server.ask(post("Content-Length: 262145\r\n"));
    EXPECT_EQ(refused.status(), 413);
    EXPECT_TRUE(refused.has("Connection: close\r\n"));
}

TEST_F(Session, CountsChunksAgainstTheLimitOfABody) {
    std::string bytes = post("Transfer-Encoding: chunked\r\n");
    for (int i = 0; i < 5; ++i) {
        bytes += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    }
    EXPECT_EQ(server.ask(bytes).status(), 413);
}

// A client that pushes its whole body before it reads must still get the answer, not a reset.
TEST_F(Session, LetsTheRefusalReachAClientThatIsStillSending) {
    RawClient client(server.port());
    client.send(post("Content-Length: 4000000\r\n", std::string(4'000'000, 'x')));
    EXPECT_EQ(client.read().status(), 413);
}

TEST(SlowClient, GetsATimeoutForItsHead) {
    ServerOptions options = Loopback::quick();
    options.header_timeout = 30ms;
    Loopback server(echo, options);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send("GET /a HTTP/1.1\r\nHost:");
    const RawReply reply = client.read();
    EXPECT_EQ(reply.status(), 408);
    EXPECT_TRUE(reply.has("Connection: close\r\n"));
    EXPECT_NE(reply.body.find("/problems/request-timeout"), std::string::npos);
    EXPECT_TRUE(client.ended());
}

TEST(SlowClient, GetsATimeoutForItsBody) {
    ServerOptions options = Loopback::quick();
    options.body_timeout = 30ms;
    Loopback server(echo, options);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(post("Content-Length: 5\r\n", "ab"));
    EXPECT_EQ(client.read().status(), 408);
    EXPECT_TRUE(client.ended());
}

TEST(SlowClient, IsLeftWithoutAWordWhenIdle) {
    ServerOptions options = Loopback::quick();
    options.idle_timeout = 30ms;
    Loopback server(echo, options);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kGet);
    EXPECT_EQ(client.read().status(), 200);
    EXPECT_TRUE(client.ended());
}

TEST(FailingHandler, Answers500WithoutSayingWhyAndGoesOn) {
    bool first = true;
    Loopback server([&first](Request& request) -> boost::asio::awaitable<Reply> {
        if (std::exchange(first, false)) {
            throw std::runtime_error("something about a child");
        }
        return echo(request);
    });
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send("GET /a HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\n\r\n");
    const RawReply reply = client.read();
    EXPECT_EQ(reply.status(), 500);
    EXPECT_NE(reply.body.find("Internal error"), std::string::npos);
    EXPECT_EQ(reply.body.find("child"), std::string::npos);
    client.send(kGet);
    EXPECT_EQ(client.read().status(), 200);
}

}  // namespace
}  // namespace lachan::http
