#pragma once

#include <boost/asio/awaitable.hpp>

#include "lachan/casework/context.hpp"
#include "lachan/domain/principal.hpp"

namespace lachan::casework {

/// Schedules again what an agency could not be told, now that it has a channel that works. What stays a task
/// for people where this fails is in their list as before.
boost::asio::awaitable<void> bring_tasks(Context& context, domain::Principal caller, domain::AgencyId agency);

}  // namespace lachan::casework
