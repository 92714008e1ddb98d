#include "lachan/directory/directory.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>

#include "tables.hpp"

namespace lachan::directory {
namespace {

using Index = std::uint32_t;
constexpr Index kNone = ~Index{0};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};
template <class Value>
using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

bool valid_at(const Area& area, Instant at) {
    return at >= area.valid_from && (!area.valid_to || at < *area.valid_to);
}

// Commune, district, province, nation: no unit lies deeper.
constexpr std::size_t kLevels = 4;

/// A unit with those above it, from itself up; unused places are `kNone`.
struct Chain {
    std::array<Index, kLevels> units{kNone, kNone, kNone, kNone};
    std::size_t size = 0;
};

}  // namespace

/// The tables with their indexes. Entries refer to each other by position, which stays true when the whole is
/// moved.
struct Directory::Content {
    Tables tables;
    ByText<std::vector<Index>> areas;     ///< By code, in the order of valid_from.
    ByText<std::vector<Index>> agencies;  ///< By id, in the order of valid_from.
    ByText<Index> roles;
    std::vector<std::vector<Index>> tried;  ///< For each role: itself, then those that stand in.
    std::vector<std::vector<Index>>
        holders;  ///< At `area * roles + role`: the agencies, whenever they exist.

    explicit Content(Tables&& read) : tables(std::move(read)) {
        index_areas();
        index_roles();
        index_agencies();
    }

    [[nodiscard]] Index area(std::string_view code, Instant at) const {
        const auto found = areas.find(code);
        if (found == areas.end()) {
            return kNone;
        }
        for (const Index i : found->second) {
            if (valid_at(tables.areas[i], at)) {
                return i;
            }
        }
        return kNone;
    }

    [[nodiscard]] Chain chain(std::string_view code, Instant at) const {
        Chain result;
        for (Index i = area(code, at); i != kNone && result.size < kLevels;
             i = area(tables.areas[i].parent.text(), at)) {
            result.units[result.size++] = i;
        }
        return result;
    }

    /// The lowest unit of the chain that is of `level` or above: districts that are no more are passed over.
    [[nodiscard]] Index at_level(const Chain& chain, Level level) const {
        for (std::size_t i = 0; i < chain.size; ++i) {
            if (tables.areas[chain.units[i]].level >= level) {
                return chain.units[i];
            }
        }
        return kNone;
    }

private:
    void index_areas() {
        for (Index i = 0; i < tables.areas.size(); ++i) {
            areas[tables.areas[i].code.text()].push_back(i);
        }
        for (auto& [code, list] : areas) {
            std::sort(list.begin(), list.end(), [this](Index a, Index b) {
                return tables.areas[a].valid_from < tables.areas[b].valid_from;
            });
        }
    }

    void index_roles() {
        for (Index i = 0; i < tables.roles.size(); ++i) {
            roles.emplace(tables.roles[i].name, i);
        }
        for (Index i = 0; i < tables.roles.size(); ++i) {
            std::vector<Index>& list = tried.emplace_back(1, i);
            for (const std::string& name : tables.roles[i].otherwise) {
                list.push_back(roles.find(name)->second);
            }
        }
    }

    void index_agencies() {
        holders.resize(tables.areas.size() * tables.roles.size());
        for (Index i = 0; i < tables.agencies.size(); ++i) {
            const Agency& agency = tables.agencies[i];
            agencies[agency.id.text()].push_back(i);
            if (agency.serves.empty()) {
                enter(i, agency.area);
            }
            for (const domain::AreaCode& code : agency.serves) {
                enter(i, code);
            }
        }
        for (auto& [id, list] : agencies) {
            std::sort(list.begin(), list.end(), [this](Index a, Index b) {
                return tables.agencies[a].valid_from < tables.agencies[b].valid_from;
            });
        }
    }

    /// Enters an agency under the unit that `code` means while it exists.
    void enter(Index agency_index, const domain::AreaCode& code) {
        const Agency& agency = tables.agencies[agency_index];
        for (const Index i : areas.find(code.text())->second) {
            const Area& unit = tables.areas[i];
            const bool together = (!unit.valid_to || agency.valid_from < *unit.valid_to) &&
                                  (!agency.valid_to || unit.valid_from < *agency.valid_to);
            if (!together) {
                continue;
            }
            for (const std::string& name : agency.roles) {
                holders[i * tables.roles.size() + roles.find(name)->second].push_back(agency_index);
            }
        }
    }
};

namespace {

/// Makes tables without faults, or says what is wrong with them.
Result<Tables> sound(Tables tables, Faults faults) {
    check_tables(tables, faults);
    if (!faults.empty()) {
        return Error(Errc::rule_pack_invalid, "the directory has faults", faults.take());
    }
    return tables;
}

}  // namespace

Directory::Directory() : content_(std::make_unique<const Content>(Tables{})) {}
Directory::Directory(Directory&&) noexcept = default;
Directory& Directory::operator=(Directory&&) noexcept = default;
Directory::~Directory() = default;

Result<Directory> Directory::parse(std::string_view areas,
                                   std::string_view roles,
                                   std::string_view agencies,
                                   std::span<const std::string> changes) {
    Faults faults;
    Tables tables = read_documents({areas, roles, agencies}, faults);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        apply_change(changes[i], "/changes/" + std::to_string(i), tables, faults);
    }
    if (!changes.empty()) {
        tables.version += '+' + std::to_string(changes.size());
    }
    Result<Tables> checked = sound(std::move(tables), std::move(faults));
    if (!checked) {
        return checked.error();
    }
    Directory directory;
    directory.content_ = std::make_unique<const Content>(std::move(*checked));
    return directory;
}

