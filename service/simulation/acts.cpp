#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <utility>

#include "digests.hpp"
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
constexpr int kHandedOn = 202;          ///< A closing that waits for a second person.

/// The answer's body: code and receipt, a line each.
casework::Answer render_filing(const casework::Filing& filing) {
    casework::Answer answer;
    answer.status = 201;
    answer.body = filing.code + "\n" + filing.receipt;
    return answer;
}

/// Code and sequence: a second effect has another sequence.
casework::Answer render_change(const casework::CaseChange& change) {
    casework::Answer answer;
    answer.body = change.code + "\n" + std::to_string(change.value.sequence);
    return answer;
}

std::string code_in(const std::string& body) {
    return body.substr(0, body.find('\n'));
}

/// The second line of what `render_change` answers.
std::int64_t sequence_in(const std::string& body) {
    return std::atoll(body.c_str() + std::min(body.find('\n'), body.size() - 1) + 1);
}

casework::Repeat repeat_of(const casework::Context& context,
                           std::string route,
                           std::string key,
                           std::string_view body) {
    return {std::move(route), std::move(key), context.vault.fingerprint(body)};
}

domain::Principal administrator() {
    return {domain::KeyId("administrator"), domain::Role::admin, domain::AgencyId("ubnd-12")};
}

}  // namespace

Request report_request(domain::Report report, domain::Principal sender, std::string repeat_key) {
    Request request{"report", {}, report.id, words_of(report), {}};
    request.work = [report = std::move(report), sender = std::move(sender), key = std::move(repeat_key)](
                       casework::Context& context) {
        auto repeat = repeat_of(context, "POST /v1/reports", key, report.narrative + report.id.text());
        return casework::submit_report(context, sender, report, std::move(repeat), render_filing);
    };
    return request;
}

Request follow_up_request(std::string case_code, domain::Report report, domain::Principal sender) {
    Request request{"follow-up", {}, report.id, words_of(report), {}};
    request.work = [code = std::move(case_code), report = std::move(report), sender = std::move(sender)](
                       casework::Context& context) {
        auto repeat = repeat_of(
            context, "POST /v1/cases/" + code + "/reports", {}, report.narrative + report.id.text());
        return casework::add_report(context, sender, code, report, std::move(repeat), render_filing);
    };
    return request;
}

Request response_request(domain::Principal who,
                         std::string duty,
                         domain::ResponseKind kind,
                         std::optional<domain::AgencyId> to,
                         std::string repeat_key) {
    Request request{"response to " + duty, {}, {}, 0, {}};
    request.act = Act{"duty." + std::string(domain::text_of(kind)), duty, who.key};
    casework::Response response{
        kind, kind == domain::ResponseKind::declined ? "out of our hands" : "", std::move(to)};
    request.work = [who = std::move(who),
                    duty = std::move(duty),
                    response = std::move(response),
                    key = std::move(repeat_key)](casework::Context& context) {
        auto repeat = repeat_of(context, "POST /v1/duties/" + duty + "/responses", key, duty);
        return casework::respond(context, who, duty, response, std::move(repeat), render_change);
    };
    return request;
}

Request step_request(domain::Principal who,
                     std::string case_code,
                     casework::NewStep step,
                     std::string repeat_key) {
    Request request{"step " + step.kind + " on " + case_code, {}, {}, 0, {}};
    request.act = Act{"step.recorded", step.kind, who.key};
    request.work = [who = std::move(who),
                    code = std::move(case_code),
                    step = std::move(step),
                    key = std::move(repeat_key)](casework::Context& context) {
        auto repeat = repeat_of(context, "POST /v1/cases/" + code + "/steps", key, step.kind);
        return casework::record_step(context, who, code, step, std::move(repeat), render_change);
    };
    return request;
}

Request waiver_request(domain::Principal who, std::string duty, std::string repeat_key) {
    Request request{"waiver of " + duty, {}, {}, 0, {}};
    request.act = Act{"duty.waived", duty, who.key};
    request.work = [who = std::move(who), duty = std::move(duty), key = std::move(repeat_key)](
                       casework::Context& context) {
        auto repeat = repeat_of(context, "POST /v1/duties/" + duty + "/waiver", key, duty);
        return casework::waive_duty(context, who, duty, {"moved away"}, std::move(repeat), render_change);
    };
    return request;
}

Request closing_request(domain::Principal who, std::string case_code, std::int64_t seen) {
    Request request{"closing of " + case_code, {}, {}, 0, {}};
    request.act = Act{"case.closed", "", who.key};
    request.work = [who = std::move(who), code = std::move(case_code), seen](casework::Context& context) {
        return casework::close_case(context, who, code, {"done", seen}, {}, render_change);
    };
    return request;
}

