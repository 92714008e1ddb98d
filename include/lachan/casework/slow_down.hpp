#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lachan/base/time.hpp"

namespace lachan::casework {

/// How fast guessing gets slower.
struct Pace {
    int free = 0;        ///< Failures without a wait: people mistype.
    Duration first{};    ///< The wait after the next one; each further one doubles it.
    Duration longest{};  ///< Never more than this, so that strangers can lock nobody out for good.
    Duration memory{};   ///< Without a failure for so long, all is forgotten.
};

/// Counts failures by name (an account, an address) and says how long each has to wait before the next try.
/// Used on the network thread only; lives in memory, so a restart forgives.
class SlowDown {
public:
    /// Names remembered at once; about 4 MB. Where there is no room for one more, the one with the fewest
    /// failures makes room, so that a flood of names does not wash away what is counted.
    static constexpr std::size_t kMostNames = 20'000;

    /// How long this name has to wait; zero: not at all.
    [[nodiscard]] Duration wait(std::string_view name, const Pace& pace, Instant now) const;
    /// Counts a failure, and says how many there are now. Count before looking at the password and take back
    /// after a success, so that many tries at the same time are no way round.
    int count(std::string_view name, const Pace& pace, Instant now);
    /// One failure less.
    void take_back(std::string_view name, const Pace& pace);
    void forget(std::string_view name);

    [[nodiscard]] std::size_t names() const noexcept { return entries_.size(); }

private:
    struct Entry {
        int failures = 0;
        Instant last{};
    };
    void make_room();

    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace lachan::casework
