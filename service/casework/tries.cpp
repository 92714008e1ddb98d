#include "tries.hpp"

#include <algorithm>
#include <array>

#include "lachan/base/log.hpp"
#include "lachan/base/network.hpp"

namespace lachan::casework {
namespace {

constexpr std::size_t kDeviceBytes = 16;

std::string device_seal(const Vault& vault, BytesView login_hash, std::string_view number) {
    std::string text = "device\n" + to_hex(login_hash) + '\n';
    text += number;
    return to_hex(vault.fingerprint(text));
}

/// Whether this browser has signed in to this account before.
bool is_known(const Vault& vault, BytesView login_hash, std::string_view device) {
    const auto dot = device.find('.');
    if (dot != 2 * kDeviceBytes) {
        return false;
    }
    const std::string seal = device_seal(vault, login_hash, device.substr(0, dot));
    // Compared by their keyed digests: how long that takes says nothing of the seal.
    return vault.fingerprint(seal) == vault.fingerprint(device.substr(dot + 1));
}

/// At 10, 100, 1000, …
bool is_alarm(int failures) {
    int step = kAlarmFrom;
    while (step < failures && step <= failures / 10) {
        step *= 10;
    }
    return step == failures;
}

void note(Tx& tx, std::string_view kind, domain::EventData data) {
    domain::Event event;
    event.at = tx.now;
    event.kind = kind;
    event.actor = "sign-in";
    event.data = std::move(data);
    tx.events.append(event);
}

}  // namespace

std::string new_device(Vault& vault, Entropy& entropy, BytesView login_hash) {
    std::array<std::uint8_t, kDeviceBytes> random{};
    entropy.fill(random);
    std::string number = to_hex(random);
    return number + '.' + device_seal(vault, login_hash, number);
}

CountedTry::CountedTry(People& people, Bytes login_hash, std::string_view address, std::string_view device)
    : people_(people) {
    const Vault& vault = people.context.vault;
    account_name_ = "login " + to_hex(login_hash);
    if (is_known(vault, login_hash, device)) {
        account_name_.append(" ").append(device.substr(0, 2 * kDeviceBytes));
    }
    const std::string network = network_of(address);
    address_name_ = "address " + network;
    address_hash_ = to_hex(vault.fingerprint(address_name_));
}

Duration CountedTry::wait() const {
    const Instant now = people_.context.clock.now();
    return std::max(people_.slow_down.wait(account_name_, kAccountPace, now),
                    people_.slow_down.wait(address_name_, kAddressPace, now));
}

void CountedTry::count() {
    const Instant now = people_.context.clock.now();
    account_failures_ = people_.slow_down.count(account_name_, kAccountPace, now);
    address_failures_ = people_.slow_down.count(address_name_, kAddressPace, now);
}

void CountedTry::take_back() {
    people_.slow_down.take_back(account_name_, kAccountPace);
    people_.slow_down.take_back(address_name_, kAddressPace);
}

void CountedTry::succeed() {
    people_.slow_down.forget(account_name_);
    people_.slow_down.take_back(address_name_, kAddressPace);
}

void CountedTry::note_failure(Tx& tx, const domain::AccountId& account) const {
    const std::string whose = account.empty() ? "unknown" : account.text();
    note(tx, "sign_in.failed", {{"account", whose}, {"address", address_hash_}});
    if (is_alarm(account_failures_)) {
        note(tx, "sign_in.alarm", {{"account", whose}, {"failures", std::to_string(account_failures_)}});
    }
    if (is_alarm(address_failures_)) {
        note(tx,
             "sign_in.alarm",
             {{"address", address_hash_}, {"failures", std::to_string(address_failures_)}});
    }
}

void CountedTry::raise_alarm() const {
    const auto raise = [&](std::string_view of, int failures) {
        if (!is_alarm(failures)) {
            return;
        }
        log::error("sign_in.alarm", {{"of", of}, {"failures", failures}, {"address", address_hash_}});
        if (people_.on_alarm) {
            people_.on_alarm(of);
        }
    };
    raise("account", account_failures_);
    raise("address", address_failures_);
}

}  // namespace lachan::casework
