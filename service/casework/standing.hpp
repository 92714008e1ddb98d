#pragma once

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

}  // namespace lachan::casework
