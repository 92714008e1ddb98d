#pragma once

#include <cstdint>

#include "lachan/base/time.hpp"

namespace lachan::app {

/// Notices that somebody is guessing at secrets, from however many addresses: counts what was wrong or
/// refused in windows of a minute, and says once in a window that it was too much.
class GuessWatch {
public:
    /// More wrong ones in a minute than a whole province mistypes.
    static constexpr std::int64_t kTolerated = 30;
    static constexpr Duration kWindow = std::chrono::minutes(1);

    /// True for the one that makes it too many.
    [[nodiscard]] bool count(Instant now) noexcept {
        if (now < since_ || now - since_ >= kWindow) {
            since_ = now;
            wrong_ = 0;
        }
        return ++wrong_ == kTolerated + 1;
    }

private:
    Instant since_{};
    std::int64_t wrong_ = 0;
};

}  // namespace lachan::app
