#pragma once

#include <string>

#include "lachan/casework/transport.hpp"
#include "lachan/delivery/email_transport.hpp"

namespace lachan::delivery {

/// Hands one mail to the server; blocks until it is taken or refused.
[[nodiscard]] casework::SendOutcome hand_over(const EgressGuard& guard,
                                              const MailOptions& options,
                                              const std::string& to,
                                              const std::string& mail);

}  // namespace lachan::delivery
