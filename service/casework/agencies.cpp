#include "lachan/casework/agencies.hpp"

#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "redelivery.hpp"

namespace lachan::casework {
namespace {

constexpr int kTriesShown = 10;
constexpr char kSecretSeparator = '\n';

std::string secrets_context(const domain::EndpointId& id) {
    return "endpoint:" + id.text();
}

void note(Tx& tx, std::string_view kind, const domain::Principal& caller, domain::EventData data) {
    domain::Event event;
    event.at = tx.now;
    event.kind = kind;
    event.actor = caller.key.text();
    event.data = std::move(data);
    tx.events.append(event);
}

Result<Endpoint> find_endpoint(const View& view, const domain::EndpointId& id) {
    auto endpoint = view.endpoints.find(id);
    if (!endpoint) {
        return Error(Errc::not_found, "no such endpoint");
    }
    return std::move(*endpoint);
}

}  // namespace

Endpoint make_endpoint(Tx& tx,
                       Vault& vault,
                       const domain::AgencyId& agency,
                       const NewEndpoint& wanted,
                       const Secret<std::string>& secret) {
    Endpoint endpoint;
    const auto existing = tx.endpoints.of_agency(agency);
    endpoint.id = domain::EndpointId(agency.text() + "-" + std::to_string(existing.size() + 1));
    endpoint.agency = agency;
    endpoint.rank = wanted.rank.value_or(existing.empty() ? 0 : existing.back().rank + 1);
    endpoint.kind = wanted.kind;
    endpoint.address = wanted.address;
    endpoint.provider = wanted.provider;
    endpoint.sealed_secrets = vault.seal_own(secrets_context(endpoint.id), secret.reveal());
    tx.endpoints.put(endpoint);
    return endpoint;
}

Result<Target> target_of(const Vault& vault, const Endpoint& endpoint, Instant now) {
    const auto secrets = vault.open_own(secrets_context(endpoint.id), endpoint.sealed_secrets);
    if (!secrets) {
        return secrets.error();
    }
    Target target;
    target.endpoint = endpoint.id;
    target.agency = endpoint.agency;
    target.kind = endpoint.kind;
    target.address = endpoint.address;
    target.provider = endpoint.provider;
    const auto newline = secrets->find(kSecretSeparator);
    target.secrets.emplace_back(secrets->substr(0, newline));
    const bool overlap = endpoint.old_secret_until && *endpoint.old_secret_until > now;
    if (newline != std::string::npos && overlap) {
        target.secrets.emplace_back(secrets->substr(newline + 1));
    }
    return target;
}

boost::asio::awaitable<Result<std::vector<EndpointView>>> endpoints_of(Context& context,
                                                                       domain::Principal caller,
                                                                       domain::AgencyId agency) {
    if (const auto allowed = allow(caller, Action::see_directory); !allowed) {
        co_return allowed.error();
    }
    const bool manages = allow(caller, Action::manage_directory).has_value();
    const auto body = context.worlds.current()->directory->body_of(caller.agency);
    const bool own = std::find(body.begin(), body.end(), agency) != body.end();
    if (!manages && !own) {
        co_return Error(Errc::forbidden, "only the agency itself and the administrator see its endpoints");
    }
    std::vector<EndpointView> result;
    ReadOp look = [&](const View& view) -> Result<void> {
        for (Endpoint& endpoint : view.endpoints.of_agency(agency)) {
            endpoint.sealed_secrets.clear();
            if (!manages) {
                endpoint.address.clear();  // a URL may itself be a secret
            }
            EndpointView entry;
            entry.scheduled = view.outbox.scheduled(endpoint.id);
            entry.oldest = view.outbox.oldest(endpoint.id);
            entry.next_attempt = view.outbox.next_attempt(endpoint.id);
            entry.lately = view.outbox.lately(endpoint.id, kTriesShown);
            for (domain::Attempt& attempt : entry.lately) {
                attempt.excerpt = manages ? attempt.excerpt : std::string();
            }
            entry.endpoint = std::move(endpoint);
            result.push_back(std::move(entry));
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return result;
}

boost::asio::awaitable<Result<void>> expect_endpoint(Context& context,
                                                     domain::Principal caller,
                                                     domain::AgencyId agency,
                                                     domain::EndpointId id) {
    if (const auto allowed = allow(caller, Action::see_directory); !allowed) {
        co_return allowed.error();
    }
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto found = view.endpoints.find(id);
        if (!found || found->agency != agency) {
            return Error(Errc::not_found, "this agency has no such endpoint");
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    co_return looked;
}

boost::asio::awaitable<Result<Answer>> add_endpoint(Context& context,
                                                    domain::Principal caller,
                                                    domain::AgencyId agency,
                                                    NewEndpoint wanted,
                                                    Repeat repeat,
                                                    RenderEndpoint render) {
    if (const auto allowed = allow(caller, Action::manage_directory); !allowed) {
        co_return allowed.error();
    }
    if (context.worlds.current()->directory->agency_ever(agency) == nullptr) {
        co_return Error(Errc::not_found, "no such agency");
    }
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        const Secret<std::string> secret = context.vault.new_webhook_secret();
        const Endpoint endpoint = make_endpoint(tx, context.vault, agency, wanted, secret);
        note(tx, "endpoint.added", caller, {{"endpoint", endpoint.id.text()}, {"agency", agency.text()}});
        return render(EndpointMade{endpoint.id, secret});
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect));
    if (answer) {
        co_await bring_tasks(context, caller, agency);
    }
    co_return answer;
}

boost::asio::awaitable<Result<Answer>> rotate_secret(Context& context,
                                                     domain::Principal caller,
                                                     domain::EndpointId id,
                                                     Duration overlap,
                                                     Repeat repeat,
                                                     RenderEndpoint render) {
    if (const auto allowed = allow(caller, Action::manage_directory); !allowed) {
        co_return allowed.error();
    }
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto endpoint = find_endpoint(view_of(tx), id);
        if (!endpoint) {
            return endpoint.error();
        }
        const auto target = target_of(context.vault, *endpoint, tx.now);
        if (!target) {
            return target.error();
        }
        const Secret<std::string> secret = context.vault.new_webhook_secret();
        const std::string both = secret.reveal() + kSecretSeparator + target->secrets.front().reveal();
        endpoint->sealed_secrets = context.vault.seal_own(secrets_context(id), both);
        endpoint->old_secret_until = tx.now + overlap;
        tx.endpoints.put(*endpoint);
        note(tx, "endpoint.secret_rotated", caller, {{"endpoint", id.text()}});
        return render(EndpointMade{id, secret});
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect));
    co_return answer;
}

