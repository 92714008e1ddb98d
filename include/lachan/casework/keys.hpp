#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/casework/vault.hpp"

namespace lachan::casework {

struct NewKey {
    domain::Role role{};
    domain::AgencyId agency;
    std::optional<Instant> expires_at;
    std::string purpose = {};  ///< Why; stands sealed in the record.
};
struct KeyMade {
    domain::KeyId id;
    Secret<std::string> token;  ///< Printed once; only its hash is stored.
};
/// Makes an API key within a unit of work; an event says so.
[[nodiscard]] KeyMade make_key(
    Tx& tx, Vault& vault, const NewKey& wanted, domain::KeyId id, std::string_view actor);

/// Errors: `not_found`.
[[nodiscard]] Result<void> revoke_key(
    Tx& tx, Vault& vault, const domain::KeyId& id, std::string_view actor, std::string_view purpose = {});

}  // namespace lachan::casework
