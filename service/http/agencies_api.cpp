#include <algorithm>
#include <memory>

#include "calls.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/http/headers.hpp"
#include "lachan/http/report_codec.hpp"
#include "render.hpp"

/// The directory: who is there, where, in which role, and how to reach them.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

Result<void> may_see(const Request& request) {
    return casework::allow(caller_of(request), casework::Action::see_directory);
}

void write_entry(JsonWriter& json, const directory::Agency& agency) {
    json.begin_object();
    json.member("id", agency.id).member("name", agency.name).member("kind", agency.kind);
    json.member("area", agency.area).member("roles", agency.roles);
    json.member("valid_from", agency.valid_from).member("valid_to", agency.valid_to);
    json.member("part_of", agency.part_of.empty() ? std::nullopt : std::optional(agency.part_of));
    json.key("contacts").begin_array();
    for (const directory::Contact& contact : agency.contacts) {
        json.begin_object();
        json.member("kind", contact.kind).member("value", contact.value);
        json.member("valid_to", contact.valid_to).end_object();
    }
    json.end_array().end_object();
}

std::string render_entry(const directory::Agency& agency) {
    JsonWriter json;
    write_entry(json, agency);
    return json.take();
}

/// An agency has no counter: its tag is made of what is said about it.
std::string entry_tag(const Services& services, const std::string& entry) {
    const Bytes digest = services.context.vault.fingerprint(entry);
    constexpr std::size_t kTagBytes = 16;
    return '"' + to_hex(BytesView(digest).first(std::min(digest.size(), kTagBytes))) + '"';
}

struct AgencyFilter {
    std::optional<std::string> role;
    std::optional<domain::AreaCode> area;
    Instant at{};

    [[nodiscard]] bool matches(const directory::Directory& directory, const directory::Agency& agency) const {
        const auto& roles = agency.roles;
        return agency.valid_at(at) && (!area || directory.contains(*area, agency.area, at)) &&
               (!role || std::find(roles.begin(), roles.end(), *role) != roles.end());
    }
};

/// GET /v1/agencies: those that exist at an instant, by id. The page begins after the agency at the cursor's
/// place in the list.
asio::awaitable<Result<Reply>> get_agencies(const Services& services, const Request& request) {
    QueryReader query(request.query);
    AgencyFilter filter;
    filter.role = query.text("role");
    filter.area = query.id<domain::AreaCode>("area");
    filter.at = query.instant("at").value_or(services.context.clock.now());
    const int limit = query.limit();
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    if (const auto allowed = may_see(request); !allowed) {
        co_return allowed.error();
    }
    const Pager pager(services, request);
    const auto start = pager.start();
    if (!start) {
        co_return start.error();
    }
    const auto world = services.context.worlds.current();
    const auto agencies = world->directory->agencies();
    std::optional<casework::PageStart> next;
    int written = 0;
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (std::size_t i = *start ? static_cast<std::size_t>((*start)->key_ms) : 0; i < agencies.size(); ++i) {
        if (!filter.matches(*world->directory, agencies[i])) {
            continue;
        }
        if (written == limit) {
            next = casework::PageStart{.key_ms = static_cast<std::int64_t>(i), .case_no = 0, .ordinal = 0};
            break;
        }
        write_entry(json, agencies[i]);
        ++written;
    }
    json.end_array();
    co_return pager.finish(std::move(json), next);
}

/// GET /v1/agencies/{agency}: its latest entry.
asio::awaitable<Result<Reply>> get_agency(const Services& services, const Request& request) {
    if (const auto allowed = may_see(request); !allowed) {
        co_return allowed.error();
    }
    const auto world = services.context.worlds.current();
    const directory::Agency* const agency =
        world->directory->agency_ever(domain::AgencyId(request.path_parameters.at("agency")));
    if (agency == nullptr) {
        co_return Error(Errc::not_found, "no such agency");
    }
    std::string entry = render_entry(*agency);
    const std::string tag = entry_tag(services, entry);
    Reply reply = is_unchanged(request.headers, tag) ? Reply::empty(304) : Reply::json(200, std::move(entry));
    reply.headers.add("ETag", tag);
    co_return reply;
}

/// Whoever replaces an entry says which one was seen. Errors: `precondition_required`, `precondition_failed`.
Result<void> expect_entry(const Services& services, const Request& request, const directory::Agency* agency) {
    const std::string wanted = request.headers.joined("If-Match");
    if (agency == nullptr) {
        if (!wanted.empty()) {
            return Error(Errc::precondition_failed, "there is no such agency yet");
        }
        return {};
    }
    if (wanted.empty() || wanted == "*") {
        return Error(Errc::precondition_required, "name the entry you have seen with If-Match: its ETag");
    }
    if (wanted != entry_tag(services, render_entry(*agency))) {
        return Error(Errc::precondition_failed, "the entry has changed since");
    }
    return {};
}

