#include "calls.hpp"
#include "lachan/casework/intake.hpp"
#include "lachan/http/headers.hpp"
#include "lachan/http/report_codec.hpp"
#include "render.hpp"

namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kReports = "/v1/reports";
constexpr std::string_view kCaseReports = "/v1/cases/{case}/reports";

/// Called on the writer: the answer is kept in the transaction of its effect.
casework::RenderFiling answer_to_filing(Instant now) {
    return [now](const casework::Filing& filing) {
        casework::Answer answer;
        answer.status = 201;
        answer.location = "/v1/cases/" + filing.code;
        answer.etag = etag_of(filing.value.sequence);
        answer.body = render_filing(filing, now);
        return answer;
    };
}

/// A body with faults of its form is told at once which of its places are not known.
Result<domain::Report> report_of(const Services& services, const Request& request, Instant now) {
    return decode_report(request.body, now, [&](const domain::Report& report) {
        return casework::faults_of(services.context, report);
    });
}

/// A caller whose allowance is used up still gets an emergency in: what it is, the rules say.
Result<void> pass_reserve(const Services& services, const Request& request, domain::Report report) {
    const domain::Principal& caller = caller_of(request);
    const auto urgency = casework::urgency_of(services.context, caller, std::move(report));
    if (!urgency) {
        return urgency.error();
    }
    const bool emergency = *urgency == domain::Urgency::emergency;
    if (!emergency || !services.limits.draw_reserve(caller.key.text(), services.context.clock.now())) {
        return Error(Errc::rate_limited, "the allowance is used up; only emergencies are taken in");
    }
    return {};
}

asio::awaitable<Result<Reply>> preview(const Services& services,
                                       const Request& request,
                                       domain::Report report) {
    const auto filing =
        co_await casework::preview_report(services.context, caller_of(request), std::move(report));
    if (!filing) {
        co_return filing.error();
    }
    co_return Reply::json(200, render_filing(*filing, services.context.clock.now()));
}

/// POST /v1/reports: answers 201 with a receipt, and only once the report is on disk.
asio::awaitable<Result<Reply>> post_report(const Services& services, const Request& request) {
    QueryReader query(request.query);
    const bool dry_run = query.flag("dry_run").value_or(false);
    if (const auto sound = query.done(); !sound) {
        co_return sound.error();
    }
    const Instant now = services.context.clock.now();
    auto report = report_of(services, request, now);
    if (!report) {
        co_return report.error();
    }
    if (dry_run) {
        auto reply = co_await preview(services, request, std::move(*report));
        co_return reply;
    }
    auto repeat = repeat_of(services, request, kReports);
    if (!repeat) {
        co_return repeat.error();
    }
    if (request.reserve_only) {
        if (const auto passed = pass_reserve(services, request, *report); !passed) {
            co_return passed.error();
        }
    }
    auto answer = co_await casework::submit_report(
        services.context, caller_of(request), std::move(*report), std::move(*repeat), answer_to_filing(now));
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

/// POST /v1/cases/{case}/reports: a further report on a case.
asio::awaitable<Result<Reply>> post_case_report(const Services& services, const Request& request) {
    const Instant now = services.context.clock.now();
    auto report = report_of(services, request, now);
    if (!report) {
        co_return report.error();
    }
    auto repeat = repeat_of(services, request, kCaseReports);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::add_report(services.context,
                                                caller_of(request),
                                                request.path_parameters.at("case"),
                                                std::move(*report),
                                                std::move(*repeat),
                                                answer_to_filing(now));
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

}  // namespace

void add_report_calls(std::vector<Route>& routes, const Services& services) {
    routes.push_back({.method = Method::post,
                      .pattern = kReports,
                      .quota = Quota::intake,
                      .query = {"dry_run"},
                      .endpoint = endpoint(services, post_report)});
    routes.push_back(
        {.method = Method::post, .pattern = kCaseReports, .endpoint = endpoint(services, post_case_report)});
}

}  // namespace lachan::http
