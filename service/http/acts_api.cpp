#include "calls.hpp"
#include "lachan/casework/acts.hpp"
#include "lachan/http/headers.hpp"
#include "lachan/http/report_codec.hpp"
#include "render.hpp"

namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kSteps = "/v1/cases/{case}/steps";
constexpr std::string_view kClosure = "/v1/cases/{case}/closure";
constexpr std::string_view kReopening = "/v1/cases/{case}/reopening";
constexpr std::string_view kLinks = "/v1/cases/{case}/links";
constexpr std::string_view kLink = "/v1/cases/{case}/links/{other}";
constexpr std::string_view kResponses = "/v1/duties/{duty}/responses";
constexpr std::string_view kWaiver = "/v1/duties/{duty}/waiver";

constexpr std::int64_t kChildIndexMax = 1'000;  ///< Which children there are, the case says.

/// Called on the writer: the answer is kept in the transaction of its effect.
casework::RenderChange answer_to_change(Instant now, int status) {
    return [now, status](const casework::CaseChange& change) {
        casework::Answer answer;
        answer.status = status;
        answer.location = status == 201 ? "/v1/cases/" + change.code : "";
        answer.etag = etag_of(change.value.sequence);
        answer.body = render_change(change, now);
        return answer;
    };
}

Result<Reply> reply_to(Result<casework::Answer> answer) {
    if (!answer) {
        return answer.error();
    }
    return reply_of(std::move(*answer));
}

void read_step(Members& members, casework::NewStep& step) {
    members.missing("kind", "which act it is has to be given");
    step.kind = members.text("kind", kIdMax);
    if (const auto child = members.integer("child", 0, kChildIndexMax)) {
        step.child = static_cast<std::int32_t>(*child);
    }
    step.done_at = members.instant("done_at");
    step.result = members.text("result", kIdMax);
    step.note = members.text("note", kNoteMax);
    step.until = members.instant("until");
}

/// POST /v1/cases/{case}/steps: records an act; what it discharges and starts is in the answer.
asio::awaitable<Result<Reply>> post_step(const Services& services, const Request& request) {
    Faults faults;
    auto step = decode_leniently<casework::NewStep>(request.body, read_step, faults);
    if (!step) {
        co_return step.error();
    }
    step->misread = faults.take();
    auto repeat = repeat_of(services, request, kSteps);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::record_step(services.context,
                                                 caller_of(request),
                                                 request.path_parameters.at("case"),
                                                 std::move(*step),
                                                 std::move(*repeat),
                                                 answer_to_change(services.context.clock.now(), 201));
    co_return reply_to(std::move(answer));
}

void read_closure(Members& members, casework::Closure& closure) {
    closure.reason = members.text("reason", kNoteMax);
}

/// What closing and reopening have in common: a reason, and the version that was seen.
Result<casework::Closure> closure_of(const Request& request) {
    const auto sequence = expected_sequence(request.headers);
    if (!sequence) {
        return sequence.error();
    }
    auto closure = decode<casework::Closure>(request.body, read_closure);
    if (closure) {
        closure->expected_sequence = *sequence;
    }
    return closure;
}

/// POST /v1/cases/{case}/closure: 202 for the first of two persons, 200 when it is closed.
asio::awaitable<Result<Reply>> post_closure(const Services& services, const Request& request) {
    auto closure = closure_of(request);
    if (!closure) {
        co_return closure.error();
    }
    auto repeat = repeat_of(services, request, kClosure);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::close_case(services.context,
                                                caller_of(request),
                                                request.path_parameters.at("case"),
                                                std::move(*closure),
                                                std::move(*repeat),
                                                answer_to_change(services.context.clock.now(), 200));
    co_return reply_to(std::move(answer));
}

asio::awaitable<Result<Reply>> post_reopening(const Services& services, const Request& request) {
    auto reopening = closure_of(request);
    if (!reopening) {
        co_return reopening.error();
    }
    auto repeat = repeat_of(services, request, kReopening);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::reopen_case(services.context,
                                                 caller_of(request),
                                                 request.path_parameters.at("case"),
                                                 std::move(*reopening),
                                                 std::move(*repeat),
                                                 answer_to_change(services.context.clock.now(), 200));
    co_return reply_to(std::move(answer));
}

struct NewLink {
    std::string other;
};