/// PUT /v1/agencies/{agency}: replaces or adds an entry; in force when this answers.
asio::awaitable<Result<Reply>> put_agency(const Services& services, const Request& request) {
    const domain::AgencyId id(request.path_parameters.at("agency"));
    const domain::Principal& caller = caller_of(request);
    if (const auto allowed = casework::allow(caller, casework::Action::manage_directory); !allowed) {
        co_return allowed.error();
    }
    const auto document = parse_object(request.body);
    if (!document) {
        co_return document.error();
    }
    if (document->value("id", Json()) != id.text()) {
        Faults faults;
        faults.add("/id", "mismatch", "has to be the id in the path");
        if (const auto sound = services.check_agency(id, request.body); !sound) {
            faults.join(sound.error().faults());
        }
        co_return faults.refusal();
    }
    const auto before = services.context.worlds.current();
    const directory::Agency* const known = before->directory->agency_ever(id);
    if (const auto expected = expect_entry(services, request, known); !expected) {
        co_return expected.error();
    }
    if (const auto sound = services.check_agency(id, request.body); !sound) {
        co_return sound.error();
    }
    const auto kept = co_await casework::put_agency(services.context, caller, id, request.body);
    if (!kept) {
        co_return kept.error();
    }
    if (const auto in_force = services.reload(); !in_force) {
        co_return in_force.error();
    }
    const auto after = services.context.worlds.current();
    const directory::Agency* const now = after->directory->agency_ever(id);
    if (now == nullptr) {
        co_return Error(Errc::internal, "an agency that was put is not in the directory");
    }
    std::string entry = render_entry(*now);
    const std::string tag = entry_tag(services, entry);
    Reply reply = Reply::json(known == nullptr ? 201 : 200, std::move(entry));
    reply.headers.add("ETag", tag);
    if (known == nullptr) {
        reply.headers.add("Location", request.path);
    }
    co_return reply;
}

/// Between looking at the entry and taking the new one into force lies a commit: whoever comes meanwhile has
/// to look again, or one of two changes would be lost without a word.
asio::awaitable<Result<Reply>> put_alone(const Services& services,
                                         std::shared_ptr<bool> under_way,
                                         const Request& request) {
    if (*under_way) {
        co_return Error(Errc::idempotency_in_progress, "another change of the directory is under way");
    }
    struct Mark {
        explicit Mark(bool& flag) : set(flag) { set = true; }
        Mark(const Mark&) = delete;
        Mark& operator=(const Mark&) = delete;
        ~Mark() { set = false; }
        bool& set;
    };
    const Mark mark(*under_way);
    auto reply = co_await put_agency(services, request);
    co_return reply;
}

/// GET /v1/areas: the units in force at an instant.
asio::awaitable<Result<Reply>> get_areas(const Services& services, const Request& request) {
    static constexpr std::string_view kLevels[] = {"commune", "district", "province", "nation"};
    QueryReader query(request.query);
    const Instant at = query.instant("at").value_or(services.context.clock.now());
    const auto world = services.context.worlds.current();
    const auto areas = world->directory->areas_at(at);
    co_return paged(services, request, query, areas.size(), [&](JsonWriter& json, std::size_t i) {
        const directory::Area& area = *areas[i];
        json.begin_object();
        json.member("code", area.code).member("name", area.name);
        json.member("level", kLevels[static_cast<std::size_t>(area.level)]).member("parent", area.parent);
        json.member("valid_from", area.valid_from).member("valid_to", area.valid_to).end_object();
    });
}

}  // namespace

void add_agency_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/agencies",
                      .query = {"role", "area", "at", "cursor", "limit"},
                      .endpoint = endpoint(services, get_agencies)});
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/agencies/{agency}",
                      .endpoint = endpoint(services, get_agency)});
    routes.push_back(
        {.method = Method::put,
         .pattern = "/v1/agencies/{agency}",
         .endpoint = [&services, under_way = std::make_shared<bool>(false)](const Request& request) {
             return put_alone(services, under_way, request);
         }});
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/areas",
                      .query = {"at", "cursor", "limit"},
                      .endpoint = endpoint(services, get_areas)});
}

}  // namespace lachan::http
