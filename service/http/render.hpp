#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "json_writer.hpp"
#include "lachan/casework/changes.hpp"
#include "lachan/casework/queries.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/duty.hpp"
#include "lachan/domain/event.hpp"
#include "lachan/domain/notification.hpp"
#include "lachan/policy/pack.hpp"

/// How cases, duties and all that belongs to them look in JSON: the same wherever they appear.
namespace lachan::http {

/// What an item is read against: names come from the directory, clauses from the pack of the case.
struct Background {
    const casework::World& world;
    const policy::Pack* pack = nullptr;  ///< Null where the pack is lost: then without titles and clauses.
    std::string_view code;               ///< Of the case.
    Instant now{};
};

/// `{"agency": …, "name": …}`; null where there is none.
void write_agency(JsonWriter& json, const casework::World& world, const domain::AgencyId& id);
void write_area(JsonWriter& json, const casework::World& world, const domain::AreaCode& code, Instant at);
void write_basis(JsonWriter& json, const std::vector<policy::Basis>& basis);
/// The pack of a case by its key "id@version".
void write_pack(JsonWriter& json, std::string_view key);

void write_duty(JsonWriter& json, const domain::Duty& duty, const Background& background);
void write_notification(JsonWriter& json,
                        const domain::Notification& value,
                        const casework::World& world,
                        std::string_view code);
void write_attempts(JsonWriter& json, const std::vector<domain::Attempt>& attempts);
void write_event(JsonWriter& json, const domain::Event& event);
void write_step(JsonWriter& json, const domain::Step& step, const Background& background);

/// The members that every representation of a case has, within an open object.
void write_case_members(JsonWriter& json,
                        const domain::Case& value,
                        std::string_view code,
                        const casework::World& world);

[[nodiscard]] std::string render_case(const casework::CaseView& view, Instant now);
[[nodiscard]] std::string render_filing(const casework::Filing& filing, Instant now);
[[nodiscard]] std::string render_change(const casework::CaseChange& change, Instant now);
[[nodiscard]] std::string render_identity(const casework::IdentityView& view);

}  // namespace lachan::http
