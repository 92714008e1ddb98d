#include "lachan/casework/suppression.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace lachan::casework {
namespace {

/// A table from its inner counts.
CountTable with_totals(std::size_t rows, std::size_t columns, const std::vector<std::int64_t>& inner) {
    CountTable table{rows + 1, columns + 1, std::vector<std::int64_t>((rows + 1) * (columns + 1))};
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
            const std::int64_t count = inner[r * columns + c];
            table.counts[r * table.columns + c] = count;
            table.counts[r * table.columns + columns] += count;
            table.counts[rows * table.columns + c] += count;
            table.counts[rows * table.columns + columns] += count;
        }
    }
    return table;
}

using Matrix = std::vector<std::vector<double>>;

/// One equation a line: the inner entries add up to the total. Unknown is what was left out.
Matrix equations_of(const CountTable& table,
                    const std::vector<bool>& hidden,
                    const std::vector<std::size_t>& unknown) {
    Matrix equations;
    const auto add = [&](std::size_t first, std::size_t step, std::size_t length) {
        std::vector<double> equation(unknown.size(), 0);
        for (std::size_t i = 0; i < length; ++i) {
            const std::size_t at = first + i * step;
            for (std::size_t u = 0; u < unknown.size(); ++u) {
                equation[u] += hidden[at] && unknown[u] == at ? (i + 1 < length ? 1 : -1) : 0;
            }
        }
        equations.push_back(std::move(equation));
    };
    for (std::size_t r = 0; r < table.rows; ++r) {
        add(r * table.columns, 1, table.columns);
    }
    for (std::size_t c = 0; c < table.columns; ++c) {
        add(c, table.columns, table.rows);
    }
    return equations;
}

/// Gauss: an unknown is found out where its own row is all that is left of an equation.
bool something_follows(Matrix equations, std::size_t unknowns) {
    std::size_t done = 0;
    for (std::size_t u = 0; u < unknowns && done < equations.size(); ++u) {
        std::size_t pivot = done;
        while (pivot < equations.size() && std::abs(equations[pivot][u]) < 1e-9) {
            ++pivot;
        }
        if (pivot == equations.size()) {
            continue;
        }
        std::swap(equations[pivot], equations[done]);
        for (std::size_t other = 0; other < equations.size(); ++other) {
            const double factor = other == done ? 0 : equations[other][u] / equations[done][u];
            for (std::size_t i = 0; factor != 0 && i < unknowns; ++i) {
                equations[other][i] -= factor * equations[done][i];
            }
        }
        ++done;
    }
    return std::any_of(equations.begin(), equations.end(), [](const std::vector<double>& equation) {
        return std::count_if(equation.begin(), equation.end(), [](double x) { return std::abs(x) > 1e-9; }) ==
               1;
    });
}

TEST(Suppression, LeavesOutEveryCountFromOneToFour) {
    const auto table = with_totals(2, 2, {1, 30, 4, 40});
    const auto hidden = suppressed(table);
    EXPECT_TRUE(hidden[0]);
    EXPECT_TRUE(hidden[3]);
}

TEST(Suppression, ShowsATableWithoutSmallNumbersWhole) {
    const auto hidden = suppressed(with_totals(2, 2, {5, 30, 0, 40}));
    EXPECT_EQ(std::count(hidden.begin(), hidden.end(), true), 0);
}

TEST(Suppression, OneSmallNumberTakesAnotherWithItSoThatTheTotalDoesNotGiveItAway) {
    const CountTable line{4, 1, {3, 20, 50, 73}};
    EXPECT_EQ(suppressed(line), (std::vector<bool>{true, true, false, false}));
}

TEST(Suppression, WhatIsLeftOutAddsUpToFive) {
    const CountTable line{5, 1, {1, 2, 20, 50, 73}};
    EXPECT_EQ(suppressed(line), (std::vector<bool>{true, true, true, false, false}));
}

TEST(Suppression, TheTotalOfASmallNumberAloneIsLeftOutToo) {
    const CountTable line{2, 1, {3, 3}};
    EXPECT_EQ(suppressed(line), (std::vector<bool>{true, true}));
}

// An attacker with all that is shown and pencil and paper.
TEST(Suppression, NothingLeftOutFollowsFromWhatIsShown) {
    std::mt19937 random(7);
    int attacked = 0;
    for (int trial = 0; trial < 2000; ++trial) {
        const std::size_t rows = 2 + random() % 6;
        const std::size_t columns = 2 + random() % 5;
        std::vector<std::int64_t> inner(rows * columns);
        for (auto& count : inner) {
            count = random() % 4 == 0 ? static_cast<std::int64_t>(random() % 5)
                                      : static_cast<std::int64_t>(random() % 60);
        }
        const CountTable table = with_totals(rows, columns, inner);
        const auto hidden = suppressed(table);
        std::vector<std::size_t> unknown;
        for (std::size_t at = 0; at < hidden.size(); ++at) {
            EXPECT_TRUE(hidden[at] || table.counts[at] == 0 || table.counts[at] >= kSmallestCell);
            if (hidden[at]) {
                unknown.push_back(at);
            }
        }
        attacked += unknown.empty() ? 0 : 1;
        EXPECT_FALSE(something_follows(equations_of(table, hidden, unknown), unknown.size())) << trial;
    }
    EXPECT_GT(attacked, 1500);
}

}  // namespace
}  // namespace lachan::casework
