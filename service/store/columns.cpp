#include "columns.hpp"

#include <cstddef>

namespace lachan::store {

std::int64_t to_bits(const std::vector<domain::Category>& categories) {
    std::int64_t bits = 0;
    for (const domain::Category category : categories) {
        bits |= std::int64_t{1} << static_cast<int>(category);
    }
    return bits;
}

std::vector<domain::Category> categories_of(std::int64_t bits) {
    std::vector<domain::Category> categories;
    for (std::size_t place = 0; place < domain::kWords<domain::Category>.size(); ++place) {
        if ((bits >> place & 1) != 0) {
            categories.push_back(static_cast<domain::Category>(place));
        }
    }
    return categories;
}

}  // namespace lachan::store
