#include "statistics_command.hpp"

#include <nlohmann/json.hpp>

#include "console.hpp"
#include "data.hpp"
#include "lachan/casework/statistics.hpp"
#include "lachan/casework/suppression.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const casework::StatisticsTable& table) {
    const casework::TableRequest& request = table.request;
    ordered_json cells = ordered_json::array();
    for (const casework::TableCell& cell : table.cells) {
        ordered_json& entry = cells.emplace_back(ordered_json::object());
        for (std::size_t i = 0; i < request.by.size(); ++i) {
            const auto& key = cell.keys[i];
            entry[std::string(casework::text_of(request.by[i]))] = key ? ordered_json(*key) : ordered_json();
        }
        entry["count"] = cell.count ? ordered_json(*cell.count) : ordered_json();
        entry["suppressed"] = !cell.count.has_value();
    }
    ordered_json by = ordered_json::array();
    for (const casework::Dimension dimension : request.by) {
        by.push_back(casework::text_of(dimension));
    }
    return {{"of", casework::text_of(request.counted)},
            {"by", by},
            {"period", request.period.text()},
            {"from", to_rfc3339(request.period.from())},
            {"to", to_rfc3339(request.period.to())},
            {"as_of", to_rfc3339(table.as_of)},
            {"smallest_cell", casework::kSmallestCell},
            {"cells", cells}};
}

void print(const casework::StatisticsTable& table) {
    std::vector<std::string> head;
    for (const casework::Dimension dimension : table.request.by) {
        head.emplace_back(casework::text_of(dimension));
    }
    head.emplace_back(casework::text_of(table.request.counted));
    std::vector<std::vector<std::string>> rows;
    for (const casework::TableCell& cell : table.cells) {
        std::vector<std::string>& row = rows.emplace_back();
        for (const auto& key : cell.keys) {
            row.push_back(key.value_or("(all)"));
        }
        row.push_back(cell.count ? std::to_string(*cell.count) : "*");
    }
    print_table(head, rows);
    print_line(table.request.period.text() + ", recorded from " + to_rfc3339(table.request.period.from()) +
               " until before " + to_rfc3339(table.request.period.to()) +
               "; * left out: under five, or it would give away what is");
}

}  // namespace

int run_statistics(const config::Config& config, const StatisticsOptions& options) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto loaded = load_world(config, **data);
    if (!loaded) {
        return complain(loaded.error());
    }
    const Instant now = (*data)->clock.now();
    auto request = casework::read_request(options.counted, options.by, options.period, now);
    if (!request) {
        return complain(request.error());
    }
    casework::Scope everything;
    everything.everything = true;
    std::optional<casework::StatisticsTable> table;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        table = casework::tabulate(view, loaded->world, everything, std::move(*request), now);
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    if (options.json) {
        print_line(json_of(*table).dump());
    } else {
        print(*table);
    }
    return kGood;
}

}  // namespace lachan::app
