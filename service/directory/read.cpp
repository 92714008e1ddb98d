#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tables.hpp"

namespace lachan::directory {
namespace {

using nlohmann::json;

constexpr auto kLevelWords = std::to_array<std::string_view>({"commune", "district", "province", "nation"});

std::optional<Level> parse_level(std::string_view word) {
    const auto found = std::find(kLevelWords.begin(), kLevelWords.end(), word);
    if (found == kLevelWords.end()) {
        return std::nullopt;
    }
    return static_cast<Level>(found - kLevelWords.begin());
}

Level level_of(Node& node) {
    if (!node.has("level")) {
        node.fault("level", "required", "missing");
    }
    return node.optional_code("level", Level::commune, parse_level);
}

std::vector<domain::AreaCode> codes_of(Node& node, const char* key) {
    std::vector<domain::AreaCode> codes;
    for (std::string& text : node.optional_texts(key)) {
        codes.emplace_back(std::move(text));
    }
    return codes;
}

/// A time of validity that ends before it begins would hide its entry for ever.
void check_validity(Node& node, Instant from, const std::optional<Instant>& to) {
    if (to && *to <= from) {
        node.fault("valid_to", "invalid_value", "must be later than valid_from");
    }
}

Area read_area(Node& node) {
    node.only(
        {"code", "name", "level", "parent", "valid_from", "valid_to", "made_of", "remote", "border", "note"});
    Area area;
    area.code = domain::AreaCode(node.text("code"));
    area.name = node.text("name");
    area.level = level_of(node);
    area.parent =
        domain::AreaCode(area.level == Level::nation ? node.optional_text("parent") : node.text("parent"));
    area.valid_from = node.instant("valid_from");
    area.valid_to = node.optional_instant("valid_to");
    area.made_of = codes_of(node, "made_of");
    area.remote = node.optional_code("remote", domain::Answer::unknown, domain::parse_code<domain::Answer>);
    area.border = node.optional_code("border", domain::Answer::unknown, domain::parse_code<domain::Answer>);
    check_validity(node, area.valid_from, area.valid_to);
    return area;
}

RoleDefinition read_role(Node& node) {
    node.only({"name", "title", "level", "otherwise", "expected", "oversees", "last_resort", "note"});
    return {.name = node.text("name"),
            .title = node.text("title"),
            .level = level_of(node),
            .otherwise = node.optional_texts("otherwise"),
            .expected = node.optional_flag("expected"),
            .oversees = node.optional_flag("oversees"),
            .last_resort = node.optional_flag("last_resort")};
}

Contact read_contact(Node& node) {
    node.only({"kind", "value", "valid_to", "note"});
    Contact contact{.kind = node.text("kind"),
                    .value = node.text("value"),
                    .valid_to = node.optional_instant("valid_to")};
    const bool known = contact.kind == "phone" || contact.kind == "email" || contact.kind == "post";
    if (!known && !contact.kind.empty()) {
        node.fault("kind", "invalid_value", "must be phone, email or post");
    }
    return contact;
}

Agency read_agency(Node& node) {
    node.only({"$schema",
               "id",
               "name",
               "kind",
               "area",
               "roles",
               "valid_from",
               "valid_to",
               "contacts",
               "serves",
               "part_of",
               "note"});
    Agency agency;
    agency.id = domain::AgencyId(node.text("id"));
    agency.name = node.text("name");
    agency.kind = node.text("kind");
    agency.area = domain::AreaCode(node.text("area"));
    if (!node.has("roles")) {
        node.fault("roles", "required", "missing");
    }
    agency.roles = node.optional_texts("roles");
    agency.valid_from = node.instant("valid_from");
    agency.valid_to = node.optional_instant("valid_to");
    for (Node& contact : node.optional_list("contacts")) {
        agency.contacts.push_back(read_contact(contact));
    }
    agency.serves = codes_of(node, "serves");
    agency.part_of = domain::AgencyId(node.optional_text("part_of"));
    check_validity(node, agency.valid_from, agency.valid_to);
    return agency;
}

/// Parses a text that must be an object; notes a fault where it is none.
std::optional<json> object_of(std::string_view text,
                              const std::string& pointer,
                              const char* what,
                              Faults& faults) {
    json document = json::parse(text, nullptr, false);
    if (!document.is_object()) {
        faults.add(pointer, "malformed", std::string(what) + " is not a JSON object");
        return std::nullopt;
    }
    return document;
}

/// Reads the list `key` of a document; `read` makes an entry of each of its objects.
template <class Entry, class Read>
void read_list(
    Node& document, const char* key, Read read, std::vector<Entry>& entries, std::vector<std::string>& at) {
    document.only({"$schema", "version", "note", key});
    for (Node& node : document.list(key)) {
        at.push_back(node.pointer());
        entries.push_back(read(node));
    }
}

/// One version for three documents that are mostly changed together.
std::string joined_version(const std::array<std::string, 3>& versions) {
    const bool same = versions[0] == versions[1] && versions[1] == versions[2];
    return same ? versions[0] : versions[0] + '/' + versions[1] + '/' + versions[2];
}

}  // namespace

Tables read_documents(const Documents& documents, Faults& faults) {
    Tables tables;
    std::array<std::string, 3> versions;
    const auto read = [&](std::size_t index, std::string_view text, const char* what, auto&& entries) {
        const std::optional<json> document = object_of(text, "", what, faults);
        if (!document) {
            return;
        }
        Node node(*document, "", faults);
        versions[index] = node.text("version");
        entries(node);
    };
    read(0, documents.areas, "the document of areas", [&](Node& node) {
        read_list(node, "areas", read_area, tables.areas, tables.area_at);
    });
    read(1, documents.roles, "the document of roles", [&](Node& node) {
        read_list(node, "roles", read_role, tables.roles, tables.role_at);
    });
    read(2, documents.agencies, "the document of agencies", [&](Node& node) {
        read_list(node, "agencies", read_agency, tables.agencies, tables.agency_at);
    });
    tables.version = joined_version(versions);
    return tables;
}

void apply_change(std::string_view change, const std::string& pointer, Tables& tables, Faults& faults) {
    const std::optional<json> document = object_of(change, pointer, "the change", faults);
    if (!document) {
        return;
    }
    Node node(*document, pointer, faults);
    std::vector<Agency> agencies;
    std::vector<std::string> at;
    if (node.has("agencies")) {
        read_list(node, "agencies", read_agency, agencies, at);
    } else {
        at.push_back(pointer);
        agencies.push_back(read_agency(node));
    }
    std::set<domain::AgencyId> replaced;
    for (const Agency& agency : agencies) {
        replaced.insert(agency.id);
    }
    for (std::size_t i = tables.agencies.size(); i-- > 0;) {
        if (replaced.contains(tables.agencies[i].id)) {
            tables.agencies.erase(tables.agencies.begin() + static_cast<std::ptrdiff_t>(i));
            tables.agency_at.erase(tables.agency_at.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    std::move(agencies.begin(), agencies.end(), std::back_inserter(tables.agencies));
    std::move(at.begin(), at.end(), std::back_inserter(tables.agency_at));
}

}  // namespace lachan::directory
