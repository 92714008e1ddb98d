#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/domain/principal.hpp"

/// Break-glass: who must act for a child and has no part in the case opens it, for a short time, with a
/// reason, under the eyes of a second person.
namespace lachan::casework {

/// As DHIS2 allows it: long enough for a night's emergency, too short to become a habit.
inline constexpr Duration kLongestOpening = std::chrono::hours(3);

struct NewOpening {
    std::string reason;  ///< 10 to 500 bytes; sealed with the case.
    Duration length = kLongestOpening;
};

/// An opening as shown to those who oversee.
struct OpeningItem {
    Opening value;
    std::string case_code;
    std::string reason;  ///< Empty for whoever may not read casework, and where the case's key is destroyed.
};

using RenderOpening = std::function<Answer(const OpeningItem&, const World&)>;

/// Opens a case to this key alone. The holder of `access_overseer` for the area is told in the same commit,
/// and the record says who, when and until when. Errors: `not_found` (also for a conflicted agency),
/// `forbidden`, `validation_failed`.
[[nodiscard]] boost::asio::awaitable<Result<Answer>> open_in_emergency(Context& context,
                                                                       domain::Principal caller,
                                                                       std::string case_code,
                                                                       NewOpening opening,
                                                                       Repeat repeat,
                                                                       RenderOpening render);

struct OpeningList {
    std::shared_ptr<const World> world;
    std::vector<OpeningItem> items;  ///< Newest first.
};
/// Openings since an instant: of the cases the caller oversees, or all for an administrator, who sees no
/// reason.
[[nodiscard]] boost::asio::awaitable<Result<OpeningList>> list_openings(Context& context,
                                                                        domain::Principal caller,
                                                                        Instant since,
                                                                        int limit);

}  // namespace lachan::casework
