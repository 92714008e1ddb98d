#include "lachan/casework/keys.hpp"

#include "lachan/casework/access_log.hpp"

namespace lachan::casework {
namespace {

void note(Tx& tx, std::string_view kind, std::string_view actor, domain::EventData data) {
    domain::Event event;
    event.at = tx.now;
    event.kind = kind;
    event.actor = actor;
    event.data = std::move(data);
    tx.events.append(event);
}

domain::EventData with_purpose(domain::EventData data, Vault& vault, const Tx& tx, std::string_view purpose) {
    if (!purpose.empty()) {
        data.push_back(sealed_purpose(vault, tx, std::nullopt, purpose));
    }
    return data;
}

}  // namespace

KeyMade make_key(Tx& tx, Vault& vault, const NewKey& wanted, domain::KeyId id, std::string_view actor) {
    KeyMade made{std::move(id), vault.new_token()};
    ApiKey key;
    key.id = made.id;
    key.role = wanted.role;
    key.agency = wanted.agency;
    key.token_hash = vault.token_hash(made.token.reveal());
    key.created_at = tx.now;
    key.expires_at = wanted.expires_at;
    tx.keys.insert(key);
    note(tx,
         "key.created",
         actor,
         with_purpose({{"key", made.id.text()},
                       {"role", std::string(domain::text_of(wanted.role))},
                       {"agency", wanted.agency.text()}},
                      vault,
                      tx,
                      wanted.purpose));
    return made;
}

Result<KeyMade> rotate_key(
    Tx& tx, Vault& vault, const domain::KeyId& id, const Renewal& renewal, std::string_view actor) {
    auto key = tx.keys.find(id);
    if (!key) {
        return Error(Errc::not_found, "no such key");
    }
    if (key->revoked_at || (key->expires_at && *key->expires_at <= tx.now)) {
        return Error(Errc::transition_not_allowed, "the key is revoked or expired: make another one");
    }
    KeyMade made{id, vault.new_token()};
    key->old_token_hash.clear();
    key->old_until.reset();
    if (renewal.overlap > Duration::zero()) {
        key->old_token_hash = key->token_hash;
        key->old_until = tx.now + renewal.overlap;
    }
    key->token_hash = vault.token_hash(made.token.reveal());
    if (renewal.expires_at) {
        key->expires_at = renewal.expires_at;
    }
    tx.keys.renew(*key);
    note(tx,
         "key.rotated",
         actor,
         with_purpose({{"key", id.text()}, {"old_until", key->old_until ? to_rfc3339(*key->old_until) : ""}},
                      vault,
                      tx,
                      renewal.purpose));
    return made;
}

Result<void> revoke_key(
    Tx& tx, Vault& vault, const domain::KeyId& id, std::string_view actor, std::string_view purpose) {
    if (!tx.keys.revoke(id, tx.now)) {
        return Error(Errc::not_found, "no such key");
    }
    note(tx, "key.revoked", actor, with_purpose({{"key", id.text()}}, vault, tx, purpose));
    return {};
}

}  // namespace lachan::casework
