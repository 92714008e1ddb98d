#include "lachan/casework/invariants.hpp"

#include <algorithm>

#include "lachan/base/check.hpp"

namespace lachan::casework {

void check_case(const domain::Case& value, std::span<const domain::Duty> duties) {
    const auto pending = [](const domain::Duty& duty) { return duty.pending(); };
    const bool open_case_has_next_action =
        value.status == domain::CaseStatus::closed || std::any_of(duties.begin(), duties.end(), pending);
    LACHAN_CHECK(open_case_has_next_action);
    for (const domain::Duty& duty : duties) {
        const bool pending_duty_has_next_instant = !duty.pending() || duty.next_at.has_value();
        LACHAN_CHECK(pending_duty_has_next_instant);
        const bool case_knows_its_next_due =
            !duty.pending() || (value.next_due && *value.next_due <= duty.due);
        LACHAN_CHECK(case_knows_its_next_due);
    }
}

std::vector<Finding> check_all(const View& view, const World& world) {
    const Counts counts = view.counts();
    std::int64_t lost_packs = 0;
    for (const auto& [name, content] : view.documents.all("pack")) {
        lost_packs += world.pack(name) == nullptr ? 1 : 0;
    }
    return {{"open_without_next_action", counts.open_without_next_action},
            {"pending_duties_without_instant", counts.pending_duties_without_instant},
            {"pending_duties_without_holder", counts.pending_duties_without_holder},
            {"scheduled_without_instant", counts.scheduled_without_instant},
            {"endpoints_not_called", counts.endpoints_not_called},
            {"packs_lost", lost_packs}};
}

}  // namespace lachan::casework
