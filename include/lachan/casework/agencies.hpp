#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/domain/principal.hpp"

/// The administrator's work: endpoints of agencies, their secrets, redelivery.
namespace lachan::casework {

struct EndpointView {
    Endpoint endpoint;                    ///< Without secrets.
    std::int64_t scheduled = 0;           ///< How many wait.
    std::optional<Instant> oldest;        ///< Since when the oldest of them waits.
    std::optional<Instant> next_attempt;  ///< When the next of them is to be tried.
    std::vector<domain::Attempt> lately;  ///< The last tries, newest first; of which case is not said here.
};
/// For whoever manages the directory, and for the agency's own body: how much waits for an agency, and since
/// when, tells others what it has to do with. Errors: `forbidden`.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<EndpointView>>> endpoints_of(Context& context,
                                                                                     domain::Principal caller,
                                                                                     domain::AgencyId agency);

/// Whether the agency has this endpoint. Errors: `forbidden`; `not_found`.
[[nodiscard]] boost::asio::awaitable<Result<void>> expect_endpoint(Context& context,
                                                                   domain::Principal caller,
                                                                   domain::AgencyId agency,
                                                                   domain::EndpointId id);

struct NewEndpoint {
    domain::ChannelKind kind = domain::ChannelKind::webhook;
    std::string address;        ///< Checked by the caller: URL, mail address or recipient.
    std::optional<int> rank;    ///< None: behind the channels there are.
    std::string provider = {};  ///< Of a gateway: which one.
};
struct EndpointMade {
    domain::EndpointId id;
    Secret<std::string> secret;  ///< Shown once.
};
using RenderEndpoint = std::function<Answer(const EndpointMade&)>;
/// A new channel. What the agency could not be told before is scheduled again.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> add_endpoint(Context& context,
                                                                  domain::Principal caller,
                                                                  domain::AgencyId agency,
                                                                  NewEndpoint wanted,
                                                                  Repeat repeat,
                                                                  RenderEndpoint render);

/// A new secret beside the old one, which stays valid for `overlap`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> rotate_secret(Context& context,
                                                                   domain::Principal caller,
                                                                   domain::EndpointId endpoint,
                                                                   Duration overlap,
                                                                   Repeat repeat,
                                                                   RenderEndpoint render);

/// Stops or resumes an endpoint. What waits there is moved to the next channel or holder; what the agency
/// could not be told in the meantime is scheduled again when it resumes. Answers `done`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> suspend_endpoint(Context& context,
                                                                      domain::Principal caller,
                                                                      domain::EndpointId endpoint,
                                                                      bool suspended,
                                                                      std::string why,
                                                                      Repeat repeat = {},
                                                                      Answer done = {});

/// Puts an agency's channels into this order: the first is the one a message is sent to. Errors:
/// `validation_failed` unless each channel it has is named once; `forbidden`, `not_found` (no such agency).
[[nodiscard]] boost::asio::awaitable<Result<void>> order_endpoints(Context& context,
                                                                   domain::Principal caller,
                                                                   domain::AgencyId agency,
                                                                   std::vector<domain::EndpointId> order);

using RenderPing = std::function<Answer(const SendOutcome&)>;
/// Sends `endpoint.ping` now and says what came back. A repetition that comes before its first answer pings
/// a second time, and both say what the first of them heard.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> ping_endpoint(Context& context,
                                                                   domain::Principal caller,
                                                                   domain::EndpointId endpoint,
                                                                   Transport& transport,
                                                                   Repeat repeat,
                                                                   RenderPing render);

/// Schedules a notification again, at once, and answers `done`. Errors: `not_found`, `forbidden`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> redeliver(Context& context,
                                                               domain::Principal caller,
                                                               std::string notification_name,
                                                               Repeat repeat = {},
                                                               Answer done = {});

/// Which tries at an endpoint are to be made again.
struct RedeliveryRange {
    Instant from{};
    Instant to{};
    std::optional<domain::NotificationState> state;  ///< None: what was delivered, and what could not be.
};
struct Redelivered {
    std::int64_t scheduled = 0;
    std::optional<Instant> next_from;  ///< There is more: where to go on.
};
using RenderRedelivered = std::function<Answer(const Redelivered&)>;
inline constexpr int kMostRedelivered = 500;  ///< Of one call: some ten milliseconds of the writer.
/// Schedules again what was tried at this endpoint in [from, to), at most `kMostRedelivered` messages, those
/// of a case in their order. What waits already, what was superseded and what the caller may not see is left
/// as it is. Errors: `forbidden`, `not_found`, `transition_not_allowed` (no working channel).
[[nodiscard]] boost::asio::awaitable<Result<Answer>> redeliver_range(Context& context,
                                                                     domain::Principal caller,
                                                                     domain::EndpointId endpoint,
                                                                     RedeliveryRange range,
                                                                     Repeat repeat,
                                                                     RenderRedelivered render);

/// Replaces or adds the directory's document of one agency (JSON text already checked against the directory's
/// rules).
[[nodiscard]] boost::asio::awaitable<Result<void>> put_agency(Context& context,
                                                              domain::Principal caller,
                                                              domain::AgencyId agency,
                                                              std::string document);

/// Makes an endpoint with this secret, within a unit of work. Its id is the agency's and a number.
[[nodiscard]] Endpoint make_endpoint(Tx& tx,
                                     Vault& vault,
                                     const domain::AgencyId& agency,
                                     const NewEndpoint& wanted,
                                     const Secret<std::string>& secret);

/// Where a message for this endpoint goes, with its secrets opened. Two while a rotation is under way.
[[nodiscard]] Result<Target> target_of(const Vault& vault, const Endpoint& endpoint, Instant now);

}  // namespace lachan::casework
