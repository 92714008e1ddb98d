#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/domain/principal.hpp"

/// Periodic tables of real cases, with small numbers protected. Cases are counted by when they were recorded,
/// so that a table of the past stays as it was when a report comes in late.
namespace lachan::casework {

enum class Counted : std::uint8_t { cases, children, duties };
/// What a table tells apart: up to `outcome` for cases and children, the rest for duties.
enum class Dimension : std::uint8_t {
    area,
    category,  ///< A case of two kinds counts for both, and once in the total.
    urgency,
    severity,
    status,
    mechanism,  ///< Of an injury.
    outcome,    ///< Likewise.
    duty_kind,
    rule,
    ending,  ///< met, late, pending, overdue, waived, withdrawn.
};

[[nodiscard]] std::string_view text_of(Counted counted) noexcept;
[[nodiscard]] std::string_view text_of(Dimension dimension) noexcept;

/// "2026-Q4" or "2026". No other periods: days that a caller may choose would give away small numbers by
/// subtraction.
struct Period {
    int year = 0;
    std::optional<int> quarter;  ///< 1 to 4.

    [[nodiscard]] Instant from() const;
    [[nodiscard]] Instant to() const;
    [[nodiscard]] std::string text() const;
};

struct TableRequest {
    Counted counted = Counted::cases;
    std::vector<Dimension> by = {Dimension::category};  ///< One or two.
    Period period;
};

/// Reads the words of a caller: "cases", "area,category", "2026-Q4"; what is not given is the cases of the
/// present quarter by category, or its duties by kind and ending. Errors: `malformed_request` with every
/// fault.
[[nodiscard]] Result<TableRequest> read_request(const std::optional<std::string>& counted,
                                                const std::optional<std::string>& by,
                                                const std::optional<std::string>& period,
                                                Instant now);

struct TableCell {
    std::vector<std::optional<std::string>> keys;  ///< In the order of `by`; none: the total of its line.
    std::optional<std::int64_t> count;             ///< None: left out, see `suppressed`.
};
struct StatisticsTable {
    std::shared_ptr<const World> world;
    TableRequest request;
    Instant as_of{};
    std::vector<TableCell> cells;  ///< By keys; combinations that do not occur are not listed.
};

/// The table within a scope: what `view_statistics` answers and `lachan stats` prints.
[[nodiscard]] StatisticsTable tabulate(const View& view,
                                       std::shared_ptr<const World> world,
                                       const Scope& scope,
                                       TableRequest request,
                                       Instant now);

/// Errors: `forbidden`.
[[nodiscard]] boost::asio::awaitable<Result<StatisticsTable>> view_statistics(Context& context,
                                                                              domain::Principal caller,
                                                                              TableRequest request);

}  // namespace lachan::casework