Request reopening_request(domain::Principal who, std::string case_code, std::int64_t seen) {
    Request request{"reopening of " + case_code, {}, {}, 0, {}};
    request.act = Act{"case.reopened", "", who.key};
    request.work = [who = std::move(who), code = std::move(case_code), seen](casework::Context& context) {
        return casework::reopen_case(context, who, code, {"news", seen}, {}, render_change);
    };
    return request;
}

Result<casework::Answer> SimWorld::ask(const Request& request) {
    if (!up()) {
        return died();
    }
    auto answer = run(request.work(context()));
    hear(request, answer);
    return answer;
}

void SimWorld::begin(const Request& request, Heard heard) {
    if (!up()) {
        return;
    }
    auto ended = [this, request, heard = std::move(heard)](const std::exception_ptr& failure,
                                                           const Result<casework::Answer>& answer) {
        if (failure) {
            findings_.add(Broken::confused, request.what + " ended in an exception");
            return;
        }
        hear(request, answer);
        if (heard) {
            heard(answer);
        }
    };
    boost::asio::co_spawn(executor(), request.work(context()), std::move(ended));
}

/// A refusal is an answer; a bug that was answered as one is a finding.
void SimWorld::hear(const Request& request, const Result<casework::Answer>& answer) {
    note(request.what + ": " + (answer ? std::to_string(answer->status) : answer.error().detail()));
    if (!answer && answer.error().code() == Errc::internal) {
        findings_.add(Broken::confused, request.what + " met a bug: " + answer.error().detail());
    }
    if (answer && !request.report.empty()) {
        told(request.report, code_in(answer->body), request.words);
    }
    const auto number = answer && request.act ? context().vault.case_no(code_in(answer->body))
                                              : Result<domain::CaseNo>(died());
    if (!number) {
        return;
    }
    Act act = *request.act;
    if (answer->status == kHandedOn) {  // somebody else is to decide: the wish is what is kept
        act.of = act.kind == "duty.waived" ? "waiver_request" : "closing_request";
        act.kind = "step.recorded";
    }
    witness_->told(act, *number, sequence_in(answer->body));
}

void SimWorld::told(const domain::ReportId& report, const std::string& case_code, std::uint64_t words) {
    witness_->told(report, case_code, words);
}

bool SimWorld::was_told(const domain::ReportId& report) const {
    return witness_->was_told(report);
}

Result<Filed> SimWorld::filed(const Request& request) {
    const auto answer = ask(request);
    if (!answer) {
        return answer.error();
    }
    const std::string code = code_in(answer->body);
    return Filed{code, answer->body.substr(std::min(code.size() + 1, answer->body.size())), answer->replayed};
}

Result<Filed> SimWorld::submit(const domain::Report& report,
                               const domain::Principal& sender,
                               std::string repeat_key) {
    return filed(report_request(report, sender, std::move(repeat_key)));
}

Result<Filed> SimWorld::follow_up(const std::string& case_code,
                                  const domain::Report& report,
                                  const domain::Principal& sender) {
    return filed(follow_up_request(case_code, report, sender));
}

Result<casework::Answer> SimWorld::respond(const domain::Principal& who,
                                           const std::string& duty,
                                           domain::ResponseKind kind,
                                           std::optional<domain::AgencyId> to) {
    return ask(response_request(who, duty, kind, std::move(to)));
}

Result<casework::Answer> SimWorld::record(const domain::Principal& who,
                                          const std::string& case_code,
                                          casework::NewStep step) {
    return ask(step_request(who, case_code, std::move(step)));
}

Result<casework::Answer> SimWorld::close(const domain::Principal& who, const std::string& case_code) {
    return ask(closing_request(who, case_code, find(case_code).sequence));
}

Result<casework::Answer> SimWorld::reopen(const domain::Principal& who, const std::string& case_code) {
    return ask(reopening_request(who, case_code, find(case_code).sequence));
}

Result<void> SimWorld::redeliver(const domain::Notification& value) {
    if (!up()) {
        return died();
    }
    agencies_.may_come_again(message_id(value));
    const std::string name =
        casework::notification_name(context().vault.case_code(value.no.case_no), value.no.ordinal);
    note("redelivery of " + name);
    const auto done = run(casework::redeliver(context(), administrator(), name));
    return done ? Result<void>() : done.error();
}

Result<void> SimWorld::resume(const domain::EndpointId& endpoint) {
    if (!up()) {
        return died();
    }
    note("resumes " + endpoint.text());
    const auto done = run(casework::suspend_endpoint(context(), administrator(), endpoint, false, ""));
    return done ? Result<void>() : done.error();
}

void SimWorld::open_channel(const domain::AgencyId& agency) {
    if (!up()) {
        return;
    }
    note("a further channel for " + agency.text());
    const casework::NewEndpoint wanted{
        domain::ChannelKind::webhook, "https://" + agency.text() + ".example/further", {}, {}};
    const auto opened = run(casework::add_endpoint(
        context(), administrator(), agency, wanted, {}, [](const auto&) { return casework::Answer(); }));
    if (opened) {
        struck_.count(Trouble::directory);
    }
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
