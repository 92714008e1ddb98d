#include <algorithm>
#include <memory>

#include "calls.hpp"
#include "drawn_cases.hpp"
#include "lachan/casework/queries.hpp"
#include "lachan/http/cursor.hpp"
#include "lachan/http/headers.hpp"
#include "lachan/http/report_codec.hpp"
#include "lachan/http/target.hpp"
#include "render.hpp"

namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPurposeMax = 200;  ///< A sentence; it stands in the record for good.

void write_items(JsonWriter& json, const casework::Page<casework::CaseItem>& page) {
    json.begin_object().key("items").begin_array();
    for (const casework::CaseItem& item : page.items) {
        json.begin_object();
        write_case_members(json, item.value, item.code, *page.world);
        json.end_object();
    }
    json.end_array();
}

/// GET /v1/cases: most pressing first.
asio::awaitable<Result<Reply>> get_cases(const Services& services, const Request& request) {
    QueryReader query(request.query);
    casework::CaseFilter filter;
    filter.status = query.word<domain::CaseStatus>("status");
    filter.area = query.id<domain::AreaCode>("area");
    filter.category = query.word<domain::Category>("category");
    filter.urgency = query.word<domain::Urgency>("urgency");
    filter.overdue = query.flag("overdue");
    filter.holder = query.id<domain::AgencyId>("holder");
    filter.limit = query.limit();
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    const Pager pager(services, request);
    const auto start = pager.start();
    if (!start) {
        co_return start.error();
    }
    filter.after = *start;
    const auto page = co_await casework::list_cases(services.context, caller_of(request), std::move(filter));
    if (!page) {
        co_return page.error();
    }
    JsonWriter json;
    write_items(json, *page);
    co_return pager.finish(std::move(json), page->next);
}

void read_search(Members& members, casework::CaseSearch& search) {
    search.name = members.text("name", kNameMax);
    search.phone = members.text("phone", kPhoneMax);
    search.code = members.text("code", kIdMax);
    search.reference = members.text("reference", kReferenceMax);
    search.purpose = members.text("purpose", kPurposeMax);
    search.limit = static_cast<int>(members.integer("limit", 1, kPageMax).value_or(kPageDefault));
}

/// POST /v1/cases/search: a body, because names must not stand in a URL.
asio::awaitable<Result<Reply>> search_cases(const Services& services, const Request& request) {
    auto search = decode<casework::CaseSearch>(request.body, read_search);
    if (!search) {
        co_return search.error();
    }
    const auto page =
        co_await casework::search_cases(services.context, caller_of(request), std::move(*search));
    if (!page) {
        co_return page.error();
    }
    JsonWriter json;
    write_items(json, *page);
    json.key("next_cursor").null().end_object();
    co_return Reply::json(200, json.take());
}

/// The answer to a caller who has the case's version already; none where it has to be shown.
asio::awaitable<Result<std::optional<Reply>>> unchanged(const Services& services, const Request& request) {
    if (!request.headers.find("If-None-Match")) {
        co_return std::optional<Reply>();
    }
    const auto sequence = co_await casework::see_sequence(
        services.context, caller_of(request), request.path_parameters.at("case"));
    if (!sequence) {
        co_return sequence.error();
    }
    if (!is_unchanged(request.headers, etag_of(*sequence))) {
        co_return std::optional<Reply>();
    }
    Reply reply = Reply::empty(304);
    reply.headers.add("ETag", etag_of(*sequence));
    co_return std::optional(std::move(reply));
}

/// GET /v1/cases/{case}, with an ETag that a change will want back.
asio::awaitable<Result<Reply>> get_case(const Services& services, const Request& request, DrawnCases& drawn) {
    auto seen = co_await unchanged(services, request);
    if (!seen) {
        co_return seen.error();
    }
    if (*seen) {
        co_return std::move(**seen);
    }
    const Instant now = services.context.clock.now();
    std::string text;
    casework::AtHand at_hand = [&](const casework::CaseVersion& version) {
        const std::string* const found = drawn.find(version, now);
        text = found == nullptr ? std::string() : *found;
        return found != nullptr;
    };
    const auto view = co_await casework::see_case(
        services.context, caller_of(request), request.path_parameters.at("case"), std::move(at_hand));
    if (!view) {
        co_return view.error();
    }
    if (!view->at_hand) {
        text = render_case(*view, now);
        drawn.keep(*view, now, text);
    }
    Reply reply = Reply::json(200, std::move(text));
    reply.headers.add("ETag", etag_of(view->value.sequence));
    co_return reply;
}

