#pragma once

#include <cstdint>
#include <optional>
#include <vector>

/// Small numbers point at persons: a published table must not show a count under five, nor let one be worked
/// out from what it does show.
namespace lachan::casework {

/// Counts under this are not shown, as official statistics have it (an assumption for Lai Châu: no text
/// gives the number).
inline constexpr std::int64_t kSmallestCell = 5;

/// A table with its totals: the last row and the last column hold them. A table of one dimension has one row
/// beside its total row.
struct CountTable {
    std::size_t rows = 0;  ///< With the row of totals.
    std::size_t columns = 0;
    std::vector<std::int64_t> counts;  ///< Row by row.

    [[nodiscard]] std::int64_t at(std::size_t row, std::size_t column) const {
        return counts[row * columns + column];
    }
};

/// Which entries are to be left out, row by row: every count from 1 to 4; of each line enough others that
/// what is left out adds up to at least five and that no entry follows from the others of its row and column.
/// Nought is shown: it points at nobody. `hidden` are entries that must be left out for other reasons.
[[nodiscard]] std::vector<bool> suppressed(const CountTable& table, std::vector<bool> hidden = {});

}  // namespace lachan::casework
