#include "standing.hpp"

#include <algorithm>

namespace lachan::casework {

domain::AreaCode unit_at(const directory::Directory& directory,
                         const domain::AreaCode& code,
                         Instant known,
                         Instant at) {
    const directory::Area* then = directory.meant(code, known);
    const bool ended = then != nullptr && then->valid_to && at >= *then->valid_to;
    const directory::Area* next = ended ? directory.successor(code, at) : nullptr;
    return next == nullptr ? code : next->code;
}

Instant in_being(const directory::Directory& directory,
                 const domain::AreaCode& code,
                 Instant known,
                 Instant at) {
    const directory::Area* meant = directory.meant(code, known);
    return meant == nullptr ? at : std::max(at, meant->valid_from);
}

std::vector<directory::Holder> holders_at(const directory::Directory& directory,
                                          const domain::Case& value,
                                          const Post& post,
                                          std::span<const domain::AgencyId> without) {
    const Instant at = in_being(directory, post.area, value.received_at, post.at);
    const bool yet_to_come = at > post.at && at > value.opened_at;
    if (yet_to_come) {  // its bodies are not there to be told
        const directory::Area* meant = directory.meant(post.area, value.received_at);
        return directory.holders(post.role, meant->parent, post.at, without);
    }
    return directory.holders(post.role, unit_at(directory, post.area, value.received_at, at), at, without);
}

std::vector<directory::Holder> holders_of(const directory::Directory& directory,
                                          const domain::Case& value,
                                          const Post& post,
                                          Instant now,
                                          std::span<const domain::AgencyId> without) {
    auto found = holders_at(directory, value, post, without);
    const bool ended = !found.empty() && directory.agency(found.front().agency->id, now) == nullptr;
    return ended && now > post.at ? holders_at(directory, value, {post.role, post.area, now}, without)
                                  : found;
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
