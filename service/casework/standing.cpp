#include "standing.hpp"

#include <algorithm>

namespace lachan::casework {

domain::AreaCode unit_at(const directory::Directory& directory,
                         const domain::AreaCode& code,
                         Instant known,
                         Instant at) {
    const directory::Area* then = directory.area(code, known);
    const bool ended = then != nullptr && then->valid_to && at >= *then->valid_to;
    const directory::Area* next = ended ? directory.successor(code, at) : nullptr;
    return next == nullptr ? code : next->code;
}

std::vector<directory::Holder> holders_of(const directory::Directory& directory,
                                          const Post& post,
                                          Instant now,
                                          std::span<const domain::AgencyId> without) {
    const auto look = [&](Instant at) {
        return directory.holders(post.role, unit_at(directory, post.area, post.known, at), at, without);
    };
    auto found = look(post.since);
    const bool ended = !found.empty() && directory.agency(found.front().agency->id, now) == nullptr;
    return ended && now > post.since ? look(now) : found;
}

void spare_last_resort(const directory::Directory& directory,
                       Instant now,
                       std::span<const domain::AgencyId> already,
                       std::vector<domain::AgencyId>& conflicted) {
    if (conflicted.empty()) {
        return;
    }
    const auto spared = last_resort(directory, now, already);
    if (spared && !last_resort(directory, now, conflicted)) {
        std::erase(conflicted, spared->agency->id);
    }
}

std::optional<directory::Holder> last_resort(const directory::Directory& directory,
                                             Instant now,
                                             std::span<const domain::AgencyId> without) {
    const auto last = directory.last_resorts(now);
    const auto found = std::find_if(last.begin(), last.end(), [&](const directory::Holder& holder) {
        return std::find(without.begin(), without.end(), holder.agency->id) == without.end();
    });
    return found == last.end() ? std::nullopt : std::optional(*found);
}

}  // namespace lachan::casework
