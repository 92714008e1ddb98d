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
    Endpoint endpoint;              ///< Without secrets.
    std::int64_t scheduled = 0;     ///< How many wait.
    std::optional<Instant> oldest;  ///< Since when.
};
/// Errors: `forbidden`, `not_found` (no such agency).
[[nodiscard]] boost::asio::awaitable<Result<std::vector<EndpointView>>> endpoints_of(Context& context,
                                                                                     domain::Principal caller,
                                                                                     domain::AgencyId agency);

struct NewEndpoint {
    domain::ChannelKind kind = domain::ChannelKind::webhook;
    std::string address;  ///< Checked by the caller against the egress guard.
    int rank = 0;
};
struct EndpointMade {
    domain::EndpointId id;
    Secret<std::string> secret;  ///< Shown once.
};
using RenderEndpoint = std::function<Answer(const EndpointMade&)>;
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

/// Stops or resumes an endpoint. What waits there is moved to the next channel or holder.
[[nodiscard]] boost::asio::awaitable<Result<void>> suspend_endpoint(
    Context& context, domain::Principal caller, domain::EndpointId endpoint, bool suspended, std::string why);

/// Sends `endpoint.ping` now and says what came back.
[[nodiscard]] boost::asio::awaitable<Result<SendOutcome>> ping_endpoint(Context& context,
                                                                        domain::Principal caller,
                                                                        domain::EndpointId endpoint,
                                                                        Transport& transport);

/// Schedules a notification again, at once. Errors: `not_found`, `forbidden`.
[[nodiscard]] boost::asio::awaitable<Result<void>> redeliver(Context& context,
                                                             domain::Principal caller,
                                                             std::string notification_name);

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
