#include "lachan/casework/intake.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "afterwards.hpp"
#include "case_edit.hpp"
#include "lachan/base/bytes.hpp"
#include "lachan/base/check.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/erasure.hpp"
#include "placing.hpp"
#include "report_area.hpp"
#include "search.hpp"
#include "similar.hpp"
#include "standing.hpp"

namespace lachan::casework {
namespace {

/// A report with everything that can be found out about it without the writer: the law's answer, its seal,
/// its traces.
struct Prepared {
    std::shared_ptr<const World> world;
    const policy::Pack* pack = nullptr;
    domain::Report report;
    std::vector<policy::Facts> facts;
    std::string facts_text;  ///< As the case keeps them.
    policy::Decision decision;
    std::vector<domain::AreaCode> residences;
    std::vector<domain::AgencyId> conflicted;
    std::vector<Trace> traces;
    std::vector<Similar> similar;
    KeySlot key{};
    domain::SealedReport sealed;
    Receipt receipt;
};

void resolve_conflicts(const World& world, Prepared& prepared) {
    for (std::size_t i = 0; i < prepared.report.suspects.size(); ++i) {
        const auto& agency = prepared.report.suspects[i].agency;
        if (!agency || agency->empty()) {
            continue;
        }
        if (world.directory->agency_ever(*agency) == nullptr) {
            prepared.report.warnings.push_back("/suspects/" + std::to_string(i) +
                                               "/agency: not in the directory");
            continue;
        }
        for (domain::AgencyId& out : world.directory->body_of(*agency)) {  // a chair is its committee's
            auto& conflicted = prepared.conflicted;
            if (std::find(conflicted.begin(), conflicted.end(), out) == conflicted.end()) {
                conflicted.push_back(std::move(out));
            }
        }
    }
    spare_last_resort(*world.directory, prepared.report.received_at, {}, prepared.conflicted);
}

/// Finds its places and the rules that hold for it. What it answers is wrong with the report.
std::vector<Fault> place(const Context& context, domain::Report report, Prepared& prepared) {
    prepared.world = context.worlds.current();
    prepared.report = std::move(report);
    std::vector<Fault> faults;
    prepared.residences = resolve_places(*prepared.world, prepared.report, faults);
    prepared.pack = prepared.world->pack_at(prepared.report.received_at);
    if (prepared.pack == nullptr) {
        faults.push_back({"/received_at", "no_rules_in_force", "no rule pack is in force at that time"});
    }
    return faults;
}

/// What the report's unit is like, in the regime in which it exists.
policy::Circumstances circumstances_of(const Prepared& prepared) {
    const directory::Directory& directory = *prepared.world->directory;
    const domain::Report& report = prepared.report;
    const directory::Area* const area = directory.meant(report.area, report.received_at);
    LACHAN_CHECK(area != nullptr);
    const Instant at = in_being(directory, report.area, report.received_at, report.received_at);
    return {area->remote, area->border, directory.has_districts(at)};
}

/// Everything about a report that needs no writer. Errors: `validation_failed` with every fault.
Result<Prepared> prepare(const Context& context, domain::Report report) {
    Prepared prepared;
    std::vector<Fault> faults = place(context, std::move(report), prepared);
    resolve_conflicts(*prepared.world, prepared);
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the report cannot be taken as it is", std::move(faults));
    }
    prepared.facts = policy::facts_of(*prepared.pack, prepared.report, circumstances_of(prepared));
    prepared.facts_text = policy::to_text(*prepared.pack, prepared.facts);
    prepared.decision = prepared.pack->decide(prepared.facts);
    prepared.traces = traces_of(context.vault, prepared.report);
    return prepared;
}

Result<void> seal(Context& context, Prepared& prepared) {
    auto sealed = context.vault.seal(prepared.key, prepared.report);
    if (!sealed) {
        return sealed.error();
    }
    prepared.sealed = std::move(*sealed);
    prepared.receipt = context.vault.issue_receipt();
    return {};
}

/// Read before the unit of work: a hint for people is not worth the writer's time, and no report is refused
/// for want of it.
boost::asio::awaitable<void> look_for_similar(Context& context,
                                              const domain::Principal& caller,
                                              Prepared& prepared) {
    ReadOp look = [&](const View& view) -> Result<void> {
        prepared.similar = similar_cases(
            context, *prepared.world, view, caller, prepared.report, prepared.traces, context.clock.now());
        return {};
    };
    const auto done = co_await context.store.read(std::move(look));
    if (!done) {
        log::warn("intake.similar_not_looked_for", {{"why", done.error().detail()}});
    }
}

domain::Case new_case(const Prepared& prepared, Instant now) {
    const domain::Report& report = prepared.report;
    domain::Case value;
    value.stage = prepared.pack->first_stage();
    value.kind = report.status;
    value.area = report.area;
    value.categories = report.categories;
    value.pack = prepared.pack->key();
    value.received_at = report.received_at;
    value.opened_at = now;
    value.children = static_cast<std::int32_t>(report.children.size());
    value.facts = prepared.facts_text;
    value.residences = prepared.residences;
    value.conflicted = prepared.conflicted;
    return value;
}

ReportRow row_of(const Prepared& prepared,
                 domain::CaseNo number,
                 const domain::Principal& caller,
                 const Repeat& repeat,
                 Instant now) {
    const domain::Report& report = prepared.report;
    ReportRow row;
    row.id = report.id;
    row.case_no = number;
    row.channel = report.channel;
    row.status = report.status;
    row.reference = report.reference;
    row.received_at = report.received_at;
    row.recorded_at = now;
    row.occurred_at = report.occurred_at;
    row.reporter = caller.agency;
    row.key = caller.key;
    row.fingerprint = repeat.fingerprint;
    row.receipt_hash = prepared.receipt.hash;
    row.sealed = prepared.sealed;
    return row;
}

domain::EventData received_data(const Prepared& prepared, const Repeat& repeat) {
    const domain::Report& report = prepared.report;
    return {{"report", report.id.text()},
            {"channel", std::string(domain::text_of(report.channel))},
            {"received_at", to_rfc3339(report.received_at)},
            {"fingerprint", to_hex(repeat.fingerprint)}};
}

void keep_report(
    Tx& tx, CaseEdit& edit, const Prepared& prepared, const domain::Principal& caller, const Repeat& repeat) {
    tx.reports.insert(row_of(prepared, edit.value().no, caller, repeat, tx.now));
    edit.add_party(caller.agency, PartyRelation::reporter);
    for (const Trace& trace : prepared.traces) {
        tx.cases.add_trace(edit.value().no, trace.kind, trace.hash);
    }
    edit.record("report.received", received_data(prepared, repeat));
}

Filing filing_of(const CaseEdit& edit, const Prepared& prepared) {
    Filing filing;
    static_cast<CaseChange&>(filing) = edit.change();
    filing.report = prepared.report.id;
    filing.receipt = prepared.receipt.text;
    filing.assumptions = prepared.decision.assumptions;
    filing.applied = prepared.decision.applied;
    filing.similar = prepared.similar;
    filing.warnings = prepared.report.warnings;
    return filing;
}

/// A report that came before: the same body gets what it became, another body is refused.
Result<Filing> known_already(const Context& context,
                             Tx& tx,
                             const Prepared& prepared,
                             const ReportRow& row,
                             const domain::Principal& caller,
                             const Repeat& repeat) {
    if (row.key != caller.key || row.fingerprint != repeat.fingerprint) {
        return Error(Errc::idempotency_key_reused,
                     "this report_id belongs to another report",
                     {{"/report_id", "already_used", "choose a new report_id for a new report"}});
    }
    auto value = tx.cases.find(row.case_no);
    if (!value) {
        return Error(Errc::internal, "a report without its case");
    }
    const World& world = *prepared.world;
    Filing filing;
    filing.world = prepared.world;
    filing.code = context.vault.case_code(value->no);
    if (sees(scope_of(caller, world, tx.now), *value, view_of(tx))) {
        filing.duties = tx.duties.of_case(value->no);
        filing.value = std::move(*value);
    } else {  // a conflict may have come to light since: what the report alone says, nothing of the case
        filing.value = new_case(prepared, row.recorded_at);
        filing.value.sequence = 1;
        filing.value.urgency = prepared.decision.urgency;
        filing.value.severity = prepared.decision.severity;
    }
    filing.pack = world.pack(filing.value.pack);
    filing.report = row.id;
    filing.known_already = true;
    filing.warnings.emplace_back(
        "/report_id: this report was taken in before, as this case; a receipt is shown once, and the "
        "Idempotency-Key of then gives that answer again for seven days");
    return filing;
}

Answer as_replay(Answer answer) {
    answer.replayed = true;
    return answer;
}

/// The answer, to be made when the writer has gone on: by then nothing of the unit may be needed.
MakeAnswer made_later(Filing filing, const RenderFiling& render) {
    return [filing = std::make_shared<const Filing>(std::move(filing)), &render] { return render(*filing); };
}

/// Two guards tell a repetition: the caller's key, and the report's own id where there is no key.
Repeat with_report_id(Repeat repeat, const domain::Report& report) {
    if (repeat.key.empty() && report.id_from_sender) {
        repeat.key = "report_id:" + report.id.text();
    }
    return repeat;
}

/// A `report_id` of the sender's has become the key above.
void warn_if_unguarded(const Repeat& repeat, domain::Report& report) {
    if (repeat.key.empty()) {
        report.warnings.emplace_back(
            "no report_id and no Idempotency-Key: a repetition will be taken as a new report");
    }
}

void give_id(Context& context, domain::Report& report) {
    if (report.id.empty()) {
        report.id = domain::ReportId(new_uuid(context.entropy, context.clock.now()));
    }
}

Filing open_case(Context& context,
                 Tx& tx,
                 const Prepared& prepared,
                 const domain::Principal& caller,
                 const Repeat& repeat) {
    domain::Case value = new_case(prepared, tx.now);
    value.urgency = prepared.decision.urgency;
    value.no = tx.cases.insert(value, prepared.key);
    CaseEdit edit(tx, prepared.world, context.vault, std::move(value), caller.key.text());
    keep_report(tx, edit, prepared, caller, repeat);
    edit.apply(prepared.decision, {prepared.report.received_at, std::nullopt, caller.agency});
    never_idle(edit, caller.agency, tx.now);
    edit.record("case.opened",
                {{"pack", edit.value().pack},
                 {"urgency", std::string(domain::text_of(edit.value().urgency))},
                 {"severity", std::string(domain::text_of(edit.value().severity))},
                 {"area", edit.value().area.text()},
                 {"duties", std::to_string(edit.value().duties)}});
    edit.finish();
    return filing_of(edit, prepared);
}

/// What the case's own pack says of the report, and what it said before: only the difference is new.
policy::Decision decision_added(const CaseEdit& edit,
                                const Prepared& prepared,
                                domain::Case& value,
                                bool afresh) {
    const policy::Pack& pack = edit.pack() != nullptr ? *edit.pack() : *prepared.pack;
    const auto added = policy::facts_of(pack, prepared.report, circumstances_of(prepared));
    const auto known = policy::parse_facts(pack, value.facts);
    const auto all = known ? policy::joined(pack, *known, added) : added;
    value.facts = policy::to_text(pack, all);
    const policy::Decision next = pack.decide(all);
    if (afresh || !known) {
        return next;
    }
    return added_by(pack.decide(*known), next, *prepared.world->calendar, prepared.report.received_at);
}

/// What is known of the children and of what happened grows; a residence once known stays.
void join_facts(domain::Case& value, const Prepared& prepared) {
    value.children = std::max(value.children, static_cast<std::int32_t>(prepared.report.children.size()));
    value.residences.resize(std::max(value.residences.size(), prepared.residences.size()));
    for (std::size_t i = 0; i < prepared.residences.size(); ++i) {
        if (value.residences[i].empty()) {
            value.residences[i] = prepared.residences[i];
        }
    }
    if (prepared.report.status == domain::ReportStatus::actual) {
        value.kind = domain::ReportStatus::actual;  // what began as an exercise is one no longer
    }
    for (const domain::Category category : prepared.report.categories) {
        if (std::find(value.categories.begin(), value.categories.end(), category) == value.categories.end()) {
            value.categories.push_back(category);
        }
    }
}

/// What a further report changes: a closed case is open again, facts join, new duties start at the new
/// report.
Filing join_report(Context& context,
                   Tx& tx,
                   const Prepared& prepared,
                   domain::Case value,
                   const domain::Principal& caller,
                   const Repeat& repeat) {
    const bool was_closed = value.status == domain::CaseStatus::closed;
    CaseEdit edit(tx, prepared.world, context.vault, std::move(value), caller.key.text());
    domain::Case& current = edit.value();
    current.children = std::max(current.children, static_cast<std::int32_t>(prepared.report.children.size()));
    join_facts(current, prepared);
    edit.exclude(prepared.conflicted);
    if (was_closed) {
        open_again(edit, {{"why", "further report"}});
    }
    keep_report(tx, edit, prepared, caller, repeat);
    const policy::Decision added = decision_added(edit, prepared, current, was_closed);
    edit.apply(added, {prepared.report.received_at, std::nullopt, caller.agency});
    never_idle(edit, caller.agency, tx.now);
    edit.tell_holders("report.received", "further_report");
    edit.finish();
    Filing filing = filing_of(edit, prepared);
    filing.assumptions = added.assumptions;
    return filing;
}

}  // namespace

