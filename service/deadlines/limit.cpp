#include "lachan/deadlines/limit.hpp"

#include <charconv>

namespace lachan::deadlines {
namespace {

using Kind = Limit::Kind;

constexpr std::string_view kImmediately = "immediately";
constexpr std::string_view kUntil = "until";
constexpr std::string_view kAtMost = " at most";

// The longest limit the law gives is counted in months; ten years is far above each of them and far below
// overflow.
constexpr int kLongestDays = 3650;
constexpr int kLongestMonths = 120;
constexpr Duration kLongestClock = std::chrono::hours(24) * kLongestDays;

struct UnitWords {
    Kind kind;
    std::string_view one;
    std::string_view many;
    int longest;
};

constexpr UnitWords kUnits[] = {{Kind::working_days, "working day", "working days", kLongestDays},
                                {Kind::days, "day", "days", kLongestDays},
                                {Kind::months, "month", "months", kLongestMonths}};

/// Takes "at most" off the end of `text`: the limit is a maximum and does not grow over a day off.
bool take_at_most(std::string_view& text) {
    if (!text.ends_with(kAtMost)) {
        return false;
    }
    text.remove_suffix(kAtMost.size());
    return true;
}

std::optional<Limit> parse_clock(std::string_view text) {
    const auto clock = parse_duration(text);
    if (!clock || *clock <= Duration(0) || *clock > kLongestClock) {
        return std::nullopt;
    }
    return Limit{.kind = Kind::clock, .clock = *clock};
}

/// "N unit", or "N unit at most" where the unit rolls over days off.
std::optional<Limit> parse_counted(std::string_view text) {
    const bool at_most = take_at_most(text);
    int count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure != std::errc() || end == text.data() + text.size() || *end != ' ') {
        return std::nullopt;
    }
    const std::string_view word = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
    for (const UnitWords& unit : kUnits) {
        if (word != (count == 1 ? unit.one : unit.many)) {
            continue;
        }
        const bool never_rolls = unit.kind == Kind::working_days;  // it ends on a working day anyway
        if (count < 1 || count > unit.longest || (at_most && never_rolls)) {
            return std::nullopt;
        }
        return Limit{.kind = unit.kind, .count = count, .rolls = !at_most};
    }
    return std::nullopt;
}

std::string counted_text(const Limit& limit) {
    for (const UnitWords& unit : kUnits) {
        if (unit.kind == limit.kind) {
            std::string text = std::to_string(limit.count) + ' ';
            text += limit.count == 1 ? unit.one : unit.many;
            return limit.rolls ? text : text.append(kAtMost);
        }
    }
    return {};
}

}  // namespace

std::optional<Limit> parse_limit(std::string_view text) {
    if (text == kImmediately) {
        return Limit{.kind = Kind::immediately};
    }
    if (text == kUntil) {
        return Limit{.kind = Kind::until};
    }
    return text.starts_with('P') ? parse_clock(text) : parse_counted(text);
}

std::string to_text(const Limit& limit) {
    switch (limit.kind) {
        case Kind::immediately:
            return std::string(kImmediately);
        case Kind::until:
            return std::string(kUntil);
        case Kind::clock:
            return to_iso8601(limit.clock);
        case Kind::working_days:
        case Kind::days:
        case Kind::months:
            return counted_text(limit);
    }
    return {};
}

}  // namespace lachan::deadlines
