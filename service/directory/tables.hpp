#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "lachan/directory/directory.hpp"

namespace lachan::directory {

/// The entries of the documents, each with the place it was read at. `area_at[i]` belongs to `areas[i]`, and
/// so on.
struct Tables {
    std::string version;
    std::vector<Area> areas;
    std::vector<std::string> area_at;
    std::vector<RoleDefinition> roles;
    std::vector<std::string> role_at;
    std::vector<Agency> agencies;
    std::vector<std::string> agency_at;
};

/// The three documents of a directory as texts.
struct Documents {
    std::string_view areas;
    std::string_view roles;
    std::string_view agencies;
};

[[nodiscard]] Tables read_documents(const Documents& documents, Faults& faults);

/// Puts what `change` says (one agency, or a document of agencies) in place of the entries of the same ids.
void apply_change(std::string_view change, const std::string& pointer, Tables& tables, Faults& faults);

/// What the entries must be to each other: codes and ids that mean one thing at a time, parents, roles and
/// areas that exist for as long as somebody refers to them.
void check_tables(const Tables& tables, Faults& faults);

}  // namespace lachan::directory
