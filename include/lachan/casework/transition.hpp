#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/casework/world.hpp"

/// Bodies end (the districts and the old communes on 2025-07-01, a department on 2025-03-01) while duties of
/// theirs are pending: those go to the bodies that took over, by a recorded decision.
namespace lachan::casework {

/// A pending duty whose holder is no more.
struct Transfer {
    domain::DutyNo duty;
    std::string case_code;
    std::string name;  ///< Of the duty.
    std::string kind;
    domain::AgencyId from;
    std::optional<Instant> ended;  ///< When it ended; none: the directory does not know it.
    domain::AgencyId to;           ///< Empty: nobody is to be found, which will be told as a gap.
    std::string role;              ///< In which `to` holds the duty.
    domain::AreaCode unit;         ///< Where `to` was looked up: the successor of the case's own unit.
    std::string ground;            ///< "regime change" or "body ended".
};

/// How many duties are handed over in one unit of work: each makes a new one and messages.
inline constexpr std::size_t kTransfersInUnit = 50;

/// What `at` makes of one duty; none: its holder exists then (or will later), or it has none. The new holder
/// is that of the role which the rule asks for, or of the roles that the former one had; those first where it
/// held the duty in none of them.
[[nodiscard]] std::optional<Transfer> transfer_of(const domain::Duty& duty,
                                                  const domain::Case& value,
                                                  const World& world,
                                                  Instant at);

/// Every transfer that is due at `at`, by due instant.
[[nodiscard]] std::vector<Transfer> plan_transfers(const View& view,
                                                   const Vault& vault,
                                                   const World& world,
                                                   Instant at);

/// Hands over at most `kTransfersInUnit` of them within one unit of work, each looked at again: the old duty
/// is `forwarded`, its successor keeps the clock and its holder is told, and `duty.transferred` says why. The
/// case keeps its unit. Says how many were handed over.
[[nodiscard]] std::size_t apply_transfers(Tx& tx,
                                          const Vault& vault,
                                          const std::shared_ptr<const World>& world,
                                          std::span<const Transfer> transfers,
                                          Instant at);

}  // namespace lachan::casework
