#include "lachan/delivery/email_transport.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/casework/retry_schedule.hpp"
#include "unit/delivery/loopback_server.hpp"
#include "unit/delivery/sender.hpp"

namespace lachan::delivery {
namespace {

using test::Conversation;
using test::LoopbackServer;
using test::sample_message;

/// A mail server for a test: remembers what it was told, and answers one command as the test wants.
class MailServer {
public:
    explicit MailServer(std::map<std::string, std::string> answers = {},
                        std::optional<test::TlsIdentity> identity = std::nullopt)
        : answers_(std::move(answers)),
          server_([this](Conversation& talk) { serve(talk); }, std::move(identity)) {}

    std::string url(const std::string& scheme) const {
        return scheme + "://127.0.0.1:" + std::to_string(server_.port());
    }
    int connections() const { return server_.connections(); }
    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

private:
    void serve(Conversation& talk) {
        talk.write(answer("greeting", "220 test ESMTP\r\n"));
        bool in_mail = false;
        while (const auto line = talk.read_line()) {
            {
                const std::lock_guard lock(mutex_);
                lines_.push_back(*line);
            }
            if (in_mail) {
                in_mail = *line != ".";
                if (!in_mail) {
                    talk.write(answer(".", "250 2.0.0 taken\r\n"));
                }
                continue;
            }
            const std::string verb = line->substr(0, 4);
            const std::string reply = answer(verb, verb == "DATA" ? "354 go on\r\n" : "250 ok\r\n");
            if (reply.empty()) {
                talk.wait_until_gone();
                return;
            }
            talk.write(reply);
            in_mail = verb == "DATA" && reply.starts_with("354");
        }
    }

    std::string answer(const std::string& command, const std::string& usual) const {
        const auto found = answers_.find(command);
        return found == answers_.end() ? usual : found->second;
    }

    std::map<std::string, std::string> answers_;
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    LoopbackServer server_;
};

MailOptions plain_to(const MailServer& server) {
    MailOptions options;
    options.server = server.url("smtp");
    options.from = "lachan@laichau.gov.vn";
    options.case_link = "https://lachan.example.vn/cases/";
    options.require_tls = false;
    return options;
}

casework::SendOutcome send_with(MailOptions options,
                                casework::Message message = sample_message(),
                                std::string to = "ubnd.03388@laichau.gov.vn",
                                const std::vector<std::string>& allow = {"127.0.0.0/8"}) {
    boost::asio::io_context context;
    auto transport = EmailTransport::create(EgressGuard::parse(allow).value(), std::move(options)).value();
    casework::Target target;
    target.kind = domain::ChannelKind::email;
    target.address = std::move(to);
    return test::run_to_end(context, transport->send(std::move(target), std::move(message)));
}

/// The header of a mail, folded lines joined, and its body decoded.
struct ReadMail {
    std::map<std::string, std::string> headers;
    std::string body;
};

std::string decoded_words(std::string_view text) {
    std::string result;
    for (std::size_t i = text.find("?B?"); i != std::string_view::npos; i = text.find("?B?")) {
        text.remove_prefix(i + 3);
        result += as_text(from_base64(text.substr(0, text.find("?="))).value());
    }
    return result;
}

ReadMail read_mail(const std::vector<std::string>& lines) {
    ReadMail mail;
    auto line = std::find(lines.begin(), lines.end(), "DATA") + 1;
    std::string* last = nullptr;
    for (; !line->empty(); ++line) {
        if (line->front() == ' ') {
            *last += *line;
            continue;
        }
        const std::size_t colon = line->find(": ");
        last = &(mail.headers[line->substr(0, colon)] = line->substr(colon + 2));
    }
    std::string encoded;
    for (++line; *line != "."; ++line) {
        encoded += *line;
    }
    mail.body = as_text(from_base64(encoded).value());
    return mail;
}

TEST(EmailTransport, SendsTheCaseCodeAndALinkInVietnamese) {
    MailServer server;

    const auto outcome = send_with(plain_to(server));

    EXPECT_EQ(outcome.status, 250) << outcome.failure;
    EXPECT_EQ(outcome.failure, "");
    const auto lines = server.lines();
    EXPECT_EQ(lines.at(0), "EHLO laichau.gov.vn");
    EXPECT_EQ(lines.at(1), "MAIL FROM:<lachan@laichau.gov.vn>");
    EXPECT_EQ(lines.at(2), "RCPT TO:<ubnd.03388@laichau.gov.vn>");
    ReadMail mail = read_mail(lines);
    EXPECT_EQ(mail.headers["Date"], "Fri, 20 Nov 2026 08:15:01 +0700");
    EXPECT_EQ(mail.headers["To"], "<ubnd.03388@laichau.gov.vn>");
    EXPECT_EQ(mail.headers["Message-ID"], "<0193a6c8-7d1e-7b22-9c41-3f5e2a90b7d4@laichau.gov.vn>");
    EXPECT_EQ(mail.headers["Auto-Submitted"], "auto-generated");
    EXPECT_EQ(decoded_words(mail.headers["From"]), "Lá chắn");
    EXPECT_EQ(decoded_words(mail.headers["Subject"]), "[KHẨN] Vụ việc LC-7K3M-Q9TX-4 có việc cần xử lý");
    EXPECT_EQ(mail.body,
              "Kính gửi quý cơ quan,\r\n\r\n"
              "[KHẨN] Vụ việc LC-7K3M-Q9TX-4 có việc cần xử lý.\r\n"
              "Xem và phản hồi tại: https://lachan.example.vn/cases/LC-7K3M-Q9TX-4\r\n\r\n"
              "Thư tự động của Lá chắn, vui lòng không trả lời thư này.\r\n");
}

TEST(EmailTransport, IsPlainAsciiInShortLines) {
    MailServer server;
    casework::Message message = sample_message();
    message.exercise = true;

    send_with(plain_to(server), message);

    for (const std::string& line : server.lines()) {
        EXPECT_LE(line.size(), 78U) << line;
        EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < '\x7f'; })) << line;
    }
    EXPECT_TRUE(
        decoded_words(read_mail(server.lines()).headers["Subject"]).starts_with("[DIỄN TẬP] [KHẨN] "));
}

