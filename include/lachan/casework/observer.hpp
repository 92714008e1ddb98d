#pragma once

#include <optional>
#include <string_view>

#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/notification.hpp"

namespace lachan::casework {

/// Whoever counts what the runners do. Told on the runners' executor, once the commit is through.
class Observer {
public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    /// A duty's step was acted on this much after its instant. What came due while the program was down is
    /// late from its start on.
    virtual void fired(Duration /*late*/) {}
    /// A try has ended. `waited`: before the first try of a message, since the commit of its cause.
    virtual void tried(domain::ChannelKind /*kind*/,
                       domain::AttemptOutcome /*outcome*/,
                       std::optional<Duration> /*waited*/) {}
    /// What came of one beat of the heart: see `Heartbeat`.
    virtual void beat(std::string_view /*outcome*/) {}
};

}  // namespace lachan::casework
