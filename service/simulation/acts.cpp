#include <algorithm>
#include <utility>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/intake.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "process.hpp"
#include "witness.hpp"

/// What people do in a simulated world, and what they can see.
namespace lachan::simulation {
namespace {

constexpr int kEventsOfACase = 10'000;  ///< More than any simulated case has.

/// The answer's body: code and receipt, a line each.
casework::Answer render_filing(const casework::Filing& filing) {
    casework::Answer answer;
    answer.status = 201;
    answer.body = filing.code + "\n" + filing.receipt;
    return answer;
}

casework::Answer render_change(const casework::CaseChange& change) {
    casework::Answer answer;
    answer.body = change.code;
    return answer;
}

domain::Principal administrator() {
    return {domain::KeyId("administrator"), domain::Role::admin, domain::AgencyId("ubnd-12")};
}

}  // namespace

casework::Repeat SimWorld::repeat_of(std::string route, std::string key, std::string_view body) {
    return {std::move(route), std::move(key), context().vault.fingerprint(body)};
}

Result<Filed> SimWorld::filed(Result<casework::Answer> answer,
                              const domain::Report& report,
                              std::string_view what) {
    const auto heard = acknowledge(std::move(answer), what);
    if (!heard) {
        return heard.error();
    }
    const auto line = heard->body.find('\n');
    Filed filed{heard->body.substr(0, line), heard->body.substr(line + 1), heard->replayed};
    if (!report.id.empty()) {
        witness_->told(report.id, filed.case_code);
    }
    return filed;
}

Result<Filed> SimWorld::submit(const domain::Report& report,
                               const domain::Principal& sender,
                               std::string repeat_key) {
    if (!up()) {
        return died();
    }
    auto repeat = repeat_of("POST /v1/reports", std::move(repeat_key), report.narrative + report.id.text());
    return filed(run(casework::submit_report(context(), sender, report, std::move(repeat), render_filing)),
                 report,
                 "report");
}

Result<Filed> SimWorld::follow_up(const std::string& case_code,
                                  const domain::Report& report,
                                  const domain::Principal& sender) {
    if (!up()) {
        return died();
    }
    auto repeat =
        repeat_of("POST /v1/cases/" + case_code + "/reports", {}, report.narrative + report.id.text());
    return filed(
        run(casework::add_report(context(), sender, case_code, report, std::move(repeat), render_filing)),
        report,
        "follow-up");
}

Result<casework::Answer> SimWorld::respond(const domain::Principal& who,
                                           const std::string& duty,
                                           domain::ResponseKind kind,
                                           std::optional<domain::AgencyId> to) {
    if (!up()) {
        return died();
    }
    casework::Response response{
        kind, kind == domain::ResponseKind::declined ? "out of our hands" : "", std::move(to)};
    return acknowledge(run(casework::respond(context(), who, duty, std::move(response), {}, render_change)),
                       "response to " + duty);
}

Result<casework::Answer> SimWorld::record(const domain::Principal& who,
                                          const std::string& case_code,
                                          casework::NewStep step) {
    if (!up()) {
        return died();
    }
    const std::string what = "step " + step.kind + " on " + case_code;
    return acknowledge(
        run(casework::record_step(context(), who, case_code, std::move(step), {}, render_change)), what);
}

Result<casework::Answer> SimWorld::close(const domain::Principal& who, const std::string& case_code) {
    if (!up()) {
        return died();
    }
    casework::Closure closure{"done", find(case_code).sequence};
    return acknowledge(
        run(casework::close_case(context(), who, case_code, std::move(closure), {}, render_change)),
        "closing of " + case_code);
}

Result<casework::Answer> SimWorld::reopen(const domain::Principal& who, const std::string& case_code) {
    if (!up()) {
        return died();
    }
    casework::Closure reopening{"news", find(case_code).sequence};
    return acknowledge(
        run(casework::reopen_case(context(), who, case_code, std::move(reopening), {}, render_change)),
        "reopening of " + case_code);
}

Result<void> SimWorld::redeliver(const domain::Notification& value) {
    if (!up()) {
        return died();
    }
    agencies_.may_come_again(message_id(value));
    const std::string name =
        casework::notification_name(context().vault.case_code(value.no.case_no), value.no.ordinal);
    note("redelivery of " + name);
    return run(casework::redeliver(context(), administrator(), name));
}

Result<void> SimWorld::resume(const domain::EndpointId& endpoint) {
    if (!up()) {
        return died();
    }
    note("resumes " + endpoint.text());
    return run(casework::suspend_endpoint(context(), administrator(), endpoint, false, ""));
}

/// A refusal is an answer; a bug that was answered as one is a finding.
Result<casework::Answer> SimWorld::acknowledge(Result<casework::Answer> answer, std::string_view what) {
    const std::string outcome = answer ? std::to_string(answer->status) : answer.error().detail();
    note(std::string(what) + ": " + outcome);
    if (!answer && answer.error().code() == Errc::internal) {
        findings_.add(Broken::confused, std::string(what) + " met a bug: " + outcome);
    }
    return answer;
}

domain::Case SimWorld::find(const std::string& case_code) {
    domain::Case value;
    look([&](const casework::View& view) {
        const auto number = context().vault.case_no(case_code);
        value = number ? view.cases.find(*number).value_or(domain::Case()) : domain::Case();
    });
    return value;
}

std::vector<domain::Duty> SimWorld::duties(const std::string& case_code) {
    std::vector<domain::Duty> found;
    look([&](const casework::View& view) {
        found = view.duties.of_case(*context().vault.case_no(case_code));
    });
    return found;
}

std::vector<domain::Notification> SimWorld::notifications(const std::string& case_code) {
    std::vector<domain::Notification> found;
    look([&](const casework::View& view) {
        found = view.outbox.of_case(*context().vault.case_no(case_code));
    });
    return found;
}

std::vector<domain::Attempt> SimWorld::attempts(domain::NotificationNo number) {
    std::vector<domain::Attempt> found;
    look([&](const casework::View& view) { found = view.outbox.attempts(number); });
    return found;
}

std::vector<domain::Event> SimWorld::events(const std::string& case_code, std::string_view kind) {
    std::vector<domain::Event> found;
    look([&](const casework::View& view) {
        found = view.events.of_case(*context().vault.case_no(case_code), 0, kEventsOfACase);
    });
    std::erase_if(found, [&](const domain::Event& event) { return !kind.empty() && event.kind != kind; });
    return found;
}

std::vector<casework::Endpoint> SimWorld::endpoints(const domain::AgencyId& agency) {
    std::vector<casework::Endpoint> found;
    look([&](const casework::View& view) { found = view.endpoints.of_agency(agency); });
    return found;
}

std::string SimWorld::duty_name(const domain::Duty& duty) {
    return casework::duty_name(context().vault.case_code(duty.no.case_no), duty.no.ordinal);
}

std::string SimWorld::message_id(const domain::Notification& value) {
    std::string id =
        casework::notification_name(context().vault.case_code(value.no.case_no), value.no.ordinal);
    std::replace(id.begin(), id.end(), '.', '-');
    return id;
}

}  // namespace lachan::simulation
