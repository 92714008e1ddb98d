#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/http/message.hpp"

/// Reading the request headers that decide how a request is treated.
namespace lachan::http {

/// The length of an idempotency key: short ones collide, long ones only cost.
inline constexpr std::size_t kIdempotencyKeyMin = 8;
inline constexpr std::size_t kIdempotencyKeyMax = 128;

/// The language of titles: English where the caller prefers it to Vietnamese, otherwise Vietnamese.
[[nodiscard]] Language preferred_language(const Headers& headers);

/// Errors: `unsupported_media_type` where the body is not declared as JSON in UTF-8.
[[nodiscard]] Result<void> expect_json_body(const Headers& headers);

/// Whether the caller would take this media type. A caller that names none takes all.
[[nodiscard]] bool accepts(const Headers& headers, std::string_view media_type);

/// The key of a request that must not be done twice: a Structured-Field string, or bare; empty where there is
/// none. Errors: `malformed_request` (given twice, too short, too long, not visible ASCII).
[[nodiscard]] Result<std::string> idempotency_key(const Headers& headers);

/// `"17"` for sequence 17.
[[nodiscard]] std::string etag_of(std::int64_t sequence);

/// The sequence that `If-Match` expects. Errors: `precondition_required` where it is missing or `*` (which
/// names no version); `precondition_failed` where it names no tag of ours (a weak tag never matches);
/// `malformed_request` where it is no list of tags.
[[nodiscard]] Result<std::int64_t> expected_sequence(const Headers& headers);

/// True where `If-None-Match` names this tag (weakly compared) or is `*`: answer 304.
[[nodiscard]] bool is_unchanged(const Headers& headers, std::string_view etag);

}  // namespace lachan::http
