#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lachan/base/secret.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::casework {

/// Where a message goes: one channel of one agency, with what is needed to sign for it.
struct Target {
    domain::EndpointId endpoint;
    domain::AgencyId agency;
    domain::ChannelKind kind = domain::ChannelKind::webhook;
    std::string address;                       ///< URL, mail address, or the gateway's recipient.
    std::string provider;                      ///< Which gateway, by its name in the configuration.
    std::vector<Secret<std::string>> secrets;  ///< "whsec_…"; two while a rotation is under way.
};

/// A message as every channel sees it: a case code and that something is to be done, nothing of what
/// happened.
struct Message {
    std::string id;         ///< `webhook-id`: the same at each try, so that a receiver can tell a repetition.
    std::string type;       ///< CloudEvent type.
    std::string case_code;  ///< Empty for `endpoint.ping`.
    std::int64_t case_sequence = 0;
    domain::Urgency urgency = domain::Urgency::normal;
    std::string duty;  ///< Public id of the duty; empty: none.
    std::optional<Instant> respond_by;
    Instant created_at{};  ///< When the event happened.
    Instant sent_at{};     ///< Now: the timestamp that is signed.
    bool exercise = false;
};

/// What came of one try.
struct SendOutcome {
    std::optional<int> status;            ///< HTTP status (or SMTP reply code), where there was an answer.
    std::string failure;                  ///< Without an answer: "refused", "timeout", "tls", "reset", "dns",
                                          ///< "egress_denied", "protocol".
    std::optional<Duration> retry_after;  ///< As the receiver asked, unbounded.
    std::int64_t latency_ms = 0;
    std::string excerpt;  ///< At most 4 KiB of the answer's body, redacted.
};

/// The network as a seam: one message out, one outcome back. Never throws for what the other side does.
class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    virtual boost::asio::awaitable<SendOutcome> send(Target target, Message message) = 0;
};

}  // namespace lachan::casework
