#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "lachan/casework/context.hpp"
#include "lachan/domain/principal.hpp"

namespace lachan::casework {

/// How a request can be told from its own repetition. `key` is empty where the caller gave none.
struct Repeat {
    std::string route;  ///< "POST /v1/reports": the scope of the key, together with the caller.
    std::string key;
    Bytes fingerprint;  ///< Of method, path and body.
};

/// What goes back to the caller. Rendered inside the unit of work, because it is kept there for a repetition.
struct Answer {
    int status = 200;
    std::string location;
    std::string etag;
    std::string body;
    bool replayed = false;
};

inline constexpr std::chrono::hours kRepliesKept{7 * 24};  ///< The contract's seven days.

using Effect = std::function<Result<Answer>(Tx&)>;

/// Commits `effect` at most once for the caller's key: a repetition within seven days gets the first answer
/// again. Errors: those of the effect; `idempotency_key_reused` for another body under the same key.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> commit_once(
    Context& context, domain::Principal caller, Repeat repeat, Effect effect, Lane lane = Lane::routine);

}  // namespace lachan::casework
