#include "drawn_cases.hpp"

#include <algorithm>

namespace lachan::http {
namespace {

/// A case takes some six kilobytes: the thousand that are asked for most, in a twentieth of what the program
/// may use.
constexpr std::size_t kBytesMax = 8 * 1024 * 1024;

/// What is due and still to come is shown as overdue from its instant on, without anything being recorded.
Instant true_until(const casework::CaseView& view, Instant now) {
    Instant until = Instant::max();
    for (const domain::Duty& duty : view.duties) {
        if (duty.pending() && !duty.is_overdue(now)) {
            until = std::min(until, duty.due);
        }
    }
    return until;
}

}  // namespace

const std::string* DrawnCases::find(const casework::CaseVersion& version, Instant now) {
    const auto place = places_.find(key_of(version));
    if (place == places_.end()) {
        return nullptr;
    }
    const auto drawn = place->second;
    if (drawn->version != version || now >= drawn->until) {
        drop(place);
        return nullptr;
    }
    drawn_.splice(drawn_.begin(), drawn_, drawn);
    return &drawn->text;
}

void DrawnCases::keep(const casework::CaseView& view, Instant now, std::string text) {
    const casework::CaseVersion version = version_of(view);
    if (const auto place = places_.find(key_of(version)); place != places_.end()) {
        drop(place);
    }
    if (view.has_links || text.size() > kBytesMax) {
        return;  // which linked cases are shown is another matter for each caller
    }
    if (!drawn_.empty() && drawn_.front().version.world != version.world) {
        places_.clear();  // nothing of a law that is no more is of use, nor kept alive
        drawn_.clear();
        bytes_ = 0;
    }
    bytes_ += text.size();
    drawn_.push_front({version, true_until(view, now), std::move(text)});
    places_[key_of(version)] = drawn_.begin();
    while (bytes_ > kBytesMax) {
        drop(places_.find(key_of(drawn_.back().version)));
    }
}

void DrawnCases::drop(std::map<Key, Drawns::iterator>::iterator place) {
    bytes_ -= place->second->text.size();
    drawn_.erase(place->second);
    places_.erase(place);
}

}  // namespace lachan::http