boost::asio::awaitable<Result<Answer>> submit_report(
    Context& context, domain::Principal caller, domain::Report report, Repeat repeat, RenderFiling render) {
    if (const auto allowed = allow(caller, Action::submit_report); !allowed) {
        co_return allowed.error();
    }
    repeat = with_report_id(std::move(repeat), report);
    warn_if_unguarded(repeat, report);
    give_id(context, report);
    auto prepared = prepare(context, std::move(report));
    if (!prepared) {
        co_return prepared.error();
    }
    co_await look_for_similar(context, caller, *prepared);
    const auto key = context.vault.new_key();
    if (!key) {
        co_return key.error();
    }
    prepared->key = *key;
    if (const auto sealed = seal(context, *prepared); !sealed) {
        co_return sealed.error();
    }
    LateEffect effect = [&](Tx& tx) -> Result<MakeAnswer> {
        if (const auto row = tx.reports.find(prepared->report.id)) {
            auto filing = known_already(context, tx, *prepared, *row, caller, repeat);
            if (!filing) {
                return filing.error();
            }
            return MakeAnswer([answer = as_replay(render(*filing))] { return answer; });
        }
        return made_later(open_case(context, tx, *prepared, caller, repeat), render);
    };
    const bool emergency = prepared->decision.urgency == domain::Urgency::emergency;
    auto answer = co_await commit_once_late(
        context, caller, repeat, std::move(effect), emergency ? Lane::emergency : Lane::routine);
    co_return answer;
}

