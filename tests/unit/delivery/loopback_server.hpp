#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/delivery/tls_identity.hpp"

namespace lachan::test {

struct ReceivedRequest {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  ///< Names in lower case.
    std::string body;
};

/// One connection as the script of a test sees it. Everything blocks, and ends when the other side goes.
class Conversation {
public:
    Conversation() = default;
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;
    virtual ~Conversation() = default;

    /// None: the caller hung up, or sent something else.
    virtual std::optional<ReceivedRequest> read_request() = 0;
    /// None: the caller hung up. Without its line end.
    virtual std::optional<std::string> read_line() = 0;
    virtual void write(std::string_view raw) = 0;
    /// Returns once the caller is gone: how a server hangs without ever sleeping.
    virtual void wait_until_gone() = 0;
    /// Drops the connection with a TCP reset.
    virtual void reset() = 0;

    int number = 0;         ///< Of the connection, from 1.
    bool answered = false;  ///< For scripts that change their mind.
};

using Script = std::function<void(Conversation&)>;

/// A real HTTP server on 127.0.0.1, over TLS where it has an identity. Each connection runs the script in a
/// thread of its own and is closed when the script ends.
class LoopbackServer {
public:
    explicit LoopbackServer(Script script, std::optional<TlsIdentity> identity = std::nullopt);
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;
    ~LoopbackServer();

    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] std::string url(const std::string& scheme, const std::string& host) const;
    [[nodiscard]] int connections() const noexcept;
    /// What was read so far, over all connections.
    [[nodiscard]] std::vector<ReceivedRequest> requests() const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// Answers each request of a connection with these bytes, until the caller goes.
[[nodiscard]] Script answering(std::string raw);

/// A whole response with its length.
[[nodiscard]] std::string response(const std::string& status_line,
                                   const std::string& headers,
                                   const std::string& body);

}  // namespace lachan::test
