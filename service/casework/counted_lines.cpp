#include "counted_lines.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace lachan::casework {
namespace {

using deadlines::ExplainedDay;
using policy::Language;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using Kind = deadlines::Limit::Kind;

constexpr std::string_view kHoursClause = "khoản 1 Điều 147 Bộ luật Dân sự 2015";
constexpr std::string_view kHoursClauseInEnglish = "Civil Code 2015, Art. 147(1)";

constexpr auto kWeekdays = std::to_array<std::string_view>(
    {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"});

struct Remarks {
    std::string_view start;
    std::string_view month;
    std::string_view roll;
};
constexpr Remarks kRemarksInEnglish{"day of the start, not counted",
                                    "the same day of the month",
                                    "the last day was a day off, so the limit ends with this day"};

/// The ground of a day in English. Names and sources of special days stay as the notice has them.
std::string ground_in_english(const deadlines::Calendar& calendar, year_month_day day) {
    const unsigned index = std::chrono::weekday(sys_days(day)).c_encoding();
    std::string text(kWeekdays[index]);
    const auto special = calendar.special_days().find(sys_days(day));
    const bool listed = special != calendar.special_days().end();
    const bool applies = listed && special->second.status != deadlines::DayStatus::pending;
    if (!applies && calendar.is_working_day(day)) {
        text += ", working day";
    }
    if (!listed) {
        return text;
    }
    text += ", " + special->second.name + " (";
    if (special->second.status == deadlines::DayStatus::provisional) {
        text += "expected; ";
    } else if (!applies) {
        text += "not in force yet; ";
    }
    return text + special->second.source + ")";
}

/// Says the lines anew in English: which remark a line has follows from its place.
void translate(std::vector<ExplainedDay>& lines, const Counting& counting) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        ExplainedDay& line = lines[i];
        line.ground = ground_in_english(counting.calendar, line.day);
        std::string_view remark;
        if (i == 0) {
            remark = kRemarksInEnglish.start;
        } else if (line.counted && counting.limit.kind == Kind::months) {
            remark = kRemarksInEnglish.month;
        } else if (!line.counted && i + 1 == lines.size() && counting.limit.kind != Kind::working_days) {
            remark = kRemarksInEnglish.roll;
        }
        if (!remark.empty()) {
            line.ground.append(": ").append(remark);
        }
    }
}

std::string clock_of(Instant instant, year_month_day day) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(instant - start_of_day(day)).count();
    const auto two = [](long long number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(minutes / 60) + ":" + two(minutes % 60);
}

/// Hours run day and night: each day with its share.
std::vector<ExplainedDay> clock_lines(const Counting& counting) {
    std::vector<ExplainedDay> lines;
    const bool english = counting.language == Language::english;
    for (Instant from = counting.start; from < counting.due;) {
        const year_month_day day = vietnam_day(from);
        const Instant end = std::min(start_of_day(year_month_day(sys_days(day) + days(1))), counting.due);
        const Instant so_far = end;
        ExplainedDay line;
        line.day = day;
        line.counted = true;
        line.number =
            static_cast<int>(std::chrono::floor<std::chrono::hours>(so_far - counting.start).count());
        line.ground = clock_of(from, day) + (english ? " to " : " đến ") + clock_of(end, day) + ", " +
                      to_iso8601(std::chrono::floor<std::chrono::seconds>(end - from)) +
                      (english ? ": hours run day and night" : ": tính liên tục cả ngày lẫn đêm");
        lines.push_back(std::move(line));
        from = end;
    }
    return lines;
}

bool is_english(const Counting& counting) {
    return counting.language == Language::english;
}

std::string with_number(std::string text, const Counting& counting) {
    const std::size_t at = text.find('#');
    return at == std::string::npos ? text : text.replace(at, 1, std::to_string(counting.limit.count));
}

}  // namespace

std::vector<ExplainedDay> counted_lines(const Counting& counting) {
    switch (counting.limit.kind) {
        case Kind::immediately:
        case Kind::clock:
            return clock_lines(counting);
        case Kind::until:
            return {};
        case Kind::working_days:
        case Kind::days:
        case Kind::months:
            break;
    }
    auto lines = deadlines::explain(counting.limit, counting.start, counting.calendar);
    if (is_english(counting)) {
        translate(lines, counting);
    }
    return lines;
}

std::string counting_in_words(const Counting& counting) {
    const bool english = is_english(counting);
    const bool rolls = counting.limit.rolls;
    switch (counting.limit.kind) {
        case Kind::immediately:
            return english
                       ? "At once: the law gives no number. The instant is the target within which it is "
                         "watched."
                       : "Ngay: luật không cho con số. Thời điểm nêu ở đây là mục tiêu nội bộ để theo dõi.";
        case Kind::clock:
            return english ? "Hours run from the very minute, day and night (" +
                                 std::string(kHoursClauseInEnglish) + ")."
                           : "Hạn tính theo giờ, từ đúng thời điểm bắt đầu, liên tục cả ngày lẫn đêm (" +
                                 std::string(kHoursClause) + ").";
        case Kind::working_days:
            return with_number(
                english ? "# working days: the day of the start and days off are not counted; the limit "
                          "ends at 24:00 of the last one."
                        : "# ngày làm việc: không tính ngày bắt đầu và các ngày nghỉ; hết hạn lúc 24:00 "
                          "của ngày làm việc cuối cùng.",
                counting);
        case Kind::days:
        case Kind::months: {
            const bool days = counting.limit.kind == Kind::days;
            std::string text = english ? (days ? "# days" : "# months") : (days ? "# ngày" : "# tháng");
            text +=
                english
                    ? ": days off are counted too, the day of the start is not; the limit ends at 24:00 of "
                      "the "
                      "last day"
                    : ": tính cả ngày nghỉ, không tính ngày bắt đầu; hết hạn lúc 24:00 của ngày cuối cùng";
            if (rolls) {
                text += english ? ", or of the first working day after it where that is a day off."
                                : ", hoặc của ngày làm việc đầu tiên tiếp theo nếu ngày cuối là ngày nghỉ.";
            } else {
                text += english ? ", day off or not: it is a maximum."
                                : ", kể cả khi là ngày nghỉ: đây là mức tối đa.";
            }
            return with_number(std::move(text), counting);
        }
        case Kind::until:
            return english ? "Until the end that the recorded act itself gave."
                           : "Đến hết thời điểm do chính việc đã ghi nhận ấn định.";
    }
    return {};
}

}  // namespace lachan::casework
