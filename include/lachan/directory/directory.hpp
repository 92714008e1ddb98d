#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/ids.hpp"

namespace lachan::directory {

enum class Level : std::uint8_t { commune, district, province, nation };

/// A node of province → (district, until 2025-06-30) → commune. Codes and names are used again with another
/// meaning after 2025-07-01, so a code means something only together with an instant.
struct Area {
    domain::AreaCode code;
    std::string name;
    Level level = Level::commune;
    domain::AreaCode parent;
    Instant valid_from{};
    std::optional<Instant> valid_to;        ///< Exclusive.
    std::vector<domain::AreaCode> made_of;  ///< The former units it was made of.
    domain::Answer remote =
        domain::Answer::unknown;  ///< Hard to travel: the police have 48 h instead of 24 h.
    domain::Answer border = domain::Answer::unknown;  ///< A border commune.
};

/// How an agency can be reached by people; where machines reach it is its endpoints (kept in the store).
struct Contact {
    std::string kind;  ///< "phone", "email", "post".
    std::string value;
    std::optional<Instant> valid_to;
};

/// A body with an area, the roles it holds there, and its time of existence.
struct Agency {
    domain::AgencyId id;
    std::string name;  ///< Vietnamese.
    std::string kind;  ///< "people_committee", "police", "health_station", "school", "hotline", …
    domain::AreaCode area;
    std::vector<std::string> roles;
    Instant valid_from{};
    std::optional<Instant> valid_to;
    std::vector<Contact> contacts;
    std::vector<domain::AreaCode> serves;  ///< The units it answers for, where they are not `area` itself.
    domain::AgencyId part_of;  ///< The body it is an office of, as a chair of a committee; empty: itself.

    [[nodiscard]] bool valid_at(Instant at) const noexcept {
        return at >= valid_from && (!valid_to || at < *valid_to);
    }
};

/// A role of the rules: at which level it is looked up, and who stands in where nobody holds it.
struct RoleDefinition {
    std::string name;
    std::string title;  ///< Vietnamese, e.g. "Chủ tịch UBND cấp xã".
    Level level = Level::commune;
    std::vector<std::string> otherwise;  ///< Roles tried in this order when it has no holder.
    bool expected =
        false;  ///< Each unit of its level should have a holder of its own; `coverage` says where not.
    bool oversees = false;     ///< Answers for all cases of its area, not only for those it has a part in.
    bool last_resort = false;  ///< Takes what nobody else is left for.
};

struct Holder {
    const Agency* agency = nullptr;
    std::string role;  ///< The role found: the one asked for, or the stand-in.
};

/// Areas, agencies and roles in force over time: (role, area, instant) → ordered holders. Immutable; a reload
/// makes a new one.
class Directory {
public:
    Directory();
    Directory(Directory&&) noexcept;
    Directory& operator=(Directory&&) noexcept;
    ~Directory();

    /// Reads the directory's documents: `areas`, `roles` and `agencies` (each a JSON text with a schema
    /// beside it), and `changes`, which replace agencies of the same id: documents of one agency, as made
    /// through the API, or further documents of the form of `agencies`. Every fault at once; those of a
    /// change have pointers that begin with "/changes/N".
    [[nodiscard]] static Result<Directory> parse(std::string_view areas,
                                                 std::string_view roles,
                                                 std::string_view agencies,
                                                 std::span<const std::string> changes = {});

    /// This directory with the document of one agency in it, which replaces the entries of the same id. The
    /// pointers of faults are those of the document.
    [[nodiscard]] Result<Directory> with_agency(std::string_view agency) const;

    [[nodiscard]] const std::string& version() const noexcept;

    /// The unit that `code` means at `at`; null where the code means nothing then.
    [[nodiscard]] const Area* area(const domain::AreaCode& code, Instant at) const;
    /// The unit of `at` that took over from the former unit with this code; null where there is none. Ask
    /// `area` first: a code that is used again means the present unit.
    [[nodiscard]] const Area* successor(const domain::AreaCode& code, Instant at) const;
    /// The first unit with this code that begins only after `at`; null where there is none.
    [[nodiscard]] const Area* later(const domain::AreaCode& code, Instant at) const;
    /// The unit that somebody of `at` can have meant by `code`: that of `area` or, where the code meant
    /// nothing then, that of `later`, since a list of units may be newer than the paper.
    [[nodiscard]] const Area* meant(const domain::AreaCode& code, Instant at) const;
    /// True if `inner` is `outer` or lies below it at `at`.
    [[nodiscard]] bool contains(const domain::AreaCode& outer,
                                const domain::AreaCode& inner,
                                Instant at) const;
    [[nodiscard]] std::vector<const Area*> areas_at(Instant at) const;

    /// The agency with this id that exists at `at`; null where there is none.
    [[nodiscard]] const Agency* agency(const domain::AgencyId& id, Instant at) const;
    /// The same whatever the instant, the latest entry: for names of the past.
    [[nodiscard]] const Agency* agency_ever(const domain::AgencyId& id) const;
    [[nodiscard]] std::span<const Agency> agencies() const;
    /// This agency and all others of the same body, whatever the instant: who works in one works beside the
    /// others. A body goes on in the one that took over its roles where it or its unit ended.
    [[nodiscard]] std::vector<domain::AgencyId> body_of(const domain::AgencyId& id) const;
    /// Who holds a role of last resort at `at`, in the order of the roles.
    [[nodiscard]] std::vector<Holder> last_resorts(Instant at) const;
    /// Whether the agency holds a role that answers for all cases of its area.
    [[nodiscard]] bool oversees(const Agency& agency) const;

    [[nodiscard]] const RoleDefinition* role(std::string_view name) const;
    [[nodiscard]] std::span<const RoleDefinition> roles() const;

    /// Who holds `role` for `area` at `at`, most proper first: the holders of the role at its level, then
    /// those of the roles that stand in (each agency once; `Holder::role` tells which of the two it is).
    /// Where a level does not exist, as that of districts today, the next one up takes its place. Agencies in
    /// `without` (a suspect's) are left out as if they did not exist. Empty: nobody, or no such role or area
    /// then.
    [[nodiscard]] std::vector<Holder> holders(std::string_view role,
                                              const domain::AreaCode& area,
                                              Instant at,
                                              std::span<const domain::AgencyId> without = {}) const;

    /// True where the three-tier regime (with districts) is in force at `at`.
    [[nodiscard]] bool has_districts(Instant at) const;

private:
    struct Content;
    std::unique_ptr<const Content> content_;
};

}  // namespace lachan::directory
