#include "message_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "lachan/http/headers.hpp"
#include "lachan/http/target.hpp"

namespace lachan::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using Parser = beast::http::request_parser<beast::http::string_body>;

/// Headers that must not be given twice: two readers could each believe another one.
constexpr std::string_view kSingular[] = {
    "Host", "Content-Type", "Content-Length", "Transfer-Encoding", "Authorization", "Lachan-Purpose"};

Error malformed(std::string detail) {
    return Error(Errc::malformed_request, std::move(detail));
}

Error refusal_of(const error_code& failure) {
    using beast::http::error;
    if (failure == error::header_limit) {
        return Error(Errc::headers_too_large, "the head of the request is over its limit");
    }
    if (failure == error::body_limit) {
        return Error(Errc::payload_too_large, "the body is over its limit");
    }
    return malformed("the HTTP message cannot be understood: " + failure.message());
}

/// What the parser lets pass and a careful server does not. Errors: `malformed_request`.
Result<void> check_head(unsigned version, const Headers& headers) {
    for (const std::string_view name : kSingular) {
        if (headers.count(name) > 1) {
            return malformed("a header is given twice: " + std::string(name));
        }
    }
    if (version != 10 && version != 11) {
        return malformed("only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    if (version == 11 && headers.count("Host") == 0) {
        return malformed("HTTP/1.1 wants a Host header");
    }
    const auto length = headers.find("Content-Length");
    if (length && length->find_first_not_of("0123456789") != std::string_view::npos) {
        return malformed("Content-Length has to be one number");
    }
    const auto encoding = headers.find("Transfer-Encoding");
    if (!encoding) {
        return {};
    }
    const bool only_chunked = beast::iequals(*encoding, "chunked");
    if (!only_chunked || version == 10 || length) {
        return malformed("the length of the body is not clear");
    }
    return {};
}

}  // namespace

struct MessageReader::Inside {
    Parser parser;
};

MessageReader::MessageReader(std::size_t header_limit, std::size_t body_limit)
    : inside_(std::make_unique<Inside>()) {
    // Limits are the parser's own: given to the message inside it, they would not be kept.
    inside_->parser.header_limit(static_cast<std::uint32_t>(header_limit));
    inside_->parser.body_limit(body_limit);
}

MessageReader::~MessageReader() = default;

MessageReader::Step MessageReader::refuse(Error error, std::size_t used) {
    refusal_ = std::move(error);
    framing_.keep_alive = false;  // what follows cannot be trusted to begin where it seems to
    return {Progress::refused, used};
}

Result<void> MessageReader::read_head() {
    head_done_ = true;
    const Parser::value_type& head = inside_->parser.get();
    // Now, not later: fields after a chunked body would be added to these.
    for (const auto& field : head) {
        headers_.add(std::string(field.name_string()), std::string(field.value()));
    }
    framing_.http_1_0 = head.version() == 10;
    framing_.head_only = head.method() == beast::http::verb::head;
    framing_.keep_alive = inside_->parser.keep_alive();
    wants_continue_ = !framing_.http_1_0 && beast::iequals(head[beast::http::field::expect], "100-continue");
    return check_head(head.version(), headers_);
}

MessageReader::Step MessageReader::feed(std::string_view bytes) {
    Parser& parser = inside_->parser;
    std::size_t used = 0;
    begun_ = begun_ || !bytes.empty();
    while (used < bytes.size()) {
        error_code failure;
        const std::string_view rest = bytes.substr(used);
        const std::size_t taken = parser.put(boost::asio::buffer(rest), failure);
        used += taken;
        if (parser.is_header_done() && !head_done_) {
            if (const auto sound = read_head(); !sound) {
                return refuse(sound.error(), used);
            }
        }
        if (failure && failure != beast::http::error::need_more) {
            return refuse(refusal_of(failure), used);
        }
        if (parser.is_done()) {
            complete_ = true;
            return {Progress::complete, used};
        }
        if (failure || taken == 0) {
            break;
        }
    }
    return {Progress::needs_more, used};
}

Result<void> MessageReader::take(Request& request) {
    if (!head_done_) {
        return {};
    }
    Parser::value_type& message = inside_->parser.get();
    request.headers = std::move(headers_);
    request.language = preferred_language(request.headers);
    request.method = parse_method(std::string_view(message.method_string()));
    if (!complete_) {
        return {};
    }
    auto target = parse_target(std::string_view(message.target()));
    if (!target) {
        return target.error();
    }
    request.path = std::move(target->path);
    request.segments = std::move(target->segments);
    request.query = std::move(target->query);
    request.body = std::move(message.body());
    return {};
}

}  // namespace lachan::http
