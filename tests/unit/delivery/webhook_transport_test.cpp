#include "lachan/delivery/webhook_transport.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

#include "lachan/delivery/receiver.hpp"
#include "unit/delivery/loopback_server.hpp"
#include "unit/delivery/sender.hpp"

namespace lachan::delivery {
namespace {

using test::answering;
using test::Conversation;
using test::LoopbackServer;
using test::response;
using test::sample_message;
using test::Sender;
using test::target_at;

constexpr Duration kSlowestAnswer{15'000};
constexpr Duration kShort{60};  // for what never comes

HttpOptions impatient() {
    HttpOptions options;
    options.total_timeout = kShort;
    return options;
}

casework::SendOutcome outcome_against(const test::Script& script, HttpOptions options = {}) {
    LoopbackServer server(script);
    Sender sender(std::move(options));
    return sender.send(target_at(server.url("http", "127.0.0.1")));
}

TEST(WebhookTransport, SendsASignedEventThatAReceiverAccepts) {
    LoopbackServer server(answering(response("200 OK", "", "")));
    Sender sender;

    const auto outcome = sender.send(target_at(server.url("http", "127.0.0.1")));

    EXPECT_EQ(outcome.status, 200);
    EXPECT_EQ(outcome.failure, "");
    ASSERT_EQ(server.requests().size(), 1U);
    auto request = server.requests().front();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/hook?from=lachan");
    EXPECT_EQ(request.headers["content-type"], "application/cloudevents+json");
    EXPECT_EQ(request.headers["user-agent"], "lachan");
    EXPECT_EQ(request.headers["host"], "127.0.0.1:" + std::to_string(server.port()));
    const Receiver receiver({Secret<std::string>(test::kSecret)});
    const SignatureHeaders headers{request.headers["webhook-id"],
                                   request.headers["webhook-timestamp"],
                                   request.headers["webhook-signature"]};
    const auto taken = receiver.accept(headers, request.body, sample_message().sent_at);
    EXPECT_TRUE(std::holds_alternative<Event>(taken));
}

struct StatusRow {
    const char* status_line;
    int status;
};

TEST(WebhookTransport, TellsEveryAnswerByItsStatusAndFollowsNoRedirect) {
    const StatusRow rows[] = {{"200 OK", 200},
                              {"202 Accepted", 202},
                              {"301 Moved Permanently", 301},
                              {"308 Permanent Redirect", 308},
                              {"404 Not Found", 404},
                              {"410 Gone", 410},
                              {"500 Internal Server Error", 500},
                              {"503 ", 503},
                              {"599 Odd", 599}};
    for (const StatusRow& row : rows) {
        LoopbackServer server(answering(response(row.status_line, "Location: /elsewhere\r\n", "answer")));
        Sender sender;

        const auto outcome = sender.send(target_at(server.url("http", "127.0.0.1")));

        EXPECT_EQ(outcome.status, row.status);
        EXPECT_EQ(outcome.failure, "");
        EXPECT_EQ(outcome.excerpt, "answer");
        EXPECT_EQ(server.requests().size(), 1U);
    }
}

TEST(WebhookTransport, AnAnswerWithoutABodyIsAnAnswer) {
    const auto outcome = outcome_against(answering("HTTP/1.1 204 No Content\r\n\r\n"));

    EXPECT_EQ(outcome.status, 204);
    EXPECT_EQ(outcome.excerpt, "");
}

TEST(WebhookTransport, ReadsOverInformationalAnswers) {
    const auto outcome = outcome_against(
        answering("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + response("201 Created", "", "made")));

    EXPECT_EQ(outcome.status, 201);
    EXPECT_EQ(outcome.excerpt, "made");
}

struct RetryRow {
    const char* header;
    std::optional<std::int64_t> seconds;
};

// The message is sent at 2026-11-20T01:15:01Z.
TEST(WebhookTransport, ReadsRetryAfterInEveryForm) {
    constexpr std::int64_t kTenYears = 10LL * 365 * 24 * 3600;
    const RetryRow rows[] = {{"120", 120},
                             {"0", 0},
                             {"31536000", 31'536'000},
                             {"99999999999", kTenYears},
                             {"99999999999999999999999999", kTenYears},
                             {"-5", std::nullopt},
                             {"1.5", std::nullopt},
                             {"soon", std::nullopt},
                             {"", std::nullopt},
                             {"Fri, 20 Nov 2026 01:16:01 GMT", 60},
                             {"Friday, 20-Nov-26 01:16:01 GMT", 60},
                             {"Fri Nov 20 01:16:01 2026", 60},
                             {"Tue, 01 Dec 2026 01:15:01 GMT", 11 * 24 * 3600},
                             {"Fri, 31 Dec 9999 23:59:59 GMT", kTenYears},
                             {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
                             {"Fri, 31 Feb 2026 01:16:01 GMT", std::nullopt},
                             {"Fri, 20 Nov 2026 25:16:01 GMT", std::nullopt},
                             {"Fri, 20 Nov 2026 01:16:01 +0700", std::nullopt},
                             {"Fri, 20 Nov", std::nullopt}};
    for (const RetryRow& row : rows) {
        const auto outcome = outcome_against(answering(
            response("429 Too Many Requests", std::string("Retry-After: ") + row.header + "\r\n", "")));

        EXPECT_EQ(outcome.status, 429);
        ASSERT_EQ(outcome.retry_after.has_value(), row.seconds.has_value()) << row.header;
        if (row.seconds) {
            // What the answer took is taken off a date, not off a count.
            const bool date = std::string_view(row.header).find(':') != std::string_view::npos;
            const Duration slack = date ? kSlowestAnswer : Duration(1);
            EXPECT_LE(*outcome.retry_after, std::chrono::seconds(*row.seconds)) << row.header;
            EXPECT_GT(*outcome.retry_after + slack, std::chrono::seconds(*row.seconds)) << row.header;
        }
    }
}

TEST(WebhookTransport, AServerThatNeverAnswersIsATimeout) {
    const auto hang = [](Conversation& conversation) {
        conversation.read_request();
        conversation.wait_until_gone();
    };

    const auto outcome = outcome_against(hang, impatient());

    EXPECT_EQ(outcome.status, std::nullopt);
    EXPECT_EQ(outcome.failure, "timeout");
    EXPECT_GE(outcome.latency_ms, kShort.count());
}

TEST(WebhookTransport, AHeadThatTricklesIsATimeout) {
    const auto trickle = [](Conversation& conversation) {
        conversation.read_request();
        conversation.write("HTTP/1.1 200 OK\r\nX-Slow: ");
        conversation.wait_until_gone();
    };

    EXPECT_EQ(outcome_against(trickle, impatient()).failure, "timeout");
}

TEST(WebhookTransport, AStatusCountsThoughTheBodyNeverEnds) {
    const auto slow_body = [](Conversation& conversation) {
        conversation.read_request();
        conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst words");
        conversation.wait_until_gone();
    };
    HttpOptions options;
    options.body_timeout = kShort;

    const auto outcome = outcome_against(slow_body, options);

    EXPECT_EQ(outcome.status, 200);
    EXPECT_EQ(outcome.failure, "");
    EXPECT_EQ(outcome.excerpt, "first words");
}

TEST(WebhookTransport, KeepsFourKilobytesOfAHugeBodyAndHangsUp) {
    const auto huge = [](Conversation& conversation) {
        conversation.read_request();
        conversation.write("HTTP/1.1 500 Oh\r\nContent-Length: 99999999999\r\n\r\n" +
                           std::string(1 << 20, 'x'));
        conversation.wait_until_gone();
    };
    LoopbackServer server(huge);
    Sender sender;

    const auto outcome = sender.send(target_at(server.url("http", "127.0.0.1")));

    EXPECT_EQ(outcome.status, 500);
    EXPECT_EQ(outcome.excerpt, std::string(4096, 'x'));
    EXPECT_EQ(sender.client().idle_count(), 0U);
}

struct FailureRow {
    const char* answer;
    const char* failure;
};

TEST(WebhookTransport, WhatIsNoHttpIsAProtocolFailure) {
    const std::string huge_head = "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
    const FailureRow rows[] = {{"SSH-2.0-OpenSSH_9.2\r\n\r\n", "protocol"},
                               {"HTTP/1.1 20 OK\r\n\r\n", "protocol"},
                               {"HTTP/1.1 099 Low\r\n\r\n", "protocol"},
                               {"HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n", "protocol"},
                               {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "protocol"},
                               {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "protocol"},
                               {huge_head.c_str(), "protocol"},
                               {"HTTP/1.1 200 OK\r\nContent-Le", "reset"},
                               {"", "reset"}};
    for (const FailureRow& row : rows) {
        const auto once = [&](Conversation& conversation) {
            conversation.read_request();
            conversation.write(row.answer);
        };

        const auto outcome = outcome_against(once);

        EXPECT_EQ(outcome.status, std::nullopt) << row.answer;
        EXPECT_EQ(outcome.failure, row.failure) << row.answer;
    }
}

TEST(WebhookTransport, EndlessInformationalAnswersAreAProtocolFailure) {
    const auto endless = [](Conversation& conversation) {
        conversation.read_request();
        for (int i = 0; i < 100; ++i) {
            conversation.write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        conversation.wait_until_gone();
    };

    EXPECT_EQ(outcome_against(endless).failure, "protocol");
}

TEST(WebhookTransport, AResetIsAReset) {
    const auto reset = [](Conversation& conversation) {
        conversation.read_request();
        conversation.reset();
    };

    EXPECT_EQ(outcome_against(reset).failure, "reset");
}

TEST(WebhookTransport, AClosedPortRefuses) {
    std::string url;
    {
        LoopbackServer server(answering(""));
        url = server.url("http", "127.0.0.1");
    }
    Sender sender;

    EXPECT_EQ(sender.send(target_at(url)).failure, "refused");
}

TEST(WebhookTransport, KeepsAConnectionForTheSameEndpoint) {
    LoopbackServer server(answering(response("200 OK", "", "ok")));
    Sender sender;
    const auto target = target_at(server.url("http", "127.0.0.1"));

    EXPECT_EQ(sender.send(target).status, 200);
    EXPECT_EQ(sender.send(target).status, 200);
    EXPECT_EQ(server.connections(), 1);

    EXPECT_EQ(sender.send(target_at(target.address, "another endpoint")).status, 200);
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(sender.client().idle_count(), 2U);
}

TEST(WebhookTransport, AnEndpointThatMovedGetsANewConnection) {
    LoopbackServer before(answering(response("200 OK", "", "ok")));
    LoopbackServer after(answering(response("200 OK", "", "ok")));
    Sender sender;

    sender.send(target_at(before.url("http", "127.0.0.1")));
    sender.send(target_at(after.url("http", "127.0.0.1")));

    EXPECT_EQ(before.requests().size(), 1U);
    EXPECT_EQ(after.requests().size(), 1U);
    EXPECT_EQ(sender.client().idle_count(), 1U);
}

TEST(WebhookTransport, DoesNotKeepWhatTheServerClosesOrMuddles) {
    const std::string answers[] = {response("200 OK", "Connection: close\r\n", "ok"),
                                   response("200 OK", "", "ok") + "left over",
                                   "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"};
    for (const std::string& answer : answers) {
        LoopbackServer server(answering(answer));
        Sender sender;

        EXPECT_EQ(sender.send(target_at(server.url("http", "127.0.0.1"))).status, 200) << answer;
        EXPECT_EQ(sender.client().idle_count(), 0U) << answer;
    }
}

TEST(WebhookTransport, AKeptConnectionThatDiedUnheardIsReplacedWithinTheAttempt) {
    const auto dies_once = [](Conversation& conversation) {
        while (conversation.read_request()) {
            if (conversation.number == 1 && std::exchange(conversation.answered, true)) {
                return;  // takes the second request and goes without a word
            }
            conversation.write(response("200 OK", "", "ok"));
        }
    };
    LoopbackServer server(dies_once);
    Sender sender;
    const auto target = target_at(server.url("http", "127.0.0.1"));
    sender.send(target);

    const auto outcome = sender.send(target);

    EXPECT_EQ(outcome.status, 200);
    EXPECT_EQ(server.connections(), 2);
    ASSERT_EQ(server.requests().size(), 3U);
    EXPECT_EQ(server.requests()[1].headers.at("webhook-id"), server.requests()[2].headers.at("webhook-id"));
}

TEST(WebhookTransport, AnAnswerThatBeganIsNeverAskedForAgain) {
    const auto breaks_off = [](Conversation& conversation) {
        while (conversation.read_request()) {
            if (std::exchange(conversation.answered, true)) {
                conversation.write("HTTP/1.1 2");
                return;
            }
            conversation.write(response("200 OK", "", "ok"));
        }
    };
    LoopbackServer server(breaks_off);
    Sender sender;
    const auto target = target_at(server.url("http", "127.0.0.1"));
    sender.send(target);

    EXPECT_EQ(sender.send(target).failure, "reset");
    EXPECT_EQ(server.connections(), 1);
}

TEST(WebhookTransport, AFreshConnectionThatDiesIsNotTriedAgain) {
    LoopbackServer server([](Conversation& conversation) { conversation.read_request(); });
    Sender sender;

    EXPECT_EQ(sender.send(target_at(server.url("http", "127.0.0.1"))).failure, "reset");
    EXPECT_EQ(server.connections(), 1);
}

TEST(WebhookTransport, IdleConnectionsAreFewAndNotKeptForLong) {
    LoopbackServer server(answering(response("200 OK", "", "ok")));
    HttpOptions options;
    options.idle_connections = 2;
    options.idle_timeout = Duration(20);
    Sender sender(options);
    for (const char* const endpoint : {"a", "b", "c"}) {
        sender.send(target_at(server.url("http", "127.0.0.1"), endpoint));
    }
    EXPECT_LE(sender.client().idle_count(), 2U);

    sender.context().run();

    EXPECT_EQ(sender.client().idle_count(), 0U);
}

TEST(WebhookTransport, AnOldConnectionIsNotUsedAgain) {
    LoopbackServer server(answering(response("200 OK", "", "ok")));
    HttpOptions options;
    options.connection_life = Duration(0);
    Sender sender(options);
    const auto target = target_at(server.url("http", "127.0.0.1"));

    sender.send(target);
    sender.send(target);

    EXPECT_EQ(server.connections(), 2);
}

TEST(WebhookTransport, ClosingTheIdleLeavesNothingToRun) {
    LoopbackServer server(answering(response("200 OK", "", "ok")));
    Sender sender;
    sender.send(target_at(server.url("http", "127.0.0.1")));

    sender.client().close_idle();
    sender.context().run();

    EXPECT_EQ(sender.client().idle_count(), 0U);
}

TEST(WebhookTransport, NothingLeavesUnsigned) {
    LoopbackServer server(answering(response("200 OK", "", "")));
    Sender sender;
    auto target = target_at(server.url("http", "127.0.0.1"));
    for (const std::vector<Secret<std::string>>& secrets :
         {std::vector<Secret<std::string>>{}, {Secret<std::string>("plain")}}) {
        target.secrets = secrets;
        EXPECT_EQ(sender.send(target).failure, "protocol");
    }
    EXPECT_EQ(server.connections(), 0);
}

struct ExcerptRow {
    std::string body;
    std::string kept;
};

TEST(ExcerptOfAnAnswer, IsPrintableAndHoldsNothingThatLooksPersonal) {
    const ExcerptRow rows[] = {
        {"Đã nhận, cảm ơn", "Đã nhận, cảm ơn"},
        {"line\r\n\r\n\tnext\x01\x7f end  ", "line next end"},
        {"bad \xff\xc3( \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 utf", "bad ( utf"},
        {"\xc2\x9b"
         "31m",
         "31m"},
        {"call 0912345678 now", "call *** now"},
        {"call 0912 345 678, or +84-912-345-678.", "call ***, or +***."},
        {"id 012085000123", "id ***"},
        {"took 12345678 ns", "took 12345678 ns"},
        {"case LC-7K3M-Q9TX-4 seq 12", "case LC-7K3M-Q9TX-4 seq 12"},
        {"mail lan@laichau.gov.vn", "mail ***"},
        {"{\"secret\":\"whsec_MfKQ9r8G\"}", "{\"secret\":\"***\"}"},
        {"signature=v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "signature=***="},
        {"token lck_abcdef", "token ***"},
        {std::string(4095, 'x') + "đ", std::string(4095, 'x')},
    };
    for (const ExcerptRow& row : rows) {
        const auto outcome = outcome_against(answering(response("200 OK", "", row.body)));
        EXPECT_EQ(outcome.excerpt, row.kept);
    }
}

}  // namespace
}  // namespace lachan::delivery