/// GET /v1/cases/{case}/duties: all of them, the ended ones too.
asio::awaitable<Result<Reply>> get_case_duties(const Services& services, const Request& request) {
    auto seen = co_await unchanged(services, request);
    if (!seen) {
        co_return seen.error();
    }
    if (*seen) {
        co_return std::move(**seen);
    }
    const auto view =
        co_await casework::see_case(services.context, caller_of(request), request.path_parameters.at("case"));
    if (!view) {
        co_return view.error();
    }
    const Background background{*view->world, view->pack, view->code, services.context.clock.now()};
    QueryReader query(request.query);
    auto reply = paged(services, request, query, view->duties.size(), [&](JsonWriter& json, std::size_t i) {
        write_duty(json, view->duties[i], background);
    });
    if (reply) {
        reply->headers.add("ETag", etag_of(view->value.sequence));
    }
    co_return reply;
}

/// GET /v1/cases/{case}/events: the record, oldest first.
asio::awaitable<Result<Reply>> get_events(const Services& services, const Request& request) {
    QueryReader query(request.query);
    const int limit = query.limit();
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    const Pager pager(services, request);
    const auto start = pager.start();
    if (!start) {
        co_return start.error();
    }
    const std::int64_t after = *start ? (*start)->key_ms : 0;
    const auto page = co_await casework::events_of(
        services.context, caller_of(request), request.path_parameters.at("case"), after, limit);
    if (!page) {
        co_return page.error();
    }
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const domain::Event& event : page->items) {
        write_event(json, event);
    }
    json.end_array();
    std::optional<casework::PageStart> next;
    if (page->next) {
        next = casework::PageStart{.key_ms = *page->next, .case_no = 0, .ordinal = 0};
    }
    co_return pager.finish(std::move(json), next);
}

/// The purpose as people write it. Browsers send only ASCII in headers, so a percent-encoded one is decoded.
std::string purpose_of(const Request& request) {
    const std::string_view given = request.headers.find("Lachan-Purpose").value_or("");
    auto decoded = percent_decoded(given);
    return decoded ? std::move(*decoded) : std::string(given);
}

/// GET /v1/cases/{case}/identity: names and addresses, for a stated purpose, on the record.
asio::awaitable<Result<Reply>> get_identity(const Services& services, const Request& request) {
    const std::string purpose = purpose_of(request);
    const bool is_text = is_clean_text(purpose) && purpose.find_first_of("\r\n") == std::string::npos;
    if (!is_text) {
        co_return Error(Errc::malformed_request,
                        "Lachan-Purpose has to be a line of UTF-8",
                        {{"Lachan-Purpose", "bad_text", "write it in UTF-8, or percent-encoded"}});
    }
    const auto view = co_await casework::see_identity(
        services.context, caller_of(request), request.path_parameters.at("case"), purpose);
    if (!view) {
        co_return view.error();
    }
    co_return Reply::json(200, render_identity(*view));
}

}  // namespace

void add_case_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back(
        {.method = Method::get,
         .pattern = "/v1/cases",
         .query = {"status", "area", "category", "urgency", "overdue", "holder", "cursor", "limit"},
         .endpoint = endpoint(services, get_cases)});
    routes.push_back({.method = Method::post,
                      .pattern = "/v1/cases/search",
                      .endpoint = endpoint(services, search_cases)});
    routes.push_back(
        {.method = Method::get,
         .pattern = "/v1/cases/{case}",
         .endpoint = [&services, drawn = std::make_shared<DrawnCases>()](const Request& request) {
             return get_case(services, request, *drawn);
         }});
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/cases/{case}/duties",
                      .query = {"cursor", "limit"},
                      .endpoint = endpoint(services, get_case_duties)});
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/cases/{case}/events",
                      .query = {"cursor", "limit"},
                      .endpoint = endpoint(services, get_events)});
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/cases/{case}/identity",
                      .endpoint = endpoint(services, get_identity),
                      .notes_refusals = true});
}

}  // namespace lachan::http
