#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

/// A desk where passwords are looked at, whose queue is full when it is told to be.
class BusyCredentials final : public casework::Credentials {
public:
    explicit BusyCredentials(casework::Credentials& free) : free_(free) {}

    /// The n-th password from now on (1: the next) finds the queue full.
    void refuse(int nth) { left_ = nth; }

    boost::asio::awaitable<Result<std::string>> hash_password(Secret<std::string> password) override {
        if (is_full()) {
            co_return Error(Errc::overloaded, "the queue is full");
        }
        auto hashed = co_await free_.hash_password(std::move(password));
        co_return hashed;
    }
    boost::asio::awaitable<Result<bool>> is_password(std::string stored,
                                                     Secret<std::string> password) override {
        if (is_full()) {
            co_return Error(Errc::overloaded, "the queue is full");
        }
        const auto fits = co_await free_.is_password(std::move(stored), std::move(password));
        co_return fits;
    }
    [[nodiscard]] std::optional<std::int64_t> totp_step(BytesView secret,
                                                        std::string_view code,
                                                        Instant now) const override {
        return free_.totp_step(secret, code, now);
    }

private:
    [[nodiscard]] bool is_full() { return left_ > 0 && --left_ == 0; }

    casework::Credentials& free_;
    int left_ = 0;
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
