#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>

#include "lachan/casework/context.hpp"
#include "lachan/casework/runners.hpp"

namespace lachan::casework {

/// Tells somebody outside, each minute, that nothing here stands still. It is no timer: a beat goes out only
/// when both runners have looked at their tables lately, the writer has just made something durable, and the
/// invariants hold. Whoever hears nothing for some minutes has to come and look.
class Heartbeat {
public:
    /// One call to the outside; whether it was taken.
    using Beat = std::function<boost::asio::awaitable<bool>()>;

    /// Everything outlives this. `wakeup` is its own: notified, it looks whether it has to stop.
    Heartbeat(Context& context,
              const WatchRunner& watch,
              const OutboxRunner& outbox,
              Wakeup& wakeup,
              const StopSign& stop,
              Beat beat,
              Observer* observer = nullptr)
        : context_(context),
          watch_(watch),
          outbox_(outbox),
          wakeup_(wakeup),
          stop_(stop),
          beat_(std::move(beat)),
          observer_(observer) {}

    /// Beats until stopped; never throws.
    boost::asio::awaitable<void> run();
    /// Looks, and beats if all is well. Says what came of it: "sent", "not_taken", or what is not well:
    /// "watch_stands_still", "outbox_stands_still", "cannot_write", "invariant_broken".
    boost::asio::awaitable<std::string_view> beat_once();

private:
    boost::asio::awaitable<std::string_view> examine();
    boost::asio::awaitable<void> wait_until(Instant next);

    Context& context_;
    const WatchRunner& watch_;
    const OutboxRunner& outbox_;
    Wakeup& wakeup_;
    const StopSign& stop_;
    Beat beat_;
    Observer* observer_;
};

}  // namespace lachan::casework
