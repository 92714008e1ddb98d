#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lachan/directory/directory.hpp"
#include "lachan/domain/case.hpp"

/// Cases outlive units and agencies: who stands where somebody stood before.
namespace lachan::casework {

/// The role of whoever watches what is out of the ordinary: a second pair of eyes.
inline constexpr std::string_view kOverseer = "access_overseer";

/// The code of the unit that answers at `at` for the one that `code` meant at `known`. A unit that ended has
/// its successor, even where its own code means another unit by now.
[[nodiscard]] domain::AreaCode unit_at(const directory::Directory& directory,
                                       const domain::AreaCode& code,
                                       Instant known,
                                       Instant at);

/// `at` or, where the unit that `code` meant at `known` begins only later, when it begins: nobody stood for
/// it before.
[[nodiscard]] Instant in_being(const directory::Directory& directory,
                               const domain::AreaCode& code,
                               Instant known,
                               Instant at);

/// A role to be looked up for a case.
struct Post {
    std::string_view role;
    domain::AreaCode area;
    Instant at{};  ///< Since when the role is asked for.
};

/// Who holds it at its instant. A unit that did not exist then, since the paper is older than the unit, has
/// the holders with which it began; where it does not even exist when the case is recorded, the unit above it
/// stands for it.
[[nodiscard]] std::vector<directory::Holder> holders_at(const directory::Directory& directory,
                                                        const domain::Case& value,
                                                        const Post& post,
                                                        std::span<const domain::AgencyId> without);

/// Those of `holders_at` or, where the first of them is no more, those who hold it at `now`.
[[nodiscard]] std::vector<directory::Holder> holders_of(const directory::Directory& directory,
                                                        const domain::Case& value,
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
