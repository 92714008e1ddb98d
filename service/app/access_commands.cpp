#include "access_commands.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "lachan/casework/access_log.hpp"

namespace lachan::app {
namespace {

using casework::AccessEntry;
using nlohmann::ordered_json;

constexpr std::string_view kActor = "command line";

Result<casework::AccessQuery> parse(const AccessReport& wanted, const Data& data) {
    casework::AccessQuery query;
    if (wanted.subject.empty() && wanted.agency.empty() && wanted.since.empty()) {
        return Error(Errc::validation_failed, "say of what: --subject CASE, --agency ID or --since INSTANT");
    }
    if (!wanted.subject.empty()) {
        const auto number = data.vault->case_no(wanted.subject);
        if (!number) {
            return number.error();
        }
        query.subject = *number;
    }
    query.agency = domain::AgencyId(wanted.agency);
    if (!wanted.since.empty()) {
        const auto since = parse_rfc3339(wanted.since);
        if (!since) {
            return Error(Errc::validation_failed, "--since is not an RFC 3339 instant");
        }
        query.since = *since;
    }
    return query;
}

ordered_json to_json(const AccessEntry& entry) {
    ordered_json item = {{"entry", entry.event.sequence},
                         {"at", to_rfc3339(entry.event.at)},
                         {"kind", entry.event.kind},
                         {"actor", entry.event.actor},
                         {"agency", entry.agency.text()},
                         {"role", entry.role},
                         {"case", entry.case_code.empty() ? ordered_json() : ordered_json(entry.case_code)},
                         {"purpose", entry.purpose.empty() ? ordered_json() : ordered_json(entry.purpose)},
                         {"purpose_erased", entry.purpose_erased}};
    ordered_json data = ordered_json::object();
    for (const auto& [name, value] : entry.event.data) {
        if (!name.starts_with("sealed_")) {
            data[name] = value;
        }
    }
    item["data"] = std::move(data);
    return item;
}

/// What the notice of a breach asks first: how many of what, whose keys, which cases' names were seen.
ordered_json summary_of(const std::vector<AccessEntry>& entries) {
    std::map<std::string, int> kinds;
    std::set<std::string> readers;
    std::set<std::string> subjects;
    for (const AccessEntry& entry : entries) {
        ++kinds[entry.event.kind];
        if (entry.event.kind == "identity.read") {
            readers.insert(entry.event.actor);
            subjects.insert(entry.case_code);
        }
    }
    return {{"kinds", kinds}, {"readers", readers}, {"subjects_read", subjects}};
}

void print_plain(const std::vector<AccessEntry>& entries) {
    std::vector<std::vector<std::string>> rows;
    for (const AccessEntry& entry : entries) {
        const std::string purpose = entry.purpose_erased ? "(erased)" : entry.purpose;
        rows.push_back({to_rfc3339(entry.event.at),
                        entry.event.kind,
                        entry.event.actor,
                        entry.agency.text(),
                        entry.case_code,
                        purpose});
    }
    print_table({"at", "kind", "who", "agency", "case", "purpose"}, rows);
}

void note(casework::Tx& tx, const casework::AccessQuery& query, const AccessReport& wanted) {
    domain::Event event;
    event.case_no = query.subject && tx.cases.find(*query.subject) ? query.subject : std::nullopt;
    event.at = tx.now;
    event.kind = "access.reported";
    event.actor = kActor;
    event.data = {{"about_agency", wanted.agency}, {"since", wanted.since}};
    tx.events.append(event);
}

}  // namespace

int run_access_report(const config::Config& config, const AccessReport& wanted) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto query = parse(wanted, **data);
    if (!query) {
        return complain(query.error());
    }
    std::vector<AccessEntry> entries;
    const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
        if (query->subject && !view.cases.find(*query->subject)) {
            return Error(Errc::not_found, "no such case");
        }
        entries = casework::accesses(view, *(*data)->vault, *query);
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    const auto noted = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        note(tx, *query, wanted);
        return {};
    });
    if (!noted) {
        return complain(noted.error());
    }
    if (!wanted.json) {
        print_plain(entries);
        return kGood;
    }
    ordered_json items = ordered_json::array();
    for (const AccessEntry& entry : entries) {
        items.push_back(to_json(entry));
    }
    print_line(ordered_json{
        {"generated_at", to_rfc3339((*data)->clock.now())},
        {"subject", wanted.subject},
        {"agency", wanted.agency},
        {"since", wanted.since},
        {"summary", summary_of(entries)},
        {"items",
         items}}.dump());
    return kGood;
}

}  // namespace lachan::app
