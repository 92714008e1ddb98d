#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/casework/runners.hpp"

/// What a change of the working days does to deadlines that run already: first said, then done, then on
/// record.
namespace lachan::casework {

/// From one calendar to the next. Counting anew gives the same answer however often it is done.
struct CalendarChange {
    std::shared_ptr<const deadlines::Calendar> before;  ///< None: it is not known any more.
    std::shared_ptr<const World> world;  ///< With the new calendar, and the packs of all cases.
};

/// A deadline that the change moves.
struct DeadlineMove {
    domain::DutyNo duty;
    std::string case_code;
    std::string name;  ///< Of the duty.
    std::string kind;
    Instant from{};
    Instant to{};
};

/// How many duties are moved in one unit of work: some milliseconds of the writer.
inline constexpr std::size_t kMovesInUnit = 100;

/// When the duty will be due; none where it stays. Only limits counted in days, working days or months move.
/// What is overdue stays overdue for ever; and a day that has gone by already cannot become somebody's last
/// one.
[[nodiscard]] std::optional<Instant> moved_due(const domain::Duty& duty,
                                               const policy::Pack* pack,
                                               const CalendarChange& change,
                                               Instant now);

/// One page of the pending duties, looked through.
struct MovePage {
    std::vector<DeadlineMove> moves;
    std::optional<PageStart> next;  ///< None: that was the last page.
};
[[nodiscard]] MovePage plan_page(const View& view,
                                 const Vault& vault,
                                 const CalendarChange& change,
                                 Instant now,
                                 const std::optional<PageStart>& after);
/// All pages: every deadline that would move, in the order of their present instants.
[[nodiscard]] std::vector<DeadlineMove> plan_moves(const View& view,
                                                   const Vault& vault,
                                                   const CalendarChange& change,
                                                   Instant now);

/// Moves at most `kMovesInUnit` of them within one unit of work, each looked at again: the new instant and
/// its alarms, `duty.due_moved` in the record, and word to the holder who has less time now. Says how many
/// did move.
[[nodiscard]] std::size_t apply_moves(Tx& tx,
                                      const Vault& vault,
                                      const CalendarChange& change,
                                      std::span<const DeadlineMove> moves);

/// Plans and moves beside the running service, page by page and unit by unit. A case that cannot be changed
/// is logged and left out. Errors: `storage`, `overloaded`, `shutting_down`; what was moved until then stays
/// moved.
[[nodiscard]] boost::asio::awaitable<Result<std::size_t>> move_deadlines(Context& context,
                                                                         CalendarChange change,
                                                                         const StopSign& stop);

}  // namespace lachan::casework
