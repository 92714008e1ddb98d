#include "http_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "lachan/base/number.hpp"

namespace lachan::delivery {
namespace {

constexpr std::size_t kLongestExcerpt = 4096;
constexpr std::int64_t kLongestWaitSeconds = 10LL * 365 * 24 * 3600;
constexpr std::size_t kFewestDigits = 9;  // telephone numbers have 9 and more, identity numbers 9 or 12
constexpr std::string_view kBlot = "***";

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

// --- Retry-After
// ---------------------------------------------------------------------------------------------

/// Words of a date, split at blanks, commas, colons and hyphens: every form of HTTP's dates has seven or
/// eight.
struct DateWords {
    std::array<std::string_view, 8> words;
    std::size_t count = 0;
};

DateWords split_date(std::string_view text) {
    DateWords result;
    constexpr std::string_view kBetween = " ,:-";
    while (!text.empty() && result.count < result.words.size()) {
        const std::size_t begin = text.find_first_not_of(kBetween);
        if (begin == std::string_view::npos) {
            break;
        }
        text.remove_prefix(begin);
        const std::size_t end = std::min(text.find_first_of(kBetween), text.size());
        result.words[result.count++] = text.substr(0, end);
        text.remove_prefix(end);
    }
    return result;
}

std::optional<int> number(std::string_view word) {
    const auto value = parse_whole<int>(word);
    return value && *value >= 0 ? value : std::nullopt;
}

std::optional<unsigned> month_number(std::string_view word) {
    constexpr std::array<std::string_view, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::ranges::find(kMonths, word);
    return found == kMonths.end() ? std::nullopt : std::optional(unsigned(found - kMonths.begin()) + 1);
}

/// A year of two digits is the nearest one with that end (RFC 9110 §5.6.7).
int full_year(int year, std::string_view word, Instant now) {
    if (word.size() > 2) {
        return year;
    }
    const int present = int(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
    const int guess = present / 100 * 100 + year;
    return guess > present + 50 ? guess - 100 : guess;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37 1994".
std::optional<Instant> parse_http_date(std::string_view text, Instant now) {
    const DateWords date = split_date(text);
    const auto& w = date.words;
    const bool gmt = date.count == 8 && w[7] == "GMT";
    const bool asctime = date.count == 7;
    if (!gmt && !asctime) {
        return std::nullopt;
    }
    const std::string_view year_word = gmt ? w[3] : w[6];
    const std::size_t clock = gmt ? 4 : 3;
    const auto day = number(gmt ? w[1] : w[2]);
    const auto month = month_number(gmt ? w[2] : w[1]);
    const auto year = number(year_word);
    const auto hour = number(w[clock]);
    const auto minute = number(w[clock + 1]);
    const auto second = number(w[clock + 2]);
    if (!day || !month || !year || !hour || !minute || !second) {
        return std::nullopt;
    }
    if (*hour > 23 || *minute > 59 || *second > 60 || *year > 9999) {
        return std::nullopt;
    }
    const std::chrono::year_month_day calendar{std::chrono::year(full_year(*year, year_word, now)),
                                               std::chrono::month(*month),
                                               std::chrono::day(unsigned(*day))};
    if (!calendar.ok()) {
        return std::nullopt;
    }
    return Instant(std::chrono::sys_days(calendar)) + std::chrono::hours(*hour) +
           std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

// --- Excerpt
// -------------------------------------------------------------------------------------------------

/// Length of the valid UTF-8 sequence at the front; 0: there is none. Refuses overlong forms, surrogates, and
/// control characters of the upper half (U+0080 to U+009F).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf && follows(1)) {
        return first == 0xc2 && byte(1) < 0xa0 ? 0 : 2;
    }
    if (first >= 0xe0 && first <= 0xef && follows(1) && follows(2)) {
        const bool overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = first == 0xed && byte(1) >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xf0 && first <= 0xf4 && follows(1) && follows(2) && follows(3)) {
        const bool overlong = first == 0xf0 && byte(1) < 0x90;
        const bool beyond = first == 0xf4 && byte(1) >= 0x90;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

/// Valid UTF-8 without control characters; each run of anything else becomes one blank.
std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const bool plain = length > 1 || (length == 1 && text.front() > ' ' && text.front() != '\x7f');
        if (plain) {
            result.append(text.substr(0, length));
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

bool looks_secret(std::string_view word) {
    const std::size_t at = word.find('@');
    const bool mail = at != std::string_view::npos && at > 0 && at + 1 < word.size();
    return mail || word.find("whsec_") != std::string_view::npos ||
           word.find("lck_") != std::string_view::npos || word.starts_with("v1,");
}

/// Replaces words (runs without blanks, quotes and brackets) that look like secrets or mail addresses.
std::string without_secrets(std::string_view text) {
    constexpr std::string_view kBetween = " \"'<>()[]{}=;";
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t begin = std::min(text.find_first_not_of(kBetween), text.size());
        result.append(text.substr(0, begin));
        text.remove_prefix(begin);
        const std::string_view word = text.substr(0, std::min(text.find_first_of(kBetween), text.size()));
        result.append(looks_secret(word) ? kBlot : word);
        text.remove_prefix(word.size());
    }
    return result;
}

struct NumberRun {
    std::size_t length = 0;  ///< Up to the last digit.
    std::size_t digits = 0;
};

/// The number a text begins with, single blanks, dots and hyphens between its digits included.
NumberRun leading_number(std::string_view text) {
    NumberRun run;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_digit(text[i])) {
            ++run.digits;
            run.length = i + 1;
        } else if (i == 0 || i > run.length || (text[i] != ' ' && text[i] != '.' && text[i] != '-')) {
            break;
        }
    }
    return run;
}

/// Replaces long numbers, also those written in groups ("0912 345 678").
std::string without_numbers(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const NumberRun run = leading_number(text);
        const std::size_t taken = std::max<std::size_t>(run.length, 1);
        result.append(run.digits >= kFewestDigits ? kBlot : text.substr(0, taken));
        text.remove_prefix(taken);
    }
    return result;
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view text, Instant now) {
    using std::chrono::seconds;
    constexpr seconds kLongest{kLongestWaitSeconds};
    if (!text.empty() && std::ranges::all_of(text, is_digit)) {
        std::int64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        // More digits than the type holds is "later than anyone will wait", not "now".
        return failure == std::errc() ? std::min(seconds(value), kLongest) : kLongest;
    }
    const auto date = parse_http_date(text, now);
    if (!date) {
        return std::nullopt;
    }
    return std::clamp<Duration>(*date - now, Duration(0), kLongest);
}

std::string excerpt_of(std::string_view body) {
    // No step makes the text longer: a blot has no more bytes than the shortest thing it stands for.
    std::string result = without_numbers(without_secrets(printable(body.substr(0, kLongestExcerpt))));
    if (!result.empty() && result.back() == ' ') {
        result.pop_back();
    }
    return result;
}

}  // namespace lachan::delivery
