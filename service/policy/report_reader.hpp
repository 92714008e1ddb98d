#pragma once

#include "json_reader.hpp"
#include "lachan/domain/report.hpp"

namespace lachan::policy {

/// Reads the part of a report that the rules ask about, in the shape of the contract. Names and narratives
/// have no place in a scenario and are refused as unknown keys.
[[nodiscard]] domain::Report read_report(const Reader& json);

}  // namespace lachan::policy