Result<Directory> Directory::with_agency(std::string_view agency) const {
    Faults faults;
    Tables tables = content_->tables;
    apply_change(agency, "", tables, faults);
    Result<Tables> checked = sound(std::move(tables), std::move(faults));
    if (!checked) {
        return checked.error();
    }
    Directory directory;
    directory.content_ = std::make_unique<const Content>(std::move(*checked));
    return directory;
}

const std::string& Directory::version() const noexcept {
    return content_->tables.version;
}

const Area* Directory::area(const domain::AreaCode& code, Instant at) const {
    const Index i = content_->area(code.text(), at);
    return i == kNone ? nullptr : &content_->tables.areas[i];
}

const Area* Directory::successor(const domain::AreaCode& code, Instant at) const {
    // Units are merged again and again: follow the code from unit to unit, each younger than the last.
    domain::AreaCode wanted = code;
    const Area* found = nullptr;
    for (bool moved = true; moved;) {
        moved = false;
        for (const Area& area : content_->tables.areas) {
            const bool takes_over =
                std::find(area.made_of.begin(), area.made_of.end(), wanted) != area.made_of.end();
            if (takes_over && area.valid_from <= at &&
                (found == nullptr || area.valid_from > found->valid_from)) {
                found = &area;
                moved = true;
            }
        }
        if (moved) {
            wanted = found->code;
        }
    }
    return found != nullptr && valid_at(*found, at) ? found : nullptr;
}

const Area* Directory::later(const domain::AreaCode& code, Instant at) const {
    const auto found = content_->areas.find(code.text());
    if (found == content_->areas.end()) {
        return nullptr;
    }
    const auto first = std::find_if(found->second.begin(), found->second.end(), [&](Index i) {
        return content_->tables.areas[i].valid_from > at;
    });
    return first == found->second.end() ? nullptr : &content_->tables.areas[*first];
}

const Area* Directory::meant(const domain::AreaCode& code, Instant at) const {
    const Area* const then = area(code, at);
    return then != nullptr ? then : later(code, at);
}

bool Directory::contains(const domain::AreaCode& outer, const domain::AreaCode& inner, Instant at) const {
    const Chain chain = content_->chain(inner.text(), at);
    for (std::size_t i = 0; i < chain.size; ++i) {
        if (content_->tables.areas[chain.units[i]].code == outer) {
            return true;
        }
    }
    return false;
}

std::vector<const Area*> Directory::areas_at(Instant at) const {
    std::vector<const Area*> list;
    for (const Area& area : content_->tables.areas) {
        if (valid_at(area, at)) {
            list.push_back(&area);
        }
    }
    return list;
}

const Agency* Directory::agency(const domain::AgencyId& id, Instant at) const {
    const auto found = content_->agencies.find(id.text());
    if (found == content_->agencies.end()) {
        return nullptr;
    }
    for (const Index i : found->second) {
        if (content_->tables.agencies[i].valid_at(at)) {
            return &content_->tables.agencies[i];
        }
    }
    return nullptr;
}

bool Directory::oversees(const Agency& agency) const {
    return std::any_of(agency.roles.begin(), agency.roles.end(), [&](const std::string& name) {
        const RoleDefinition* const held = role(name);
        return held != nullptr && held->oversees;
    });
}

const Agency* Directory::agency_ever(const domain::AgencyId& id) const {
    const auto found = content_->agencies.find(id.text());
    return found == content_->agencies.end() ? nullptr : &content_->tables.agencies[found->second.back()];
}

std::span<const Agency> Directory::agencies() const {
    return content_->tables.agencies;
}

const RoleDefinition* Directory::role(std::string_view name) const {
    const auto found = content_->roles.find(name);
    return found == content_->roles.end() ? nullptr : &content_->tables.roles[found->second];
}

std::span<const RoleDefinition> Directory::roles() const {
    return content_->tables.roles;
}

std::vector<Holder> Directory::holders(std::string_view role,
                                       const domain::AreaCode& area,
                                       Instant at,
                                       std::span<const domain::AgencyId> without) const {
    const auto wanted = content_->roles.find(role);
    if (wanted == content_->roles.end()) {
        return {};
    }
    const Tables& tables = content_->tables;
    const Chain chain = content_->chain(area.text(), at);
    std::vector<Holder> list;
    const auto stands_already = [&list](const Agency& agency) {
        return std::any_of(
            list.begin(), list.end(), [&](const Holder& holder) { return holder.agency == &agency; });
    };
    for (const Index candidate : content_->tried[wanted->second]) {
        const Index unit = content_->at_level(chain, tables.roles[candidate].level);
        if (unit == kNone) {
            continue;
        }
        for (const Index i : content_->holders[unit * tables.roles.size() + candidate]) {
            const Agency& agency = tables.agencies[i];
            const bool excluded = std::find(without.begin(), without.end(), agency.id) != without.end();
            if (agency.valid_at(at) && !excluded && !stands_already(agency)) {
                list.push_back({&agency, tables.roles[candidate].name});
            }
        }
    }
    return list;
}

bool Directory::has_districts(Instant at) const {
    return std::any_of(content_->tables.areas.begin(), content_->tables.areas.end(), [at](const Area& area) {
        return area.level == Level::district && valid_at(area, at);
    });
}

}  // namespace lachan::directory
