#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/deadlines/limit.hpp"

namespace lachan::deadlines {

/// How sure a day's entry is: officially announced, computed in advance, or waiting for an act that may never
/// come.
enum class DayStatus : std::uint8_t { announced, provisional, pending };

/// A day that is not what its weekday says: a holiday, a swapped day off, or a make-up working Saturday.
struct SpecialDay {
    bool working = false;
    DayStatus status = DayStatus::announced;
    std::string name;    ///< Vietnamese, e.g. "Tết Nguyên đán".
    std::string source;  ///< The notice it comes from.
};

/// The working days of state agencies, as data: Monday to Friday, but for the special days.
class Calendar {
public:
    Calendar() = default;

    /// Reads a calendar document (`config/calendar/*.json`, schema beside it). Every fault at once, with its
    /// pointer.
    [[nodiscard]] static Result<Calendar> parse(std::string_view json);

    [[nodiscard]] const std::string& version() const noexcept { return version_; }
    [[nodiscard]] bool is_working_day(std::chrono::year_month_day day) const;
    /// Why a day counts or does not, for people: "thứ Bảy", "thứ Hai, ngày làm việc",
    /// "thứ Sáu, Nghỉ Tết Nguyên đán (8662/VPCP-KGVX)".
    [[nodiscard]] std::string ground(std::chrono::year_month_day day) const;
    [[nodiscard]] const std::map<std::chrono::sys_days, SpecialDay>& special_days() const noexcept {
        return special_;
    }
    /// True if the table names the holidays of this year. In others only weekends are off, which keeps limits
    /// short.
    [[nodiscard]] bool covers(std::chrono::year year) const;

private:
    std::string version_;
    std::vector<int> years_;
    std::map<std::chrono::sys_days, SpecialDay> special_;
};

/// When a limit that started at `start` ends. Days end at 24:00, written as 00:00 of the next day in Vietnam.
///
/// `immediately_within` is the target within which "immediately" is watched; `until` the end that the act
/// itself gave (missing for a limit of that kind: `immediately_within` is used, because an unknown end
/// protects).
[[nodiscard]] Instant due_at(const Limit& limit,
                             Instant start,
                             const Calendar& calendar,
                             Duration immediately_within,
                             std::optional<Instant> until = std::nullopt);

/// One line of the answer to "why is it due then?".
struct ExplainedDay {
    std::chrono::year_month_day day;
    bool counted = false;
    int number = 0;      ///< Which of the counted days it is; 0 where not counted.
    std::string ground;  ///< Vietnamese.
};

/// Day by day (for day limits) how `due_at` came to its answer; empty for clock limits, which need no
/// calendar.
[[nodiscard]] std::vector<ExplainedDay> explain(const Limit& limit, Instant start, const Calendar& calendar);

}  // namespace lachan::deadlines
