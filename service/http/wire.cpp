#include "wire.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "lachan/base/check.hpp"

namespace lachan::http {
namespace {

using Line = std::pair<std::string_view, std::string_view>;

/// Children's cases in a browser: nothing is kept, nothing is run, nothing is embedded, nothing is told on.
constexpr auto kCommonHeaders = std::to_array<Line>({
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy",
     "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
});
constexpr Line kStayWithTls{"Strict-Transport-Security", "max-age=31536000"};

std::string_view reason_of(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "Status";
    }
}

/// A line break in a value would start a header, or a reply, of somebody else's choosing.
void add_line(std::string& text, std::string_view name, std::string_view value) {
    LACHAN_CHECK(name.find_first_of("\r\n:") == std::string_view::npos);
    LACHAN_CHECK(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    text.append(name).append(": ").append(value).append("\r\n");
}

bool has_no_body(int status) noexcept {
    return status == 204 || status == 304;
}

void add_framing(std::string& text, const Reply& reply, const Framing& framing) {
    const bool chunked = reply.stream && !framing.http_1_0;
    if (chunked) {
        add_line(text, "Transfer-Encoding", "chunked");
    } else if (!reply.stream && !has_no_body(reply.status)) {
        add_line(text, "Content-Length", std::to_string(reply.body.size()));
    }
    const bool goes_on = framing.keep_alive && (chunked || !reply.stream);
    if (!goes_on) {
        add_line(text, "Connection", "close");
    } else if (framing.http_1_0) {
        add_line(text, "Connection", "keep-alive");
    }
}

}  // namespace

std::string http_date(Instant now) {
    using namespace std::chrono;
    static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto today = floor<days>(now);
    const year_month_day date(today);
    const hh_mm_ss time(floor<seconds>(now - today));
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    std::string text;
    text.reserve(sizeof "Sun, 06 Nov 1994 08:49:37 GMT");  // by hand, as each answer has one
    const auto put = [&](std::string_view before, unsigned number) {
        text.append(before);
        text.push_back(static_cast<char>('0' + number / 10 % 10));
        text.push_back(static_cast<char>('0' + number % 10));
    };
    text.append(kDays[weekday(today).c_encoding()]);
    put(", ", static_cast<unsigned>(date.day()));
    text.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]);
    put(" ", year / 100);
    put("", year);
    put(" ", static_cast<unsigned>(time.hours().count()));
    put(":", static_cast<unsigned>(time.minutes().count()));
    put(":", static_cast<unsigned>(time.seconds().count()));
    return text.append(" GMT");
}

std::string to_wire(const Reply& reply,
                    const Framing& framing,
                    const domain::RequestId& id,
                    std::string_view date) {
    std::string text;
    text.reserve(1024 + reply.body.size());
    text.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ").append(reason_of(reply.status));
    text.append("\r\n");
    add_line(text, "Date", date);
    if (!reply.content_type.empty()) {
        add_line(text, "Content-Type", reply.content_type);
    }
    add_framing(text, reply, framing);
    for (const auto& [name, value] : reply.headers) {
        add_line(text, name, value);
    }
    add_line(text, "X-Request-Id", id.text());
    for (const auto& [name, value] : kCommonHeaders) {
        if (!reply.headers.find(name)) {
            add_line(text, name, value);
        }
    }
    if (framing.secure) {
        add_line(text, kStayWithTls.first, kStayWithTls.second);
    }
    text += "\r\n";
    if (!framing.head_only && !has_no_body(reply.status)) {
        text += reply.body;
    }
    return text;
}

std::string to_chunk(std::string_view piece) {
    return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

}  // namespace lachan::http
