#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/delivery/egress_guard.hpp"

namespace lachan::delivery {

/// Asks for the addresses of a name; blocks. An empty list: there are none.
using Lookup = std::function<std::vector<IpAddress>(const std::string& host)>;

/// The system's resolver.
[[nodiscard]] Lookup system_lookup();

struct HttpOptions {
    std::string user_agent = "lachan";
    std::string ca_file;                   ///< PEM; empty: the authorities the system trusts.
    Duration connect_timeout{5'000};       ///< Name, TCP and TLS together.
    Duration total_timeout{15'000};        ///< From the call to its outcome.
    Duration body_timeout{2'000};          ///< After the head: the status is known, the body only a courtesy.
    Duration idle_timeout{30'000};         ///< Most servers close after 60 s and more; be first.
    Duration connection_life{5 * 60'000};  ///< Then a name is asked for again, even of a busy endpoint.
    std::size_t idle_connections = 64;     ///< Some descriptors stay for callers, whatever is configured.
    Lookup lookup = system_lookup();
};

struct HttpRequest {
    std::string url;
    std::string pool;  ///< Connections are shared under one such name only: the endpoint's id.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    Instant sent_at{};  ///< What a date in `Retry-After` is measured from.
};

struct HttpAnswer {
    std::optional<int> status;            ///< Of the final response, where its head came.
    std::string failure;                  ///< Otherwise one word of `casework::SendOutcome::failure`.
    std::optional<Duration> retry_after;  ///< As asked, no less than zero.
    Duration latency{0};
    std::string body;  ///< Its first 4 KiB, raw. A body that breaks off takes nothing from the status.
};

/// Posts over HTTP/1.1 behind the egress guard: TLS verified, no redirect followed, head and body bounded, at
/// most one idle connection for each pool name. Used on one executor, whose context outlives it; a call under
/// way borrows it.
class HttpClient {
public:
    /// Errors: `validation_failed` where the authorities cannot be loaded.
    [[nodiscard]] static Result<std::unique_ptr<HttpClient>> create(boost::asio::any_io_executor executor,
                                                                    EgressGuard guard,
                                                                    HttpOptions options);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// One attempt. A kept connection that turns out dead before the first byte of an answer is replaced by a
    /// fresh one within it. Whatever the other side does is an answer, never an exception.
    [[nodiscard]] boost::asio::awaitable<HttpAnswer> post(HttpRequest request);

    /// Closes the connections that wait for their next use, so that nothing is left to run.
    void close_idle();
    [[nodiscard]] std::size_t idle_count() const noexcept;

private:
    class Impl;
    explicit HttpClient(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace lachan::delivery
