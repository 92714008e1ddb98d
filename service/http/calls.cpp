#include "calls.hpp"

#include <algorithm>

#include "lachan/base/check.hpp"
#include "lachan/base/number.hpp"
#include "lachan/http/cursor.hpp"
#include "lachan/http/headers.hpp"
#include "lachan/http/target.hpp"

namespace lachan::http {

Endpoint endpoint(const Services& services, Call call) {
    return [&services, call](const Request& request) { return call(services, request); };
}

const domain::Principal& caller_of(const Request& request) {
    LACHAN_CHECK(request.principal.has_value());
    return *request.principal;
}

Result<casework::Repeat> repeat_of(const Services& services, const Request& request, std::string_view route) {
    auto key = idempotency_key(request.headers);
    if (!key) {
        return key.error();
    }
    std::string sent(text_of(request.method));
    sent.append(" ").append(request.path).append("\n").append(request.body);
    casework::Repeat repeat;
    repeat.route = route;
    repeat.key = std::move(*key);
    repeat.fingerprint = services.context.vault.fingerprint(sent);
    return repeat;
}

Result<void> expect_no_members(std::string_view body) {
    struct Nothing {};
    const auto nothing = decode<Nothing>(body, [](Members&, Nothing&) {});
    return nothing ? Result<void>() : nothing.error();
}

Reply reply_of(casework::Answer answer) {
    Reply reply = Reply::json(answer.status, std::move(answer.body));
    if (!answer.location.empty()) {
        reply.headers.add("Location", std::move(answer.location));
    }
    if (!answer.etag.empty()) {
        reply.headers.add("ETag", std::move(answer.etag));
    }
    if (answer.replayed) {
        reply.headers.add("Idempotent-Replayed", "true");
    }
    return reply;
}

void QueryReader::fault(std::string_view name, std::string code, std::string detail) {
    faults_.push_back({std::string(name), std::move(code), std::move(detail)});
}

std::optional<std::string> QueryReader::text(std::string_view name) {
    const auto given = query_.find(name);
    return given ? std::optional<std::string>(*given) : std::nullopt;
}

std::optional<bool> QueryReader::flag(std::string_view name) {
    const auto given = query_.find(name);
    if (!given) {
        return std::nullopt;
    }
    if (*given != "true" && *given != "false") {
        fault(name, "unknown_word", "expected one of: true, false");
        return std::nullopt;
    }
    return *given == "true";
}

std::optional<Instant> QueryReader::instant(std::string_view name) {
    const auto given = query_.find(name);
    const auto read = given ? parse_rfc3339(*given) : std::nullopt;
    if (given && !read) {
        fault(name, "bad_instant", "expected an RFC 3339 instant with its offset: 2026-11-20T08:15:00+07:00");
    }
    return read;
}

int QueryReader::limit() {
    const auto given = query_.find("limit");
    if (!given) {
        return kPageDefault;
    }
    const auto number = parse_whole<int>(*given);
    if (!number || *number < 1 || *number > kPageMax) {
        fault("limit", "out_of_range", "expected 1 to " + std::to_string(kPageMax));
        return kPageDefault;
    }
    return *number;
}

Result<void> QueryReader::done() const {
    if (faults_.empty()) {
        return {};
    }
    return Error(Errc::malformed_request, "the query is wrong; see errors", faults_);
}

Pager::Pager(const Services& services, const Request& request) : services_(services), request_(request) {
    list_ = caller_of(request).key.text() + ' ' + request.path;
    for (const auto& [name, value] : request.query) {
        if (name != "cursor" && name != "limit") {
            list_ += ' ' + name + '=' + percent_encoded(value);
        }
    }
}

Result<std::optional<casework::PageStart>> Pager::start() const {
    const auto cursor = request_.query.find("cursor");
    if (!cursor) {
        return std::optional<casework::PageStart>();
    }
    const auto decoded = decode_cursor(services_.context.vault, list_, *cursor);
    if (!decoded) {
        return decoded.error();
    }
    return std::optional(*decoded);
}

Reply Pager::finish(JsonWriter json, const std::optional<casework::PageStart>& next) const {
    std::string cursor;
    json.key("next_cursor");
    if (next) {
        cursor = encode_cursor(services_.context.vault, list_, *next);
        json.value(cursor);
    } else {
        json.null();
    }
    json.end_object();
    Reply reply = Reply::json(200, json.take());
    if (next) {
        std::string link = '<' + request_.path + '?';
        for (const auto& [name, value] : request_.query) {
            if (name != "cursor") {
                link += percent_encoded(name) + '=' + percent_encoded(value) + '&';
            }
        }
        reply.headers.add("Link", link + "cursor=" + cursor + ">; rel=\"next\"");
    }
    return reply;
}

Result<Reply> paged(const Services& services,
                    const Request& request,
                    QueryReader& query,
                    std::size_t count,
                    const std::function<void(JsonWriter&, std::size_t)>& write) {
    const auto limit = static_cast<std::size_t>(query.limit());
    if (const auto sound = query.done(); !sound) {
        return sound.error();
    }
    const Pager pager(services, request);
    const auto start = pager.start();
    if (!start) {
        return start.error();
    }
    const std::size_t first = std::min(*start ? static_cast<std::size_t>((*start)->key_ms) : 0, count);
    const std::size_t end = std::min(first + limit, count);
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (std::size_t i = first; i < end; ++i) {
        write(json, i);
    }
    json.end_array();
    std::optional<casework::PageStart> next;
    if (end < count) {
        next = casework::PageStart{.key_ms = static_cast<std::int64_t>(end), .case_no = 0, .ordinal = 0};
    }
    return pager.finish(std::move(json), next);
}

}  // namespace lachan::http
