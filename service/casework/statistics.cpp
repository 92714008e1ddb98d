#include "lachan/casework/statistics.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "lachan/base/number.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/suppression.hpp"
#include "lachan/policy/facts.hpp"

namespace lachan::casework {
namespace {

using std::chrono::month;
using std::chrono::year;

constexpr auto kCountedWords = std::to_array<std::string_view>({"cases", "children", "duties"});
constexpr auto kDimensionWords = std::to_array<std::string_view>({"area",
                                                                  "category",
                                                                  "urgency",
                                                                  "severity",
                                                                  "status",
                                                                  "mechanism",
                                                                  "outcome",
                                                                  "duty_kind",
                                                                  "rule",
                                                                  "ending"});
constexpr std::string_view kUnknown = "unknown";
constexpr int kFirstYear = 2000;  ///< Years are read as four digits; none of ours lies before or after.
constexpr int kLastYear = 2999;
constexpr int kQuarters = 4;
constexpr unsigned kMonthsOfQuarter = 3;

bool is_of_duties(Dimension dimension) {
    return dimension >= Dimension::duty_kind;
}

Instant start_of(int of_year, unsigned of_month) {
    return start_of_day(year(of_year) / month(of_month) / 1);
}

/// Counts in a grid that grows as keys turn up, with its totals.
class Grid {
public:
    explicit Grid(std::size_t dimensions) : dimensions_(dimensions) {}

    /// Adds to the entries of all combinations of the keys, and once to each total.
    void add(const std::vector<std::vector<std::string>>& keys, std::int64_t count) {
        const std::vector<std::string> nothing = {""};
        const auto& across = dimensions_ > 1 ? keys[1] : nothing;
        for (const std::string& row : keys[0]) {
            for (const std::string& column : across) {
                counts_[{row, column}] += count;
            }
            row_totals_[row] += count;
        }
        for (const std::string& column : across) {
            column_totals_[column] += count;
        }
        total_ += count;
    }

    [[nodiscard]] CountTable table() const {
        CountTable result;
        result.rows = row_totals_.size() + 1;
        result.columns = dimensions_ > 1 ? column_totals_.size() + 1 : 1;
        for (const auto& [row, row_total] : row_totals_) {
            for (const auto& [column, ignored] : columns()) {
                const auto found = counts_.find({row, column});
                result.counts.push_back(found == counts_.end() ? 0 : found->second);
            }
            if (dimensions_ > 1) {
                result.counts.push_back(row_total);
            }
        }
        for (const auto& [column, column_total] : columns()) {
            result.counts.push_back(dimensions_ > 1 ? column_total : total_);
        }
        if (dimensions_ > 1) {
            result.counts.push_back(total_);
        }
        return result;
    }

    using Keys = std::vector<std::optional<std::string>>;
    /// The keys of each entry of `table`, in its order.
    [[nodiscard]] std::vector<Keys> keys() const {
        std::vector<Keys> result;
        const auto add_row = [&](const std::optional<std::string>& row) {
            if (dimensions_ == 1) {
                result.push_back({row});
                return;
            }
            for (const auto& [column, ignored] : column_totals_) {
                result.push_back({row, column});
            }
            result.push_back({row, std::nullopt});
        };
        for (const auto& [row, ignored] : row_totals_) {
            add_row(row);
        }
        add_row(std::nullopt);
        return result;
    }

private:
    [[nodiscard]] std::map<std::string, std::int64_t> columns() const {
        return dimensions_ > 1 ? column_totals_ : std::map<std::string, std::int64_t>{{"", total_}};
    }