std::vector<Fault> faults_of(const Context& context, domain::Report report) {
    Prepared prepared;
    return place(context, std::move(report), prepared);
}

Result<domain::Urgency> urgency_of(const Context& context,
                                   const domain::Principal& caller,
                                   domain::Report report) {
    if (const auto allowed = allow(caller, Action::submit_report); !allowed) {
        return allowed.error();
    }
    const auto prepared = prepare(context, std::move(report));
    return prepared ? Result<domain::Urgency>(prepared->decision.urgency) : prepared.error();
}

boost::asio::awaitable<Result<Filing>> preview_report(Context& context,
                                                      domain::Principal caller,
                                                      domain::Report report) {
    if (const auto allowed = allow(caller, Action::submit_report); !allowed) {
        co_return allowed.error();
    }
    give_id(context, report);
    auto prepared = prepare(context, std::move(report));
    if (!prepared) {
        co_return prepared.error();
    }
    co_await look_for_similar(context, caller, *prepared);
    const auto noted = co_await note_hits(context, caller, prepared->similar);
    if (!noted) {
        co_return noted.error();
    }
    Filing filing;
    filing.dry_run = true;
    filing.world = prepared->world;
    filing.pack = prepared->pack;
    filing.value = new_case(*prepared, context.clock.now());
    filing.value.urgency = prepared->decision.urgency;
    filing.value.severity = prepared->decision.severity;
    filing.duties = planned_duties(prepared->decision,
                                   filing.value,
                                   *prepared->world,
                                   {prepared->report.received_at, std::nullopt, caller.agency});
    filing.report = prepared->report.id;
    filing.assumptions = prepared->decision.assumptions;
    filing.applied = prepared->decision.applied;
    filing.similar = prepared->similar;
    filing.warnings = prepared->report.warnings;
    co_return filing;
}

