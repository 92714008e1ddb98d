#include "lachan/casework/transition.hpp"

#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/names.hpp"
#include "standing.hpp"

namespace lachan::casework {
namespace {

constexpr int kPage = 500;
constexpr std::string_view kActor = "transition";

/// Whether an agency is no more, and since when. One that is yet to come is not gone.
struct Existence {
    bool gone = false;
    std::optional<Instant> ended;
};

Existence existence(const directory::Directory& directory, const domain::AgencyId& id, Instant at) {
    if (directory.agency(id, at) != nullptr) {
        return {};
    }
    Existence result{true, std::nullopt};
    for (const directory::Agency& entry : directory.agencies()) {
        if (entry.id != id) {
            continue;
        }
        if (entry.valid_from > at) {
            return {};
        }
        if (entry.valid_to && (!result.ended || *entry.valid_to > *result.ended)) {
            result.ended = entry.valid_to;
        }
    }
    return result;
}

/// The roles to look for, most proper first: what the rule asks for, what the duty was held in, what the
/// former holder was. A holder who had it by another's word or as the receiver, in none of its own roles, is
/// followed by whoever has those.
std::vector<std::string> roles_for(const domain::Duty& duty, const domain::Case& value, const World& world) {
    const directory::Agency* former = world.directory->agency_ever(duty.holder);
    std::vector<std::string> own = former == nullptr ? std::vector<std::string>() : former->roles;
    const bool in_own_role = std::find(own.begin(), own.end(), duty.role) != own.end();
    std::vector<std::string> roles;
    const policy::Pack* pack = world.pack(value.pack);
    if (const auto* made_by = pack == nullptr ? nullptr : pack->duty(duty.rule, duty.kind)) {
        roles.push_back(made_by->role);
    }
    roles.push_back(duty.role);
    roles.insert(in_own_role ? roles.end() : roles.begin(), own.begin(), own.end());
    return roles;
}

void hand_over(CaseEdit& edit, domain::Duty& duty, const Transfer& transfer, Instant at) {
    domain::EventData data = {{"duty", duty_name(edit.code(), duty.no.ordinal)},
                              {"kind", duty.kind},
                              {"from", transfer.from.text()},
                              {"to", transfer.to.text()},
                              {"ground", transfer.ground},
                              {"at", to_rfc3339(at)}};
    if (transfer.ended) {
        data.emplace_back("ended", to_rfc3339(*transfer.ended));
    }
    data.emplace_back("unit", transfer.unit.text());
    edit.record("duty.transferred", std::move(data));
    edit.end(duty, domain::DutyState::forwarded);
    const domain::Duty former = duty;  // a successor may move the duties in memory
    edit.succeed(former, transfer.to, transfer.role);
}

std::size_t transfer_in_case(Tx& tx,
                             const Vault& vault,
                             const std::shared_ptr<const World>& world,
                             domain::CaseNo number,
                             std::span<const Transfer> transfers,
                             Instant at) {
    auto value = tx.cases.find(number);
    if (!value) {
        return 0;
    }
    CaseEdit edit(tx, world, vault, std::move(*value), std::string(kActor));
    std::size_t done = 0;
    for (const Transfer& each : transfers) {
        domain::Duty* duty = each.duty.case_no == number ? edit.find(each.duty.ordinal) : nullptr;
        const auto transfer = duty == nullptr ? std::nullopt : transfer_of(*duty, edit.value(), *world, at);
        if (transfer) {
            hand_over(edit, *duty, *transfer, at);
            ++done;
        }
    }
    edit.finish_if_changed();
    return done;
}

}  // namespace

std::optional<Transfer> transfer_of(const domain::Duty& duty,
                                    const domain::Case& value,
                                    const World& world,
                                    Instant at) {
    if (!duty.pending() || duty.holder.empty()) {
        return std::nullopt;
    }
    const directory::Directory& directory = *world.directory;
    const Existence holder = existence(directory, duty.holder, at);
    if (!holder.gone) {
        return std::nullopt;
    }
    Transfer transfer;
    transfer.duty = duty.no;
    transfer.kind = duty.kind;
    transfer.from = duty.holder;
    transfer.ended = holder.ended;
    transfer.role = duty.role;
    transfer.unit = unit_at(directory, duty.area, value.received_at, at);
    const Instant since = in_being(directory, duty.area, value.received_at, duty.start);
    const bool regime_changed = directory.has_districts(since) != directory.has_districts(at);
    transfer.ground = regime_changed ? "regime change" : "body ended";
    for (const std::string& role : roles_for(duty, value, world)) {
        const auto found = holders_at(directory, value, {role, duty.area, at}, value.conflicted);
        if (!found.empty()) {
            transfer.to = found.front().agency->id;
            transfer.role = found.front().role;
            break;
        }
    }
    return transfer;
}

std::vector<Transfer> plan_transfers(const View& view, const Vault& vault, const World& world, Instant at) {
    std::vector<Transfer> transfers;
    DutyQuery query;
    query.scope.everything = true;
    query.limit = kPage;
    for (bool more = true; more;) {
        const auto duties = view.duties.list(query);
        for (const domain::Duty& duty : duties) {
            const auto value = view.cases.find(duty.no.case_no);
            auto transfer = value ? transfer_of(duty, *value, world, at) : std::nullopt;
            if (transfer) {
                transfer->case_code = vault.case_code(duty.no.case_no);
                transfer->name = duty_name(transfer->case_code, duty.no.ordinal);
                transfers.push_back(std::move(*transfer));
            }
        }
        more = duties.size() == kPage;
        if (more) {
            const domain::Duty& last = duties.back();
            query.after =
                PageStart{to_ms(last.due), static_cast<std::int64_t>(last.no.case_no), last.no.ordinal};
        }
    }
    return transfers;
}

std::size_t apply_transfers(Tx& tx,
                            const Vault& vault,
                            const std::shared_ptr<const World>& world,
                            std::span<const Transfer> transfers,
                            Instant at) {
    std::vector<domain::CaseNo> cases;
    for (const Transfer& each : transfers) {
        if (std::find(cases.begin(), cases.end(), each.duty.case_no) == cases.end()) {
            cases.push_back(each.duty.case_no);
        }
    }
    std::size_t done = 0;
    for (const domain::CaseNo number : cases) {
        done += transfer_in_case(tx, vault, world, number, transfers, at);
    }
    return done;
}

}  // namespace lachan::casework