boost::asio::awaitable<Result<Answer>> suspend_endpoint(Context& context,
                                                        domain::Principal caller,
                                                        domain::EndpointId id,
                                                        bool suspended,
                                                        std::string why,
                                                        Repeat repeat,
                                                        Answer done) {
    if (const auto allowed = allow(caller, Action::manage_directory); !allowed) {
        co_return allowed.error();
    }
    domain::AgencyId agency;
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto endpoint = find_endpoint(view_of(tx), id);
        if (!endpoint) {
            return endpoint.error();
        }
        agency = endpoint->agency;
        endpoint->suspended = suspended;
        endpoint->suspended_why = suspended ? why : "";
        endpoint->failures = 0;
        endpoint->open_until.reset();
        endpoint->next_at = tx.now;  // what waits there is looked at now
        tx.endpoints.put(*endpoint);
        note(tx, suspended ? "endpoint.suspended" : "endpoint.resumed", caller, {{"endpoint", id.text()}});
        return done;
    };
    auto answer = co_await commit_once(context, caller, std::move(repeat), std::move(effect));
    if (answer && !answer->replayed && !suspended) {
        co_await bring_tasks(context, caller, agency);
    }
    co_return answer;
}

boost::asio::awaitable<Result<void>> order_endpoints(Context& context,
                                                     domain::Principal caller,
                                                     domain::AgencyId agency,
                                                     std::vector<domain::EndpointId> order) {
    if (const auto allowed = allow(caller, Action::manage_directory); !allowed) {
        co_return allowed.error();
    }
    if (context.worlds.current()->directory->agency_ever(agency) == nullptr) {
        co_return Error(Errc::not_found, "no such agency");
    }
    WriteOp op = [&](Tx& tx) -> Result<void> {
        auto channels = tx.endpoints.of_agency(agency);
        const auto place_of = [&](const Endpoint& channel) {
            return std::find(order.begin(), order.end(), channel.id) - order.begin();
        };
        const bool each_named = std::all_of(channels.begin(), channels.end(), [&](const Endpoint& channel) {
            return std::count(order.begin(), order.end(), channel.id) == 1;
        });
        if (!each_named || channels.size() != order.size()) {
            return Error(Errc::validation_failed,
                         "1 place is wrong; see errors",
                         {{"/endpoints", "mismatch", "has to name each channel of the agency once"}});
        }
        for (Endpoint& channel : channels) {
            channel.rank = static_cast<int>(place_of(channel));
            tx.endpoints.put(channel);
        }
        note(tx, "endpoint.reordered", caller, {{"agency", agency.text()}});
        return {};
    };
    auto done = co_await context.store.commit(std::move(op));
    co_return done;
}

boost::asio::awaitable<Result<Answer>> ping_endpoint(Context& context,
                                                     domain::Principal caller,
                                                     domain::EndpointId id,
                                                     Transport& transport,
                                                     Repeat repeat,
                                                     RenderPing render) {
    if (const auto allowed = allow(caller, Action::manage_directory); !allowed) {
        co_return allowed.error();
    }
    auto before = co_await answered_before(context, caller, repeat);
    if (!before) {
        co_return before.error();
    }
    if (*before) {
        co_return std::move(**before);
    }
    std::optional<Target> target;
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto endpoint = find_endpoint(view, id);
        if (!endpoint) {
            return endpoint.error();
        }
        auto found = target_of(context.vault, *endpoint, context.clock.now());
        if (!found) {
            return found.error();
        }
        target = std::move(*found);
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    Message message;
    message.id = "ping-" + new_uuid(context.entropy, context.clock.now());
    message.type = "vn.lachan.endpoint.ping.v1";
    message.created_at = context.clock.now();
    message.sent_at = message.created_at;
    const SendOutcome outcome = co_await transport.send(std::move(*target), std::move(message));
    Effect effect = [&](Tx&) -> Result<Answer> { return render(outcome); };
    auto answer = co_await commit_once(context, std::move(caller), std::move(repeat), std::move(effect));
    co_return answer;
}

boost::asio::awaitable<Result<void>> put_agency(Context& context,
                                                domain::Principal caller,
                                                domain::AgencyId agency,
                                                std::string document) {
    if (const auto allowed = allow(caller, Action::manage_directory); !allowed) {
        co_return allowed.error();
    }
    WriteOp op = [&](Tx& tx) -> Result<void> {
        tx.documents.put("agency", agency.text(), document, tx.now);
        note(tx, "directory.changed", caller, {{"agency", agency.text()}});
        return {};
    };
    auto done = co_await context.store.commit(std::move(op));
    co_return done;
}

}  // namespace lachan::casework
