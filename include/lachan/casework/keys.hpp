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

struct Renewal {
    Duration overlap{};  ///< How long the old token works beside the new one; zero: not at all.
    std::optional<Instant> expires_at{};  ///< Of the key; none: as it was.
    std::string purpose = {};             ///< Why; stands sealed in the record.
};
/// Gives the key a new token; its id, and so its history, stays. Errors: `not_found`;
/// `transition_not_allowed` for one that is revoked or expired.
[[nodiscard]] Result<KeyMade> rotate_key(
    Tx& tx, Vault& vault, const domain::KeyId& id, const Renewal& renewal, std::string_view actor);

/// Errors: `not_found`.
[[nodiscard]] Result<void> revoke_key(
    Tx& tx, Vault& vault, const domain::KeyId& id, std::string_view actor, std::string_view purpose = {});

}  // namespace lachan::casework
