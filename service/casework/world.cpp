#include "lachan/casework/world.hpp"

namespace lachan::casework {

const policy::Pack* World::pack_at(Instant at) const {
    const policy::Pack* best = nullptr;
    for (const auto& [key, pack] : packs) {
        const bool valid = at >= pack->valid_from() && (!pack->valid_to() || at < *pack->valid_to());
        if (!valid) {
            continue;
        }
        if (best == nullptr || std::pair(pack->valid_from(), std::string_view(pack->version())) >
                                   std::pair(best->valid_from(), std::string_view(best->version()))) {
            best = pack.get();
        }
    }
    return best;
}

const policy::Pack* World::pack(std::string_view key) const {
    const auto found = packs.find(key);
    return found == packs.end() ? nullptr : found->second.get();
}

}  // namespace lachan::casework
