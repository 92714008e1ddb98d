#include "lachan/simulation/troubles.hpp"

#include <algorithm>
#include <array>

namespace lachan::simulation {
namespace {

constexpr auto kWords = std::to_array<std::string_view>(
    {"slow",       "wrong",   "gone",  "lying",    "duplicating", "late",  "twice",   "disordered",
     "concurrent", "process", "power", "write",    "point",       "full",  "reading", "writing",
     "step",       "drift",   "packs", "calendar", "directory",   "regime"});
static_assert(kWords.size() == kTroubles);

constexpr auto kPointWords = std::to_array<std::string_view>(
    {"unit_waits", "unit_ran", "unit_kept", "before_send", "after_send", "starting"});
static_assert(kPointWords.size() == kPoints);

/// A word for several, from the first to the last of them.
struct Group {
    std::string_view name;
    Trouble first;
    Trouble last;
};

constexpr auto kGroups = std::to_array<Group>({{"all", Trouble::slow, Trouble::regime},
                                               {"agencies", Trouble::slow, Trouble::duplicating},
                                               {"people", Trouble::late, Trouble::concurrent},
                                               {"crashes", Trouble::process, Trouble::point},
                                               {"disk", Trouble::full, Trouble::writing},
                                               {"clock", Trouble::step, Trouble::drift},
                                               {"law", Trouble::packs, Trouble::regime}});
constexpr std::string_view kNone = "none";

std::string known_words() {
    std::string words(kNone);
    for (const Group& group : kGroups) {
        words += ", " + std::string(group.name);
    }
    for (const std::string_view word : kWords) {
        words += ", " + std::string(word);
    }
    return words;
}

bool add(std::string_view word, Troubles& troubles) {
    if (word == kNone) {
        return true;
    }
    const auto group =
        std::find_if(kGroups.begin(), kGroups.end(), [&](const Group& each) { return each.name == word; });
    if (group != kGroups.end()) {
        for (auto each = static_cast<std::size_t>(group->first);
             each <= static_cast<std::size_t>(group->last);
             ++each) {
            troubles.with(static_cast<Trouble>(each));
        }
        return true;
    }
    const auto single = std::find(kWords.begin(), kWords.end(), word);
    if (single == kWords.end()) {
        return false;
    }
    troubles.with(static_cast<Trouble>(single - kWords.begin()));
    return true;
}

}  // namespace

Troubles Troubles::all() {
    Troubles everything;
    everything.set_.set();
    return everything;
}

Result<Troubles> Troubles::parse(std::string_view list) {
    Troubles wanted;
    while (!list.empty()) {
        const std::string_view word = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), word.size() + 1));
        if (!add(word, wanted)) {
            return Error(Errc::validation_failed,
                         "no fault is called \"" + std::string(word) + "\"; there are " + known_words());
        }
    }
    return wanted;
}

std::string Troubles::text() const {
    if (set_.all()) {
        return std::string(kGroups.front().name);
    }
    std::string words;
    for (std::size_t each = 0; each < kTroubles; ++each) {
        if (set_.test(each)) {
            words += (words.empty() ? "" : ",") + std::string(kWords[each]);
        }
    }
    return words.empty() ? std::string(kNone) : words;
}

Troubles& Troubles::with(Trouble trouble) {
    set_.set(static_cast<std::size_t>(trouble));
    return *this;
}

Troubles& Troubles::without(Trouble trouble) {
    set_.reset(static_cast<std::size_t>(trouble));
    return *this;
}

std::string_view text_of(Trouble trouble) noexcept {
    return kWords[static_cast<std::size_t>(trouble)];
}

std::string_view text_of(Point point) noexcept {
    return kPointWords[static_cast<std::size_t>(point)];
}

void Struck::add(const Struck& other) noexcept {
    for (std::size_t each = 0; each < kTroubles; ++each) {
        troubles[each] += other.troubles[each];
    }
    for (std::size_t each = 0; each < kPoints; ++each) {
        points[each] += other.points[each];
    }
}

}  // namespace lachan::simulation