TEST(EmailTransport, APingSaysThatItIsOne) {
    MailServer server;
    casework::Message message;
    message.id = "ping-1";
    message.type = "vn.lachan.endpoint.ping.v1";

    EXPECT_EQ(send_with(plain_to(server), message).status, 250);

    ReadMail mail = read_mail(server.lines());
    EXPECT_EQ(decoded_words(mail.headers["Subject"]), "Lá chắn: thử kênh nhận tin, không cần trả lời");
    EXPECT_EQ(mail.body.find("http"), std::string::npos);
}

TEST(EmailTransport, ARefusalIsItsReplyCode) {
    MailServer unknown({{"RCPT", "550 5.1.1 no such user lan@laichau.gov.vn\r\n"}});
    const auto refused = send_with(plain_to(unknown));
    EXPECT_EQ(refused.status, 550);
    EXPECT_EQ(refused.failure, "");

    MailServer busy({{".", "451 4.3.0 try later\r\n"}});
    const auto later = send_with(plain_to(busy));
    EXPECT_EQ(later.status, 451);
    EXPECT_EQ(later.excerpt, "451 4.3.0 try later");
}

// Refused for good before the recipient was named: that is between us and our mail server, and no reason to
// try the recipient less often.
TEST(EmailTransport, ARefusalOfOurOwnSideIsNoAnswerOfTheRecipient) {
    for (const auto& [command, reply] :
         std::map<std::string, std::string>{{"greeting", "554 5.7.1 not from your network\r\n"},
                                            {"AUTH", "535 5.7.8 credentials invalid\r\n"},
                                            {"MAIL", "550 5.7.1 sender not allowed\r\n"}}) {
        MailServer server({{command, reply}, {"EHLO", "250-test\r\n250 AUTH PLAIN\r\n"}});
        MailOptions options = plain_to(server);
        if (command == "AUTH") {
            options.user = "lachan";
            options.password = Secret<std::string>("mật khẩu cũ");
        }
        const auto outcome = send_with(options);
        EXPECT_EQ(outcome.status, std::nullopt) << command;
        EXPECT_EQ(casework::classify(domain::ChannelKind::email, outcome), domain::AttemptOutcome::retry)
            << command;
    }
    MailServer full({{".", "552 5.3.4 too big\r\n"}});
    EXPECT_EQ(send_with(plain_to(full)).status, 552);
}

