#include "lachan/http/problem.hpp"

#include <optional>
#include <vector>

#include "json_writer.hpp"
#include "lachan/http/headers.hpp"

namespace lachan::http {
namespace {

/// Seconds after which a refusal of this kind is worth repeating; none: repeating it changes nothing.
std::optional<int> repeat_after_s(Errc code) noexcept {
    switch (code) {
        case Errc::overloaded:
        case Errc::idempotency_in_progress:
        case Errc::rate_limited:
            return 1;
        case Errc::storage:
        case Errc::shutting_down:
            return 5;
        default:
            return std::nullopt;
    }
}

/// What stays in the log: how our insides failed is nobody's business and no help.
bool detail_is_private(Errc code) noexcept {
    return code == Errc::internal || code == Errc::storage;
}

void write_faults(JsonWriter& json, const std::vector<Fault>& faults) {
    json.key("errors").begin_array();
    for (const Fault& fault : faults) {
        json.begin_object();
        json.member("pointer", fault.pointer).member("code", fault.code).member("detail", fault.detail);
        json.end_object();
    }
    json.end_array();
}

/// The duties that keep a case open: a fault of `closing_blocked` has the duty's name, its kind, and when and
/// by whom it is owed.
void write_open_duties(JsonWriter& json, const std::vector<Fault>& faults) {
    json.key("open_duties").begin_array();
    for (const Fault& fault : faults) {
        json.begin_object();
        json.member("id", fault.pointer).member("kind", fault.code).member("detail", fault.detail);
        json.end_object();
    }
    json.end_array();
}

constexpr Errc kLastCode = Errc::storage;

const ProblemType* type_called(std::string_view suffix) {
    for (int code = 0; code <= static_cast<int>(kLastCode); ++code) {
        const ProblemType& type = problem_type(static_cast<Errc>(code));
        if (type.suffix == suffix) {
            return &type;
        }
    }
    return nullptr;
}

std::string html_page(const ProblemType& type, Language language) {
    const bool english = language == Language::english;
    const std::string_view title = english ? type.title_en : type.title;
    std::string page = "<!doctype html>\n<html lang=\"";
    page += english ? "en" : "vi";
    page +=
        "\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>";
    page += title;
    page += "</title></head>\n<body>\n<h1>";
    page += title;
    page += "</h1>\n<p>";
    page += english ? type.advice_en : type.advice;
    page += "</p>\n<section lang=\"";
    page += english ? "vi" : "en";
    page += "\">\n<h2>";
    page += english ? type.title : type.title_en;
    page += "</h2>\n<p>";
    page += english ? type.advice : type.advice_en;
    page += "</p>\n</section>\n<p><code>";
    page += type.suffix;
    page += "</code> · HTTP ";
    page += std::to_string(type.status);
    page += "</p>\n</body>\n</html>\n";
    return page;
}

}  // namespace

Reply Problems::reply(const Error& error, const domain::RequestId& id, Language language) const {
    const ProblemType& type = problem_type(error.code());
    JsonWriter json;
    json.begin_object();
    json.member("type", base_ + std::string(type.suffix));
    json.member("title", language == Language::english ? type.title_en : type.title);
    json.member("status", type.status);
    if (!error.detail().empty() && !detail_is_private(error.code())) {
        json.member("detail", error.detail());
    }
    json.member("request_id", id);
    const std::vector<Fault>& faults = error.faults();
    if (error.code() == Errc::closing_blocked) {
        write_open_duties(json, faults);
    } else if (!faults.empty()) {
        write_faults(json, faults);
    }
    json.end_object();
    Reply reply = Reply::json(type.status, json.take());
    reply.content_type = "application/problem+json";
    reply.headers.add("Content-Language", language == Language::english ? "en" : "vi");
    if (const auto seconds = repeat_after_s(error.code())) {
        reply.headers.add("Retry-After", std::to_string(*seconds));
    }
    return reply;
}

Result<Reply> Problems::page(std::string_view suffix, const Request& request) const {
    const ProblemType* const type = type_called(suffix);
    if (type == nullptr) {
        return Error(Errc::not_found, "there is no problem type of this name");
    }
    const bool english = request.language == Language::english;
    const std::string language = english ? "en" : "vi";
    const bool wants_page = request.headers.joined("Accept").find("text/html") != std::string::npos;
    if (wants_page && accepts(request.headers, "text/html")) {
        Reply reply = Reply::empty(200);
        reply.content_type = "text/html; charset=utf-8";
        reply.body = html_page(*type, request.language);
        reply.headers.add("Content-Language", language);
        return reply;
    }
    JsonWriter json;
    json.begin_object();
    json.member("type", base_ + std::string(type->suffix)).member("status", type->status);
    json.member("title", english ? type->title_en : type->title).member("title_en", type->title_en);
    json.member("advice", english ? type->advice_en : type->advice).member("advice_en", type->advice_en);
    json.end_object();
    Reply reply = Reply::json(200, json.take());
    reply.headers.add("Content-Language", language);
    return reply;
}

}  // namespace lachan::http
