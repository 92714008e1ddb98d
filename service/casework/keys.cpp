#include "lachan/casework/keys.hpp"

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
         {{"key", made.id.text()},
          {"role", std::string(domain::text_of(wanted.role))},
          {"agency", wanted.agency.text()}});
    return made;
}

Result<void> revoke_key(Tx& tx, const domain::KeyId& id, std::string_view actor) {
    if (!tx.keys.revoke(id, tx.now)) {
        return Error(Errc::not_found, "no such key");
    }
    note(tx, "key.revoked", actor, {{"key", id.text()}});
    return {};
}

}  // namespace lachan::casework
