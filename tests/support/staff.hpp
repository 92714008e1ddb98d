#pragma once

#include <map>
#include <string>

#include "lachan/casework/people.hpp"
#include "support/office.hpp"

/// People with accounts, as tests need them: who they are, and the authenticator in their pocket.
namespace lachan::support {

inline const std::string kPassword = "con trâu đi trước cái cày";

struct Person {
    domain::AccountId id;
    std::string login;
    Bytes totp_secret;

    /// What the authenticator shows at this instant.
    [[nodiscard]] std::string code(Instant now) const {
        return vault::totp_code(totp_secret, vault::totp_step_at(now));
    }
    /// Surely another.
    [[nodiscard]] std::string wrong_code(Instant now) const {
        std::string wrong = code(now);
        for (char& digit : wrong) {
            digit = digit == '9' ? '0' : static_cast<char>(digit + 1);
        }
        return wrong;
    }
};

/// Makes the account of a person with `kPassword`.
inline Person hire(Office& office,
                   const vault::Argon2Credentials& credentials,
                   const std::string& login,
                   domain::Role role,
                   const std::string& agency) {
    Person person{{}, login, Bytes(casework::kTotpSecretBytes, 7)};
    casework::NewAccount wanted{login,
                                credentials.hash_now(Secret<std::string>(kPassword)).value(),
                                person.totp_secret,
                                role,
                                domain::AgencyId(agency)};
    office.write([&](casework::Tx& tx) -> Result<void> {
        person.id =
            casework::make_account(tx, office.vault(), office.context().entropy, wanted, "test").value().id;
        return {};
    });
    return person;
}

}  // namespace lachan::support
