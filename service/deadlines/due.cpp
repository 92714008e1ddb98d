#include <algorithm>

#include "lachan/deadlines/calendar.hpp"

namespace lachan::deadlines {
namespace {

using std::chrono::days;
using std::chrono::last;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using Kind = Limit::Kind;

/// 24:00 of `day`, which is 00:00 of the next one.
Instant end_of_day(sys_days day) {
    return start_of_day(year_month_day(day + days(1)));
}

/// The same day `count` months later; the last day of a month that has no such day (Civil Code Art. 148(3)).
sys_days months_later(year_month_day day, int count) {
    const year_month_day later = day + months(count);
    return later.ok() ? sys_days(later) : sys_days(later.year() / later.month() / last);
}

/// The day itself or, where the limit rolls, the first working day from it on (Art. 148(5)).
sys_days roll(sys_days day, const Limit& limit, const Calendar& calendar) {
    while (limit.rolls && !calendar.is_working_day(year_month_day(day))) {
        day += days(1);
    }
    return day;
}

sys_days last_working_day(sys_days start, int count, const Calendar& calendar) {
    sys_days day = start;
    for (int counted = 0; counted < count;) {
        day += days(1);
        counted += calendar.is_working_day(year_month_day(day)) ? 1 : 0;
    }
    return day;
}

/// The lines of one explanation, in the order of days.
class Lines {
public:
    explicit Lines(const Calendar& calendar) : calendar_(calendar) {}

    void add(sys_days day, int number, std::string_view remark = {}) {
        std::string ground = calendar_.ground(year_month_day(day));
        if (!remark.empty()) {
            ground += ": ";
            ground += remark;
        }
        lines_.push_back({year_month_day(day), number != 0, number, std::move(ground)});
    }

    /// How a last day off moves to the next working day; nothing where it need not.
    void add_roll(sys_days last_counted, const Limit& limit) {
        const sys_days end = roll(last_counted, limit, calendar_);
        for (sys_days day = last_counted + days(1); day <= end; day += days(1)) {
            add(day, 0, day == end ? "ngày cuối là ngày nghỉ nên thời hạn kết thúc vào hết ngày này" : "");
        }
    }

    [[nodiscard]] std::vector<ExplainedDay> take() { return std::move(lines_); }

private:
    const Calendar& calendar_;
    std::vector<ExplainedDay> lines_;
};

void explain_working_days(sys_days start, const Limit& limit, const Calendar& calendar, Lines& lines) {
    sys_days day = start;
    for (int counted = 0; counted < limit.count;) {
        day += days(1);
        const bool working = calendar.is_working_day(year_month_day(day));
        counted += working ? 1 : 0;
        lines.add(day, working ? counted : 0);
    }
}

void explain_days(sys_days start, const Limit& limit, Lines& lines) {
    for (int number = 1; number <= limit.count; ++number) {
        lines.add(start + days(number), number);
    }
    lines.add_roll(start + days(limit.count), limit);
}

/// A line for each month is enough: the days between play no part.
void explain_months(sys_days start, const Limit& limit, Lines& lines) {
    for (int number = 1; number <= limit.count; ++number) {
        lines.add(months_later(year_month_day(start), number), number, "ngày tương ứng của tháng");
    }
    lines.add_roll(months_later(year_month_day(start), limit.count), limit);
}

}  // namespace

Instant due_at(const Limit& limit,
               Instant start,
               const Calendar& calendar,
               Duration immediately_within,
               std::optional<Instant> until) {
    const year_month_day first = vietnam_day(start);
    switch (limit.kind) {
        case Kind::immediately:
            return start + immediately_within;
        case Kind::clock:
            return start + limit.clock;
        case Kind::working_days:
            return end_of_day(last_working_day(sys_days(first), limit.count, calendar));
        case Kind::days:
            return end_of_day(roll(sys_days(first) + days(limit.count), limit, calendar));
        case Kind::months:
            return end_of_day(roll(months_later(first, limit.count), limit, calendar));
        case Kind::until:
            return until.value_or(start + immediately_within);
    }
    return start;
}

std::vector<ExplainedDay> explain(const Limit& limit, Instant start, const Calendar& calendar) {
    const sys_days first(vietnam_day(start));
    Lines lines(calendar);
    switch (limit.kind) {
        case Kind::immediately:
        case Kind::clock:
        case Kind::until:
            return {};
        case Kind::working_days:
        case Kind::days:
        case Kind::months:
            lines.add(first, 0, "ngày bắt đầu, không tính");
            break;
    }
    if (limit.kind == Kind::working_days) {
        explain_working_days(first, limit, calendar, lines);
    } else if (limit.kind == Kind::days) {
        explain_days(first, limit, lines);
    } else {
        explain_months(first, limit, lines);
    }
    return lines.take();
}

}  // namespace lachan::deadlines
