#include "lachan/casework/queries.hpp"

#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "readers.hpp"

namespace lachan::casework {
namespace {

/// Cuts the one row too many that tells whether there is a next page.
template <class Row>
bool cut_to(std::vector<Row>& rows, int limit) {
    if (rows.size() <= static_cast<std::size_t>(limit)) {
        return false;
    }
    rows.resize(static_cast<std::size_t>(limit));
    return true;
}

std::vector<domain::AreaCode> subtree(const World& world, const domain::AreaCode& root, Instant now) {
    std::vector<domain::AreaCode> codes = {root};  // a former unit is found by its own code
    for (const directory::Area* area : world.directory->areas_at(now)) {
        if (area->code != root && world.directory->contains(root, area->code, now)) {
            codes.push_back(area->code);
        }
    }
    return codes;
}

PageStart place_of(const domain::Duty& duty) {
    return {to_ms(duty.due), static_cast<std::int64_t>(duty.no.case_no), duty.no.ordinal};
}

PageStart place_of(const domain::Notification& value) {
    return {to_ms(value.created_at), static_cast<std::int64_t>(value.no.case_no), value.no.ordinal};
}

Result<domain::CaseNo> number_of(const Context& context, const std::string& code) {
    return context.vault.case_no(code);
}

/// The other case that the event names, if it names one: its code is not for those who may not see it.
bool names_hidden_case(const Context& context,
                       const View& view,
                       const Scope& scope,
                       const domain::Event& event) {
    if (event.kind != "case.linked" && event.kind != "case.unlinked") {
        return false;
    }
    for (const auto& [key, text] : event.data) {
        const auto number = key == "case" ? context.vault.case_no(text) : Result<domain::CaseNo>(Error());
        const auto other = number ? view.cases.find(*number) : std::nullopt;
        if (other && !sees(scope, *other, view)) {
            return true;
        }
    }
    return false;
}

void leave_out_hidden(const Context& context,
                      const View& view,
                      const Scope& scope,
                      bool oversees,
                      std::vector<domain::Event>& events) {
    std::erase_if(events, [&](const domain::Event& event) {
        return (!oversees && is_about_readers(event.kind)) || names_hidden_case(context, view, scope, event);
    });
}

}  // namespace

CaseVersion version_of(const CaseView& view) {
    return {view.world, view.value.no, view.value.sequence, view.with_steps};
}

boost::asio::awaitable<Result<CaseView>> see_case(Context& context,
                                                  domain::Principal caller,
                                                  std::string case_code,
                                                  AtHand at_hand) {
    const auto number = number_of(context, case_code);
    if (!number) {
        co_return number.error();
    }
    CaseView result;
    result.world = context.worlds.current();
    const Instant now = context.clock.now();
    ReadOp look = [&](const View& view) -> Result<void> {
        auto found = find_related(caller, Action::see_case, *number, view, *result.world, now);
        if (!found) {
            return found.error();
        }
        result.value = std::move(found->value);
        result.with_steps = may(caller.role, Action::see_casework, found->relation);
        result.at_hand = at_hand && at_hand(version_of(result));
        if (result.at_hand) {
            return {};
        }
        result.duties = view.duties.of_case(*number);
        if (result.with_steps) {
            result.steps = view.steps.of_case(*number);
        }
        result.reports = static_cast<std::int32_t>(view.reports.of_case(*number).size());
        const auto links = view.cases.linked(*number);
        result.has_links = !links.empty();
        const Scope scope = links.empty() ? Scope() : scope_of(caller, *result.world, now);
        for (const domain::CaseNo other : links) {
            const auto linked = view.cases.find(other);
            if (linked && sees(scope, *linked, view)) {
                result.linked.push_back(context.vault.case_code(other));
            }
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    result.pack = result.world->pack(result.value.pack);
    result.code = context.vault.case_code(*number);
    co_return result;
}

boost::asio::awaitable<Result<std::int64_t>> see_sequence(Context& context,
                                                          domain::Principal caller,
                                                          std::string case_code) {
    const auto number = number_of(context, case_code);
    if (!number) {
        co_return number.error();
    }
    std::int64_t sequence = 0;
    const auto world = context.worlds.current();
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto value = find_for(caller, Action::see_case, *number, view, *world, context.clock.now());
        if (!value) {
            return value.error();
        }
        sequence = value->sequence;
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return sequence;
}

boost::asio::awaitable<Result<Page<CaseItem>>> list_cases(Context& context,
                                                          domain::Principal caller,
                                                          CaseFilter filter) {
    if (const auto allowed = allow(caller, Action::see_case); !allowed) {
        co_return allowed.error();
    }
    Page<CaseItem> page;
    page.world = context.worlds.current();
    const Instant now = context.clock.now();
    CaseQuery query;
    query.scope = scope_of(caller, *page.world, now);
    query.status = filter.status;
    query.areas = filter.area ? subtree(*page.world, *filter.area, now) : std::vector<domain::AreaCode>();
    query.category = filter.category;
    query.urgency = filter.urgency;
    query.overdue = filter.overdue;
    query.holder = filter.holder;
    query.after = filter.after;
    query.limit = filter.limit + 1;
    ReadOp look = [&](const View& view) -> Result<void> {
        auto rows = view.cases.list(query);
        if (cut_to(rows, filter.limit)) {
            page.next = view.cases.place(rows.back());
        }
        for (domain::Case& value : rows) {
            std::string code = context.vault.case_code(value.no);
            page.items.push_back({std::move(value), std::move(code)});
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return page;
}

boost::asio::awaitable<Result<Page<DutyItem>>> list_duties(Context& context,
                                                           domain::Principal caller,
                                                           DutyFilter filter) {
    if (const auto allowed = allow(caller, Action::see_case); !allowed) {
        co_return allowed.error();
    }
    Page<DutyItem> page;
    page.world = context.worlds.current();
    DutyQuery query;
    query.scope = scope_of(caller, *page.world, context.clock.now());
    query.holder = filter.holder;
    query.due_before = filter.due_before;
    query.state = filter.state;
    query.after = filter.after;
    query.limit = filter.limit + 1;
    ReadOp look = [&](const View& view) -> Result<void> {
        auto rows = view.duties.list(query);
        if (cut_to(rows, filter.limit)) {
            page.next = place_of(rows.back());
        }
        for (domain::Duty& duty : rows) {
            const auto about = view.cases.find(duty.no.case_no);
            std::string code = context.vault.case_code(duty.no.case_no);
            page.items.push_back({std::move(duty), std::move(code), about ? about->pack : ""});
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return page;
}

boost::asio::awaitable<Result<Page<NotificationItem>>> list_notifications(Context& context,
                                                                          domain::Principal caller,
                                                                          NotificationFilter filter) {
    if (const auto allowed = allow(caller, Action::list_deliveries); !allowed) {
        co_return allowed.error();
    }
    Page<NotificationItem> page;
    page.world = context.worlds.current();
    NotificationQuery query;
    const Instant now = context.clock.now();
    query.scope = scope_of(caller, *page.world, now);
    query.state = filter.state;
    query.agency = filter.agency;
    query.after = filter.after;
    query.limit = filter.limit + 1;
    ReadOp look = [&](const View& view) -> Result<void> {
        auto rows = view.outbox.list(query);
        if (cut_to(rows, filter.limit)) {
            page.next = place_of(rows.back());
        }
        for (domain::Notification& value : rows) {
            const auto about = view.cases.find(value.no.case_no);
            const Relation relation =
                about ? relation_of(caller, *about, view, *page.world, now) : Relation::none;
            if (!may(caller.role, Action::list_deliveries, relation)) {
                continue;  // who merely reported the case
            }
            auto attempts = view.outbox.attempts(value.no);
            std::string code = context.vault.case_code(value.no.case_no);
            page.items.push_back({std::move(value), std::move(code), std::move(attempts)});
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return page;
}

boost::asio::awaitable<Result<std::vector<NotificationItem>>> notifications_of(Context& context,
                                                                               domain::Principal caller,
                                                                               std::string case_code) {
    const auto number = number_of(context, case_code);
    if (!number) {
        co_return number.error();
    }
    std::vector<NotificationItem> result;
    const auto world = context.worlds.current();
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto value =
            find_for(caller, Action::see_notifications, *number, view, *world, context.clock.now());
        if (!value) {
            return value.error();
        }
        for (domain::Notification& each : view.outbox.of_case(*number)) {
            auto attempts = view.outbox.attempts(each.no);
            result.push_back({std::move(each), context.vault.case_code(*number), std::move(attempts)});
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return result;
}

boost::asio::awaitable<Result<EventPage>> events_of(
    Context& context, domain::Principal caller, std::string case_code, std::int64_t after, int limit) {
    const auto number = number_of(context, case_code);
    if (!number) {
        co_return number.error();
    }
    EventPage page;
    const auto world = context.worlds.current();
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto value = find_for(caller, Action::see_casework, *number, view, *world, context.clock.now());
        if (!value) {
            return value.error();
        }
        page.items = view.events.of_case(*number, after, limit + 1);
        if (cut_to(page.items, limit)) {
            page.next = page.items.back().sequence;
        }
        const Instant now = context.clock.now();
        const bool oversees = relation_of(caller, *value, view, *world, now) == Relation::oversight;
        leave_out_hidden(context, view, scope_of(caller, *world, now), oversees, page.items);
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    page.code = context.vault.case_code(*number);
    co_return page;
}

boost::asio::awaitable<Result<domain::Principal>> identify(Context& context, Secret<std::string> token) {
    const Bytes hash = context.vault.token_hash(token.reveal());
    std::optional<ApiKey> key;
    ReadOp look = [&](const View& view) -> Result<void> {
        key = view.keys.by_token(hash);
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    const Instant now = context.clock.now();
    const bool current = key && (key->token_hash == hash || (key->old_until && *key->old_until > now));
    const bool valid = current && (!key->revoked_at || *key->revoked_at > now) &&
                       (!key->expires_at || *key->expires_at > now);
    if (!valid) {
        co_return Error(Errc::unauthenticated, "the token is not known, or is valid no more");
    }
    co_return domain::Principal{key->id, key->role, key->agency};
}

}  // namespace lachan::casework
