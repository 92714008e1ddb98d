#pragma once

#include "lachan/casework/clock.hpp"
#include "lachan/casework/entropy.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/casework/world.hpp"

namespace lachan::casework {

/// What every use case works with. Lives as long as the service; used on the network thread.
struct Context {
    Store& store;
    Clock& clock;
    Entropy& entropy;
    Vault& vault;
    Worlds& worlds;
    Wakeup& outbox_work;  ///< Notified after a commit that may have something to send.
    Wakeup& watch_work;   ///< Notified after a commit that may have moved the next instant.
};

}  // namespace lachan::casework
