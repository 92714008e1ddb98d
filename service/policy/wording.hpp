#pragma once

#include <string>
#include <string_view>

#include "content.hpp"
#include "lachan/policy/language.hpp"

namespace lachan::policy {

/// "no|yes": the words of a set of values.
[[nodiscard]] std::string words_of(const FactDomain& fact, ValueSet values);

/// "Loại vụ việc: đuối nước = có" for people; `words` as `words_of` writes them.
[[nodiscard]] std::string fact_text(const Pack::Content& pack,
                                    std::string_view fact,
                                    std::string_view words,
                                    Language language);

/// "Chủ tịch UBND cấp xã nơi cư trú"
[[nodiscard]] std::string role_text(const Pack::Content& pack,
                                    std::string_view role,
                                    Place place,
                                    Language language);

/// "trong 12 giờ", "trong 5 ngày làm việc", "ngay (theo dõi trong 30 phút)"
[[nodiscard]] std::string limit_text(const deadlines::Limit& limit, Duration within, Language language);

/// "30 phút", "12 giờ", "1 ngày 6 giờ"
[[nodiscard]] std::string duration_text(Duration duration, Language language);

/// "Điều 26 khoản 3, 56/2017/NĐ-CP"
[[nodiscard]] std::string basis_text(const Basis& basis, Language language);

}  // namespace lachan::policy