    std::size_t dimensions_;
    std::map<std::pair<std::string, std::string>, std::int64_t> counts_;
    std::map<std::string, std::int64_t> row_totals_;
    std::map<std::string, std::int64_t> column_totals_;
    std::int64_t total_ = 0;
};

std::vector<std::string> values_of(const CaseTally& tally, Dimension dimension) {
    switch (dimension) {
        case Dimension::area:
            return {tally.area.text()};
        case Dimension::category: {
            std::vector<std::string> words;
            for (const domain::Category category : tally.categories) {
                words.emplace_back(domain::text_of(category));
            }
            return words.empty() ? std::vector{std::string(kUnknown)} : words;
        }
        case Dimension::urgency:
            return {std::string(domain::text_of(tally.urgency))};
        case Dimension::severity:
            return {std::string(domain::text_of(tally.severity))};
        case Dimension::status:
            return {std::string(domain::text_of(tally.status))};
        case Dimension::mechanism:
            return {policy::known_word(tally.facts, "injury.mechanism").value_or(std::string(kUnknown))};
        case Dimension::outcome:
            return {policy::known_word(tally.facts, "injury.outcome").value_or(std::string(kUnknown))};
        case Dimension::duty_kind:
        case Dimension::rule:
        case Dimension::ending:
            break;
    }
    return {};  // these are of duties: `check_fit` lets none of them through
}

std::string_view ending_of(const DutyTally& tally) {
    switch (tally.state) {
        case domain::DutyState::open:
        case domain::DutyState::accepted:
            return tally.overdue ? "overdue" : "pending";
        case domain::DutyState::done:
            return tally.overdue ? "late" : "met";
        case domain::DutyState::waived:  // what was late is not made good by it
            return tally.overdue ? "overdue" : "waived";
        case domain::DutyState::declined:
        case domain::DutyState::forwarded:
        case domain::DutyState::cancelled:
            break;
    }
    return "withdrawn";
}

std::vector<std::string> values_of(const DutyTally& tally, Dimension dimension) {
    switch (dimension) {
        case Dimension::duty_kind:
            return {tally.kind};
        case Dimension::rule:
            return {tally.rule};
        default:
            return {std::string(ending_of(tally))};
    }
}

Grid count(const View& view, const Scope& scope, const TableRequest& request, const Period& period) {
    const TallyQuery query{scope, period.from(), period.to()};
    Grid grid(request.by.size());
    const auto add = [&](const auto& tally, std::int64_t number) {
        std::vector<std::vector<std::string>> keys;
        for (const Dimension dimension : request.by) {
            keys.push_back(values_of(tally, dimension));
        }
        grid.add(keys, number);
    };
    if (request.counted == Counted::duties) {
        for (const DutyTally& tally : view.cases.tally_duties(query)) {
            const bool passed_on =
                tally.state == domain::DutyState::declined || tally.state == domain::DutyState::forwarded;
            if (!passed_on) {  // its successor counts
                add(tally, tally.duties);
            }
        }
        return grid;
    }
    for (const CaseTally& tally : view.cases.tally(query)) {
        const std::int64_t children =
            std::max(tally.children, tally.cases);  // unnamed ones count as one a case
        add(tally, request.counted == Counted::cases ? tally.cases : children);
    }
    return grid;
}

/// A year must not give away what its quarters leave out: an entry that exactly one of them leaves out, or
/// that they leave out to a small sum, is the difference of the year and the others.
std::vector<bool> hidden_by_quarters(const View& view,
                                     const Scope& scope,
                                     const TableRequest& request,
                                     const std::vector<Grid::Keys>& keys) {
    struct Left {
        int quarters = 0;
        std::int64_t sum = 0;
    };
    std::map<Grid::Keys, Left> left;
    for (int quarter = 1; quarter <= kQuarters; ++quarter) {
        const Grid grid = count(view, scope, request, {request.period.year, quarter});
        const CountTable table = grid.table();
        const auto hidden = suppressed(table);
        const auto names = grid.keys();
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (hidden[i]) {
                Left& entry = left[names[i]];
                ++entry.quarters;
                entry.sum += table.counts[i];
            }
        }
    }
    std::vector<bool> hidden;
    for (const Grid::Keys& entry : keys) {
        const auto found = left.find(entry);
        hidden.push_back(found != left.end() &&
                         (found->second.quarters == 1 || found->second.sum < kSmallestCell));
    }
    return hidden;
}

template <class Words>
std::optional<std::size_t> place_in(const Words& words, std::string_view word) noexcept {
    const auto found = std::find(words.begin(), words.end(), word);
    return found == words.end() ? std::nullopt
                                : std::optional(static_cast<std::size_t>(found - words.begin()));
}

std::optional<Counted> parse_counted(std::string_view word) noexcept {
    const auto place = place_in(kCountedWords, word);
    return place ? std::optional(static_cast<Counted>(*place)) : std::nullopt;
}

std::optional<Dimension> parse_dimension(std::string_view word) noexcept {
    const auto place = place_in(kDimensionWords, word);
    return place ? std::optional(static_cast<Dimension>(*place)) : std::nullopt;
}

std::optional<Period> parse_period(std::string_view text) {
    Period period;
    const std::string_view digits = text.substr(0, text.find('-'));
    const auto year = parse_whole<decltype(period.year)>(digits);
    if (!year || *year < kFirstYear || *year > kLastYear) {
        return std::nullopt;
    }
    period.year = *year;
    if (digits.size() == text.size()) {
        return period;
    }
    const std::string_view rest = text.substr(digits.size());
    if (rest.size() != 3 || rest.substr(0, 2) != "-Q" || rest[2] < '1' || rest[2] > '4') {
        return std::nullopt;
    }
    period.quarter = rest[2] - '0';
    return period;
}

Period quarter_of(Instant instant) {
    const auto day = vietnam_day(instant);
    return {static_cast<int>(day.year()),
            static_cast<int>((static_cast<unsigned>(day.month()) - 1) / kMonthsOfQuarter) + 1};
}

std::vector<Dimension> dimensions_of(std::string_view words, std::vector<Fault>& faults) {
    std::vector<Dimension> result;
    for (std::size_t begin = 0; begin <= words.size();) {
        const std::size_t end = std::min(words.find(',', begin), words.size());
        const auto dimension = parse_dimension(words.substr(begin, end - begin));
        if (!dimension) {
            faults.push_back({"by",
                              "unknown_word",
                              "of: area, category, urgency, severity, status, mechanism, outcome; for duties "
                              "duty_kind, rule, ending"});
            return result;
        }
        result.push_back(*dimension);
        begin = end + 1;
    }
    const bool twice = result.size() == 2 && result[0] == result[1];
    if (result.size() > 2 || twice) {
        faults.push_back({"by", "count", "one dimension, or two different ones"});
    }
    return result;
}

/// Cases and duties are told apart by different things.
void check_fit(const TableRequest& request, std::vector<Fault>& faults) {
    const bool of_duties = request.counted == Counted::duties;
    const bool fits = std::all_of(request.by.begin(), request.by.end(), [&](Dimension dimension) {
        return is_of_duties(dimension) == of_duties;
    });
    if (!fits) {
        faults.push_back({"by",
                          "does_not_fit",
                          of_duties ? "duties are told apart by duty_kind, rule, ending"
                                    : "cases and children by area, category, urgency, severity, status, "
                                      "mechanism, outcome"});
    }
}

}  // namespace

