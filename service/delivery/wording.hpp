#pragma once

#include <string>
#include <string_view>

#include "lachan/casework/transport.hpp"

/// What people read who have no system of their own: that there is something to do, the case code, and a link
/// behind which they have to say who they are. Nothing else ever leaves by mail or telephone.
namespace lachan::delivery {

struct Wording {
    std::string subject;
    std::string text;        ///< One paragraph, with tone marks.
    std::string text_ascii;  ///< The same without: a short message with marks holds 70 letters, else 160.
    std::string link;
};

/// `case_link`: the text before the case code in a link, such as "https://lachan.example.vn/cases/".
[[nodiscard]] Wording wording_of(const casework::Message& message, std::string_view case_link);

}  // namespace lachan::delivery
