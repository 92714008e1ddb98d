#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>

#include "lachan/casework/changes.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/domain/principal.hpp"
#include "lachan/domain/report.hpp"

namespace lachan::casework {

/// Writes the answer to a filing; called before the unit of work commits, on any thread, and must not fail.
using RenderFiling = std::function<Answer(const Filing&)>;

/// Takes in a report: decides, opens a case with its duties, and owes the notifications, in one unit of work.
///
/// `body` is the fingerprint of what was sent: a report id that comes again with the same body is answered
/// with what it became; with another body it is refused. Errors: `forbidden`; `validation_failed` (an area
/// that means nothing at that time, an unknown agency of a suspect); `idempotency_key_reused`; `overloaded`;
/// `storage`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> submit_report(
    Context& context, domain::Principal caller, domain::Report report, Repeat repeat, RenderFiling render);

/// What `submit_report` would do, with nothing stored: no receipt, ids that will not be.
[[nodiscard]] boost::asio::awaitable<Result<Filing>> preview_report(Context& context,
                                                                    domain::Principal caller,
                                                                    domain::Report report);

/// A further report on a case: adds its facts, and the duties that follow from them; never takes one away.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> add_report(Context& context,
                                                                domain::Principal caller,
                                                                std::string case_code,
                                                                domain::Report report,
                                                                Repeat repeat,
                                                                RenderFiling render);

}  // namespace lachan::casework
