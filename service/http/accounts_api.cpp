#include <utility>

#include "calls.hpp"
#include "lachan/casework/people.hpp"
#include "lachan/http/report_codec.hpp"
#include "render.hpp"

/// Accounts of people, for administrators.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kAccounts = "/v1/accounts";
constexpr std::string_view kAccount = "/v1/accounts/{account}";
constexpr std::string_view kRecovery = "/v1/accounts/{account}/recovery";

domain::AccountId account_of(const Request& request) {
    return domain::AccountId(request.path_parameters.at("account"));
}

void write_account(JsonWriter& json, const casework::AccountItem& item, const casework::World& world) {
    const casework::Account& account = item.value;
    json.begin_object().member("account", account.id).member("login", item.login);
    json.member("role", domain::text_of(account.role));
    json.key("agency");
    write_agency(json, world, account.agency);
    json.member("created_at", account.created_at).member("signed_in_at", account.signed_in_at);
    json.member("awaits_password", account.password.empty()).member("disabled_at", account.disabled_at);
    json.end_object();
}

/// The token is shown in this answer only.
casework::Answer invitation_answer(const casework::InvitationMade& made) {
    JsonWriter json;
    json.begin_object().member("token", made.token.reveal()).member("expires_at", made.expires_at);
    json.end_object();
    casework::Answer answer;
    answer.status = 201;
    answer.body = json.take();
    return answer;
}

/// GET /v1/accounts
asio::awaitable<Result<Reply>> get_accounts(const Services& services, const Request& request) {
    const auto items = co_await casework::list_accounts(services.context, caller_of(request));
    if (!items) {
        co_return items.error();
    }
    const auto world = services.context.worlds.current();
    QueryReader query(request.query);
    co_return paged(services, request, query, items->size(), [&](JsonWriter& json, std::size_t i) {
        write_account(json, (*items)[i], *world);
    });
}

struct Wanted {
    std::optional<domain::Role> role;
    std::string agency;
};

void read_wanted(Members& members, Wanted& wanted) {
    members.missing("role", "has to be given");
    members.missing("agency", "has to be given");
    wanted.role = members.word<domain::Role>("role");
    wanted.agency = members.text("agency", kIdMax);
}

/// POST /v1/accounts: a one-time token with which somebody makes an account of this role and agency.
asio::awaitable<Result<Reply>> post_account(const Services& services, const Request& request) {
    const auto wanted = decode<Wanted>(request.body, read_wanted);
    if (!wanted) {
        co_return wanted.error();
    }
    auto repeat = repeat_of(services, request, kAccounts);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::invite_person(services.context,
                                                   caller_of(request),
                                                   *wanted->role,
                                                   domain::AgencyId(wanted->agency),
                                                   std::move(*repeat),
                                                   invitation_answer);
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

/// POST /v1/accounts/{account}/recovery: what the person had works no more; a one-time token for anew.
asio::awaitable<Result<Reply>> post_recovery(const Services& services, const Request& request) {
    auto repeat = repeat_of(services, request, kRecovery);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::recover_person(
        services.context, caller_of(request), account_of(request), std::move(*repeat), invitation_answer);
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

struct Change {
    Wanted wanted;
    bool disabled = false;
};

void read_change(Members& members, Change& change) {
    members.missing("disabled", "has to be given");
    read_wanted(members, change.wanted);
    change.disabled = members.boolean("disabled");
}

/// PUT /v1/accounts/{account}: role, agency, and whether it works; sessions end.
asio::awaitable<Result<Reply>> put_account(const Services& services, const Request& request) {
    const auto change = decode<Change>(request.body, read_change);
    if (!change) {
        co_return change.error();
    }
    casework::AccountChange wanted;
    wanted.role = change->wanted.role;
    wanted.agency = domain::AgencyId(change->wanted.agency);
    wanted.disabled = change->disabled;
    const auto changed = co_await casework::change_person(
        services.context, caller_of(request), account_of(request), std::move(wanted));
    if (!changed) {
        co_return changed.error();
    }
    co_return Reply::empty(204);
}

}  // namespace

void add_account_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::get,
                      .pattern = kAccounts,
                      .query = {"cursor", "limit"},
                      .endpoint = endpoint(services, get_accounts)});
    routes.push_back(
        {.method = Method::post, .pattern = kAccounts, .endpoint = endpoint(services, post_account)});
    routes.push_back(
        {.method = Method::put, .pattern = kAccount, .endpoint = endpoint(services, put_account)});
    routes.push_back(
        {.method = Method::post, .pattern = kRecovery, .endpoint = endpoint(services, post_recovery)});
}

}  // namespace lachan::http
