#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/domain/codes.hpp"

/// The body of a push: one CloudEvent 1.0 in structured JSON. It names a case and says that something is to
/// be done; whoever may know more asks the API at `href`, where each reading is recorded.
namespace lachan::delivery {

/// Largest body in bytes: what the Standard Webhooks advise, so that no receiver has to refuse one.
inline constexpr std::size_t kLargestEvent = 20'000;

inline constexpr std::string_view kEventMediaType = "application/cloudevents+json";

/// Every type there is.
inline constexpr auto kEventTypes = std::to_array<std::string_view>({"vn.lachan.report.received.v1",
                                                                     "vn.lachan.case.opened.v1",
                                                                     "vn.lachan.duty.assigned.v1",
                                                                     "vn.lachan.duty.due_soon.v1",
                                                                     "vn.lachan.duty.overdue.v1",
                                                                     "vn.lachan.case.escalated.v1",
                                                                     "vn.lachan.case.updated.v1",
                                                                     "vn.lachan.case.closed.v1",
                                                                     "vn.lachan.directory.gap.v1",
                                                                     "vn.lachan.endpoint.ping.v1"});

/// Where the case of a message can be read: `source` is the service's public URL, without a slash at its end.
/// A message without a case points at the service itself.
[[nodiscard]] std::string link_of(const casework::Message& message, std::string_view source);

/// The body to sign and send. Errors: `payload_too_large` over `kLargestEvent`.
[[nodiscard]] Result<std::string> event_body(const casework::Message& message, std::string_view source);

/// What a receiver reads out of a body.
struct Event {
    std::string id;
    std::string source;
    std::string type;
    std::string subject;  ///< Case code; empty for `endpoint.ping`.
    Instant time{};
    std::string case_code;
    std::int64_t case_sequence = 0;
    domain::Urgency urgency = domain::Urgency::normal;
    std::string duty;
    std::optional<Instant> respond_by;
    std::string href;
    bool exercise = false;
};

/// Reads a body; what it does not know it ignores, as CloudEvents asks. Errors: `payload_too_large`,
/// `malformed_json`, `validation_failed` (every fault with its pointer).
[[nodiscard]] Result<Event> parse_event(std::string_view body);

}  // namespace lachan::delivery
