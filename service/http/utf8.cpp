#include "utf8.hpp"

#include <cstdint>

namespace lachan::http {
namespace {

/// The bytes that may follow a lead byte: how many, and the bounds of the first of them (RFC 3629 §4).
struct Form {
    std::size_t more = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
};

std::optional<Form> form_of(std::uint8_t lead) noexcept {
    if (lead < 0x80) {
        return Form{};
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return Form{.more = 1};
    }
    if (lead == 0xe0) {
        return Form{.more = 2, .low = 0xa0};
    }
    if (lead == 0xed) {
        return Form{.more = 2, .high = 0x9f};
    }
    if (lead > 0xe0 && lead <= 0xef) {
        return Form{.more = 2};
    }
    if (lead == 0xf0) {
        return Form{.more = 3, .low = 0x90};
    }
    if (lead == 0xf4) {
        return Form{.more = 3, .high = 0x8f};
    }
    if (lead > 0xf0 && lead < 0xf4) {
        return Form{.more = 3};
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> utf8_length(std::string_view text) noexcept {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++characters) {
        const auto form = form_of(static_cast<std::uint8_t>(text[i]));
        if (!form || text.size() - i <= form->more) {
            return std::nullopt;
        }
        for (std::size_t k = 1; k <= form->more; ++k) {
            const auto byte = static_cast<std::uint8_t>(text[i + k]);
            const std::uint8_t low = k == 1 ? form->low : 0x80;
            const std::uint8_t high = k == 1 ? form->high : 0xbf;
            if (byte < low || byte > high) {
                return std::nullopt;
            }
        }
        i += 1 + form->more;
    }
    return characters;
}

}  // namespace lachan::http
