#include "lachan/delivery/email_transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "mail_text.hpp"
#include "outcome.hpp"
#include "smtp.hpp"
#include "wording.hpp"

namespace lachan::delivery {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kThreads = 2;        // mails at once; a province sends some dozen an hour
constexpr std::size_t kLongestLocal = 64;  // RFC 5321 §4.5.3.1
constexpr std::size_t kLongestDomain = 253;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_domain(std::string_view text) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; };
    return !text.empty() && text.size() <= kLongestDomain && std::ranges::all_of(text, allowed) &&
           is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
           text.find("..") == std::string_view::npos;
}

bool is_local_part(std::string_view text) {
    constexpr std::string_view kMarks = ".!#$%&'*+/=?^_`{|}~-";
    const auto allowed = [&](char c) {
        return is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= kLongestLocal && std::ranges::all_of(text, allowed);
}

using Deadline = std::chrono::steady_clock::time_point;

/// Whoever waited for a thread has only the rest of the time: where the mail server hangs, a queue of mails
/// must not make the last of them wait for all the others.
asio::awaitable<casework::SendOutcome> on_this_thread(
    const EgressGuard& guard, MailOptions options, std::string to, std::string mail, Deadline deadline) {
    const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    if (left <= Duration::zero()) {
        co_return failed("timeout");
    }
    options.total_timeout = std::min(options.total_timeout, left);
    co_return hand_over(guard, options, to, mail);
}

/// libcurl wants to be woken once for a program, before its threads use it.
bool wake_libcurl() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return ready;
}

}  // namespace

Result<void> validate_mail_address(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || !is_local_part(text.substr(0, at)) ||
        !is_domain(text.substr(at + 1))) {
        return Error(Errc::validation_failed,
                     "not a mail address",
                     {{"/address", "format", "name@domain in plain letters is wanted"}});
    }
    return {};
}

EmailTransport::EmailTransport(EgressGuard guard, MailOptions options)
    : guard_(std::move(guard)), options_(std::move(options)), threads_(kThreads) {}

EmailTransport::~EmailTransport() {
    threads_.stop();
    threads_.join();
}

Result<std::unique_ptr<EmailTransport>> EmailTransport::create(EgressGuard guard, MailOptions options) {
    const std::string_view server = options.server;
    const bool known = server.starts_with("smtp://") || server.starts_with("smtps://");
    if (!known || server.find_first_of("@?# \r\n", 7) != std::string_view::npos || server.ends_with('/')) {
        return Error(Errc::validation_failed, "the mail server is not smtp://host:port or smtps://host:port");
    }
    if (!validate_mail_address(options.from)) {
        return Error(Errc::validation_failed, "the sender is not a mail address");
    }
    if (!wake_libcurl()) {
        return Error(Errc::internal, "libcurl cannot start");
    }
    return std::unique_ptr<EmailTransport>(new EmailTransport(std::move(guard), std::move(options)));
}

asio::awaitable<casework::SendOutcome> EmailTransport::send(casework::Target target,
                                                            casework::Message message) {
    if (!validate_mail_address(target.address)) {
        co_return failed("protocol");
    }
    MailEnvelope envelope;
    envelope.from = options_.from;
    envelope.to = target.address;
    envelope.message_id = message.id + options_.from.substr(options_.from.find('@'));
    envelope.date = message.sent_at;
    std::string mail = mail_text(envelope, wording_of(message, options_.case_link));
    const Deadline deadline = std::chrono::steady_clock::now() + options_.total_timeout;
    auto sending = on_this_thread(guard_, options_, std::move(target.address), std::move(mail), deadline);
    auto outcome = co_await asio::co_spawn(threads_, std::move(sending), asio::use_awaitable);
    co_return outcome;
}

}  // namespace lachan::delivery
