#include "lachan/casework/suppression.hpp"

#include <utility>

#include "lachan/base/check.hpp"

namespace lachan::casework {
namespace {

/// Rows and columns are the points of a graph whose edges are the entries left out. An entry follows from the
/// others exactly where its edge lies on no circle.
class Suppression {
public:
    Suppression(const CountTable& table, std::vector<bool> hidden)
        : table_(table), hidden_(std::move(hidden)) {
        hidden_.resize(table.counts.size(), false);
        for (std::size_t i = 0; i < table.counts.size(); ++i) {
            hidden_[i] = hidden_[i] || (table.counts[i] > 0 && table.counts[i] < kSmallestCell);
        }
    }

    std::vector<bool> run() {
        while (mend_lines() || mend_bridges()) {
        }
        return std::move(hidden_);
    }

private:
    struct Line {
        std::size_t first;
        std::size_t step;
        std::size_t length;  ///< With its total, which stands last.

        [[nodiscard]] std::size_t at(std::size_t i) const { return first + i * step; }
    };

    [[nodiscard]] Line row(std::size_t r) const { return {r * table_.columns, 1, table_.columns}; }
    [[nodiscard]] Line column(std::size_t c) const { return {c, table_.columns, table_.rows}; }

    /// True where something more had to be left out.
    bool mend_lines() {
        if (table_.columns == 1) {
            return mend(column(0));
        }
        for (std::size_t r = 0; r < table_.rows; ++r) {
            if (mend(row(r))) {
                return true;
            }
        }
        for (std::size_t c = 0; c < table_.columns; ++c) {
            if (mend(column(c))) {
                return true;
            }
        }
        return false;
    }

    bool mend(const Line& line) {
        std::size_t missing = 0;
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < line.length; ++i) {
            if (hidden_[line.at(i)]) {
                ++missing;
                sum += i + 1 < line.length ? table_.counts[line.at(i)] : 0;
            }
        }
        const bool total_shown = !hidden_[line.at(line.length - 1)];
        const bool safe = missing == 0 || (missing > 1 && (!total_shown || sum >= kSmallestCell));
        return !safe && hide_next(line);
    }

    /// The smallest of what is still shown, then the total, noughts last; false where nothing is left.
    bool hide_next(const Line& line) {
        std::optional<std::size_t> best;
        for (std::size_t i = 0; i < line.length; ++i) {
            const std::size_t at = line.at(i);
            if (!hidden_[at] && (!best || rank(line, i) < rank(line, (*best - line.first) / line.step))) {
                best = at;
            }
        }
        if (best) {
            hidden_[*best] = true;
        }
        return best.has_value();
    }

    [[nodiscard]] std::pair<int, std::int64_t> rank(const Line& line, std::size_t i) const {
        const std::int64_t count = table_.counts[line.at(i)];
        if (i + 1 == line.length) {
            return {1, count};
        }
        return {count > 0 ? 0 : 2, count};
    }

    bool mend_bridges() {
        if (table_.columns == 1) {
            return false;  // one line: two entries left out hide each other
        }
        for (std::size_t at = 0; at < hidden_.size(); ++at) {
            if (!hidden_[at] || on_circle(at)) {
                continue;
            }
            if (hide_next(row(at / table_.columns)) || hide_next(column(at % table_.columns))) {
                return true;
            }
        }
        return false;
    }

    /// Whether row and column of the entry are still connected without it.
    [[nodiscard]] bool on_circle(std::size_t without) const {
        const std::size_t goal = table_.rows + without % table_.columns;
        std::vector<bool> seen(table_.rows + table_.columns, false);
        std::vector<std::size_t> open = {without / table_.columns};
        seen[open.front()] = true;
        while (!open.empty()) {
            const std::size_t point = open.back();
            open.pop_back();
            const bool is_row = point < table_.rows;
            for (std::size_t i = 0; i < (is_row ? table_.columns : table_.rows); ++i) {
                const std::size_t at =
                    is_row ? point * table_.columns + i : i * table_.columns + (point - table_.rows);
                const std::size_t next = is_row ? table_.rows + i : i;
                if (at != without && hidden_[at] && !seen[next]) {
                    seen[next] = true;
                    open.push_back(next);
                }
            }
        }
        return seen[goal];
    }

    const CountTable& table_;
    std::vector<bool> hidden_;
};

}  // namespace

std::vector<bool> suppressed(const CountTable& table, std::vector<bool> hidden) {
    LACHAN_CHECK(table.counts.size() == table.rows * table.columns);
    return Suppression(table, std::move(hidden)).run();
}

}  // namespace lachan::casework
