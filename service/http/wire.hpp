#pragma once

#include <string>
#include <string_view>

#include "lachan/base/time.hpp"
#include "lachan/domain/ids.hpp"
#include "lachan/http/message.hpp"

/// A reply as bytes.
namespace lachan::http {

/// What the request decides about the form of its reply.
struct Framing {
    bool http_1_0 = false;
    bool head_only = false;  ///< HEAD: the length of the body, but no body.
    bool keep_alive = true;
    bool secure = false;  ///< Over TLS: browsers are told to stay with it.
};

/// "Fri, 20 Nov 2026 01:15:00 GMT".
[[nodiscard]] std::string http_date(Instant now);

/// The whole reply, or for a stream its head. Every reply carries the headers that keep browsers from
/// storing, sniffing, framing or leaking it, unless the reply itself says otherwise.
[[nodiscard]] std::string to_wire(const Reply& reply,
                                  const Framing& framing,
                                  const domain::RequestId& id,
                                  std::string_view date);

/// One piece of a chunked body.
[[nodiscard]] std::string to_chunk(std::string_view piece);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace lachan::http
