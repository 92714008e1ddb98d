#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::domain {

/// Something one holder must do by an instant, because of a clause.
///
/// It leaves `open`/`accepted` exactly once: done, declined or forwarded (then a successor exists), cancelled
/// or waived. A missed duty stays open and is marked overdue for ever. The clause itself is not kept here:
/// `rule` names it in the pack version of the case.
struct Duty {
    DutyNo no;
    std::string kind;  ///< The pack's word, e.g. "initial_assessment". The code knows none by name.
    std::string rule;  ///< The rule that made it.
    std::optional<std::int32_t> child;  ///< Index of the child it concerns; none: the whole case.
    AgencyId holder;                    ///< Empty: nobody could be found, which `directory.gap` tells.
    std::string role;                   ///< The role the holder acts in.
    AreaCode area;                      ///< Where the role was looked up.
    Instant start{};                    ///< Start event of the clock.
    Instant due{};
    /// When the present holder got it from another: time to accept counts from here, the limit from `start`.
    std::optional<Instant> handed_over;
    DutyState state = DutyState::open;
    std::optional<Instant> accepted_at;
    std::optional<Instant> ended_at;          ///< When it left open/accepted.
    std::optional<Instant> overdue_at;        ///< Set once, at `due`, and never cleared.
    std::optional<std::int32_t> predecessor;  ///< Ordinal of the duty it took over from.
    std::uint64_t fired = 0;                  ///< Bit i: step i of its ladder has fired.
    std::int32_t repeats = 0;                 ///< How often the repeating step has fired.
    std::optional<Instant>
        next_at;  ///< The next instant at which something happens to it. Always set while it is open.

    [[nodiscard]] bool pending() const noexcept {
        return state == DutyState::open || state == DutyState::accepted;
    }
    /// True from the very millisecond it falls due.
    [[nodiscard]] bool is_overdue(Instant now) const noexcept {
        return overdue_at.has_value() || (pending() && now >= due);
    }
};

}  // namespace lachan::domain
