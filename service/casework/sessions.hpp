#pragma once

#include <string_view>

#include "lachan/casework/sign_in.hpp"

/// What signing in, accepting an invitation and changing a password have in common.
namespace lachan::casework {

[[nodiscard]] domain::Principal principal_of(const Account& account);

/// Under which name the key of an authenticator is sealed.
[[nodiscard]] std::string totp_context(const domain::AccountId& id);

/// Begins a session within a unit of work; the person's oldest ends where there are too many.
[[nodiscard]] SessionMade start_session(Tx& tx, Vault& vault, Entropy& entropy, const Account& account);

void note_about(Tx& tx,
                std::string_view kind,
                std::string_view actor,
                const domain::AccountId& account,
                domain::EventData more = {});

void tell(const People& people, SignInOutcome outcome);

}  // namespace lachan::casework
