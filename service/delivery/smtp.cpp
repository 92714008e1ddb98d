#include "smtp.hpp"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>

#include "http_text.hpp"
#include "lachan/base/check.hpp"

namespace lachan::delivery {
namespace {

constexpr std::size_t kKeptReplies = 4 * 1024;
constexpr long kFirstRefusal = 400;  // reply codes below are "go on"
constexpr long kForGood = 500;       // those below say "not now"

struct FreeHandle {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using List = std::unique_ptr<curl_slist, FreeList>;

/// What the callbacks of one transfer share.
struct Transfer {
    const EgressGuard& guard;
    bool tls;
    std::string_view unsent;
    std::string reply;  ///< Of the server: the last ones.
    bool denied = false;
    bool named_recipient = false;  ///< What it says from here on is about this mail to this recipient.
};

/// Called with the address about to be connected to: what is checked here is what is used.
curl_socket_t open_socket(void* context, curlsocktype, curl_sockaddr* wanted) {
    Transfer& transfer = *static_cast<Transfer*>(context);
    boost::asio::ip::tcp::endpoint endpoint;
    if (wanted->addrlen <= endpoint.capacity()) {
        std::memcpy(endpoint.data(), &wanted->addr, wanted->addrlen);
        endpoint.resize(wanted->addrlen);
    }
    if (!transfer.guard.allows(endpoint.address(), transfer.tls)) {
        transfer.denied = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(wanted->family, wanted->socktype | SOCK_CLOEXEC, wanted->protocol);
}

std::size_t give_mail(char* buffer, std::size_t size, std::size_t count, void* context) {
    Transfer& transfer = *static_cast<Transfer*>(context);
    const std::size_t given = std::min(size * count, transfer.unsent.size());
    std::copy_n(transfer.unsent.begin(), given, buffer);
    transfer.unsent.remove_prefix(given);
    return given;
}

std::size_t take_reply(char* buffer, std::size_t size, std::size_t count, void* context) {
    std::string& reply = static_cast<Transfer*>(context)->reply;
    reply.append(buffer, size * count);
    if (reply.size() > kKeptReplies) {
        reply.erase(0, reply.size() - kKeptReplies);
    }
    return size * count;
}

/// Sees each command as it goes out.
int watch_commands(CURL*, curl_infotype type, char* data, std::size_t size, void* context) {
    constexpr std::string_view kRecipient = "RCPT TO:";
    if (type == CURLINFO_HEADER_OUT && std::string_view(data, size).starts_with(kRecipient)) {
        static_cast<Transfer*>(context)->named_recipient = true;
    }
    return 0;
}

/// Takes what a server says beside the mail; there should be nothing.
std::size_t drop(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

std::string word_for(CURLcode failure) {
    switch (failure) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return "dns";
        case CURLE_COULDNT_CONNECT:
            return "refused";
        case CURLE_OPERATION_TIMEDOUT:
            return "timeout";
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_USE_SSL_FAILED:
        case CURLE_SSL_CACERT_BADFILE:
            return "tls";
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_GOT_NOTHING:
            return "reset";
        default:
            return "protocol";
    }
}

template <class Value>
void set(const Handle& handle, CURLoption option, Value value) {
    LACHAN_CHECK(curl_easy_setopt(handle.get(), option, value) == CURLE_OK);
}

/// The server sees our mail domain as our name, not that of the machine.
std::string url_of(const MailOptions& options) {
    return options.server + "/" + options.from.substr(options.from.find('@') + 1);
}

void set_connection(const Handle& handle, const MailOptions& options) {
    set(handle, CURLOPT_URL, url_of(options).c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(handle, CURLOPT_PROXY, "");  // a proxy of the environment would hide the address from the guard
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, long(options.connect_timeout.count()));
    set(handle, CURLOPT_TIMEOUT_MS, long(options.total_timeout.count()));
    set(handle, CURLOPT_USE_SSL, long(options.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    set(handle, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
    if (!options.ca_file.empty()) {
        set(handle, CURLOPT_CAINFO, options.ca_file.c_str());
    }
    if (!options.user.empty()) {
        set(handle, CURLOPT_USERNAME, options.user.c_str());
        set(handle, CURLOPT_PASSWORD, options.password.reveal().c_str());
    }
}

void set_callbacks(const Handle& handle, Transfer& transfer) {
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, &transfer);
    set(handle, CURLOPT_READFUNCTION, &give_mail);
    set(handle, CURLOPT_READDATA, &transfer);
    set(handle, CURLOPT_HEADERFUNCTION, &take_reply);
    set(handle, CURLOPT_HEADERDATA, &transfer);
    set(handle, CURLOPT_WRITEFUNCTION, &drop);
    set(handle, CURLOPT_DEBUGFUNCTION, &watch_commands);
    set(handle, CURLOPT_DEBUGDATA, &transfer);
    set(handle, CURLOPT_VERBOSE, 1L);  // or nothing is shown to the function above
    set(handle, CURLOPT_UPLOAD, 1L);
}

std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of("\r\n");
    const std::string line = text.substr(0, end == std::string::npos ? 0 : end + 1);
    return line.substr(line.rfind('\n') + 1);
}

}  // namespace

casework::SendOutcome hand_over(const EgressGuard& guard,
                                const MailOptions& options,
                                const std::string& to,
                                const std::string& mail) {
    const auto started = std::chrono::steady_clock::now();
    Transfer transfer{guard, options.require_tls, mail, {}};
    const Handle handle(curl_easy_init());
    LACHAN_CHECK(handle != nullptr);
    const List recipients(curl_slist_append(nullptr, ("<" + to + ">").c_str()));
    set_connection(handle, options);
    set_callbacks(handle, transfer);
    set(handle, CURLOPT_MAIL_FROM, ("<" + options.from + ">").c_str());
    set(handle, CURLOPT_MAIL_RCPT, recipients.get());

    const CURLcode result = curl_easy_perform(handle.get());

    long code = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &code);
    casework::SendOutcome outcome;
    outcome.latency_ms =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started).count();
    outcome.excerpt = excerpt_of(last_line(transfer.reply));
    // A greeting, a sign-in or a sender refused for good is for our own side to mend: the recipient can still
    // be reached, and must not be given up for it.
    const bool ours = !transfer.named_recipient && code >= kForGood;
    if (result == CURLE_OK || (code >= kFirstRefusal && !ours)) {
        outcome.status = static_cast<int>(code);
    } else {
        outcome.failure = transfer.denied ? "egress_denied" : word_for(result);
    }
    return outcome;
}

}  // namespace lachan::delivery
