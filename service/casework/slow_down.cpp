#include "lachan/casework/slow_down.hpp"

#include <algorithm>

namespace lachan::casework {
namespace {

Duration wait_after(int failures, const Pace& pace) {
    if (failures <= pace.free) {
        return Duration::zero();
    }
    Duration wait = pace.first;
    for (int i = pace.free + 1; i < failures && wait < pace.longest; ++i) {
        wait *= 2;
    }
    return std::min(wait, pace.longest);
}

}  // namespace

Duration SlowDown::wait(std::string_view name, const Pace& pace, Instant now) const {
    const auto known = entries_.find(std::string(name));
    if (known == entries_.end()) {
        return Duration::zero();
    }
    const Entry& entry = known->second;
    const Duration passed = std::max(now - entry.last, Duration::zero());
    if (passed >= pace.memory) {
        return Duration::zero();
    }
    return std::max(wait_after(entry.failures, pace) - passed, Duration::zero());
}

int SlowDown::count(std::string_view name, const Pace& pace, Instant now) {
    auto known = entries_.find(std::string(name));
    if (known == entries_.end()) {
        make_room();
        known = entries_.emplace(std::string(name), Entry{}).first;
    }
    Entry& entry = known->second;
    if (now - entry.last >= pace.memory) {
        entry.failures = 0;
    }
    entry.last = std::max(entry.last, now);
    return ++entry.failures;
}

void SlowDown::take_back(std::string_view name, const Pace& pace) {
    const auto known = entries_.find(std::string(name));
    if (known == entries_.end()) {
        return;
    }
    Entry& entry = known->second;
    if (--entry.failures <= 0) {
        entries_.erase(known);
        return;
    }
    // What was waited out before this try stays waited out.
    entry.last -= wait_after(entry.failures, pace);
}

void SlowDown::forget(std::string_view name) {
    entries_.erase(std::string(name));
}

void SlowDown::make_room() {
    if (entries_.size() < kMostNames) {
        return;
    }
    const auto least = std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return a.second.failures != b.second.failures ? a.second.failures < b.second.failures
                                                      : a.second.last < b.second.last;
    });
    entries_.erase(least);
}

}  // namespace lachan::casework
