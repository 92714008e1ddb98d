#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/domain/event.hpp"
#include "lachan/domain/principal.hpp"

/// What changes in the cases a caller may see, as it happens. The record is the source: whoever comes back
/// goes on where they stopped, and nothing is remembered for them.
namespace lachan::casework {

struct FeedItem {
    std::int64_t sequence = 0;  ///< Of the record: where to go on after.
    std::string kind;           ///< "case.opened", "duty.overdue", …
    std::string case_code;
    std::int64_t case_sequence = 0;
    Instant at{};
    domain::Urgency urgency{};
};

struct FeedPage {
    std::vector<FeedItem> items;  ///< Of the record's next entries, those for this caller; may be empty.
    std::int64_t position = 0;    ///< How far the record was read.
    bool more = false;            ///< The record goes on already.
};

/// The next entries of the record after a position. Each is judged by what the caller has to do with the case
/// now: a conflicted agency hears nothing of it. Errors: `forbidden`.
[[nodiscard]] boost::asio::awaitable<Result<FeedPage>> feed_after(Context& context,
                                                                  domain::Principal caller,
                                                                  std::int64_t position);

/// The end of the record: where a caller begins who has no position yet. Errors: `forbidden`.
[[nodiscard]] boost::asio::awaitable<Result<std::int64_t>> feed_end(Context& context,
                                                                    domain::Principal caller);

}  // namespace lachan::casework
