#pragma once

#include <vector>

#include "lachan/casework/changes.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/domain/principal.hpp"
#include "lachan/domain/report.hpp"

namespace lachan::casework {

/// A hash that lets a later report or a search find this one.
struct Trace {
    TraceKind kind{};
    TraceHash hash{};
};
[[nodiscard]] std::vector<Trace> traces_of(const Vault& vault, const domain::Report& report);

/// Cases that the caller may see and that may speak of the same incident, best first: by what the caller may
/// know of each, and nothing else.
[[nodiscard]] std::vector<Similar> similar_cases(const Context& context,
                                                 const World& world,
                                                 const View& view,
                                                 const domain::Principal& caller,
                                                 const domain::Report& report,
                                                 const std::vector<Trace>& traces,
                                                 Instant now);

/// Whether more than place and day speaks for it: a name, a phone or a file number.
[[nodiscard]] bool tells_of_people(const Similar& similar);

}  // namespace lachan::casework
