#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/domain/principal.hpp"
#include "lachan/policy/language.hpp"

/// Why a duty is due when it is: the same answer for the command line and the API.
namespace lachan::casework {

/// A due instant that a new calendar moved.
struct RecordedMove {
    Instant at{};
    std::string from;  ///< RFC 3339, as recorded.
    std::string to;
    std::string calendar_from;  ///< Empty: not known.
    std::string calendar_to;
};

/// A duty with the limit that gave its due instant, counted before the reader's eyes.
struct ExplainedDeadline {
    domain::Duty duty;
    std::string name;
    std::string title;
    std::string limit;  ///< As in the pack; empty where no rule of the pack made the duty.
    domain::Force force = domain::Force::target;
    domain::Force due_force = domain::Force::target;  ///< Whether the instant itself is the law's.
    std::vector<policy::Basis> basis;
    std::string calendar;  ///< Version that the days were counted with.
    std::string text;      ///< How the limit is counted, in sentences.
    /// Line by line. For a limit in hours: each day with its hours; `number` is how many full hours are
    /// counted by then.
    std::vector<deadlines::ExplainedDay> days;
    std::vector<RecordedMove> moves;  ///< Oldest first.
};

/// The duties of a case, or the one that `wanted` names: "LC-7K3M-Q9TX-4.d3", "d3", or a kind.
/// Errors: `not_found` (the case), `internal` (its pack is lost).
[[nodiscard]] Result<std::vector<ExplainedDeadline>> explain_deadlines(const World& world,
                                                                       const View& view,
                                                                       domain::CaseNo number,
                                                                       const std::string& code,
                                                                       std::string_view wanted,
                                                                       policy::Language language);

/// One duty, for a caller who sees its case. Errors: `not_found`, `forbidden`, `case_code_invalid`.
[[nodiscard]] boost::asio::awaitable<Result<ExplainedDeadline>> see_explanation(Context& context,
                                                                                domain::Principal caller,
                                                                                std::string duty,
                                                                                policy::Language language);

}  // namespace lachan::casework
