#include <iterator>

#include "calls.hpp"
#include "lachan/casework/access.hpp"
#include "render.hpp"

/// The law as the service has it: which packs, which rules, which acts can be recorded.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

void write_head(JsonWriter& json, const policy::Pack& pack, const casework::World& world, Instant now) {
    json.member("pack", pack.key()).member("id", pack.id()).member("version", pack.version());
    json.member("valid_from", pack.valid_from()).member("valid_to", pack.valid_to());
    json.member("in_force", world.pack_at(now) == &pack);
}

void write_limit(JsonWriter& json, const policy::DutyTemplate& duty) {
    json.member("limit", deadlines::to_text(duty.limit));
    if (duty.limit_if_remote) {
        json.member("limit_if_remote", deadlines::to_text(*duty.limit_if_remote));
    }
}

void write_rule(JsonWriter& json, const policy::Rule& rule) {
    json.begin_object();
    json.member("rule", rule.id).member("title", rule.title).member("title_en", rule.title_en);
    json.member("force", domain::text_of(rule.force));
    json.key("basis");
    write_basis(json, rule.basis);
    json.key("duties").begin_array();
    for (const policy::DutyTemplate& duty : rule.duties) {
        json.begin_object();
        json.member("kind", duty.kind).member("title", duty.title).member("title_en", duty.title_en);
        json.member("role", duty.role).member("per_child", duty.per_child);
        write_limit(json, duty);
        json.member("blocks_closing", duty.blocks_closing).end_object();
    }
    json.end_array().end_object();
}

void write_step_kind(JsonWriter& json, const policy::StepKind& kind) {
    json.begin_object();
    json.member("kind", kind.kind).member("title", kind.title).member("results", kind.results);
    json.member("discharges", kind.discharges).member("stage", kind.stage).end_object();
}

/// GET /v1/rules/packs.
asio::awaitable<Result<Reply>> get_packs(const Services& services, const Request& request) {
    if (const auto allowed = casework::allow(caller_of(request), casework::Action::see_rules); !allowed) {
        co_return allowed.error();
    }
    const auto world = services.context.worlds.current();
    QueryReader query(request.query);
    co_return paged(services, request, query, world->packs.size(), [&](JsonWriter& json, std::size_t i) {
        const policy::Pack& pack = *std::next(world->packs.begin(), static_cast<std::ptrdiff_t>(i))->second;
        json.begin_object();
        write_head(json, pack, *world, services.context.clock.now());
        json.member("rules", pack.rules().size()).end_object();
    });
}

/// GET /v1/rules/packs/{pack}: by "id@version", percent-encoded.
asio::awaitable<Result<Reply>> get_pack(const Services& services, const Request& request) {
    if (const auto allowed = casework::allow(caller_of(request), casework::Action::see_rules); !allowed) {
        co_return allowed.error();
    }
    const auto world = services.context.worlds.current();
    const policy::Pack* const pack = world->pack(request.path_parameters.at("pack"));
    if (pack == nullptr) {
        co_return Error(Errc::not_found, "no such rule pack");
    }
    JsonWriter json;
    json.begin_object();
    write_head(json, *pack, *world, services.context.clock.now());
    json.key("rules").begin_array();
    for (const policy::Rule& rule : pack->rules()) {
        write_rule(json, rule);
    }
    json.end_array().key("steps").begin_array();
    for (const policy::StepKind& kind : pack->steps()) {
        write_step_kind(json, kind);
    }
    json.end_array().key("closing_steps").begin_array();
    for (const std::string& step : pack->closing_steps()) {
        json.value(step);
    }
    json.end_array().end_object();
    co_return Reply::json(200, json.take());
}

}  // namespace

void add_rule_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/rules/packs",
                      .query = {"cursor", "limit"},
                      .endpoint = endpoint(services, get_packs)});
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/rules/packs/{pack}",
                      .endpoint = endpoint(services, get_pack)});
}

}  // namespace lachan::http
