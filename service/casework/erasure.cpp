#include "lachan/casework/erasure.hpp"

#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/base/bytes.hpp"
#include "similar.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kRestored = "restored from before the erasure";
constexpr std::string_view kService = "service";

/// What the sealed half of a report says, as far as traces were made of it; none where it cannot be read.
std::optional<domain::Report> opened(const Vault& vault, KeySlot key, const ReportRow& row) {
    auto people = vault.open_identity(key, row.id, row.sealed.identity);
    auto informant = vault.open_informant(key, row.id, row.sealed.informant);
    if (!people || !informant) {
        return std::nullopt;
    }
    domain::Report report;
    report.id = row.id;
    report.reference = row.reference;
    report.children = std::move(people->children);
    report.suspects = std::move(people->suspects);
    report.informant = std::move(*informant);
    return report;
}

bool is_blank(const ReportRow& row) {
    return row.sealed.identity.empty();
}

/// The traces that the reports of a case left; none where they cannot be told from the reports any more.
std::optional<std::vector<TraceHash>> traces_left(const Vault& vault,
                                                  KeySlot key,
                                                  const std::vector<ReportRow>& rows) {
    std::vector<TraceHash> hashes;
    for (const ReportRow& row : rows) {
        if (is_blank(row)) {
            continue;
        }
        const auto report = opened(vault, key, row);
        if (!report) {
            return std::nullopt;
        }
        for (const Trace& trace : traces_of(vault, *report)) {
            hashes.push_back(trace.hash);
        }
    }
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    return hashes;
}

std::int64_t remove_traces(Tx& tx, const Vault& vault, domain::CaseNo number, KeySlot key) {
    const auto hashes = traces_left(vault, key, tx.reports.of_case(number));
    if (!hashes) {
        return tx.cases.remove_traces(number);
    }
    return std::count_if(
        hashes->begin(), hashes->end(), [&](TraceHash hash) { return tx.cases.remove_trace(number, hash); });
}

std::vector<domain::ReportId> reports_of(const std::vector<ReportRow>& rows) {
    std::vector<domain::ReportId> ids;
    for (const ReportRow& row : rows) {
        if (!is_blank(row)) {
            ids.push_back(row.id);
        }
    }
    return ids;
}

std::string case_location(const std::string& code) {
    return "/v1/cases/" + code;
}

std::int64_t note(Tx& tx, domain::CaseNo number, const Erased& erased, std::string_view actor) {
    domain::Event event;
    event.case_no = number;
    event.at = tx.now;
    event.kind = kErasedEvent;
    event.actor = actor;
    event.data = {{"ground", erased.erasure.ground},
                  {"key", std::to_string(static_cast<std::int64_t>(erased.erasure.slot))},
                  {"reports", std::to_string(erased.extent.reports.size())},
                  {"notes", std::to_string(erased.extent.notes)},
                  {"traces", std::to_string(erased.extent.traces)}};
    tx.events.append(event);
    return tx.events.last_sequence();
}

/// What follows from a destroyed key, wherever it was destroyed.
Erased carry_out(Tx& tx,
                 const Vault& vault,
                 domain::CaseNo number,
                 KeySlot slot,
                 std::int64_t traces,
                 std::string_view ground,
                 std::string_view actor) {
    Erased erased;
    erased.code = vault.case_code(number);
    erased.erasure = {slot, tx.now, std::string(ground)};
    erased.extent.reports = reports_of(tx.reports.of_case(number));
    erased.extent.traces = traces;
    erased.extent.notes = tx.steps.blank_notes(number);
    tx.reports.blank(number);
    tx.replies.forget_about(case_location(erased.code));
    tx.cases.note_erasure(number, erased.erasure);
    erased.entry = note(tx, number, erased, actor);
    return erased;
}

/// The key was destroyed, and this database does not know it yet. Whoever destroyed it may have died before
/// that was on the disk, and the record must not say of a key that it is gone which the power can bring back.
Result<void> catch_up(Tx& tx, Vault& vault, domain::CaseNo number, KeySlot slot, std::string_view actor) {
    if (const auto destroyed = vault.destroy(slot); !destroyed) {
        return destroyed;
    }
    const std::int64_t traces = tx.cases.remove_traces(number);
    (void)carry_out(tx, vault, number, slot, traces, kRestored, actor);
    return {};
}

