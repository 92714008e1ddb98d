#pragma once

#include "lachan/casework/clock.hpp"

namespace lachan::operations {

/// The machine's clock. A step of it is noticed within `kLongestSleep`, because no sleep is longer and
/// whoever wakes looks again.
class SystemClock final : public casework::Clock {
public:
    static constexpr Duration kLongestSleep = std::chrono::seconds(30);

    [[nodiscard]] Instant now() const noexcept override;
    boost::asio::awaitable<void> sleep_until(Instant until, casework::Wakeup& wakeup) override;
};

}  // namespace lachan::operations
