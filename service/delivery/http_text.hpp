#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lachan/base/time.hpp"

/// Reading what a stranger's server wrote. Pure.
namespace lachan::delivery {

/// How long to wait, from a `Retry-After` header: seconds, or one of HTTP's three forms of a date, measured
/// from `now`. Never negative, at most ten years (so that it can be added to any instant); none: it cannot be
/// read.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view text, Instant now);

/// At most 4 KiB of an answer, fit to be stored and shown: valid UTF-8 on one line, without what looks like a
/// secret, a mail address, or a telephone or identity number that a receiver may have put there.
[[nodiscard]] std::string excerpt_of(std::string_view body);

}  // namespace lachan::delivery
