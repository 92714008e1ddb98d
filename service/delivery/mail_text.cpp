#include "mail_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lachan/base/bytes.hpp"

namespace lachan::delivery {
namespace {

constexpr std::size_t kWordBytes = 42;  // 56 letters of base 64: a whole encoded word stays below 75
constexpr std::size_t kLineBytes = 57;  // 76 letters of base 64

std::string date_of(Instant instant) {
    constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto local = instant + kVietnamOffset;
    const auto midnight = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day day(midnight);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(local - midnight));
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0700",
                       kDays[std::chrono::weekday(midnight).c_encoding()],
                       unsigned(day.day()),
                       kMonths[unsigned(day.month()) - 1],
                       int(day.year()),
                       time.hours().count(),
                       time.minutes().count(),
                       time.seconds().count());
}

/// At most `limit` bytes of the front, no letter cut in two.
std::string_view whole_letters(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return text;
    }
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
        --end;
    }
    return text.substr(0, end == 0 ? limit : end);
}

/// RFC 2047, in as many words as it takes.
std::string encoded_words(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::string_view part = whole_letters(text, kWordBytes);
        result += fmt::format("{}=?UTF-8?B?{}?=", result.empty() ? "" : "\r\n ", to_base64(as_bytes(part)));
        text.remove_prefix(part.size());
    }
    return result;
}

std::string base64_lines(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, kLineBytes);
        result.append(to_base64(as_bytes(part))).append("\r\n");
        text.remove_prefix(part.size());
    }
    return result;
}

}  // namespace

std::string mail_text(const MailEnvelope& envelope, const Wording& wording) {
    std::string body = "Kính gửi quý cơ quan,\r\n\r\n" + wording.subject + ".\r\n";
    if (!wording.link.empty()) {
        body += "Xem và phản hồi tại: " + wording.link + "\r\n";
    }
    body += "\r\nThư tự động của Lá chắn, vui lòng không trả lời thư này.\r\n";
    return fmt::format(
        "Date: {}\r\n"
        "From: {} <{}>\r\n"
        "To: <{}>\r\n"
        "Message-ID: <{}>\r\n"
        "Subject: {}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "\r\n{}",
        date_of(envelope.date),
        encoded_words("Lá chắn"),
        envelope.from,
        envelope.to,
        envelope.message_id,
        encoded_words(wording.subject),
        base64_lines(body));
}

}  // namespace lachan::delivery