void read_link(Members& members, NewLink& link) {
    members.missing("case", "the code of the other case has to be given");
    link.other = members.text("case", kIdMax);
}

asio::awaitable<Result<Reply>> post_link(const Services& services, const Request& request) {
    const auto sequence = expected_sequence(request.headers);
    if (!sequence) {
        co_return sequence.error();
    }
    auto link = decode<NewLink>(request.body, read_link);
    if (!link) {
        co_return link.error();
    }
    auto repeat = repeat_of(services, request, kLinks);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::link_cases(services.context,
                                                caller_of(request),
                                                request.path_parameters.at("case"),
                                                std::move(link->other),
                                                *sequence,
                                                std::move(*repeat),
                                                answer_to_change(services.context.clock.now(), 201));
    co_return reply_to(std::move(answer));
}

asio::awaitable<Result<Reply>> delete_link(const Services& services, const Request& request) {
    const auto sequence = expected_sequence(request.headers);
    if (!sequence) {
        co_return sequence.error();
    }
    auto repeat = repeat_of(services, request, kLink);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::unlink_cases(services.context,
                                                  caller_of(request),
                                                  request.path_parameters.at("case"),
                                                  request.path_parameters.at("other"),
                                                  *sequence,
                                                  std::move(*repeat),
                                                  answer_to_change(services.context.clock.now(), 200));
    co_return reply_to(std::move(answer));
}

/// `declined` wants its reason, `forwarded` whom to: whoever reads it later has nobody to ask.
void read_response(Members& members, casework::Response& response) {
    members.missing("response", "accepted, declined or forwarded has to be given");
    const auto kind = members.word<domain::ResponseKind>("response");
    response.kind = kind.value_or(domain::ResponseKind::accepted);
    response.reason = members.text("reason", kNoteMax);
    if (std::string to = members.text("to", kIdMax); !to.empty()) {
        response.to = domain::AgencyId(std::move(to));
    }
    if (kind == domain::ResponseKind::declined && response.reason.empty()) {
        members.missing("reason", "why it is declined has to be given");
    }
    if (kind == domain::ResponseKind::forwarded && !response.to) {
        members.missing("to", "the agency it is forwarded to has to be given");
    }
}

/// POST /v1/duties/{duty}/responses: a holder's answer; accepting stops the ladder.
asio::awaitable<Result<Reply>> post_response(const Services& services, const Request& request) {
    auto response = decode<casework::Response>(request.body, read_response);
    if (!response) {
        co_return response.error();
    }
    auto repeat = repeat_of(services, request, kResponses);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::respond(services.context,
                                             caller_of(request),
                                             request.path_parameters.at("duty"),
                                             std::move(*response),
                                             std::move(*repeat),
                                             answer_to_change(services.context.clock.now(), 200));
    co_return reply_to(std::move(answer));
}

void read_waiver(Members& members, casework::Waiver& waiver) {
    members.missing("ground", "why the duty need not be done has to be given");
    waiver.ground = members.text("ground", kNoteMax);
}

/// POST /v1/duties/{duty}/waiver: 202 for the first of two persons, 200 when it is waived.
asio::awaitable<Result<Reply>> post_waiver(const Services& services, const Request& request) {
    auto waiver = decode<casework::Waiver>(request.body, read_waiver);
    if (!waiver) {
        co_return waiver.error();
    }
    auto repeat = repeat_of(services, request, kWaiver);
    if (!repeat) {
        co_return repeat.error();
    }
    auto answer = co_await casework::waive_duty(services.context,
                                                caller_of(request),
                                                request.path_parameters.at("duty"),
                                                std::move(*waiver),
                                                std::move(*repeat),
                                                answer_to_change(services.context.clock.now(), 200));
    co_return reply_to(std::move(answer));
}

}  // namespace

void add_act_calls(std::vector<Route>& routes, const Services& services) {
    const auto add = [&](Method method, std::string_view pattern, Call call) {
        routes.push_back({.method = method, .pattern = pattern, .endpoint = endpoint(services, call)});
    };
    add(Method::post, kSteps, post_step);
    add(Method::post, kClosure, post_closure);
    add(Method::post, kReopening, post_reopening);
    add(Method::post, kLinks, post_link);
    add(Method::delete_, kLink, delete_link);
    add(Method::post, kResponses, post_response);
    add(Method::post, kWaiver, post_waiver);
}

}  // namespace lachan::http
