#include "lachan/http/cursor.hpp"

#include <algorithm>
#include <charconv>

#include "lachan/base/bytes.hpp"

namespace lachan::http {
namespace {

/// No cursor of ours is longer: three numbers and a seal.
constexpr std::size_t kCursorMax = 400;

std::string context_of(std::string_view list) {
    return "cursor:" + std::string(list);
}

std::string to_base64url(BytesView bytes) {
    std::string text = to_base64(bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) {
        return std::nullopt;
    }
    std::string standard(text);
    std::ranges::replace(standard, '-', '+');
    std::ranges::replace(standard, '_', '/');
    standard.append((4 - standard.size() % 4) % 4, '=');
    return from_base64(standard);
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc()) {
        return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    return true;
}

}  // namespace

std::string encode_cursor(casework::Vault& vault, std::string_view list, const casework::PageStart& start) {
    const std::string text = std::to_string(start.key_ms) + ' ' + std::to_string(start.case_no) + ' ' +
                             std::to_string(start.ordinal);
    return to_base64url(vault.seal_own(context_of(list), text));
}

Result<casework::PageStart> decode_cursor(const casework::Vault& vault,
                                          std::string_view list,
                                          std::string_view cursor) {
    const Error refusal(Errc::malformed_request,
                        "the cursor does not belong to this list",
                        {{"cursor", "bad_cursor", "take it unchanged from next_cursor of the same query"}});
    const auto sealed = cursor.size() > kCursorMax ? std::nullopt : from_base64url(cursor);
    if (!sealed) {
        return refusal;
    }
    const auto opened = vault.open_own(context_of(list), *sealed);
    if (!opened) {
        return refusal;
    }
    std::string_view text = *opened;
    casework::PageStart start;
    if (!take_number(text, start.key_ms) || !take_number(text, start.case_no) ||
        !take_number(text, start.ordinal) || !text.empty()) {
        return refusal;
    }
    return start;
}

}  // namespace lachan::http
