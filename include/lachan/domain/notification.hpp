#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {

/// A message owed to an agency. It carries no identity: what it says is a case code and that something is to
/// be done.
struct Notification {
    NotificationNo no;
    AgencyId agency;
    EndpointId endpoint;               ///< The channel it waits at now; empty: the agency has none.
    std::string type;                  ///< CloudEvent type, e.g. "vn.lachan.duty.assigned.v1".
    std::optional<std::int32_t> duty;  ///< Ordinal of the duty it speaks of.
    std::string rule;                  ///< The rule or ladder step it comes from.
    std::int64_t case_sequence = 0;    ///< Lets a receiver see a gap.
    Urgency urgency = Urgency::normal;
    Instant created_at{};
    std::optional<Instant> respond_by;
    std::optional<Instant> due;  ///< End of the duty: an emergency is retried at least until then.
    NotificationState state = NotificationState::scheduled;
    std::int32_t attempts = 0;
    std::int32_t earlier_attempts = 0;  ///< Of these, before it was last scheduled again: they do not count.
    std::optional<Instant> rescheduled_at;
    std::optional<Instant> next_attempt;
    std::optional<Instant> delivered_at;
    std::optional<Instant> reroute_at;  ///< Still undelivered then: the next channel or holder.
};

/// How one try ended, as the contract's table of answers classes it.
enum class AttemptOutcome : std::uint8_t { delivered, retry, slow_retry, suspended };
template <>
inline constexpr auto kWords<AttemptOutcome> =
    std::to_array<std::string_view>({"delivered", "retry", "slow_retry", "suspended"});

struct Attempt {
    NotificationNo notification;
    std::int32_t number = 0;  ///< From 1.
    EndpointId endpoint;
    Instant at{};
    AttemptOutcome outcome = AttemptOutcome::retry;
    std::optional<int> status;  ///< HTTP status, where there was an answer.
    std::string
        failure;  ///< Our word for a transport failure: "timeout", "refused", "tls", "egress_denied", …
    std::int64_t latency_ms = 0;
    std::string excerpt;  ///< Of the answer's body, redacted, at most 4 KiB.
};

}  // namespace lachan::domain
