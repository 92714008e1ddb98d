#include "console.hpp"

#include <algorithm>
#include <cstdio>

namespace lachan::app {
namespace {

/// Code points, near enough to columns for Vietnamese and Latin text.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void print_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += cells[i];
        if (i + 1 < cells.size()) {
            line.append(widths[i] - width(cells[i]) + 2, ' ');
        }
    }
    print_line(line);
}

}  // namespace

int complain(const Error& error) {
    std::fprintf(stderr, "lachan: %s\n", error.detail().c_str());
    for (const Fault& fault : error.faults()) {
        std::fprintf(
            stderr, "  %s: %s (%s)\n", fault.pointer.c_str(), fault.detail.c_str(), fault.code.c_str());
    }
    return error.code() == Errc::storage || error.code() == Errc::overloaded ? kEnvironment : kUsage;
}

void print_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void print_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const std::string& cell : head) {
        widths.push_back(width(cell));
    }
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width(row[i]));
        }
    }
    print_row(head, widths);
    for (const auto& row : rows) {
        print_row(row, widths);
    }
}

}  // namespace lachan::app