Error no_such_case() {
    return {Errc::not_found, "no such case"};
}

/// The newest entry about an erasure of the case.
std::int64_t entry_of_erasure(const Events& events, domain::CaseNo number) {
    constexpr int kPage = 500;
    std::int64_t entry = 0;
    std::int64_t after = 0;
    for (auto page = events.of_case(number, after, kPage); !page.empty();
         page = events.of_case(number, after, kPage)) {
        for (const domain::Event& event : page) {
            entry = event.kind == kErasedEvent ? event.sequence : entry;
        }
        after = page.back().sequence;
    }
    return entry;
}

}  // namespace

Result<ErasurePlan> plan_erasure(const View& view, const Vault& vault, domain::CaseNo number) {
    const auto value = view.cases.find(number);
    if (!value) {
        return no_such_case();
    }
    ErasurePlan plan;
    plan.code = vault.case_code(number);
    plan.status = value->status;
    const auto earlier = view.cases.erasures(number);
    plan.earlier = earlier.empty() ? std::nullopt : std::optional(earlier.back());
    const auto key = view.cases.key(number);
    plan.nothing_left = !key;
    if (!key) {
        return plan;
    }
    const auto rows = view.reports.of_case(number);
    plan.extent.reports = reports_of(rows);
    const auto hashes = traces_left(vault, *key, rows);
    plan.extent.traces = hashes ? static_cast<std::int64_t>(hashes->size()) : 0;
    const auto steps = view.steps.of_case(number);
    plan.extent.notes = std::count_if(steps.begin(), steps.end(), [&](const domain::Step& step) {
        const auto sealed = view.steps.note(number, step.ordinal);
        return sealed && !sealed->empty();
    });
    return plan;
}

Result<Erased> erase_case(
    Tx& tx, Vault& vault, domain::CaseNo number, std::string_view ground, std::string_view actor) {
    const auto value = tx.cases.find(number);
    if (!value) {
        return no_such_case();
    }
    if (ground.size() < kShortestGround || ground.size() > kLongestGround) {
        return Error(Errc::validation_failed,
                     "an erasure needs its ground",
                     {{"ground", "missing", "3 to 200 bytes; no names, it stands in the record for good"}});
    }
    const auto key = tx.cases.key(number);
    const auto earlier = tx.cases.erasures(number);
    Erased erased;
    if (key) {
        const std::int64_t traces = remove_traces(tx, vault, number, *key);
        if (const auto destroyed = vault.destroy(*key); !destroyed) {
            return destroyed.error();
        }
        erased = carry_out(tx, vault, number, *key, traces, ground, actor);
    } else if (!earlier.empty()) {
        erased.code = vault.case_code(number);
        erased.erasure = earlier.back();
        erased.entry = entry_of_erasure(tx.events, number);
        erased.again = true;
    } else {
        return Error(Errc::internal, "a case without a key that was never erased");
    }
    erased.status = value->status;
    return erased;
}

Result<std::int64_t> complete_erasures(Tx& tx, Vault& vault, std::string_view actor) {
    std::int64_t completed = 0;
    for (const auto& [number, slot] : tx.cases.keys()) {
        const auto destroyed = vault.destroyed(slot);
        if (!destroyed) {
            return destroyed.error();
        }
        if (!*destroyed) {
            continue;
        }
        if (const auto done = catch_up(tx, vault, number, slot, actor); !done) {
            return done.error();
        }
        ++completed;
    }
    return completed;
}

Result<KeySlot> sealing_key(Tx& tx, Vault& vault, domain::CaseNo number) {
    if (!tx.cases.find(number)) {
        return no_such_case();
    }
    if (const auto present = tx.cases.key(number)) {
        const auto destroyed = vault.destroyed(*present);
        if (!destroyed) {
            return destroyed.error();
        }
        if (!*destroyed) {
            return *present;
        }
        if (const auto done = catch_up(tx, vault, number, *present, kService); !done) {
            return done.error();
        }
    }
    const auto fresh = vault.new_key();
    if (!fresh) {
        return fresh.error();
    }
    tx.cases.set_key(number, *fresh);
    return *fresh;
}

}  // namespace lachan::casework
