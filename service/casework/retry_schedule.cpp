#include "lachan/casework/retry_schedule.hpp"

#include <algorithm>
#include <array>

namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using domain::AttemptOutcome;

constexpr std::array<Duration, 8> kEmergencyDelays = {0s, 5s, 15s, 30s, 1min, 2min, 5min, 10min};
constexpr Duration kEmergencyThen = 15min;
constexpr std::array<Duration, 9> kRoutineDelays = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};

/// A duty may end (or have ended) within minutes; an emergency is still worth telling for half a day, the
/// law's own span.
constexpr Duration kEmergencyAtLeast = 12h;
/// A receiver may ask for more time than the step, up to twice the step, or up to this where the step is
/// shorter.
constexpr Duration kRetryAfterFloor = 30s;

constexpr int kEmergencyJitterPercent = 10;  // only later, never earlier
constexpr int kRoutineJitterPercent = 20;    // either way

Duration with_jitter(Duration delay, bool emergency, Entropy& entropy) {
    if (delay == Duration(0)) {
        return delay;
    }
    const auto share = [&](int percent) { return delay.count() * percent / 100; };
    if (emergency) {
        const auto span = static_cast<std::uint64_t>(share(kEmergencyJitterPercent));
        return delay + Duration(random_below(entropy, span + 1));
    }
    const auto half = share(kRoutineJitterPercent);
    return delay - Duration(half) + Duration(random_below(entropy, static_cast<std::uint64_t>(2 * half) + 1));
}

Duration asked_for(Duration step, const SendOutcome& answer) {
    const bool may_ask = answer.status == 429 || answer.status == 503;
    if (!may_ask || !answer.retry_after) {
        return step;
    }
    return std::clamp(*answer.retry_after, step, std::max(2 * step, kRetryAfterFloor));
}

}  // namespace

AttemptOutcome classify(domain::ChannelKind kind, const SendOutcome& outcome) {
    if (!outcome.status) {
        return AttemptOutcome::retry;
    }
    const int status = *outcome.status;
    if (status >= 200 && status < 300) {
        return AttemptOutcome::delivered;
    }
    if (kind == domain::ChannelKind::email) {
        return status >= 500 ? AttemptOutcome::slow_retry : AttemptOutcome::retry;
    }
    if (status == 410) {
        return AttemptOutcome::suspended;
    }
    const bool theirs_to_mend = status >= 400 && status < 500 && status != 408 && status != 429;
    return theirs_to_mend ? AttemptOutcome::slow_retry : AttemptOutcome::retry;
}

std::optional<Instant> next_attempt(const domain::Notification& value,
                                    AttemptOutcome outcome,
                                    const SendOutcome& answer,
                                    Instant now,
                                    Entropy& entropy) {
    const std::int32_t counted = value.attempts - value.earlier_attempts;
    const auto failed = static_cast<std::size_t>(std::max(counted, 1) - 1);
    const bool emergency =
        value.urgency == domain::Urgency::emergency && outcome != AttemptOutcome::slow_retry;
    if (!emergency) {
        if (failed >= kRoutineDelays.size()) {
            return std::nullopt;
        }
        return now + with_jitter(asked_for(kRoutineDelays[failed], answer), emergency, entropy);
    }
    const Duration step = failed < kEmergencyDelays.size() ? kEmergencyDelays[failed] : kEmergencyThen;
    const Instant next = now + with_jitter(asked_for(step, answer), emergency, entropy);
    const Instant since = value.rescheduled_at.value_or(value.created_at);
    const Instant end = std::max(value.due.value_or(value.created_at), since + kEmergencyAtLeast);
    return next <= end ? std::optional(next) : std::nullopt;
}

Duration reroute_after(domain::Urgency urgency) {
    return urgency == domain::Urgency::emergency ? 5min : 30min;
}

}  // namespace lachan::casework
