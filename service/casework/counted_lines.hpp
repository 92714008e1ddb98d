#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lachan/deadlines/calendar.hpp"
#include "lachan/policy/language.hpp"

/// A limit in words: each line that was counted, and the sentence above the lines.
namespace lachan::casework {

/// What is explained: a limit from an instant to an instant.
struct Counting {
    deadlines::Limit limit;
    Instant start{};
    Instant due{};
    const deadlines::Calendar& calendar;
    policy::Language language;
};

/// The lines of the counting; for a limit in hours (and for the target of "immediately") one for each day.
/// None for a limit that an act ends.
[[nodiscard]] std::vector<deadlines::ExplainedDay> counted_lines(const Counting& counting);

/// What is counted, and what not.
[[nodiscard]] std::string counting_in_words(const Counting& counting);

}  // namespace lachan::casework
