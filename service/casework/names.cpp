#include "lachan/casework/names.hpp"

#include <utility>

#include "lachan/base/number.hpp"

namespace lachan::casework {
namespace {

std::string name(std::string_view case_code, char kind, std::int32_t ordinal) {
    return std::string(case_code) + '.' + kind + std::to_string(ordinal);
}

Result<std::pair<domain::CaseNo, std::int32_t>> parse(const Vault& vault, std::string_view text, char kind) {
    const Error unknown(Errc::not_found, "no such thing");
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || dot + 2 >= text.size() || text[dot + 1] != kind) {
        return unknown;
    }
    const auto ordinal = parse_whole<std::int32_t>(text.substr(dot + 2));
    if (!ordinal || *ordinal < 1) {
        return unknown;
    }
    const auto number = vault.case_no(text.substr(0, dot));
    if (!number) {
        return unknown;
    }
    return std::pair(*number, *ordinal);
}

}  // namespace

std::string duty_name(std::string_view case_code, std::int32_t ordinal) {
    return name(case_code, 'd', ordinal);
}
std::string notification_name(std::string_view case_code, std::int32_t ordinal) {
    return name(case_code, 'n', ordinal);
}

Result<domain::DutyNo> parse_duty_name(const Vault& vault, std::string_view text) {
    const auto parts = parse(vault, text, 'd');
    if (!parts) {
        return parts.error();
    }
    return domain::DutyNo{parts->first, parts->second};
}

Result<domain::NotificationNo> parse_notification_name(const Vault& vault, std::string_view text) {
    const auto parts = parse(vault, text, 'n');
    if (!parts) {
        return parts.error();
    }
    return domain::NotificationNo{parts->first, parts->second};
}

}  // namespace lachan::casework
