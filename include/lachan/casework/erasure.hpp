#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/casework/store.hpp"
#include "lachan/casework/vault.hpp"

/// Forgetting who a case was about: its key is destroyed, so that names and narratives can be read nowhere,
/// neither here nor in a copy of the database made before. What was done, when and by whom stays, and counts
/// in the statistics.
namespace lachan::casework {

/// What an erasure would take, or took.
struct ErasureExtent {
    std::vector<domain::ReportId> reports;  ///< Whose names, informant and narrative go.
    std::int64_t notes = 0;                 ///< Of steps.
    std::int64_t traces = 0;                ///< By which a search found the case.
};

struct ErasurePlan {
    std::string code;
    domain::CaseStatus status{};
    ErasureExtent extent;
    std::optional<Erasure> earlier;  ///< The newest one.
    bool nothing_left = false;       ///< Erased already, and nothing was said of it since.
};

struct Erased {
    std::string code;
    domain::CaseStatus status{};
    Erasure erasure;
    ErasureExtent extent;
    std::int64_t entry = 0;  ///< Sequence of its entry in the record; 0: not known any more.
    bool again = false;      ///< There was nothing left to erase: this tells of the earlier erasure.
};

inline constexpr std::size_t kShortestGround = 3;
inline constexpr std::size_t kLongestGround = 200;  ///< A sentence; it stands in the record for good.

/// Errors: `not_found` (no such case); `storage`.
[[nodiscard]] Result<ErasurePlan> plan_erasure(const View& view, const Vault& vault, domain::CaseNo number);

/// Destroys the key of the case within a unit of work, empties what it sealed, takes its traces away, forgets
/// the kept answers with its receipts, and says so in the record. The key goes first: after a crash in
/// between the names are gone and the command is to be given again. Errors: `not_found` (no such case);
/// `validation_failed` (no ground); `storage`.
[[nodiscard]] Result<Erased> erase_case(
    Tx& tx, Vault& vault, domain::CaseNo number, std::string_view ground, std::string_view actor);

/// A copy of the database brought back from before an erasure knows nothing of it; the key store does. Does
/// what is left to do for each case whose key is no more; says how many there were.
[[nodiscard]] Result<std::int64_t> complete_erasures(Tx& tx, Vault& vault, std::string_view actor);

/// The key that seals what is said of a case from now on: a fresh one where the former was destroyed.
/// Errors: `not_found` (no such case), `storage`.
[[nodiscard]] Result<KeySlot> sealing_key(Tx& tx, Vault& vault, domain::CaseNo number);

/// Kind of the entry that tells of an erasure.
inline constexpr std::string_view kErasedEvent = "subject.erased";

}  // namespace lachan::casework