TEST(EmailTransport, AServerThatHangsIsATimeout) {
    MailServer server({{"MAIL", ""}});
    MailOptions options = plain_to(server);
    options.total_timeout = Duration(60);

    const auto outcome = send_with(options);

    EXPECT_EQ(outcome.status, std::nullopt);
    EXPECT_EQ(outcome.failure, "timeout");
}

// However many mails wait, none waits for longer than a try may last: its lease would run out.
TEST(EmailTransport, MailsThatWaitBehindAHangingServerTimeOutWithIt) {
    MailServer server({{"greeting", ""}});
    MailOptions options = plain_to(server);
    options.total_timeout = Duration(300);
    boost::asio::io_context context;
    const auto transport = EmailTransport::create(*EgressGuard::parse({"127.0.0.0/8"}), options).value();
    constexpr int kMails = 12;
    int timed_out = 0;
    const auto ended = [&](const std::exception_ptr&, const casework::SendOutcome& outcome) {
        timed_out += outcome.failure == "timeout" ? 1 : 0;
    };
    for (int i = 0; i < kMails; ++i) {
        casework::Target target;
        target.kind = domain::ChannelKind::email;
        target.address = "ubnd.03388@laichau.gov.vn";
        boost::asio::co_spawn(context, transport->send(std::move(target), sample_message()), ended);
    }
    context.run();
    EXPECT_EQ(timed_out, kMails);
    EXPECT_LT(server.connections(), kMails) << "the last of them would have waited for all the others";
}

TEST(EmailTransport, AClosedPortRefuses) {
    MailOptions options;
    {
        const MailServer server;
        options = plain_to(server);
    }
    EXPECT_EQ(send_with(options).failure, "refused");
}

TEST(EmailTransport, TheServerIsCalledOnlyWhereTheGuardAllows) {
    MailServer server;

    EXPECT_EQ(send_with(plain_to(server), sample_message(), "a@laichau.gov.vn", {}).failure, "egress_denied");
    EXPECT_EQ(server.connections(), 0);
}

TEST(EmailTransport, WithoutTlsNothingIsSaidWhereTlsIsRequired) {
    MailServer server;
    MailOptions options = plain_to(server);
    options.require_tls = true;

    EXPECT_EQ(send_with(options).failure, "tls");
    EXPECT_EQ(server.lines().size(), 1U);  // EHLO
}

TEST(EmailTransport, TlsIsVerified) {
    const test::Authority authority;
    const test::Authority stranger;
    MailServer server({}, authority.issue("IP:127.0.0.1"));
    MailOptions options = plain_to(server);
    options.server = server.url("smtps");
    options.require_tls = true;

    options.ca_file = authority.ca_file();
    EXPECT_EQ(send_with(options).status, 250);

    options.ca_file = stranger.ca_file();
    EXPECT_EQ(send_with(options).failure, "tls");
}

TEST(EmailTransport, ARecipientCannotSmuggleAHeaderOrASecondOne) {
    MailServer server;
    for (const char* const to : {"",
                                 "a",
                                 "@laichau.gov.vn",
                                 "a@",
                                 "a@b@laichau.gov.vn ",
                                 "a@laichau.gov.vn\r\nBcc: b@c.vn",
                                 "a>,<b@laichau.gov.vn",
                                 "a b@laichau.gov.vn",
                                 "a@-laichau.gov.vn",
                                 "a@laichau..vn"}) {
        EXPECT_FALSE(validate_mail_address(to)) << to;
        EXPECT_EQ(send_with(plain_to(server), sample_message(), to).failure, "protocol") << to;
    }
    EXPECT_EQ(server.connections(), 0);
    EXPECT_TRUE(validate_mail_address("van-thu.ubnd+03388@tanphong.laichau.gov.vn"));
}

TEST(EmailTransport, AServerOrSenderThatCannotBeStopsTheStart) {
    const MailServer server;
    for (const char* const url :
         {"", "http://127.0.0.1", "smtp://u:p@127.0.0.1", "smtp://127.0.0.1/", "smtp://a b"}) {
        MailOptions options = plain_to(server);
        options.server = url;
        EXPECT_FALSE(EmailTransport::create(EgressGuard(), options)) << url;
    }
    MailOptions options = plain_to(server);
    options.from = "Lá chắn";
    EXPECT_FALSE(EmailTransport::create(EgressGuard(), options));
}

}  // namespace
}  // namespace lachan::delivery