std::string_view text_of(Counted counted) noexcept {
    return kCountedWords[static_cast<std::size_t>(counted)];
}

std::string_view text_of(Dimension dimension) noexcept {
    return kDimensionWords[static_cast<std::size_t>(dimension)];
}

Instant Period::from() const {
    return start_of(year, quarter ? static_cast<unsigned>(*quarter - 1) * kMonthsOfQuarter + 1 : 1);
}

Instant Period::to() const {
    const bool last = !quarter || *quarter == kQuarters;
    return last ? start_of(year + 1, 1) : Period{year, *quarter + 1}.from();
}

std::string Period::text() const {
    return std::to_string(year) + (quarter ? "-Q" + std::to_string(*quarter) : "");
}

Result<TableRequest> read_request(const std::optional<std::string>& counted,
                                  const std::optional<std::string>& by,
                                  const std::optional<std::string>& period,
                                  Instant now) {
    std::vector<Fault> faults;
    TableRequest request;
    const auto what = counted ? parse_counted(*counted) : std::optional(Counted::cases);
    if (!what) {
        faults.push_back({"of", "unknown_word", "cases, children or duties"});
    }
    request.counted = what.value_or(Counted::cases);
    const auto* const otherwise = request.counted == Counted::duties ? "duty_kind,ending" : "category";
    request.by = dimensions_of(by ? std::string_view(*by) : otherwise, faults);
    check_fit(request, faults);
    const auto asked = period ? parse_period(*period) : std::optional(quarter_of(now));
    if (!asked) {
        faults.push_back({"period", "invalid_value", "a quarter or a year: 2026-Q4, 2026"});
    }
    request.period = asked.value_or(Period());
    if (!faults.empty()) {
        return Error(Errc::malformed_request, "there is no such table", std::move(faults));
    }
    return request;
}

StatisticsTable tabulate(const View& view,
                         std::shared_ptr<const World> world,
                         const Scope& scope,
                         TableRequest request,
                         Instant now) {
    const Grid grid = count(view, scope, request, request.period);
    const CountTable table = grid.table();
    const auto keys = grid.keys();
    std::vector<bool> hidden;
    if (!request.period.quarter) {
        hidden = hidden_by_quarters(view, scope, request, keys);
    }
    hidden = suppressed(table, std::move(hidden));
    StatisticsTable result{std::move(world), std::move(request), now, {}};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (hidden[i]) {
            result.cells.push_back({keys[i], std::nullopt});
        } else if (table.counts[i] > 0 || i + 1 == keys.size()) {  // the total is there even if it is nought
            result.cells.push_back({keys[i], table.counts[i]});
        }
    }
    return result;
}

boost::asio::awaitable<Result<StatisticsTable>> view_statistics(Context& context,
                                                                domain::Principal caller,
                                                                TableRequest request) {
    if (const auto allowed = allow(caller, Action::see_statistics); !allowed) {
        co_return allowed.error();
    }
    const auto world = context.worlds.current();
    const Instant now = context.clock.now();
    std::optional<StatisticsTable> table;
    ReadOp look = [&](const View& view) -> Result<void> {
        table = tabulate(view, world, scope_of(caller, *world, now), request, now);
        return {};
    };
    const auto looked = co_await context.store.read_at_length(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return std::move(*table);
}

}  // namespace lachan::casework
