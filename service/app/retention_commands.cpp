#include "retention_commands.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "erasure_certificate.hpp"
#include "files.hpp"
#include "lachan/casework/erasure.hpp"
#include "lachan/casework/retention.hpp"

namespace lachan::app {
namespace {

using casework::PastRetention;
using nlohmann::ordered_json;

constexpr std::string_view kActor = "retention";

Result<policy::RetentionRules> load_rules(const config::Config& config) {
    const auto text = read_file(config.retention.path);
    if (!text) {
        return text.error();
    }
    return policy::parse_retention(*text);
}

ordered_json to_json(const PastRetention& past) {
    ordered_json basis = ordered_json::array();
    for (const policy::Basis& each : past.rule->basis) {
        basis.push_back({{"source", each.source},
                         {"clause", each.clause},
                         {"reading", domain::text_of(each.reading)},
                         {"note", each.note}});
    }
    return {{"case", past.code},
            {"rule", past.rule->id},
            {"title", past.rule->title},
            {"closed_at", to_rfc3339(past.closed_at)},
            {"kept_until", to_rfc3339(past.kept_until)},
            {"held_because", past.hold.empty() ? ordered_json() : ordered_json(past.hold)},
            {"basis", basis},
            {"erased", false}};
}

/// Errors: as `casework::erase_past`.
Result<casework::Erased> erase(Data& data, const policy::RetentionRules& rules, const PastRetention& past) {
    casework::Erased erased;
    const auto committed = data.store->commit_now([&](casework::Tx& tx) -> Result<void> {
        auto done = casework::erase_past(tx, *data.vault, rules, past, kActor);
        if (!done) {
            return done.error();
        }
        erased = std::move(*done);
        return {};
    });
    if (!committed) {
        return committed.error();
    }
    return erased;
}

std::string outcome_of(const ordered_json& item, bool applied) {
    const auto& hold = item.at("held_because");
    if (!hold.is_null()) {
        return "kept: " + hold.get<std::string>();
    }
    return applied ? "erased" : "would be erased";
}

void print_plain(const ordered_json& items, bool applied) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : items) {
        rows.push_back({item.at("case").get<std::string>(),
                        item.at("closed_at").get<std::string>(),
                        item.at("kept_until").get<std::string>(),
                        item.at("rule").get<std::string>(),
                        item.at("basis").back().at("reading").get<std::string>(),
                        outcome_of(item, applied)});
    }
    print_table({"case", "closed", "kept until", "rule", "reading", "what"}, rows);
}

/// One line of the answer for each case past its time; erases those that nothing stands against.
ordered_json work_off(const config::Config& config,
                      Data& data,
                      const policy::RetentionRules& rules,
                      const std::vector<PastRetention>& found,
                      bool apply) {
    ordered_json items = ordered_json::array();
    for (const PastRetention& past : found) {
        ordered_json item = to_json(past);
        if (apply && past.hold.empty()) {
            const auto erased = erase(data, rules, past);
            item["erased"] = erased.has_value();
            if (erased) {
                item["certificate"] = certificate_of(*erased, config, data);
            } else {
                item["held_because"] = erased.error().detail();
            }
        }
        items.push_back(std::move(item));
    }
    return items;
}

}  // namespace

int run_retention(const config::Config& config, const RetentionRun& wanted) {
    const auto rules = load_rules(config);
    if (!rules) {
        return complain(rules.error());
    }
    auto data = open_data(config, wanted.apply ? vault::KeyFileAccess::destroy : vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    std::vector<PastRetention> found;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        found = casework::past_retention(view, *(*data)->vault, *rules, (*data)->clock.now());
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    const ordered_json items = work_off(config, **data, *rules, found, wanted.apply);
    (*data)->store->stop();
    const auto erased = std::count_if(
        items.begin(), items.end(), [](const ordered_json& item) { return item.at("erased").get<bool>(); });
    const auto to_erase = std::count_if(
        found.begin(), found.end(), [](const PastRetention& past) { return past.hold.empty(); });
    if (wanted.json) {
        print_line(ordered_json{
            {"rules", rules->id + "@" + rules->version},
            {"applied", wanted.apply},
            {"erased", erased},
            {"items",
             items}}.dump());
    } else {
        print_plain(items, wanted.apply);
        print_line(std::to_string(erased) + " erased");
    }
    return !wanted.apply || erased == to_erase ? kGood : kFinding;
}

}  // namespace lachan::app
