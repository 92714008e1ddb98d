#pragma once

#include <string>
#include <string_view>

#include "lachan/casework/sign_in.hpp"

namespace lachan::casework {

/// One try at a password. It counts as a failure from the start, so that many at the same time are no way
/// round the waiting; a success takes that back.
///
/// A browser that has signed in to the account before is counted apart from everybody else: strangers who
/// guess make each other wait, not the person whose account it is.
class CountedTry {
public:
    CountedTry(People& people, Bytes login_hash, std::string_view address, std::string_view device);

    /// How long it is too early; zero: not at all.
    [[nodiscard]] Duration wait() const;
    void count();
    /// Nothing was looked at.
    void take_back();
    void succeed();

    /// Writes the failure, and the alarm where it is due, into the record. `account` is empty where the login
    /// belongs to nobody.
    void note_failure(Tx& tx, const domain::AccountId& account) const;
    /// Tells the log and the metrics of an alarm that is due.
    void raise_alarm() const;

private:
    People& people_;
    std::string account_name_;
    std::string address_name_;
    std::string address_hash_;
    int account_failures_ = 0;
    int address_failures_ = 0;
};

/// What a browser is given after a sign-in, so that it is counted apart the next time.
[[nodiscard]] std::string new_device(Vault& vault, Entropy& entropy, BytesView login_hash);

}  // namespace lachan::casework