boost::asio::awaitable<Result<Answer>> add_report(Context& context,
                                                  domain::Principal caller,
                                                  std::string case_code,
                                                  domain::Report report,
                                                  Repeat repeat,
                                                  RenderFiling render) {
    if (const auto allowed = allow(caller, Action::add_report); !allowed) {
        co_return allowed.error();
    }
    const auto number = context.vault.case_no(case_code);
    if (!number) {
        co_return number.error();
    }
    repeat = with_report_id(std::move(repeat), report);
    warn_if_unguarded(repeat, report);
    give_id(context, report);
    auto prepared = prepare(context, std::move(report));
    if (!prepared) {
        co_return prepared.error();
    }
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        if (const auto row = tx.reports.find(prepared->report.id)) {
            auto filing = known_already(context, tx, *prepared, *row, caller, repeat);
            if (!filing) {
                return filing.error();
            }
            return as_replay(render(*filing));
        }
        auto value = find_for(caller, Action::add_report, *number, view_of(tx), *prepared->world, tx.now);
        if (!value) {
            return value.error();
        }
        const auto key = sealing_key(tx, context.vault, *number);
        if (!key) {
            return key.error();
        }
        prepared->key = *key;
        if (const auto sealed = seal(context, *prepared); !sealed) {
            return sealed.error();
        }
        return render(join_report(context, tx, *prepared, std::move(*value), caller, repeat));
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::emergency);
    co_return answer;
}

}  // namespace lachan::casework
