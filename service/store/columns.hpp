#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/domain/codes.hpp"

/// How values that SQL has no type for stand in a column.
namespace lachan::store {

/// One bit a category. Reading gives them in the order of the list.
[[nodiscard]] std::int64_t to_bits(const std::vector<domain::Category>& categories);
[[nodiscard]] std::vector<domain::Category> categories_of(std::int64_t bits);

/// Short texts (codes, ids), each ended by a line break; "" holds none, "\n" one empty text.
template <class Identifier>
[[nodiscard]] std::string to_lines(const std::vector<Identifier>& ids) {
    std::string lines;
    for (const Identifier& id : ids) {
        lines += id.text();
        lines += '\n';
    }
    return lines;
}
template <class Identifier>
[[nodiscard]] std::vector<Identifier> from_lines(std::string_view lines) {
    std::vector<Identifier> ids;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        ids.emplace_back(std::string(lines.substr(0, end)));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return ids;
}

}  // namespace lachan::store
