#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "lachan/casework/changes.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/domain/principal.hpp"
#include "lachan/domain/step.hpp"

/// What agencies do to a case: answer for a duty, record an act, close, reopen, link.
namespace lachan::casework {

using RenderChange = std::function<Answer(const CaseChange&)>;

struct Response {
    domain::ResponseKind kind{};
    std::string reason;                  ///< Wanted for `declined`; sealed with the case.
    std::optional<domain::AgencyId> to;  ///< Wanted for `forwarded`.
};

/// A holder's answer for a duty (a supervisor of the whole province answers for others, and for a duty that
/// nobody holds). Accepting stops the acceptance ladder and the sends it had pending; declining or forwarding
/// makes a successor at once, so that nobody's duty waits for nobody. Errors: `not_found`, `forbidden`,
/// `transition_not_allowed` (the duty is no longer pending), `validation_failed`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> respond(Context& context,
                                                             domain::Principal caller,
                                                             std::string duty_name,
                                                             Response response,
                                                             Repeat repeat,
                                                             RenderChange render);

struct Waiver {
    std::string ground;  ///< Sealed with the case.
};

/// Ends a pending duty of an open case that need not be done. It takes two persons: the wish of the holder,
/// or of a supervisor who oversees the case, is recorded and told to whoever watches (202); another
/// supervisor who oversees it, of another body than the holder, grants it (200). That the duty was late
/// stays; what it kept open may be closed, and a new cause may bring it anew. Errors: `not_found`,
/// `forbidden`, `transition_not_allowed` (the case is closed, or the duty no longer pending),
/// `validation_failed` (no ground).
[[nodiscard]] boost::asio::awaitable<Result<Answer>> waive_duty(Context& context,
                                                                domain::Principal caller,
                                                                std::string duty_name,
                                                                Waiver waiver,
                                                                Repeat repeat,
                                                                RenderChange render);

struct NewStep {
    std::string kind;
    std::optional<std::int32_t> child;
    /// Default: now. Neither in the future beyond five minutes, nor 30 days before the case's first report.
    std::optional<Instant> done_at;
    std::string result;  ///< One of the pack's; other words are somebody's own and are kept with the note.
    std::string note;    ///< Sealed with the case.
    std::optional<Instant> until;  ///< "until" in the body: a plan's last day, a separation's end.
    std::vector<Fault> misread =
        {};  ///< What could not be read of it: refused with what the case finds wrong.
};

/// Records an act on a case: discharges the duties it fulfils and starts those that follow.
/// Errors: `not_found`, `forbidden`, `validation_failed` (a kind that the case's pack does not know, a child
/// that is not there), `transition_not_allowed` (the case is closed).
[[nodiscard]] boost::asio::awaitable<Result<Answer>> record_step(Context& context,
                                                                 domain::Principal caller,
                                                                 std::string case_code,
                                                                 NewStep step,
                                                                 Repeat repeat,
                                                                 RenderChange render);

struct Closure {
    std::string reason;
    std::int64_t expected_sequence = 0;  ///< From `If-Match`.
};

/// Ends a case. One person's wish is recorded and handed to those who decide (202); another person's ends it
/// (200). Where nobody has asked for it yet, anybody but the one who recorded the last act ends it at once.
/// Duties that do not block go on after the end. Errors: `closing_blocked` with the pending duties;
/// `precondition_failed`; `transition_not_allowed` (closed already); `not_found`; `forbidden` (an officer of
/// an agency without a duty in it).
[[nodiscard]] boost::asio::awaitable<Result<Answer>> close_case(Context& context,
                                                                domain::Principal caller,
                                                                std::string case_code,
                                                                Closure closure,
                                                                Repeat repeat,
                                                                RenderChange render);

/// Opens a closed case again; an assessment is owed anew, and what was owed for the end of the case no more.
/// Errors: as `close_case`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> reopen_case(Context& context,
                                                                 domain::Principal caller,
                                                                 std::string case_code,
                                                                 Closure reopening,
                                                                 Repeat repeat,
                                                                 RenderChange render);

/// Says that two cases speak of the same incident; reversible. Errors: `not_found`, `forbidden`,
/// `precondition_failed`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> link_cases(Context& context,
                                                                domain::Principal caller,
                                                                std::string case_code,
                                                                std::string other_code,
                                                                std::int64_t expected_sequence,
                                                                Repeat repeat,
                                                                RenderChange render);
[[nodiscard]] boost::asio::awaitable<Result<Answer>> unlink_cases(Context& context,
                                                                  domain::Principal caller,
                                                                  std::string case_code,
                                                                  std::string other_code,
                                                                  std::int64_t expected_sequence,
                                                                  Repeat repeat,
                                                                  RenderChange render);

}  // namespace lachan::casework
