#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lachan/directory/directory.hpp"

/// Cases outlive units and agencies: who stands where somebody stood before.
namespace lachan::casework {

/// The code of the unit that answers at `at` for the one that `code` meant at `known`. A unit that ended has
/// its successor, even where its own code means another unit by now.
[[nodiscard]] domain::AreaCode unit_at(const directory::Directory& directory,
                                       const domain::AreaCode& code,
                                       Instant known,
                                       Instant at);

/// A role to be looked up for a case.
struct Post {
    std::string_view role;
    domain::AreaCode area;
    Instant known{};  ///< When the code meant the unit: the case's beginning.
    Instant since{};  ///< Since when the role is asked for.
};

/// Who holds it: those who held it at `since` or, where the first of them is no more, those who do at `now`.
[[nodiscard]] std::vector<directory::Holder> holders_of(const directory::Directory& directory,
                                                        const Post& post,
                                                        Instant now,
                                                        std::span<const domain::AgencyId> without);

/// Leaves the first of last resort in a case from which a report would keep the last of them: a case that
/// nobody can see is lost, which is worse than one that a suspect's house sees. `already`: who is kept out
/// whatever comes.
void spare_last_resort(const directory::Directory& directory,
                       Instant now,
                       std::span<const domain::AgencyId> already,
                       std::vector<domain::AgencyId>& conflicted);

/// Who takes what nobody else is left for: the first of last resort outside `without`; null: the directory
/// names none.
[[nodiscard]] std::optional<directory::Holder> last_resort(const directory::Directory& directory,
                                                           Instant now,
                                                           std::span<const domain::AgencyId> without);

}  // namespace lachan::casework
