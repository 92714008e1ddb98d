#include "lachan/base/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <span>

namespace lachan {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

/// Takes exactly `count` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return std::nullopt;
    }
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// Takes "YYYY-MM-DD" off the front of `text`.
std::optional<year_month_day> take_day(std::string_view& text) {
    const auto y = take_digits(text, 4);
    if (!y || !take(text, '-')) {
        return std::nullopt;
    }
    const auto m = take_digits(text, 2);
    if (!m || !take(text, '-')) {
        return std::nullopt;
    }
    const auto d = take_digits(text, 2);
    if (!d) {
        return std::nullopt;
    }
    const year_month_day result{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
    return result.ok() ? std::optional(result) : std::nullopt;
}

/// Takes the digits of a fraction of a second; more than three are accepted and cut.
std::optional<milliseconds> take_fraction(std::string_view& text) {
    int value = 0;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 3) {
            value = value * 10 + (text.front() - '0');
        }
        ++digits;
        text.remove_prefix(1);
    }
    if (digits == 0 || digits > 9) {
        return std::nullopt;
    }
    for (std::size_t i = digits; i < 3; ++i) {
        value *= 10;
    }
    return milliseconds(value);
}

std::optional<milliseconds> take_time_of_day(std::string_view& text) {
    const auto h = take_digits(text, 2);
    if (!h || *h > 23 || !take(text, ':')) {
        return std::nullopt;
    }
    const auto m = take_digits(text, 2);
    if (!m || *m > 59 || !take(text, ':')) {
        return std::nullopt;
    }
    const auto s = take_digits(text, 2);
    if (!s || *s > 60) {
        return std::nullopt;
    }
    // A leap second is the last instant of its minute: clocks here do not know them.
    milliseconds result = hours(*h) + minutes(*m) + seconds(*s == 60 ? 59 : *s);
    if (take(text, '.')) {
        const auto fraction = take_fraction(text);
        if (!fraction) {
            return std::nullopt;
        }
        result += *fraction;
    }
    return result;
}

std::optional<minutes> take_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) {
        return minutes(0);
    }
    const bool west = !text.empty() && text.front() == '-';
    if (!take(text, '+') && !take(text, '-')) {
        return std::nullopt;
    }
    const auto h = take_digits(text, 2);
    if (!h || *h > 23 || !take(text, ':')) {
        return std::nullopt;
    }
    const auto m = take_digits(text, 2);
    if (!m || *m > 59) {
        return std::nullopt;
    }
    const minutes offset = hours(*h) + minutes(*m);
    return west ? -offset : offset;
}

struct Unit {
    char letter;
    milliseconds length;
};

constexpr Unit kDateUnits[] = {{'W', days(7)}, {'D', days(1)}};
constexpr Unit kTimeUnits[] = {{'H', hours(1)}, {'M', minutes(1)}, {'S', seconds(1)}};
constexpr std::int64_t kLongestCount = 1'000'000;  // keeps every sum far from overflow

/// Adds "number, letter" pairs, each letter at most once and in the order of `units`.
bool take_units(std::string_view& text, std::span<const Unit> units, milliseconds& sum, bool& any) {
    for (const Unit& unit : units) {
        std::int64_t count = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (failure != std::errc() || end == text.data() + text.size() || *end != unit.letter) {
            continue;
        }
        if (count < 0 || count > kLongestCount) {
            return false;
        }
        sum += unit.length * count;
        any = true;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    }
    return true;
}

/// With leading zeros, at least `digits` of them. Written by hand: an answer holds dozens of instants, and
/// what printf takes for them was a twelfth of all the work of a report.
void put_number(InstantText& text, int number, int digits) noexcept {
    std::array<char, 12> reversed{};
    std::size_t count = 0;
    const bool negative = number < 0;
    auto left = static_cast<unsigned>(negative ? -number : number);
    do {
        reversed[count++] = static_cast<char>('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (negative) {
        text.put('-');
        --digits;
    }
    for (auto i = static_cast<int>(count); i < digits; ++i) {
        text.put('0');
    }
    while (count > 0) {
        text.put(reversed[--count]);
    }
}

}  // namespace

year_month_day vietnam_day(Instant instant) noexcept {
    return year_month_day(std::chrono::floor<days>(instant + kVietnamOffset));
}

Instant start_of_day(year_month_day day) noexcept {
    return Instant(sys_days(day)) - kVietnamOffset;
}

InstantText rfc3339_text(Instant instant) noexcept {
    const auto local = instant + kVietnamOffset;
    const auto midnight = std::chrono::floor<days>(local);
    const year_month_day date(midnight);
    const std::chrono::hh_mm_ss time(local - midnight);
    InstantText text;
    put_number(text, int(date.year()), 4);
    text.put('-');
    put_number(text, int(unsigned(date.month())), 2);
    text.put('-');
    put_number(text, int(unsigned(date.day())), 2);
    text.put('T');
    put_number(text, int(time.hours().count()), 2);
    text.put(':');
    put_number(text, int(time.minutes().count()), 2);
    text.put(':');
    put_number(text, int(time.seconds().count()), 2);
    if (const auto ms = time.subseconds().count(); ms != 0) {
        text.put('.');
        put_number(text, int(ms), 3);
    }
    for (const char c : std::string_view("+07:00")) {
        text.put(c);
    }
    return text;
}

std::string to_rfc3339(Instant instant) {
    return std::string(rfc3339_text(instant).view());
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    const auto date = take_day(text);
    if (!date || !(take(text, 'T') || take(text, 't') || take(text, ' '))) {
        return std::nullopt;
    }
    const auto time = take_time_of_day(text);
    if (!time) {
        return std::nullopt;
    }
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) {
        return std::nullopt;
    }
    return Instant(sys_days(*date)) + *time - *offset;
}

std::optional<year_month_day> parse_day(std::string_view text) {
    const auto result = take_day(text);
    return text.empty() ? result : std::nullopt;
}

std::string to_text(year_month_day day) {
    std::array<char, 32> text{};
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     "%04d-%02u-%02u",
                                     int(day.year()),
                                     unsigned(day.month()),
                                     unsigned(day.day()));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<Duration> parse_duration(std::string_view text) {
    const bool negative = take(text, '-');
    if (!take(text, 'P')) {
        return std::nullopt;
    }
    milliseconds sum{0};
    bool any = false;
    if (!take_units(text, kDateUnits, sum, any)) {
        return std::nullopt;
    }
    if (take(text, 'T')) {
        any = false;
        if (!take_units(text, kTimeUnits, sum, any)) {
            return std::nullopt;
        }
    }
    if (!any || !text.empty()) {
        return std::nullopt;
    }
    return negative ? -sum : sum;
}

std::string to_iso8601(Duration duration) {
    std::string result = duration < Duration(0) ? "-PT" : "PT";
    const auto magnitude = duration < Duration(0) ? -duration : duration;
    const std::chrono::hh_mm_ss parts(magnitude);
    const std::size_t empty = result.size();
    if (parts.hours().count() != 0) {
        result += std::to_string(parts.hours().count()) + "H";
    }
    if (parts.minutes().count() != 0) {
        result += std::to_string(parts.minutes().count()) + "M";
    }
    if (parts.seconds().count() != 0) {
        result += std::to_string(parts.seconds().count()) + "S";
    }
    return result.size() == empty ? result + "0S" : result;
}

}  // namespace lachan
