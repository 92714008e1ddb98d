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

/// What `submit_report` would refuse it for, seen in the world as it is.
[[nodiscard]] std::vector<Fault> faults_of(const Context& context, domain::Report report);

/// What the rules say of it, for whoever has to choose what is let in. Errors: as `submit_report`.
[[nodiscard]] Result<domain::Urgency> urgency_of(const Context& context,
                                                 const domain::Principal& caller,
                                                 domain::Report report);

/// What `submit_report` would do, with nothing stored: no receipt, ids that will not be. Where it shows a
/// case that a name, phone or reference matched, it leaves the entry that a search leaves.
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
