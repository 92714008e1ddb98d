#include "search.hpp"

#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/access_log.hpp"
#include "lachan/casework/queries.hpp"
#include "similar.hpp"

/// Looking for a case by what is known of it.
namespace lachan::casework {
namespace {

/// How many cases a search looks through for those within scope: names that more cases share are no search
/// term.
constexpr int kMostTraced = 1000;
/// What a search was by that was a report not filed yet.
constexpr std::string_view kDryRun = "dry_run";

std::string criteria_of(const CaseSearch& search) {
    std::string words;
    const auto add = [&](std::string_view word, const std::string& text) {
        if (!text.empty()) {
            words += (words.empty() ? "" : " ") + std::string(word);
        }
    };
    add("name", search.name);
    add("phone", search.phone);
    add("code", search.code);
    add("reference", search.reference);
    return words;
}

std::vector<Trace> traces_of(const Vault& vault, const CaseSearch& search) {
    std::vector<Trace> traces;
    const auto add = [&](TraceKind kind, const std::string& text) {
        if (const auto hash = vault.trace(kind, text)) {
            traces.push_back({kind, *hash});
        }
    };
    add(TraceKind::child_name, search.name);
    add(TraceKind::other_name, search.name);
    add(TraceKind::informant_name, search.name);
    add(TraceKind::phone, search.phone);
    add(TraceKind::reference, search.reference);
    return traces;
}

/// A case, and what speaks for it.
struct Hit {
    domain::CaseNo number;
    bool by_code = false;
    std::vector<TraceKind> by = {};
};

/// The case with the code first, then those with the traces.
std::vector<Hit> hits_of(const Context& context,
                         const Cases& cases,
                         const CaseSearch& search,
                         const std::vector<Trace>& traces) {
    std::vector<Hit> hits;
    if (!search.code.empty()) {
        if (const auto number = context.vault.case_no(search.code)) {
            hits.push_back({*number, true});
        }
    }
    std::vector<TraceHash> hashes;
    for (const Trace& trace : traces) {
        hashes.push_back(trace.hash);
    }
    for (const auto& [hash, number] : cases.traced(hashes, kMostTraced)) {
        auto hit = std::ranges::find(hits, number, &Hit::number);
        if (hit == hits.end()) {
            hit = hits.insert(hits.end(), Hit{number});
        }
        for (const Trace& trace : traces) {
            if (trace.hash == hash) {
                hit->by.push_back(trace.kind);
            }
        }
    }
    return hits;
}

/// What of the case the caller may not match on is as if it were not there.
bool counts(const Hit& hit,
            const domain::Principal& caller,
            const domain::Case& value,
            const View& view,
            const World& world,
            Instant now) {
    if (hit.by_code) {
        return true;
    }
    const Relation relation = relation_of(caller, value, view, world, now);
    return std::ranges::any_of(hit.by,
                               [&](TraceKind kind) { return may_match(caller.role, kind, relation); });
}

}  // namespace

bool may_match(domain::Role role, TraceKind kind, Relation relation) noexcept {
    switch (kind) {
        case TraceKind::child_name:
        case TraceKind::other_name:
            return may(role, Action::see_identity, relation);
        case TraceKind::phone:
        case TraceKind::informant_name:
            return may(role, Action::see_informant, relation);
        case TraceKind::reference:
            return may(role, Action::see_case, relation);
    }
    return false;
}

void note_search(Vault& vault,
                 Tx& tx,
                 const domain::Principal& caller,
                 std::string_view by,
                 const std::vector<domain::CaseNo>& found,
                 std::string_view purpose) {
    std::string codes;
    for (const domain::CaseNo number : found) {
        codes += (codes.empty() ? "" : " ") + vault.case_code(number);
    }
    domain::Event event;
    event.at = tx.now;
    event.kind = "search.made";
    event.actor = caller.key.text();
    event.data = {{"agency", caller.agency.text()},
                  {"role", std::string(domain::text_of(caller.role))},
                  {"by", std::string(by)},
                  {"found", std::to_string(found.size())},
                  {"cases", codes}};
    if (!purpose.empty()) {
        event.data.push_back(purpose_sealed_with(vault, tx, found, purpose));
    }
    tx.events.append(event);
}

boost::asio::awaitable<Result<void>> note_hits(Context& context,
                                               domain::Principal caller,
                                               std::vector<Similar> shown) {
    std::erase_if(shown, [](const Similar& each) { return !tells_of_people(each); });
    if (shown.empty()) {
        co_return Result<void>();
    }
    WriteOp note = [&](Tx& tx) -> Result<void> {
        std::vector<domain::CaseNo> found;
        for (const Similar& each : shown) {
            if (const auto number = context.vault.case_no(each.case_code)) {
                found.push_back(*number);
            }
        }
        note_search(context.vault, tx, caller, kDryRun, found, "");
        return {};
    };
    const auto noted = co_await context.store.commit(std::move(note));
    co_return noted;
}

boost::asio::awaitable<Result<Page<CaseItem>>> search_cases(Context& context,
                                                            domain::Principal caller,
                                                            CaseSearch search) {
    if (const auto allowed = allow(caller, Action::see_case); !allowed) {
        co_return allowed.error();
    }
    const std::vector<Trace> traces = traces_of(context.vault, search);
    if (traces.empty() && search.code.empty()) {
        co_return Error(Errc::validation_failed,
                        "nothing to search for",
                        {{"", "missing", "give at least one of name, phone, code, reference"}});
    }
    if (!search.code.empty()) {
        const auto number = context.vault.case_no(search.code);
        if (!number && number.error().code() == Errc::case_code_invalid) {  // mistyped is not unknown
            co_return number.error();
        }
    }
    Page<CaseItem> page;
    page.world = context.worlds.current();
    WriteOp look = [&](Tx& tx) -> Result<void> {
        page.items.clear();
        std::vector<domain::CaseNo> found;
        const View view = view_of(tx);
        const Scope scope = scope_of(caller, *page.world, tx.now);
        for (const Hit& hit : hits_of(context, tx.cases, search, traces)) {
            auto value = tx.cases.find(hit.number);
            if (value && sees(scope, *value, view) &&
                counts(hit, caller, *value, view, *page.world, tx.now) &&
                page.items.size() < static_cast<std::size_t>(search.limit)) {
                found.push_back(hit.number);
                page.items.push_back({std::move(*value), context.vault.case_code(hit.number)});
            }
        }
        note_search(context.vault, tx, caller, criteria_of(search), found, search.purpose);
        return {};
    };
    const auto looked = co_await context.store.commit(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return page;
}

}  // namespace lachan::casework
