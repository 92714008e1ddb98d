#include "lachan/http/usual_answers.hpp"

#include "json_writer.hpp"
#include "render.hpp"

namespace lachan::http {
namespace {

constexpr std::string_view kNobodysCode = "LC-0000-0000-0";
constexpr std::size_t kUsualBytes = 256 * 1024;

void write_duties(JsonWriter& json, const casework::World& world, const policy::Pack& pack) {
    const Background background{world, &pack, kNobodysCode, Instant{}};
    for (const policy::Rule& rule : pack.rules()) {
        for (const policy::DutyTemplate& made_by : rule.duties) {
            domain::Duty duty;
            duty.rule = rule.id;
            duty.kind = made_by.kind;
            duty.role = made_by.role;
            write_duty(json, duty, background);
        }
    }
}

/// As they stand within a duty and within a notification.
void write_bodies(JsonWriter& json, const casework::World& world) {
    for (const directory::Agency& agency : world.directory->agencies()) {
        json.begin_object().key("holder");
        write_agency(json, world, agency.id);
        json.end_object();
        domain::Notification value;
        value.agency = agency.id;
        value.type = "vn.lachan.duty.assigned.v1";
        value.urgency = domain::Urgency::emergency;
        json.begin_object();
        write_notification(json, value, world, kNobodysCode);
        json.end_object();
    }
}

}  // namespace

std::string usual_answers(const casework::World& world) {
    JsonWriter json(kUsualBytes);
    json.begin_array();
    write_bodies(json, world);
    for (const auto& [key, pack] : world.packs) {
        if (!pack->valid_to()) {  // a pack that has ended makes no more answers worth the room
            write_duties(json, world, *pack);
        }
    }
    json.end_array();
    return json.take();
}

}  // namespace lachan::http
