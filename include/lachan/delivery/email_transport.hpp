#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/delivery/egress_guard.hpp"

namespace lachan::delivery {

struct MailOptions {
    std::string server;  ///< "smtp://mail.example.vn:587" or "smtps://mail.example.vn:465".
    std::string from;    ///< Our address; its domain also names our mails.
    std::string user;    ///< Empty: no login.
    Secret<std::string> password;
    std::string case_link;    ///< The text before the case code in a link.
    std::string ca_file;      ///< PEM; empty: the authorities the system trusts.
    bool require_tls = true;  ///< False only for a relay inside `egress.allow_cidrs`.
    Duration connect_timeout{5'000};
    Duration total_timeout{15'000};
};

/// An address as it may stand in an envelope: "name@domain" in ASCII. Errors: `validation_failed` at
/// "/address".
[[nodiscard]] Result<void> validate_mail_address(std::string_view text);

/// Sends a message as a short mail in Vietnamese: case code and link. The mail server is called through the
/// egress guard too. Its last reply code is the outcome's status (250: taken). The contexts its callers run
/// on outlive it: its threads let go of them last.
class EmailTransport final : public casework::Transport {
public:
    /// Errors: `validation_failed` where server or sender cannot be.
    [[nodiscard]] static Result<std::unique_ptr<EmailTransport>> create(EgressGuard guard,
                                                                        MailOptions options);
    /// Waits for the mails under way, no longer than `total_timeout`.
    ~EmailTransport() override;

    /// Blocks a thread of its own, never the caller's.
    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

private:
    EmailTransport(EgressGuard guard, MailOptions options);

    EgressGuard guard_;
    MailOptions options_;
    boost::asio::thread_pool threads_;
};

}  // namespace lachan::delivery
