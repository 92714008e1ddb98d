#include "values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <vector>

#include "lachan/base/number.hpp"

namespace lachan::config {
namespace {

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    unsigned bits = 0;  ///< 32 or 128.
};

std::optional<Address> parse_address(std::string_view text) {
    const std::string terminated(text);
    Address address;
    if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
        address.bits = 32;
        return address;
    }
    if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
        address.bits = 128;
        return address;
    }
    return std::nullopt;
}

bool has_bits_behind(const Address& address, unsigned prefix) {
    for (unsigned bit = prefix; bit < address.bits; ++bit) {
        if ((address.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) {
            return true;
        }
    }
    return false;
}

/// How many letters have to be put in, taken out or changed to get from one text to the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row.back();
}

/// More slips than this are another word.
constexpr std::size_t kMostSlips = 3;

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};

}  // namespace

std::string Listen::text() const {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

bool Listen::loopback() const {
    return address.starts_with("127.") || address == "::1";
}

std::optional<Listen> parse_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto port = parse_whole<std::uint16_t>(text.substr(colon + 1));
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    } else if (host == "localhost") {
        host = "127.0.0.1";
    }
    const auto address = parse_address(host);
    if (!port || !address || (address->bits == 128) != bracketed) {
        return std::nullopt;
    }
    return Listen{std::string(host), *port};
}

bool is_cidr(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) {
        return false;
    }
    if (slash == std::string_view::npos) {
        return true;
    }
    const auto prefix = parse_whole<unsigned>(text.substr(slash + 1));
    return prefix && *prefix <= address->bits && !has_bits_behind(*address, *prefix);
}

std::optional<std::string> parse_public_url(std::string_view text) {
    while (text.ends_with('/')) {
        text.remove_suffix(1);
    }
    const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
    const std::string_view rest = text.substr(scheme);
    // A user name would be a secret in a URL; a query or fragment cannot be built upon.
    const bool plain = rest.find_first_of("@?#\\\"<> \t\r\n") == std::string_view::npos;
    const bool has_host = !rest.empty() && rest.front() != '/' && rest.front() != ':';
    return scheme != 0 && plain && has_host ? std::optional(std::string(text)) : std::nullopt;
}

bool is_mail_server(std::string_view text) {
    const std::size_t scheme = text.starts_with("smtps://") ? 8 : text.starts_with("smtp://") ? 7 : 0;
    const std::string_view rest = text.substr(scheme);
    const bool plain = rest.find_first_of("@/?#\\\"<> \t\r\n") == std::string_view::npos;
    return scheme != 0 && plain && !rest.empty() && rest.front() != ':' && rest.back() != ':';
}

bool is_mailbox(std::string_view text) {
    const auto at = text.find('@');
    const bool plain = text.find_first_of("\"<>(),;: \t\r\n") == std::string_view::npos;
    return plain && at != std::string_view::npos && at == text.rfind('@') && at != 0 && at + 1 < text.size();
}

std::optional<log::Level> parse_level(std::string_view text) {
    const auto found = std::find(kLevels.begin(), kLevels.end(), text);
    return found == kLevels.end() ? std::nullopt
                                  : std::optional(static_cast<log::Level>(found - kLevels.begin()));
}

std::string_view text_of(log::Level level) {
    return kLevels[static_cast<std::size_t>(level)];
}

std::string nearest(std::string_view text, const std::vector<std::string>& known) {
    std::string best;
    std::size_t fewest = kMostSlips + 1;
    for (const std::string& candidate : known) {
        const std::size_t slips = distance(text, candidate);
        if (slips < fewest && slips < candidate.size() / 2) {
            fewest = slips;
            best = candidate;
        }
    }
    return best;
}

}  // namespace lachan::config
