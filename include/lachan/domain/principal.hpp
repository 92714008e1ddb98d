#pragma once

#include <string>

#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {

/// Who asks: what authentication found out about a caller. `casework/access` decides what that lets them do.
struct Principal {
    KeyId key;
    Role role = Role::reporter;
    AgencyId agency;
};

}  // namespace lachan::domain
