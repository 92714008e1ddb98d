#pragma once

#include <optional>

#include "lachan/base/time.hpp"
#include "lachan/casework/entropy.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/domain/notification.hpp"

/// How an answer is judged and when the next try comes (the contract's table, §6). Pure but for the jitter.
namespace lachan::casework {

/// HTTP: 2xx delivered; 410 suspended; 408, 429, 5xx, 3xx and no answer at all: retry; other 4xx: retry
/// slowly. Mail has it the other way round: 4xx says "not now" (retry), 5xx "not this" (retry slowly); a 5xx
/// before the recipient was named comes as no answer at all, for it is our own side's.
[[nodiscard]] domain::AttemptOutcome classify(domain::ChannelKind kind, const SendOutcome& outcome);

/// When to try again after the failed try number `value.attempts` (already counted; those before it was last
/// scheduled again do not count); none: exhausted, a person must act. An emergency is tried densely and then
/// every quarter of an hour to the duty's end; the rest by the slow schedule.
[[nodiscard]] std::optional<Instant> next_attempt(const domain::Notification& value,
                                                  domain::AttemptOutcome outcome,
                                                  const SendOutcome& answer,
                                                  Instant now,
                                                  Entropy& entropy);

/// How long a notification may stay undelivered before the next channel or holder is told.
[[nodiscard]] Duration reroute_after(domain::Urgency urgency);

inline constexpr int kFailuresToOpen = 5;              ///< In a row: the endpoint's circuit opens.
inline constexpr std::chrono::minutes kProbeEvery{1};  ///< While it is open.

}  // namespace lachan::casework
