#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/http/message.hpp"

namespace lachan::http {

/// How a refusal looks from outside: its problem type, its status, and what the type is called.
struct ProblemType {
    std::string_view suffix;  ///< Of the type's URL: "<public_url>/problems/<suffix>".
    int status = 500;
    std::string_view title;  ///< Vietnamese.
    std::string_view title_en;
    std::string_view advice;  ///< What the caller can do about it. Vietnamese.
    std::string_view advice_en;
};

/// The one place where a refusal becomes a problem type and a status.
[[nodiscard]] const ProblemType& problem_type(Errc code) noexcept;

/// Writes RFC 9457 problem documents and the pages that their types point to.
class Problems {
public:
    /// `public_url` is where callers reach the service, without a slash at its end.
    explicit Problems(std::string public_url) : base_(std::move(public_url) + "/problems/") {}

    /// The reply to a refusal. What an internal failure was stays in the log. A refusal that is worth
    /// repeating carries `Retry-After`.
    [[nodiscard]] Reply reply(const Error& error, const domain::RequestId& id, Language language) const;
    [[nodiscard]] Reply reply(const Error& error, const Request& request) const {
        return reply(error, request.id, request.language);
    }

    /// `GET /problems/{type}`: the page of one type, HTML or JSON as the caller prefers. Errors: `not_found`.
    [[nodiscard]] Result<Reply> page(std::string_view suffix, const Request& request) const;

private:
    std::string base_;
};

}  // namespace lachan::http
