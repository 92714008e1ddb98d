#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"

/// How commands speak: answers on standard output, refusals on standard error.
namespace lachan::app {

/// The contract's exit codes.
enum Exit : int { kGood = 0, kFinding = 1, kUsage = 2, kEnvironment = 3 };

/// Prints the refusal with all its faults; says which exit code it means.
[[nodiscard]] int complain(const Error& error);

void print_line(std::string_view line);

/// Columns padded by what they show, not by bytes, so that Vietnamese lines up.
void print_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);

}  // namespace lachan::app
