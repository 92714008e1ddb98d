#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
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

/// Keeps what answers of this world are shortened with, before the first one is. An answer is kept in the
/// bytes it was given in, shortened and sealed, and not rendered anew: neither a reload nor a new version may
/// change it.
void keep_answer_dictionary(Tx& tx, const World& world);

using Effect = std::function<Result<Answer>(Tx&)>;
/// An effect whose answer is made of values it has in hand, so that it can be made while the writer goes on.
/// Called once or not at all; outlives nothing of the unit.
using MakeAnswer = std::function<Answer()>;
using LateEffect = std::function<Result<MakeAnswer>(Tx&)>;

/// Commits `effect` at most once for the caller's key: a repetition within seven days gets the first answer
/// again. Errors: those of the effect; `idempotency_key_reused` for another body under the same key.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> commit_once(
    Context& context, domain::Principal caller, Repeat repeat, Effect effect, Lane lane = Lane::routine);
/// The same for answers that take long to make.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> commit_once_late(
    Context& context, domain::Principal caller, Repeat repeat, LateEffect effect, Lane lane);
/// The answer that the same request got before; none where it is new. For what is done outside of the store
/// and only then committed: a repetition is known by it before it is done again. Errors:
/// `idempotency_key_reused`.
[[nodiscard]] boost::asio::awaitable<Result<std::optional<Answer>>> answered_before(Context& context,
                                                                                    domain::Principal caller,
                                                                                    Repeat repeat);

}  // namespace lachan::casework
