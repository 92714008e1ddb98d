#pragma once

#include <string>
#include <string_view>

#include "lachan/base/time.hpp"
#include "wording.hpp"

namespace lachan::delivery {

struct MailEnvelope {
    std::string from;
    std::string to;
    std::string message_id;  ///< Without brackets.
    Instant date{};
};

/// A whole mail as RFC 5322 wants it, ASCII only, lines of at most 78 characters ended by CR LF.
[[nodiscard]] std::string mail_text(const MailEnvelope& envelope, const Wording& wording);

}  // namespace lachan::delivery
