#include "render.hpp"

#include "lachan/casework/names.hpp"

namespace lachan::http {
namespace {

// What parts of an answer usually take, so that its text grows in one piece.
constexpr std::size_t kFilingBytes = 1024;
constexpr std::size_t kDutyBytes = 1024;
constexpr std::size_t kNoticeBytes = 512;

/// The limit that gave the due instant: the longer one where the commune was known to be remote.
const deadlines::Limit& limit_of(const domain::Duty& duty, const policy::DutyTemplate& made_by) {
    const bool remote = made_by.limit_if_remote && duty.due - duty.start == made_by.limit_if_remote->clock;
    return remote ? *made_by.limit_if_remote : made_by.limit;
}

/// The law may say "at once" and give no number, or leave the end to the act: then the instant itself is a
/// target of the house, whatever force the duty has. The two are never mixed up.
domain::Force due_force(const policy::Rule& rule, const deadlines::Limit& limit) {
    const bool without_number =
        limit.kind == deadlines::Limit::Kind::immediately || limit.kind == deadlines::Limit::Kind::until;
    return without_number ? domain::Force::target : rule.force;
}

}  // namespace

void write_agency(JsonWriter& json, const casework::World& world, const domain::AgencyId& id) {
    if (id.empty()) {
        json.null();
        return;
    }
    const directory::Agency* const agency = world.directory->agency_ever(id);
    json.begin_object();
    json.member("agency", id).member("name", agency == nullptr ? std::string_view() : agency->name);
    json.end_object();
}

void write_area(JsonWriter& json, const casework::World& world, const domain::AreaCode& code, Instant at) {
    if (code.empty()) {
        json.null();
        return;
    }
    const directory::Area* const area = world.directory->meant(code, at);
    json.begin_object();
    json.member("code", code).member("name", area == nullptr ? std::string_view() : area->name);
    json.end_object();
}

void write_basis(JsonWriter& json, const std::vector<policy::Basis>& basis) {
    json.begin_array();
    for (const policy::Basis& each : basis) {
        json.begin_object();
        json.member("source", each.source).member("clause", each.clause);
        json.member("reading", domain::text_of(each.reading));
        if (!each.note.empty()) {
            json.member("note", each.note);
        }
        json.end_object();
    }
    json.end_array();
}

void write_pack(JsonWriter& json, std::string_view key) {
    const std::size_t at = key.find('@');
    json.begin_object();
    json.member("id", key.substr(0, at));
    json.member("version", at == std::string_view::npos ? std::string_view() : key.substr(at + 1));
    json.end_object();
}

void write_duty(JsonWriter& json, const domain::Duty& duty, const Background& background) {
    const policy::Pack* const pack = background.pack;
    const policy::Rule* const rule = pack == nullptr ? nullptr : pack->rule(duty.rule);
    const policy::DutyTemplate* const made_by = pack == nullptr ? nullptr : pack->duty(duty.rule, duty.kind);
    json.begin_object();
    json.member("id", casework::duty_name(background.code, duty.no.ordinal));
    json.member("case", background.code).member("kind", duty.kind);
    if (made_by != nullptr) {
        json.member("title", made_by->title).member("title_en", made_by->title_en);
    }
    json.key("holder");
    write_agency(json, background.world, duty.holder);
    json.member("role", duty.role).member("child", duty.child);
    json.member("start_at", duty.start).member("due_at", duty.due);
    json.member("force", domain::text_of(rule == nullptr ? domain::Force::target : rule->force));
    if (rule != nullptr && made_by != nullptr) {
        const deadlines::Limit& limit = limit_of(duty, *made_by);
        json.member("limit", deadlines::to_text(limit));
        json.member("due_force", domain::text_of(due_force(*rule, limit)));
    }
    json.key("basis");
    static const std::vector<policy::Basis> kNone;
    write_basis(json, rule == nullptr ? kNone : rule->basis);
    json.member("rule", duty.rule).member("state", domain::text_of(duty.state));
    json.member("overdue", duty.is_overdue(background.now)).member("overdue_at", duty.overdue_at);
    json.member("accepted_at", duty.accepted_at).member("ended_at", duty.ended_at);
    if (duty.predecessor) {
        json.member("predecessor", casework::duty_name(background.code, *duty.predecessor));
    }
    json.end_object();
}

void write_notification(JsonWriter& json,
                        const domain::Notification& value,
                        const casework::World& world,
                        std::string_view code) {
    json.member("notification", casework::notification_name(code, value.no.ordinal));
    json.member("case", code).member("case_seq", value.case_sequence);
    json.member("agency", value.agency);
    const directory::Agency* const agency = world.directory->agency_ever(value.agency);
    json.member("agency_name", agency == nullptr ? std::string_view() : agency->name);
    json.key("duty");
    if (value.duty) {
        json.value(casework::duty_name(code, *value.duty));
    } else {
        json.null();
    }
    json.member("rule", value.rule).member("type", value.type);
    json.member("urgency", domain::text_of(value.urgency)).member("state", domain::text_of(value.state));
    json.member("created_at", value.created_at).member("respond_by", value.respond_by);
}

void write_attempts(JsonWriter& json, const std::vector<domain::Attempt>& attempts) {
    json.begin_array();
    for (const domain::Attempt& attempt : attempts) {
        json.begin_object();
        json.member("number", attempt.number).member("endpoint", attempt.endpoint).member("at", attempt.at);
        json.member("outcome", domain::text_of(attempt.outcome)).member("status", attempt.status);
        json.key("failure");
        if (attempt.failure.empty()) {
            json.null();
        } else {
            json.value(attempt.failure);
        }
        json.member("latency_ms", attempt.latency_ms).member("excerpt", attempt.excerpt);
        json.end_object();
    }
    json.end_array();
}

void write_event(JsonWriter& json, const domain::Event& event) {
    json.begin_object();
    json.member("seq", event.sequence).member("case_seq", event.case_sequence).member("at", event.at);
    json.member("kind", event.kind).member("actor", event.actor);
    json.key("data").begin_object();
    for (const auto& [name, value] : event.data) {
        json.foreign_key(name).value(value);
    }
    json.end_object().end_object();
}

void write_step(JsonWriter& json, const domain::Step& step, const Background& background) {
    const policy::StepKind* const kind =
        background.pack == nullptr ? nullptr : background.pack->step(step.kind);
    json.begin_object();
    json.member("step", step.ordinal).member("kind", step.kind);
    if (kind != nullptr) {
        json.member("title", kind->title);
    }
    json.member("child", step.child).member("done_at", step.done_at).member("recorded_at", step.recorded_at);
    json.member("result", step.result).member("until", step.until);
    json.key("agency");
    write_agency(json, background.world, step.agency);
    json.end_object();
}

void write_case_members(JsonWriter& json,
                        const domain::Case& value,
                        std::string_view code,
                        const casework::World& world) {
    json.member("case", code).member("case_seq", value.sequence);
    json.member("status", domain::text_of(value.status)).member("stage", value.stage);
    json.member("kind", domain::text_of(value.kind));
    json.member("urgency", domain::text_of(value.urgency))
        .member("severity", domain::text_of(value.severity));
    json.key("area");
    write_area(json, world, value.area, value.received_at);
    json.key("category").begin_array();
    for (const domain::Category category : value.categories) {
        json.value(domain::text_of(category));
    }
    json.end_array();
    json.member("children", value.children).member("received_at", value.received_at);
    json.member("opened_at", value.opened_at).member("closed_at", value.closed_at);
    json.member("next_due_at", value.next_due).member("overdue", value.overdue);
    json.key("rule_pack");
    write_pack(json, value.pack);
}

namespace {

void write_duties(JsonWriter& json, const std::vector<domain::Duty>& duties, const Background& background) {
    json.key("duties").begin_array();
    for (const domain::Duty& duty : duties) {
        write_duty(json, duty, background);
    }
    json.end_array();
}

void write_notified(JsonWriter& json, const casework::CaseChange& change) {
    json.key("notified").begin_array();
    for (const domain::Notification& value : change.notified) {
        json.begin_object();
        write_notification(json, value, *change.world, change.code);
        json.end_object();
    }
    json.end_array();
}

void write_assumptions(JsonWriter& json, const std::vector<policy::ProtectiveAssumption>& assumptions) {
    json.key("protective_assumptions").begin_array();
    for (const policy::ProtectiveAssumption& assumption : assumptions) {
        json.begin_object();
        json.member("fact", assumption.fact).member("taken_as", assumption.taken_as);
        json.end_object();
    }
    json.end_array();
}

void write_applied(JsonWriter& json, const std::vector<const policy::Rule*>& rules) {
    json.key("applied").begin_array();
    for (const policy::Rule* const rule : rules) {
        json.begin_object();
        json.member("rule", rule->id).member("title", rule->title).member("title_en", rule->title_en);
        json.member("force", domain::text_of(rule->force));
        json.key("basis");
        write_basis(json, rule->basis);
        json.end_object();
    }
    json.end_array();
}

void write_similar(JsonWriter& json, const std::vector<casework::Similar>& similar) {
    json.key("similar").begin_array();
    for (const casework::Similar& each : similar) {
        json.begin_object();
        json.member("case", each.case_code).member("score", each.score).member("reasons", each.reasons);
        json.end_object();
    }
    json.end_array();
}

void write_birth_date(JsonWriter& json, const std::optional<domain::PartialDate>& date) {
    json.key("birth_date");
    if (!date) {
        json.null();
        return;
    }
    const auto two_digits = [](unsigned number) {
        return (number < 10 ? "-0" : "-") + std::to_string(number);
    };
    std::string text = std::to_string(date->year);
    if (date->month) {
        text += two_digits(*date->month);
    }
    if (date->day) {
        text += two_digits(*date->day);
    }
    json.value(text);
}

void write_child(JsonWriter& json, const domain::ChildStatement& child) {
    json.begin_object();
    json.member("name", child.name).member("sex", domain::text_of(child.sex));
    write_birth_date(json, child.birth_date);
    json.member("age_estimate", child.age_estimate).member("residence_area", child.residence_area);
    json.member("address", child.address).member("school", child.school).member("guardian", child.guardian);
    json.member("special_needs", child.special_needs).member("interpreter", child.interpreter);
    json.end_object();
}

void write_report_identity(JsonWriter& json, const casework::ReportIdentity& report) {
    json.begin_object();
    json.member("report", report.report).member("reference", report.reference);
    json.member("erased", report.erased);
    json.key("children").begin_array();
    for (const domain::ChildStatement& child : report.people.children) {
        write_child(json, child);
    }
    json.end_array().key("suspects").begin_array();
    for (const domain::SuspectStatement& suspect : report.people.suspects) {
        json.begin_object();
        json.member("relation", domain::text_of(suspect.relation)).member("name", suspect.name);
        json.member("agency", suspect.agency);
        json.end_object();
    }
    json.end_array();
    if (report.informant) {
        json.key("informant").begin_object();
        json.member("name", report.informant->name).member("phone", report.informant->phone);
        json.member("anonymous", report.informant->anonymous);
        json.member("consents_to_contact", report.informant->consents_to_contact);
        json.end_object();
    }
    json.member("narrative", report.narrative.narrative)
        .member("place_detail", report.narrative.place_detail);
    if (!report.narrative.unknown_fields.empty()) {
        json.key("unknown_fields").raw(report.narrative.unknown_fields);
    }
    json.end_object();
}

}  // namespace

std::string render_case(const casework::CaseView& view, Instant now) {
    const Background background{*view.world, view.pack, view.code, now};
    JsonWriter json;
    json.begin_object();
    write_case_members(json, view.value, view.code, *view.world);
    json.member("reports", view.reports).member("links", view.linked);
    write_duties(json, view.duties, background);
    json.key("steps").begin_array();
    for (const domain::Step& step : view.steps) {
        write_step(json, step, background);
    }
    json.end_array().end_object();
    return json.take();
}

std::string render_filing(const casework::Filing& filing, Instant now) {
    JsonWriter json(kFilingBytes + filing.duties.size() * kDutyBytes + filing.notified.size() * kNoticeBytes);
    json.begin_object();
    json.member("report", filing.report);
    json.key("case");
    if (filing.dry_run) {
        json.null();
    } else {
        json.value(filing.code);
    }
    json.member("case_seq", filing.value.sequence);
    json.key("receipt");
    if (filing.receipt.empty()) {
        json.null();
    } else {
        json.value(filing.receipt);
    }
    json.member("urgency", domain::text_of(filing.value.urgency));
    json.member("severity", domain::text_of(filing.value.severity));
    json.key("rule_pack");
    write_pack(json, filing.value.pack);
    write_duties(json, filing.duties, {*filing.world, filing.pack, filing.code, now});
    write_notified(json, filing);
    write_assumptions(json, filing.assumptions);
    if (filing.dry_run) {
        write_applied(json, filing.applied);
    }
    write_similar(json, filing.similar);
    json.member("dry_run", filing.dry_run).member("warnings", filing.warnings);
    json.end_object();
    return json.take();
}

std::string render_change(const casework::CaseChange& change, Instant now) {
    JsonWriter json;
    json.begin_object();
    write_case_members(json, change.value, change.code, *change.world);
    write_duties(json, change.duties, {*change.world, change.pack, change.code, now});
    write_notified(json, change);
    json.member("warnings", change.warnings);
    json.end_object();
    return json.take();
}

std::string render_identity(const casework::IdentityView& view) {
    JsonWriter json;
    json.begin_object();
    json.member("case", view.code).member("case_seq", view.sequence);
    json.key("erasure");
    if (view.erasure) {
        json.begin_object();
        json.member("at", view.erasure->at).member("ground", view.erasure->ground).end_object();
    } else {
        json.null();
    }
    json.key("reports").begin_array();
    for (const casework::ReportIdentity& report : view.reports) {
        write_report_identity(json, report);
    }
    json.end_array().key("notes").begin_array();
    for (const casework::SaidWithStep& note : view.notes) {
        json.begin_object();
        json.member("step", note.step.ordinal).member("kind", note.step.kind);
        json.member("at", note.step.recorded_at).member("agency", note.step.agency);
        json.member("text", note.text).end_object();
    }
    json.end_array().end_object();
    return json.take();
}

}  // namespace lachan::http
